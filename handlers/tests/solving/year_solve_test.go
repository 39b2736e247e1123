package solving_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"kantoorpost/shared/sim/year"
)

// solve does what a mail needs until it waits no longer, and returns how often
// a hand was needed. What the manager did with another mail may have solved it.
// Without learning, hands are all that is compared.
func (p *play) solve(m object) (hands int) {
	p.T.Helper()
	id, tr := m["id"].(string), p.truth(m)
	for tried := 0; ; tried++ {
		m = p.Must("GET", "/api/mails/"+id, nil)
		if m["state"] == "new" {
			p.Drain()
			m = p.Must("GET", "/api/mails/"+id, nil)
		}
		if m["state"] != "parked" || tried > 5 {
			return hands
		}
		action := p.right(m, tr)
		if p.learning {
			if tried == 0 {
				p.waits(m, tr)
			}
			p.rank(m, tr, action)
		}
		hands += p.do(m, tr, action)
		if action["action"] == "create-contact" {
			hands += p.adopt(id, tr)
		}
		if len(tr.Left) > 0 {
			hands += p.links(tr)
		}
	}
}

// do carries a solution out, and returns the hands that it took. The client of a known
// contact is linked first when the product wants that.
func (p *play) do(m object, tr year.Truth, action object) (hands int) {
	p.T.Helper()
	path := "/api/mails/" + m["id"].(string) + "/solve"
	if !p.learning && action["action"] == "dismiss" {
		p.post("/api/mails/dismiss", object{"mails": []string{m["id"].(string)}})
		return 1
	}
	code := p.Ask(manager, "POST", path, action, nil)
	if code == 422 && action["portal"] == true {
		delete(action, "portal")
		code = p.Ask(manager, "POST", path, action, nil)
	}
	if code == 422 && action["action"] == "choose-client" {
		if contact := p.contacts[tr.Person]; contact != "" && p.writesFor(contact, []string{tr.Client}) {
			hands++
		}
		code = p.Ask(manager, "POST", path, action, nil)
	}
	if code >= 300 {
		p.note("refused", m, tr, fmt.Sprintf("%v: %d: %s", action, code, p.Answered[len(p.Answered)-1]))
	}
	return hands + 1
}

// waits notes that a mail waits.
func (p *play) waits(m object, tr year.Truth) {
	p.T.Helper()
	if tr.Portal {
		p.asked[tr.Person]++
	}
	if contact := p.contacts[tr.Person]; tr.Certain && contact != "" {
		email := strings.ToLower(m["from"].(object)["email"].(string))
		if c := p.Must("GET", "/api/contacts/"+contact, nil); len(c["clients"].([]any)) == 1 && slices.Contains(c["emails"].([]any), any(email)) {
			p.count(tr, tally{certain: 1, needless: 1})
			p.note("needless", m, tr, fmt.Sprint("waits for ", m["reason"]))
		}
	}
}

func (p *play) post(path string, body any) {
	p.T.Helper()
	if code := p.Ask(manager, "POST", path, body, nil); code >= 300 {
		p.T.Fatalf("POST %s %v: %d: %s", path, body, code, p.Answered[len(p.Answered)-1])
	}
}

// right is the solution that the truth asks for.
func (p *play) right(m object, tr year.Truth) object {
	p.T.Helper()
	if tr.Kind == year.Dismiss {
		return object{"action": "dismiss", "scope": p.scope(m, tr.Sort)}
	}
	portal := tr.Portal && p.learning && p.asked[tr.Person] >= 2 // and this one is the third
	contact, known := p.contacts[tr.Person]
	switch m["reason"] {
	case "automated":
		p.released[m["from"].(object)["email"].(string)] = true
		if portal {
			return object{"action": "release", "scope": "sender"}
		}
		return object{"action": "release", "scope": p.scope(m, tr.Sort)}
	case "unknown-sender", "internal-sender", "no-sender":
		if !known && !p.learning {
			// For this mail only: the contact does not get the address.
			contact = p.Must("POST", "/api/contacts",
				object{"name": tr.Name, "emails": []string{strings.ReplaceAll(tr.Person, " ", "") + "@nergens.example"},
					"clients": p.ids(tr.Clients)})["id"].(string)
			p.knows(tr.Person, contact)
			known = true
		}
		switch {
		case known && portal:
			return object{"action": "link-contact", "contact": contact, "portal": true, "client": p.clients[tr.Client]}
		case known:
			return object{"action": "link-contact", "contact": contact, "remember": p.learning && !tr.Any}
		case portal:
			return object{"action": "create-contact", "name": tr.Name, "client": p.clients[tr.Client], "email": tr.Email, "portal": true}
		case tr.Portal && len(tr.Person)%2 == 0: // with some portals, people are careful from the start
			if somebody := p.somebodyAt(tr.Client); somebody != "" {
				return object{"action": "link-contact", "contact": somebody, "remember": false}
			}
		}
		return object{"action": "create-contact", "name": tr.Name, "client": p.clients[tr.Client], "email": tr.Email}
	case "several-clients", "sender-without-client":
		choice := object{"action": "choose-client", "client": p.clients[tr.Client], "remember": p.learning}
		if portal {
			choice["portal"] = true
		}
		return choice
	}
	return object{"action": "release", "scope": "once"}
}

// somebodyAt is a contact of one client and no other; "" when there is none.
func (p *play) somebodyAt(number string) string {
	p.T.Helper()
	var list struct{ Items []object }
	p.Ask(manager, "GET", "/api/clients/"+p.clients[number]+"/contacts", nil, &list)
	for _, c := range list.Items {
		if len(c["clients"].([]any)) == 1 {
			return c["id"].(string)
		}
	}
	return ""
}

// scope is how much of such mail a person means. Newsletters, notifications and
// acquisition are meant for ever, unless they are a contact's.
func (p *play) scope(m object, s year.Sort) string {
	p.T.Helper()
	switch {
	case !p.learning || m["verdict"] == "fail" || s != year.Scanner && p.released[m["from"].(object)["email"].(string)]:
		return "once"
	case len(p.Must("GET", "/api/contacts?search="+url.QueryEscape(m["from"].(object)["email"].(string)), nil)["items"].([]any)) > 0:
		return "once"
	case s == year.Newsletter:
		return "list"
	case slices.Contains([]year.Sort{year.Bulk, year.Notification, year.Hidden, year.Cold, year.Scanner}, s):
		return "sender"
	}
	return "once"
}

// rank counts where the right solution stands among those that are suggested.
func (p *play) rank(m object, tr year.Truth, right object) {
	p.T.Helper()
	if !tr.Knowable {
		return
	}
	var list struct{ Items []object }
	if code := p.Ask(manager, "GET", "/api/mails/"+m["id"].(string)+"/suggestions", nil, &list); code != 200 {
		p.T.Fatalf("suggestions: %d: %s", code, p.Answered[len(p.Answered)-1])
	}
	at := slices.IndexFunc(list.Items, func(s object) bool { return p.same(s, right, tr) })
	p.example(m, tr, list.Items, at)
	p.offered[m["id"].(string)] += fmt.Sprintf(" (%s: place %d)%s", m["reason"], at+1, suggested(list.Items))
	n := tally{asked: 1}
	if at == 0 {
		n.first = 1
	} else {
		top := "nothing"
		if len(list.Items) > 0 {
			top = fmt.Sprint(list.Items[0]["action"])
		}
		p.missed[fmt.Sprintf("%s %s, right: %v (place %d of %d), first: %s", tr.Sort, tr.Cue, right["action"], at+1, len(list.Items), top)]++
		p.note("rank", m, tr, fmt.Sprintf("right is %v at place %d; suggested:%s", right["action"], at+1, suggested(list.Items)))
	}
	if at >= 0 && at < 3 {
		n.three = 1
	}
	if tr.Fraud || tr.Sort == year.Spoofed {
		n.frauds = 1
		if len(list.Items) > 0 && list.Items[0]["action"] != "dismiss" {
			n.trusted = 1
		}
	}
	p.count(tr, n)
}

// same tells whether a suggestion is the right solution.
func (p *play) same(s, right object, tr year.Truth) bool {
	is := func(what string) bool {
		o, ok := s[what].(object)
		return ok && o["id"] == right[what]
	}
	if client, ok := s["client"].(object); ok && tr.Any {
		return client["id"] == p.clients[tr.Client]
	}
	if contact, ok := s["contact"].(object); ok && tr.Any && s["action"] == "link-contact" {
		ids, _ := contact["clients"].([]any)
		return is("contact") || len(ids) == 1 && ids[0] == p.clients[tr.Client]
	}
	if s["action"] != right["action"] {
		return false
	}
	switch s["action"] {
	case "link-contact":
		client, named := s["client"].(object)
		return is("contact") && (!named || client["id"] == p.clients[tr.Client])
	case "create-contact", "choose-client":
		return is("client")
	}
	return true
}

// adopt notes which contact was made for a person, and links all clients that
// the person writes for, as somebody does who knows a bookkeeper. That costs a
// hand more.
func (p *play) adopt(mail string, tr year.Truth) int {
	p.T.Helper()
	m := p.Must("GET", "/api/mails/"+mail, nil)
	if m["state"] == "new" {
		p.Drain()
		m = p.Must("GET", "/api/mails/"+mail, nil)
	}
	chat, _ := m["chat"].(string)
	if chat == "" {
		return 0 // it waits for something else now
	}
	// The chat may be that of another contact, whom the mail answers.
	contact := p.Must("GET", "/api/chats/"+chat, nil)["contact"].(string)
	for _, c := range p.Must("GET", "/api/contacts?search="+url.QueryEscape(tr.Email), nil)["items"].([]any) {
		if c := c.(object); slices.Contains(c["emails"].([]any), any(tr.Email)) {
			contact = c["id"].(string)
		}
	}
	p.knows(tr.Person, contact)
	if len(tr.Clients) > 1 && p.writesFor(contact, tr.Clients) {
		return 1
	}
	return 0
}
