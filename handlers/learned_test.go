package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

// newcomers lets people of one company write for the first time, and has the
// first ones made contacts by hand.
func newcomers(t *testing.T, byHand int) (*world, func(name string) object) {
	w := newWorld(t)
	w.office()
	w.tick()
	client := w.first("/api/clients")
	info := "info@" + domain
	write := func(name string) object {
		t.Helper()
		from := name + "@zaakvanhen.example"
		w.send(from, []string{info}, letter(strings.ToUpper(name[:1])+name[1:]+" Smit <"+from+">", info, "Eerste mail van "+name, name))
		w.pass(1)
		return w.must("GET", "/api/mails/"+w.id("Eerste mail van "+name), nil)
	}
	for i := range byHand {
		m := write(fmt.Sprintf("naam%c", 'a'+i))
		if m["state"] != "parked" {
			t.Fatalf("the %d. of a domain: %v", i+1, m)
		}
		w.must("POST", "/api/mails/"+m["id"].(string)+"/solve",
			object{"action": "create-contact", "name": "Naam Smit " + string(rune('A'+i)), "client": client})
	}
	return w, write
}

// When people have said often enough whose a domain is, a verified newcomer
// from there becomes a contact; if he was none, only he is taken back, and the
// rule has to be taught again.
func TestDomainIsLearned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, write := newcomers(t, 3)
		m := write("vierde")
		if m["state"] != "processed" {
			t.Fatalf("the fourth of a domain: %v", m)
		}
		contacts := w.must("GET", "/api/contacts?search=vierde", nil)["items"].([]any)
		if len(contacts) != 1 || contacts[0].(object)["name"] != "Vierde Smit" {
			t.Errorf("the contact: %v", contacts)
		}
		if code := w.ask(admin, "POST", "/api/mails/"+m["id"].(string)+"/undo", nil, nil); code != http.StatusOK {
			t.Fatalf("undo: %d", code)
		}
		if m := w.mail("Eerste mail van vierde"); m["state"] != "parked" || m["reason"] != "unknown-sender" {
			t.Errorf("taken back: %v", m)
		}
		if n := len(w.must("GET", "/api/contacts?search=vierde", nil)["items"].([]any)); n != 0 {
			t.Errorf("the contact that was none is still there")
		}
		if n := len(w.must("GET", "/api/contacts?search=zaakvanhen", nil)["items"].([]any)); n != 3 {
			t.Errorf("%d contacts of the domain, want those that people made", n)
		}
		if m := write("vijfde"); m["state"] != "parked" {
			t.Errorf("a rule that was wrong goes on: %v", m)
		}
		w.check(t)
	})
}

// One decision is not enough, and a rule that is switched off decides nothing.
func TestDomainIsNotLearnedTooEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, write := newcomers(t, 1)
		if m := write("tweede"); m["state"] != "parked" {
			t.Errorf("after one decision: %v", m)
		}
		w.check(t)
		w, write = newcomers(t, 3)
		rules := w.must("GET", "/api/rules?kind=domain-client", nil)["items"].([]any)
		if len(rules) != 1 || rules[0].(object)["on"] != true {
			t.Fatalf("rules: %v", rules)
		}
		w.must("PATCH", "/api/rules/"+rules[0].(object)["id"].(string), object{"on": false})
		if m := write("vierde"); m["state"] != "parked" {
			t.Errorf("switched off: %v", m)
		}
		w.check(t)
	})
}

// Taking back a whole rule takes back all that it made.
func TestUndoDomainRule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, write := newcomers(t, 3)
		write("vierde")
		write("vijfde")
		rule := w.must("GET", "/api/rules?kind=domain-client", nil)["items"].([]any)[0].(object)["id"].(string)
		if r := w.must("DELETE", "/api/rules/"+rule, nil); r["reopened"] != 2.0 {
			t.Errorf("undone: %v", r)
		}
		if got := subjects(w.mails(), "parked"); len(got) != 2 {
			t.Errorf("waiting again: %v", got)
		}
		if n := len(w.must("GET", "/api/contacts?search=zaakvanhen", nil)["items"].([]any)); n != 3 {
			t.Errorf("%d contacts of the domain, want those that people made", n)
		}
		w.check(t)
	})
}

// A mail that says which of the sender's clients it is about needs nobody.
func TestWhichClientIsMeant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.tick()
		other := w.must("POST", "/api/clients", object{"number": "1002", "type": "organisation", "name": "Slagerij Pietersen"})["id"].(string)
		bakery := w.first("/api/clients")
		links := w.must("GET", "/api/clients/"+bakery+"/team-members", nil)["items"]
		w.must("PUT", "/api/clients/"+other+"/team-members", links)
		w.must("POST", "/api/contacts", object{"name": "Boekhouder Bos", "emails": []string{"bos@boekhouders.example"},
			"clients": []string{bakery, other}})
		info := "info@" + domain
		send := func(subject string) object {
			w.send("bos@boekhouders.example", []string{info}, letter("bos@boekhouders.example", info, subject, strings.ReplaceAll(subject, " ", "")))
			w.pass(1)
			return w.mail(subject)
		}
		if m := send("Aangifte slagerij Pietersen"); m["state"] != "processed" ||
			w.must("GET", "/api/chats/"+m["chat"].(string), nil)["client"] != other {
			t.Errorf("a mail that names the client: %v", m)
		}
		m := send("Aangifte")
		if m["reason"] != "several-clients" {
			t.Fatalf("a mail that does not say: %v", m)
		}
		detail := w.must("GET", "/api/mails/"+m["id"].(string), nil)
		if text := fmt.Sprint(detail["explanation"]); !strings.Contains(text, "Slagerij Pietersen") ||
			!strings.Contains(text, "Bakkerij Jansen") {
			t.Errorf("explained: %s", text)
		}
		solved := w.must("POST", "/api/mails/"+m["id"].(string)+"/solve", object{"action": "choose-client", "client": bakery})
		if chat := w.must("GET", "/api/chats/"+solved["mail"].(object)["chat"].(string), nil); chat["client"] != bakery {
			t.Errorf("chosen, and yet: %v", chat)
		}
		w.check(t)

		// At two addresses, and chosen for both: it is one chat, and taking it back
		// leaves none of them in it.
		loon := "loon@" + domain
		w.send("bos@boekhouders.example", []string{info, loon}, letter("bos@boekhouders.example", info+", "+loon, "Vraag", "copies"))
		w.pass(1)
		var both []string
		for _, m := range w.mails() {
			if m["subject"] == "Vraag" {
				both = append(both, m["id"].(string))
				w.must("POST", "/api/mails/"+m["id"].(string)+"/solve", object{"action": "choose-client", "client": other})
			}
		}
		if a, b := w.must("GET", "/api/mails/"+both[0], nil), w.must("GET", "/api/mails/"+both[1], nil); a["chat"] == "" ||
			a["chat"] != b["chat"] {
			t.Fatalf("copies in chats %v and %v", a["chat"], b["chat"])
		}
		w.check(t)
		first := w.must("GET", "/api/mails/"+both[0], nil)["chat"].(string)
		w.must("POST", "/api/mails/"+first+"/undo", nil)
		if m := w.mail("Vraag"); m["state"] != "parked" {
			t.Errorf("taken back: %v", m)
		}
		w.check(t)
	})
}
