package solving_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/must"
	"kantoorpost/shared/sim"
	"kantoorpost/shared/sim/year"
)

// renew replaces the client secret, as an office does before its two years are over.
func (p *play) renew(year int) {
	p.T.Helper()
	secret := fmt.Sprint(apptest.ClientSecret, year)
	must.Do(p.T, p.Tenant.AddSecret(secret, time.Now().AddDate(2, 0, 0)))
	connector := p.Must("GET", "/api/connectors", nil)["items"].([]any)[0].(object)["id"].(string)
	p.Must("PATCH", "/api/connectors/"+connector, object{"clientSecret": secret})
}

// found sets the office up, over the API.
func (p *play) found(o year.Office) {
	p.T.Helper()
	members, roles, teams := map[string]any{}, map[string]any{}, map[string]any{}
	for _, m := range o.Members {
		members[m.Email] = p.Must("POST", "/api/team-members", object{"name": m.Name, "email": m.Email, "rights": m.Rights, "active": true})["id"]
	}
	for _, r := range o.Roles {
		roles[r] = p.Must("POST", "/api/roles", object{"name": r})["id"]
	}
	for _, t := range o.Teams {
		var ids []any
		for _, m := range t.Members {
			ids = append(ids, members[m])
		}
		teams[t.Name] = p.Must("POST", "/api/process-teams", object{"name": t.Name, "members": ids})["id"]
	}
	for _, c := range o.Clients {
		p.client(c)
	}
	for _, c := range o.Contacts {
		p.contact(c)
	}
	var addresses []object
	for _, b := range o.Mailboxes {
		must.Get(p.Tenant.AddMailbox(sim.MailboxOptions{Address: b.Address, Name: b.Name, Aliases: b.Aliases, Shared: b.Shared}))(p.T)
		if b.Link == nil {
			continue
		}
		link := object{"kind": b.Link.Kind}
		switch b.Link.Kind {
		case "role":
			link["id"] = roles[b.Link.Name]
		case "process-team":
			link["id"] = teams[b.Link.Name]
		}
		addresses = append(addresses, object{"address": b.Address, "link": link})
	}
	p.Connect(addresses...)
	p.Tick()
}

func (p *play) client(c sim.Client) {
	p.T.Helper()
	id := p.Must("POST", "/api/clients", object{"number": c.Number, "type": c.Type, "name": c.Name, "kvk": c.KvK, "vat": c.VAT})["id"].(string)
	p.clients[c.Number] = id
	var team []object
	members, roles := map[string]any{}, map[string]any{}
	for _, m := range p.Must("GET", "/api/team-members?limit=200", nil)["items"].([]any) {
		members[m.(object)["email"].(string)] = m.(object)["id"]
	}
	for _, r := range p.Must("GET", "/api/roles", nil)["items"].([]any) {
		roles[r.(object)["name"].(string)] = r.(object)["id"]
	}
	for _, l := range c.Team {
		team = append(team, object{"member": members[l.Member], "role": roles[l.Role]})
	}
	p.Must("PUT", "/api/clients/"+id+"/team-members", team)
}

func (p *play) ids(numbers []string) []string {
	var ids []string
	for _, n := range numbers {
		ids = append(ids, p.clients[n])
	}
	return ids
}

func (p *play) contact(c year.Contact) {
	p.T.Helper()
	for _, email := range c.Emails {
		_, domain, _ := strings.Cut(email, "@")
		p.seen[email], p.seen[domain] = true, true
	}
	p.knows(c.Person, p.Must("POST", "/api/contacts", object{"name": c.Name, "emails": c.Emails, "clients": p.ids(c.Clients)})["id"].(string))
}

func (p *play) knows(person, contact string) { p.contacts[person], p.people[contact] = contact, person }

// join enters a client who signs up, as the office does without any mail.
func (p *play) join(j year.Join) {
	p.T.Helper()
	p.client(j.Client)
	id, known := p.contacts[j.Contact.Person]
	if !known {
		p.contact(j.Contact)
		return
	}
	p.writesFor(id, j.Contact.Clients)
	if c := p.Must("GET", "/api/contacts/"+id, nil); !slices.Contains(c["emails"].([]any), any(j.Contact.Emails[0])) {
		p.Must("PATCH", "/api/contacts/"+id, object{"emails": append(c["emails"].([]any), j.Contact.Emails[0])})
	}
}

// writesFor links a contact with clients, and tells whether one was missing.
func (p *play) writesFor(contact string, numbers []string) bool {
	p.T.Helper()
	has := p.Must("GET", "/api/contacts/"+contact, nil)["clients"].([]any)
	missing := false
	for _, id := range p.ids(numbers) {
		if !slices.Contains(has, any(id)) {
			has, missing = append(has, id), true
		}
	}
	if missing {
		p.Must("PATCH", "/api/contacts/"+contact, object{"clients": has})
	}
	return missing
}
