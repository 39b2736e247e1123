package app_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

// A page of chats or of the audit costs the same reads with ten times as many lines: the
// names in it are kept until the directory changes, and then read a few at a time.
func TestNamesOfListsDoNotGrow(t *testing.T) {
	reads := map[string][]int{}
	for _, n := range []int{10, 100} {
		simulated(t, func(t *testing.T, w *world) {
			w.mailboxes(1)
			w.clients(n)
			w.burst(n, n, func(*rand.Rand) string { return "Dag" })
			w.Pass(1)
			for _, path := range []string{"/api/chats?names=true&limit=200", "/api/audit?limit=200"} {
				_, cold, _ := w.ask(apptest.Admin, path)
				got, warm, _ := w.ask(apptest.Admin, path)
				if got.Code != 200 || cold > 4*n+30 {
					t.Errorf("%s: status %d, %d reads at first", path, got.Code, cold)
				}
				reads[path] = append(reads[path], warm)
			}
		})
	}
	for path, n := range reads {
		t.Logf("%s: %v", path, n)
		if n[1] > n[0] || n[0] > 10 {
			t.Errorf("%s: %d reads, and %d with ten times as many lines", path, n[0], n[1])
		}
	}
}

// The list of a person who sees twenty addresses reads little more than that of one who
// sees two.
func TestListsOfManyAddressesReadAShareOfEach(t *testing.T) {
	received := map[int]int{}
	for _, n := range []int{2, 20} {
		simulated(t, func(t *testing.T, w *world) {
			w.mailboxes(n)
			w.arrived(50)
			got, _, _ := w.ask("anna@"+apptest.Domain, "/api/mails?limit=50")
			if got.Code != 200 {
				t.Fatalf("%d %s", got.Code, got.Body)
			}
			for _, call := range w.ToTables.Calls() {
				received[n] += call.Received
			}
		})
	}
	t.Logf("bytes by addresses: %v", received)
	if received[20] > 4*received[2] {
		t.Errorf("bytes by addresses: %v", received)
	}
}

// The mailboxes are read once to find who can look after a mail, not for each team member.
func TestColleaguesReadMailboxesOnce(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		w.mailboxes(2)
		const n = 20
		for i := range n {
			w.Must("POST", "/api/team-members", object{"name": fmt.Sprint("Lid ", i), "email": fmt.Sprintf("lid%d@%s", i, apptest.Domain),
				"rights": "editor"})
		}
		w.arrived(1)
		mail := w.Mails()[0]["id"].(string)
		got, _, _ := w.ask(apptest.Admin, "/api/mails/"+mail+"/colleagues")
		boxes := 0
		for _, call := range w.ToTables.Calls() {
			if call.Method == "GET" && strings.Contains(call.URL, "/mailboxes") {
				boxes++
			}
		}
		if got.Code != 200 || boxes != 1 {
			t.Errorf("status %d; the mailboxes are read %d times for %d members", got.Code, boxes, n)
		}
	})
}

// arrived puts so many mails into each mailbox.
func (w *world) arrived(n int) {
	w.T.Helper()
	tables := must.Get(table.Open(storage.Account{ConnectionString: tabletest.Connection, Transport: w.ToTables}))(w.T)
	items := item.NewStore(tables.Table("mails"))
	rows, _, err := tables.Table("mailboxes").Range(w.T.Context(), "", "", 1000)
	if err != nil {
		w.T.Fatal(err)
	}
	boxes := map[string]string{}
	for _, r := range rows {
		if address, ok := r.Props["address"].(string); ok {
			boxes[r.Key] = address
		}
	}
	if len(boxes) == 0 {
		w.T.Fatalf("no mailboxes in %v", rows)
	}
	for id, address := range boxes {
		var all []item.Arrival
		for i := range n {
			all = append(all, item.Arrival{Content: "Dag", Item: item.Item{
				Mailbox: id, Address: address, MessageID: fmt.Sprint("m", id, i), Subject: "Vraag", BodyType: "text",
				From: mail.Address{Email: "piet@elders.example"}, Received: time.Now().Add(time.Duration(i) * time.Second),
			}})
		}
		must.Get(items.Ingest(w.T.Context(), all))(w.T)
	}
}
