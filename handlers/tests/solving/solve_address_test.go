package solving_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
)

// Mail comes from addresses that nobody could type. What is suggested about it
// can be done, and the next mail from there needs nobody.
func TestMailFromOddAddressesIsSolvedAsSuggested(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.Office()
		w.Tick()
		info := "info@" + apptest.Domain
		odd := []string{
			"Jan Molenaar <jan@de_molen.example>",
			`Jan Molenaar <"jan molenaar"@molen.example>`,
			"Scanner <scan@kopieer>",
			"Kees Snel </O=EXCHANGELABS/OU=FIRST/CN=RECIPIENTS/CN=0A1B2C-KEES>",
		}
		arrive := func(round int) {
			for i, from := range odd {
				w.Send("elders@elders.example", []string{info},
					apptest.RawMail(from, info, fmt.Sprintf("Vraag %d.%d", round, i), fmt.Sprintf("m%d.%d", round, i)))
			}
			w.Pass(1)
		}
		arrive(1)
		client := w.First("/api/clients")
		for i, from := range odd {
			subject := fmt.Sprintf("Vraag 1.%d", i)
			m := w.Mail(subject)
			if m["state"] != "parked" || m["reason"] != "unknown-sender" {
				t.Fatalf("%s: %v", from, m)
			}
			path := "/api/mails/" + w.ID(subject)
			prefill := w.Must("GET", path+"/suggestions", nil)["prefill"].(object)
			if prefill["name"] == nil {
				prefill["name"] = "Scanner" // no name of a person
			}
			solve := object{"action": "create-contact", "name": prefill["name"], "email": prefill["email"], "client": client}
			if got := w.Must("POST", path+"/solve", solve)["mail"].(object); got["state"] != "processed" {
				t.Errorf("%s, solved by %v: %v", from, solve, got)
			}
		}
		arrive(2)
		for i, from := range odd {
			if m := w.Mail(fmt.Sprintf("Vraag 2.%d", i)); m["state"] != "processed" {
				t.Errorf("the second mail of %s: %v", from, m)
			}
		}
	})
}

// Mail from such addresses can be linked and dismissed as any other.
func TestMailFromOddAddressesIsLinkedAndDismissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.Office()
		w.Tick()
		info := "info@" + apptest.Domain
		w.Send("elders@elders.example", []string{info}, apptest.RawMail("jan@de_molen.example", info, "Een", "m1"))
		w.Send("elders@elders.example", []string{info}, apptest.RawMail("scan@kopieer", info, "Twee", "m2"))
		w.Pass(1)
		if got := w.link("Een")["mail"].(object); got["state"] != "processed" {
			t.Errorf("linked: %v", got)
		}
		if got := w.Must("POST", "/api/mails/"+w.ID("Twee")+"/solve",
			object{"action": "dismiss", "scope": "sender"})["mail"].(object); got["state"] != "dismissed" {
			t.Errorf("dismissed: %v", got)
		}
		// An address that somebody types is held to more.
		w.Send("elders@elders.example", []string{info}, apptest.RawMail("els@elders.example", info, "Drie", "m3"))
		w.Pass(1)
		code := w.Ask("beheer@"+apptest.Domain, "POST", "/api/mails/"+w.ID("Drie")+"/solve",
			object{"action": "create-contact", "name": "Els", "email": "els@el_ders.example"}, nil)
		if code != 422 {
			t.Errorf("an address that is wrongly typed is answered with %d", code)
		}
	})
}
