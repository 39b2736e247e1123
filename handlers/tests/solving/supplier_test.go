package solving_test

import (
	"fmt"
	"testing"
	"testing/synctest"
)

// Invoices of the office's own supplier that people dismiss one by one are dismissed in
// the end, unless they name a client, and no more once that was wrong.
func TestInvoicesOfASupplier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _, _ := twoClients(t)
		n := 100
		send := func(text string) (subject, state string) {
			n++
			subject = fmt.Sprint("Uw factuur 2026-", n)
			w.mailed("facturen@telefoon.example", subject, text)
			return subject, w.Mail(subject)["state"].(string)
		}
		for range 3 {
			subject, state := send("Hierbij uw factuur.")
			if state != "parked" {
				t.Fatalf("%s: %s", subject, state)
			}
			w.solve(subject, object{"action": "dismiss", "scope": "once"})
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
		}
		w.Check(t)
	})
}
