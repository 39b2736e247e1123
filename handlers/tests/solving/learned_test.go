package solving_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
)

// newSenders lets people of one company write for the first time, and has the
// first ones made contacts by hand.
func newSenders(t *testing.T, byHand int) (*world, func(name string) object) {
	w := newWorld(t)
	w.Office()
	w.Tick()
	client := w.First("/api/clients")
	info := "info@" + apptest.Domain
	write := func(name string) object {
		t.Helper()
		from := name + "@zaakvanhen.example"
		w.Send(from, []string{info}, apptest.RawMail(strings.ToUpper(name[:1])+name[1:]+" Smit <"+from+">", info, "Eerste mail van "+name, name))
		w.Pass(1)
		return w.Must("GET", "/api/mails/"+w.ID("Eerste mail van "+name), nil)
	}
	for i := range byHand {
		m := write(fmt.Sprintf("naam%c", 'a'+i))
		if m["state"] != "parked" {
			t.Fatalf("the %d. of a domain: %v", i+1, m)
		}
		w.Must("POST", "/api/mails/"+m["id"].(string)+"/solve",
			object{"action": "create-contact", "name": "Naam Smit " + string(rune('A'+i)), "client": client})
	}
	return w, write
}

// When people have said often enough whose a domain is, a verified new sender
// from there becomes a contact; if he was none, only he is taken back, and the
// rule has to be taught again.
func TestDomainIsLearned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, write := newSenders(t, 3)
		m := write("vierde")
		if m["state"] != "processed" {
			t.Fatalf("the fourth of a domain: %v", m)
		}
		contacts := w.Must("GET", "/api/contacts?search=vierde", nil)["items"].([]any)
		if len(contacts) != 1 || contacts[0].(object)["name"] != "Vierde Smit" {
			t.Errorf("the contact: %v", contacts)
		}
		w.Answers(http.StatusOK, apptest.Admin, "POST", "/api/mails/"+m["id"].(string)+"/undo", nil)
		if m := w.Mail("Eerste mail van vierde"); m["state"] != "parked" || m["reason"] != "unknown-sender" {
			t.Errorf("taken back: %v", m)
		}
		if n := len(w.Must("GET", "/api/contacts?search=vierde", nil)["items"].([]any)); n != 0 {
			t.Errorf("the contact that was none is still there")
		}
		if n := len(w.Must("GET", "/api/contacts?search=zaakvanhen", nil)["items"].([]any)); n != 3 {
			t.Errorf("%d contacts of the domain, want those that people made", n)
		}
		if m := write("vijfde"); m["state"] != "parked" {
			t.Errorf("a rule that was wrong goes on: %v", m)
		}
		w.Check(t)
	})
}

// One decision is not enough, and a rule that is switched off decides nothing.
func TestDomainIsNotLearnedTooEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, write := newSenders(t, 1)
		if m := write("tweede"); m["state"] != "parked" {
			t.Errorf("after one decision: %v", m)
		}
		w.Check(t)
		w, write = newSenders(t, 3)
		rules := w.Must("GET", "/api/rules?kind=domain-client", nil)["items"].([]any)
		if len(rules) != 1 || rules[0].(object)["on"] != true {
			t.Fatalf("rules: %v", rules)
		}
		w.Must("PATCH", "/api/rules/"+rules[0].(object)["id"].(string), object{"on": false})
		if m := write("vierde"); m["state"] != "parked" {
			t.Errorf("switched off: %v", m)
		}
		w.Check(t)
	})
}

// Taking back a whole rule takes back all that it made.
func TestUndoDomainRule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, write := newSenders(t, 3)
		write("vierde")
		write("vijfde")
		rule := w.Must("GET", "/api/rules?kind=domain-client", nil)["items"].([]any)[0].(object)["id"].(string)
		if r := w.Must("DELETE", "/api/rules/"+rule, nil); r["reopened"] != 2.0 {
			t.Errorf("undone: %v", r)
		}
		if got := apptest.Subjects(w.Mails(), "parked"); len(got) != 2 {
			t.Errorf("waiting again: %v", got)
		}
		if n := len(w.Must("GET", "/api/contacts?search=zaakvanhen", nil)["items"].([]any)); n != 3 {
			t.Errorf("%d contacts of the domain, want those that people made", n)
		}
		w.Check(t)
	})
}

// A mail that says which of the sender's clients it is about needs nobody.
func TestWhichClientIsMeant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.Office()
		w.Tick()
		other := w.Must("POST", "/api/clients", object{"number": "1002", "type": "organisation", "name": "Slagerij Pietersen"})["id"].(string)
		bakery := w.First("/api/clients")
		links := w.Must("GET", "/api/clients/"+bakery+"/team-members", nil)["items"]
		w.Must("PUT", "/api/clients/"+other+"/team-members", links)
		w.Must("POST", "/api/contacts", object{"name": "Boekhouder Bos", "emails": []string{"bos@boekhouders.example"},
			"clients": []string{bakery, other}})
		info := "info@" + apptest.Domain
		send := func(subject string) object {
			w.Receive("bos@boekhouders.example", info, subject, strings.ReplaceAll(subject, " ", ""))
			w.Pass(1)
			return w.Mail(subject)
		}
		if m := send("Aangifte slagerij Pietersen"); m["state"] != "processed" ||
			w.Must("GET", "/api/chats/"+m["chat"].(string), nil)["client"] != other {
			t.Errorf("a mail that names the client: %v", m)
		}
		m := send("Aangifte")
		if m["reason"] != "several-clients" {
			t.Fatalf("a mail that does not say: %v", m)
		}
		detail := w.Must("GET", "/api/mails/"+m["id"].(string), nil)
		if text := fmt.Sprint(detail["explanation"]); !strings.Contains(text, "Slagerij Pietersen") ||
			!strings.Contains(text, "Bakkerij Jansen") {
			t.Errorf("explained: %s", text)
		}
		solved := w.Must("POST", "/api/mails/"+m["id"].(string)+"/solve", object{"action": "choose-client", "client": bakery})
		if chat := w.Must("GET", "/api/chats/"+solved["mail"].(object)["chat"].(string), nil); chat["client"] != bakery {
			t.Errorf("chosen, and yet: %v", chat)
		}
		w.Check(t)

		// At two addresses, and chosen for both: it is one chat, and taking it back
		// leaves none of them in it.
		loon := "loon@" + apptest.Domain
		w.Send("bos@boekhouders.example", []string{info, loon}, apptest.RawMail("bos@boekhouders.example", info+", "+loon, "Vraag", "copies"))
		w.Pass(1)
		var both []string
		for _, m := range w.Mails() {
			if m["subject"] == "Vraag" {
				both = append(both, m["id"].(string))
				w.Must("POST", "/api/mails/"+m["id"].(string)+"/solve", object{"action": "choose-client", "client": other})
			}
		}
		if a, b := w.Must("GET", "/api/mails/"+both[0], nil), w.Must("GET", "/api/mails/"+both[1], nil); a["chat"] == "" ||
			a["chat"] != b["chat"] {
			t.Fatalf("copies in chats %v and %v", a["chat"], b["chat"])
		}
		w.Check(t)
		first := w.Must("GET", "/api/mails/"+both[0], nil)["chat"].(string)
		w.Must("POST", "/api/mails/"+first+"/undo", nil)
		if m := w.Mail("Vraag"); m["state"] != "parked" {
			t.Errorf("taken back: %v", m)
		}
		w.Check(t)
	})
}
