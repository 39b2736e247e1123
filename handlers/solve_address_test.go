package main

import (
	"fmt"
	"testing"
	"testing/synctest"
)

// Mail comes from addresses that nobody could type. What is suggested about it
// can be done, and the next mail from there needs nobody.
func TestMailFromOddAddressesIsSolvedAsSuggested(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.tick()
		info := "info@" + domain
		odd := []string{
			"Jan Molenaar <jan@de_molen.example>",
			`Jan Molenaar <"jan molenaar"@molen.example>`,
			"Scanner <scan@kopieer>",
			"Kees Snel </O=EXCHANGELABS/OU=FIRST/CN=RECIPIENTS/CN=0A1B2C-KEES>",
		}
		arrive := func(round int) {
			for i, from := range odd {
				w.send("elders@elders.example", []string{info},
					letter(from, info, fmt.Sprintf("Vraag %d.%d", round, i), fmt.Sprintf("m%d.%d", round, i)))
			}
			w.pass(1)
		}
		arrive(1)
		client := w.first("/api/clients")
		for i, from := range odd {
			subject := fmt.Sprintf("Vraag 1.%d", i)
			m := w.mail(subject)
			if m["state"] != "parked" || m["reason"] != "unknown-sender" {
				t.Fatalf("%s: %v", from, m)
			}
			path := "/api/mails/" + w.id(subject)
			prefill := w.must("GET", path+"/suggestions", nil)["prefill"].(object)
			if prefill["name"] == nil {
				prefill["name"] = "Scanner" // no name of a person
			}
			solve := object{"action": "create-contact", "name": prefill["name"], "email": prefill["email"], "client": client}
			if got := w.must("POST", path+"/solve", solve)["mail"].(object); got["state"] != "processed" {
				t.Errorf("%s, solved by %v: %v", from, solve, got)
			}
		}
		arrive(2)
		for i, from := range odd {
			if m := w.mail(fmt.Sprintf("Vraag 2.%d", i)); m["state"] != "processed" {
				t.Errorf("the second mail of %s: %v", from, m)
			}
		}
	})
}

// Mail from such addresses can be linked and dismissed as any other.
func TestMailFromOddAddressesIsLinkedAndDismissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.tick()
		info := "info@" + domain
		w.send("elders@elders.example", []string{info}, letter("jan@de_molen.example", info, "Een", "m1"))
		w.send("elders@elders.example", []string{info}, letter("scan@kopieer", info, "Twee", "m2"))
		w.pass(1)
		if got := w.link("Een")["mail"].(object); got["state"] != "processed" {
			t.Errorf("linked: %v", got)
		}
		if got := w.must("POST", "/api/mails/"+w.id("Twee")+"/solve",
			object{"action": "dismiss", "scope": "sender"})["mail"].(object); got["state"] != "dismissed" {
			t.Errorf("dismissed: %v", got)
		}
		// An address that somebody types is held to more.
		w.send("elders@elders.example", []string{info}, letter("els@elders.example", info, "Drie", "m3"))
		w.pass(1)
		code := w.ask("beheer@"+domain, "POST", "/api/mails/"+w.id("Drie")+"/solve",
			object{"action": "create-contact", "name": "Els", "email": "els@el_ders.example"}, nil)
		if code != 422 {
			t.Errorf("an address that is wrongly typed is answered with %d", code)
		}
	})
}
