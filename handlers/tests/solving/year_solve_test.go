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
func (p *play) solve(m object) (hands int) {
	p.T.Helper()
	id, tr := m["id"].(string), p.truth(m)
	for {
		m = p.Must("GET", "/api/mails/"+id, nil)
		if m["state"] == "new" {
			p.Drain()
			m = p.Must("GET", "/api/mails/"+id, nil)
		}
		if m["state"] != "parked" {
			return hands
		}
		if hands > 5 {
			p.T.Fatalf("after %d solutions it still waits: %v, %+v", hands, m, tr)
		}
		action := p.right(m, tr)
		if action == nil {
			p.T.Errorf("nothing helps: %v, %+v", m, tr)
			return hands
		}
		p.rank(m, tr, action)
		// A contact with too few clients is mended first, whoever writes.
		if action["action"] == "choose-client" && p.writesFor(p.contacts[tr.Person], []string{tr.Client}) {
			hands++
		}
		if !p.learning && action["action"] == "dismiss" {
			p.post("/api/mails/dismiss", object{"mails": []string{id}})
		} else {
			p.post("/api/mails/"+id+"/solve", action)
		}
		hands++
		if action["action"] == "create-contact" {
			hands += p.adopt(id, tr)
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
	switch m["reason"] {
	case "automated":
		return object{"action": "release", "scope": p.scope(m, tr.Sort)}
	case "sender-not-verified", "bounce":
		return object{"action": "release", "scope": "once"}
	case "unknown-sender", "internal-sender":
		contact, known := p.contacts[tr.Person]
		if !known && !p.learning {
			// For this mail only: the contact does not get the address.
			contact = p.Must("POST", "/api/contacts",
				object{"name": tr.Name, "emails": []string{strings.ReplaceAll(tr.Person, " ", "") + "@nergens.example"},
					"clients": p.ids(tr.Clients)})["id"].(string)
			p.knows(tr.Person, contact)
			known = true
		}
		if known {
			return object{"action": "link-contact", "contact": contact, "remember": p.learning}
		}
		return object{"action": "create-contact", "name": tr.Name, "client": p.clients[tr.Client], "email": tr.Email}
	case "several-clients", "sender-without-client":
		return object{"action": "choose-client", "client": p.clients[tr.Client], "remember": p.learning}
	}
	return nil
}

// scope is how much of such mail a person means. Newsletters, notifications and
// acquisition are meant for ever, unless they are a contact's.
func (p *play) scope(m object, s year.Sort) string {
	p.T.Helper()
	switch {
	case !p.learning || m["verdict"] == "fail":
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
	at := slices.IndexFunc(list.Items, func(s object) bool {
		is := func(what string) bool {
			o, ok := s[what].(object)
			return ok && o["id"] == right[what]
		}
		switch s["action"] {
		case right["action"]:
		default:
			return false
		}
		switch s["action"] {
		case "link-contact":
			return is("contact")
		case "create-contact", "choose-client":
			return is("client")
		}
		return true
	})
	n := tally{asked: 1}
	if at == 0 {
		n.first = 1
	} else {
		top := "nothing"
		if len(list.Items) > 0 {
			top = fmt.Sprint(list.Items[0]["action"])
		}
		p.missed[fmt.Sprintf("%s %s, right: %v (place %d of %d), first: %s", tr.Sort, tr.Cue, right["action"], at+1, len(list.Items), top)]++
	}
	if at >= 0 && at < 3 {
		n.three = 1
	}
	p.count(tr, n)
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
		p.T.Fatalf("a contact was made, and the mail still waits: %v, %+v", m, tr)
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
