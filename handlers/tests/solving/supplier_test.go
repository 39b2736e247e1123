package solving_test

import (
	"fmt"
	"testing"
	"testing/synctest"
)

// Invoices of the office's own supplier that people dismiss one by one are dismissed in
// the end, unless they name a client, and no more once that was wrong. A supplier may be
// a contact as long as it has no clients; what people did before it was one says nothing.
func TestInvoicesOfASupplier(t *testing.T) {
	for _, contact := range []bool{false, true} {
		t.Run(fmt.Sprint("a contact: ", contact), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { invoicesOfASupplier(t, contact) })
		})
	}
}

func invoicesOfASupplier(t *testing.T, contact bool) {
	w, _, butcher := twoClients(t)
	n := 100
	send := func(text string) (subject, state string) {
		n++
		subject = fmt.Sprint("Uw factuur 2026-", n)
		w.mailed("facturen@telefoon.example", subject, text)
		return subject, w.Mail(subject)["state"].(string)
	}
	dismissThree := func() {
		for range 3 {
			subject, state := send("Hierbij uw factuur.")
			if state != "parked" {
				t.Fatalf("%s: %s", subject, state)
			}
			w.solve(subject, object{"action": "dismiss", "scope": "once"})
		}
	}
	dismissThree()
	id := ""
	if contact {
		id = w.Must("POST", "/api/contacts", object{"name": "Telefoon Direct", "emails": []string{"facturen@telefoon.example"},
			"clients": []string{}})["id"].(string)
		dismissThree()
	}
	if subject, state := send("De factuur voor Slagerij van der Linde."); state != "parked" {
		t.Errorf("%s, which names a client: %s", subject, state)
	}
	subject, state := send("Hierbij uw factuur.")
	if state != "dismissed" {
		t.Fatalf("%s: %s", subject, state)
	}
	w.Must("POST", "/api/mails/"+w.ID(subject)+"/undo", nil)
	if subject, state := send("Hierbij uw factuur."); state != "parked" {
		t.Errorf("%s, after the rule was wrong: %s", subject, state)
	} else if contact {
		w.solve(subject, object{"action": "dismiss", "scope": "sender"})
		if subject, state := send("Nog een factuur."); state != "dismissed" {
			t.Errorf("%s, always dismissed: %s", subject, state)
		}
		w.Must("PATCH", "/api/contacts/"+id, object{"clients": []string{butcher}})
		if subject, state := send("Hierbij uw factuur."); state == "dismissed" {
			t.Errorf("%s, of a contact with a client: %s", subject, state)
		}
	}
	w.Check(t)
}
