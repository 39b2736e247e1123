package solving_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
)

// What cannot be done is refused with what is expected, and nothing is lost.
func TestSolutionsThatAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		info := "info@" + apptest.Domain
		w.Send("spoofed@bakker.example", []string{info}, apptest.RawMail("jan@bakker.example", info, "Vervalst", "s1"))
		w.Pass(1)
		gone := w.Must("POST", "/api/contacts", object{"name": "Weg", "emails": []string{"weg@bakker.example"}})["id"].(string)
		if code := w.Ask(apptest.Admin, "DELETE", "/api/contacts/"+gone, nil, nil); code != http.StatusNoContent {
			t.Fatal(code)
		}
		unknown, forged, list := w.ID("Kennismaking"), w.ID("Vervalst"), w.ID("Nieuws 1")
		before := w.Picture()
		for _, c := range []struct {
			who, mail string
			solve     object
			code      int
			says      string
		}{
			{"beheer", unknown, object{"action": "link-contact", "contact": gone}, http.StatusConflict, "deleted meanwhile"},
			{"beheer", unknown, object{"action": "link-contact"}, http.StatusUnprocessableEntity, "body.contact"},
			{"beheer", unknown, object{"action": "create-contact"}, http.StatusUnprocessableEntity, "body.name"},
			{"beheer", unknown, object{"action": "create-contact", "name": "Piet", "email": "anna@" + apptest.Domain},
				http.StatusUnprocessableEntity,
				"not one of the office"},
			{"beheer", unknown, object{"action": "create-contact", "name": "Piet", "client": gone}, http.StatusConflict, "client that you chose"},
			{"beheer", unknown, object{"action": "choose-client", "client": w.First("/api/clients")}, http.StatusUnprocessableEntity,
				"link-contact"},
			{"beheer", unknown, object{"action": "dismiss", "scope": "list"}, http.StatusUnprocessableEntity, "body.scope"},
			{"beheer", unknown, object{"action": "vanish"}, http.StatusUnprocessableEntity, "action"},
			{"beheer", forged, object{"action": "link-contact", "contact": w.First("/api/contacts")}, http.StatusUnprocessableEntity, "release"},
			{"beheer", forged, object{"action": "release", "scope": "sender"}, http.StatusUnprocessableEntity, "once"},
			{"anna", forged, object{"action": "release"}, http.StatusForbidden, "mails.release"},
			{"anna", w.ID("Loonstrook"), object{"action": "dismiss"}, http.StatusNotFound, "no such mail"},
			{"beheer", "0000000000000-aaaaaaaaaaaaaaaaaaaaaaaaaa", object{"action": "dismiss"}, http.StatusNotFound, "no such mail"},
		} {
			code := w.Ask(c.who+"@"+apptest.Domain, "POST", "/api/mails/"+c.mail+"/solve", c.solve, nil)
			if text := w.Answered[len(w.Answered)-1]; code != c.code || !strings.Contains(text, c.says) {
				t.Errorf("%s: %v: %d %s; want %d that says %q", c.who, c.solve, code, text, c.code, c.says)
			}
		}
		if after := w.Picture(); after != before {
			t.Errorf("after refusals only:\n%s\nwant\n%s", after, before)
		}
		// A manager knows better about the sender, once; and nothing was done about it that could be taken back before.
		w.Answers(http.StatusConflict, apptest.Admin, "POST", "/api/mails/"+list+"/undo", nil) // nothing to take back
		if got := w.Must("POST", "/api/mails/"+forged+"/solve", object{"action": "release"})["mail"].(object); got["state"] != "processed" {
			t.Errorf("released: %v", got)
		}
		if code := w.Ask("carla@"+apptest.Domain, "POST", "/api/mails/"+forged+"/solve", object{"action": "dismiss"},
			nil); code != http.StatusConflict || !strings.Contains(w.Answered[len(w.Answered)-1], "Beheer did release") {
			t.Errorf("somebody was faster: %d %s", code, w.Answered[len(w.Answered)-1])
		}
		w.Send("spoofed@bakker.example", []string{info}, apptest.RawMail("jan@bakker.example", info, "Weer vervalst", "s2"))
		w.Pass(1)
		if m := w.Mail("Weer vervalst"); m["reason"] != "sender-not-verified" {
			t.Errorf("what was released once is believed for ever: %v", m)
		}
		w.Check(t)
	})
}

// What a colleague passes on is linked with its writer, and never the
// colleague's address; a new contact comes from the original.
func TestForwardedMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		info, anna := "info@"+apptest.Domain, "anna@"+apptest.Domain
		forward := func(subject, id, from string) string {
			text := apptest.RawMail("Anna <"+anna+">", info, "FW: "+subject, id) + "\r\n\r\n-----Oorspronkelijk bericht-----\r\nVan: " + from +
				"\r\nVerzonden: maandag 23 november 2026 09:00\r\nAan: Anna\r\nOnderwerp: " + subject +
				"\r\n\r\nKunt u bellen?\r\n\r\nGroet,\r\nEls\r\n"
			w.Send(anna, []string{info}, text)
			w.Pass(1)
			return w.ID("FW: " + subject)
		}
		first := forward("Vraag", "f1", "Jan Jansen <jan@bakker.example>")
		suggested := w.Must("GET", "/api/mails/"+first+"/suggestions", nil)["items"].([]any)[0].(object)
		if suggested["action"] != "link-contact" || suggested["contact"].(object)["name"] != "Jan Jansen" {
			t.Fatalf("suggested: %v", suggested)
		}
		w.Must("POST", "/api/mails/"+first+"/solve", suggested["solve"])
		if c := w.Must("GET", "/api/contacts/"+suggested["contact"].(object)["id"].(string), nil); len(c["emails"].([]any)) != 1 {
			t.Errorf("the contact got the colleague's address: %v", c)
		}
		second := forward("Nieuw hier", "f2", "Els Nieuw <els@nieuw.example>")
		prefill := w.Must("GET", "/api/mails/"+second+"/suggestions", nil)["prefill"].(object)
		if prefill["email"] != "els@nieuw.example" || prefill["name"] != "Els Nieuw" {
			t.Errorf("prefilled: %v", prefill)
		}
		w.Must("POST", "/api/mails/"+second+"/solve",
			object{"action": "create-contact", "name": "Els Nieuw", "email": "els@nieuw.example", "client": w.First("/api/clients")})
		for _, subject := range []string{"FW: Vraag", "FW: Nieuw hier"} {
			if m := w.Mail(subject); m["state"] != "processed" {
				t.Errorf("%s: %v", subject, m)
			}
		}
		w.Check(t)
	})
}
