package directory

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/must"
)

// Every change writes one entry that says who did what, and a change of nothing
// writes none.
func TestEveryChangeIsInTheAudit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		ctx := audit.As(t.Context(), "sanne@kantoor.nl")
		log := audit.New(o.table)
		last := ""
		is := func(action, object string, detail map[string]string) {
			t.Helper()
			entries, _, err := log.List(ctx, 2, "")
			if err != nil {
				t.Fatal(err)
			}
			if len(entries) == 2 && entries[1].ID != last || len(entries) == 0 {
				t.Fatalf("not one entry more: %+v", entries)
			}
			e := entries[0]
			last = e.ID
			want := audit.Entry{ID: e.ID, At: time.Now().UTC(), By: "sanne@kantoor.nl", Action: action, Object: object, Detail: detail}
			if !reflect.DeepEqual(e, want) {
				t.Errorf("%+v; want %+v", e, want)
			}
			time.Sleep(time.Millisecond) // of the bubble: entries of one moment have no order
		}
		client := must.Get(o.Clients().Create(ctx, Client{Number: "1", Type: Organisation, Name: "Bakker"}))(t)
		is("client.create", "client "+client.ID, map[string]string{"number": "1", "type": "organisation", "name": "Bakker"})
		edit := func(c *Client) error { c.Name, c.KvK = "Bakkerij", "12345678"; return nil }
		must.Get(o.Clients().Update(ctx, client.ID, "", edit))(t)
		is("client.update", "client "+client.ID, map[string]string{"name": "Bakker → Bakkerij", "kvk": " → 12345678"})
		must.Get(o.Clients().Update(ctx, client.ID, "", edit))(t) // changes nothing

		contact := must.Get(o.Contacts().Create(ctx, Contact{Name: "Piet", Emails: []string{"p@x.nl"}, Clients: []string{client.ID}}))(t)
		is("contact.create", "contact "+contact.ID, map[string]string{"name": "Piet", "emails": `["p@x.nl"]`, "clients": `["` + client.ID + `"]`})
		member := must.Get(o.TeamMembers().Create(ctx, TeamMember{Name: "Kees", Email: "k@kantoor.nl", Rights: Administrator, Active: true}))(t)
		is("team-member.create", "team member "+member.ID,
			map[string]string{"name": "Kees", "email": "k@kantoor.nl", "rights": "administrator", "active": "true"})
		must.Get(o.Bind(ctx, member.ID, "tenant", "object"))(t)
		is("team-member.bind", "team member "+member.ID, map[string]string{"tenant": " → tenant", "object": " → object"})
		many := make([]string, maxEmails)
		for i := range many {
			many[i] = fmt.Sprintf("a-rather-long-address-%d@x.nl", i)
		}
		must.Get(o.Contacts().Update(ctx, contact.ID, "", func(c *Contact) error { c.Emails = many; return nil }))(t)
		is("contact.update", "contact "+contact.ID, map[string]string{"emails": "changed"})
		contact = must.Get(o.Contacts().Update(ctx, contact.ID, "", func(c *Contact) error { c.Emails = []string{"p@x.nl"}; return nil }))(t)
		is("contact.update", "contact "+contact.ID, map[string]string{"emails": "changed"})
		role := must.Get(o.Roles().Create(ctx, Role{Name: "Assistent"}))(t)
		is("role.create", "role "+role.ID, map[string]string{"name": "Assistent"})
		team := must.Get(o.Teams().Create(ctx, ProcessTeam{Name: "Salaris"}))(t)
		is("process-team.create", "process team "+team.ID, map[string]string{"name": "Salaris", "members": "[]"})
		must.Get(o.SetClientTeam(ctx, client.ID, "", []Link{{member.ID, role.ID}}))(t)
		is("client-team.create", "team of client "+client.ID,
			map[string]string{"links": `[{"member":"` + member.ID + `","role":"` + role.ID + `"}]`})

		var rule Rule
		must.Do(t, o.Change(ctx, func(tx *Tx) (err error) {
			if rule, err = tx.SaveRule(Rule{Kind: AddressContact, Key: "q@x.nl", Contact: contact.ID, State: RuleOn, Count: 1}); err != nil {
				return err
			}
			contact.Emails = append(contact.Emails, "q@x.nl")
			contact, err = tx.SaveContact(contact)
			return err
		}))
		is("rule.create", "rule "+rule.ID, map[string]string{
			"kind": "address-contact", "key": "q@x.nl", "state": "on", "contact": contact.ID, "client": "", "count": "1",
			"also": "contact.update contact " + contact.ID,
		})
		must.Do(t, o.Contacts().Delete(ctx, contact.ID, ""))
		is("contact.delete", "contact "+contact.ID, map[string]string{"name": "Piet", "emails": `["p@x.nl","q@x.nl"]`,
			"clients": `["` + client.ID + `"]`})
		must.Do(t, o.Clients().Delete(ctx, client.ID, ""))
		is("client.delete", "client "+client.ID, map[string]string{
			"number": "1", "type": "organisation", "name": "Bakkerij", "kvk": "12345678",
			"also": "client-team.delete team of client " + client.ID,
		})
	})
}

// Only entries have the keys of entries.
func TestNoOtherRowPosesAsAnEntry(t *testing.T) {
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		if key := keyOf(kind, "x"); key < "z}" && key >= "z|" {
			t.Errorf("rows of %s are among the entries", kind)
		}
		if kinds[kind].action == "" {
			t.Errorf("the audit has no word for %s", kind)
		}
	}
}
