package app_test

import (
	"fmt"
	"testing"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/wiretest"
)

// A contact who is added releases his mail, and costs nothing for the mail of others that
// waits: ten times as much of it makes no difference.
func TestAChangeOfTheDirectoryBudget(t *testing.T) {
	if wiretest.UnderRace {
		t.Skip("three hundred mails are counted without the race detector")
	}
	calls := map[int]int{}
	for _, n := range []int{30, 300} {
		simulated(t, func(t *testing.T, w *world) {
			w.mailboxes(1)
			to := "box00000@" + apptest.Domain
			for i := range n {
				from := fmt.Sprintf("iemand@elders%d.example", i)
				w.Receive(from, to, fmt.Sprint("Vraag ", i), fmt.Sprint("m", i))
			}
			w.Pass(2)
			if got := len(apptest.Subjects(w.Mails(), "parked")); got != n {
				t.Fatalf("%d of %d mails wait", got, n)
			}
			client := w.Must("GET", "/api/clients", nil)["items"].([]any)[0].(object)["id"]
			w.Must("POST", "/api/contacts", object{"name": "Iemand", "emails": []string{"iemand@elders7.example"}, "clients": []any{client}})
			w.reset()
			w.Pass(1)
			c := w.count()
			calls[n] = c.tableReads + c.tableWrites
			t.Logf("%d mails wait: %+v", n, c)
			if got := apptest.Subjects(w.Mails(), "processed"); len(got) != 1 || got[0] != "Vraag 7" {
				t.Errorf("processed: %v", got)
			}
			w.Check(t)
		})
	}
	if calls[300] > calls[30]+3 {
		t.Errorf("a contact costs %d table operations with 30 mails that wait, %d with 300", calls[30], calls[300])
	}
}
