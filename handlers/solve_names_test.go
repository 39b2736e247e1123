package main

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
)

// One address that writes for many: what is linked for one name never brings
// mail of another client's name into the same chat, and each can be solved.
func TestOneAddressWritesForMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := desk(t)
		info := "info@" + domain
		bakery := w.first("/api/clients")
		butcher := w.must("POST", "/api/clients", object{"number": "1002", "type": "organisation", "name": "Slagerij Van Dam"})["id"].(string)
		w.must("PUT", "/api/clients/"+butcher+"/team-members", w.must("GET", "/api/clients/"+bakery+"/team-members", nil)["items"])
		els := w.must("POST", "/api/contacts", object{"name": "Els van Dam", "emails": []string{"els@vandam.example"}, "clients": []string{butcher}})["id"].(string)
		jan := w.must("GET", "/api/contacts?search=Jansen", nil)["items"].([]any)[0].(object)["id"].(string)
		send := func(name, subject string) object {
			t.Helper()
			const from = "no-reply@delenonline.example"
			w.send(from, []string{info}, letter(fmt.Sprintf("%q <%s>", name, from), info, subject, strings.ReplaceAll(subject, " ", "")))
			w.pass(1)
			return w.mail(subject)
		}
		solve := func(m object, contact string) object {
			t.Helper()
			w.must("POST", "/api/mails/"+m["id"].(string)+"/solve", object{"action": "link-contact", "contact": contact})
			return w.must("GET", "/api/mails/"+m["id"].(string), nil)
		}
		if m := solve(send("Jan Jansen", "Map een"), jan); m["state"] != "processed" {
			t.Fatalf("linked: %v", m)
		}
		if m := send("J. Jansen", "Map twee"); m["state"] != "processed" {
			t.Errorf("the same person: %v", m)
		}
		m := send("Els van Dam", "Map drie")
		if m["state"] != "parked" || m["reason"] != "unknown-sender" {
			t.Fatalf("somebody else: %v", m)
		}
		detail := w.must("GET", "/api/mails/"+m["id"].(string), nil)
		if text := fmt.Sprint(detail["explanation"], detail["whatToDo"]); !strings.Contains(text, "Els van Dam") || !strings.Contains(text, "Jan Jansen") {
			t.Errorf("explained: %s", text)
		}
		first := w.must("GET", "/api/mails/"+m["id"].(string)+"/suggestions", nil)["items"].([]any)[0].(object)
		if first["action"] != "link-contact" || first["contact"].(object)["id"] != els {
			t.Errorf("suggested first: %v", first)
		}
		if m = solve(m, els); m["state"] != "processed" || w.must("GET", "/api/chats/"+m["chat"].(string), nil)["client"] != butcher {
			t.Errorf("somebody else, chosen: %v", m)
		}
		if c := w.must("GET", "/api/contacts/"+els, nil); len(c["emails"].([]any)) != 1 {
			t.Errorf("the address went to another contact: %v", c)
		}
		// A person who says that it is the same contact is believed from then on.
		if m := solve(send("Marieke Jansen", "Map vier"), jan); m["state"] != "processed" {
			t.Errorf("the same contact under another name: %v", m)
		}
		if m := send("Marieke Jansen", "Map vijf"); m["state"] != "processed" {
			t.Errorf("that name again: %v", m)
		}
		w.check(t)
	})
}

// A mail without a sender becomes the contact's whom a person names.
func TestABlankSenderIsSolved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := desk(t)
		info := "info@" + domain
		w.send("x@elders.example", []string{info}, strings.Replace(letter("Jan", info, "Zonder", "z1"), "From: Jan\r\n", "", 1))
		w.pass(1)
		m := w.mail("Zonder")
		if m["reason"] != "no-sender" {
			t.Fatalf("without a sender: %v", m)
		}
		solved := w.must("POST", "/api/mails/"+m["id"].(string)+"/solve", object{"action": "link-contact", "contact": w.first("/api/contacts")})
		if got := solved["mail"].(object); got["state"] != "processed" || solved["released"] != 1.0 {
			t.Errorf("solved: %v", solved)
		}
		w.check(t)
	})
}

// A former colleague is a stranger like any other: he can be made a contact.
func TestAFormerColleagueCanBecomeAContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := desk(t)
		info := "info@" + domain
		dirk := w.must("POST", "/api/team-members", object{"name": "Dirk", "email": "dirk@" + domain, "rights": "manager", "active": false})["id"]
		if dirk == "" {
			t.Fatal("no former colleague")
		}
		w.send("dirk@"+domain, []string{info}, letter("Dirk <dirk@"+domain+">", info, "Mijn aangifte", "d1"))
		w.pass(1)
		m := w.mail("Mijn aangifte")
		if m["reason"] != "unknown-sender" {
			t.Fatalf("a former colleague: %v", m)
		}
		solved := w.must("POST", "/api/mails/"+m["id"].(string)+"/solve", object{"action": "create-contact", "name": "Dirk", "client": w.first("/api/clients")})
		if got := solved["mail"].(object); got["state"] != "processed" {
			t.Errorf("made a contact: %v", solved)
		}
		w.check(t)
	})
}
