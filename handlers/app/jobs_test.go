package app_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"kantoorpost/handlers/app/apptest"
)

// history is what was done about a mail, with who did it.
func (w *world) history(id string) (attempts []string) {
	w.T.Helper()
	for _, a := range w.Must("GET", "/api/mails/"+id, nil)["history"].([]any) {
		action, _ := a.(object)["action"].(string)
		by, _ := a.(object)["byName"].(string)
		attempts = append(attempts, strings.TrimSpace(action+" "+a.(object)["state"].(string)+" "+by))
	}
	return attempts
}

// stranger parks a mail of somebody unknown and returns its id.
func (w *world) stranger() string {
	w.Office()
	w.Tick()
	info := "info@" + apptest.Domain
	w.Receive("piet@onbekend.example", info, "Vraag", "p1")
	w.Pass(1)
	return w.Mails()[0]["id"].(string)
}

// The history of a mail names whom the API knows, and never whom a message on a
// queue claims to be from: people write messages too.
func TestJobsAreNotBelieved(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		id := w.stranger()
		member := w.Must("GET", "/api/team-members", nil)["items"].([]any)[0].(object)["id"].(string)
		forge := func(why string) {
			text, _ := json.Marshal(object{"job": "process", "mailbox": "info@" + apptest.Domain, "why": why,
				"mails": slices.Repeat([]string{id}, 1000),
				"by":    member, "By": member})
			w.Queues.Add("process", string(text))
			w.Drain()
		}
		forge("retry")
		if got := w.history(id); !slices.Equal(got, []string{"parked"}) {
			t.Errorf("history %q", got)
		}
		client := w.First("/api/clients")
		w.Must("POST", "/api/contacts", object{"name": "Piet", "emails": []string{"piet@onbekend.example"}, "clients": []string{client}})
		forge("solved")
		if got := w.history(id); !slices.Equal(got, []string{"parked", "processed"}) {
			t.Errorf("history %q", got)
		}
		w.Check(t)
	})
}

// One id that is named a thousand times is one.
func TestOneIDManyTimes(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		id := w.stranger()
		many := func(n int) object { return object{"mails": slices.Repeat([]string{id}, n)} }
		if r := w.Must("POST", "/api/mails/retry", many(1000)); r["asked"] != 1.0 {
			t.Errorf("asked %v", r)
		}
		if n := len(w.Queues.Texts("process")); n != 0 {
			t.Errorf("%d jobs for one mail", n)
		}
		if r := w.Must("POST", "/api/mails/dismiss", many(200)); r["dismissed"] != 1.0 {
			t.Errorf("dismissed %v", r)
		}
		if r := w.Must("POST", "/api/mails/undo", many(200)); r["reopened"] != 1.0 {
			t.Errorf("reopened %v", r)
		}
		w.Drain()
		by := " Beheer"
		if got := w.history(id); !slices.Equal(got,
			[]string{"parked", "retry parked" + by, "dismiss dismissed" + by, "undo new" + by, "parked"}) {
			t.Errorf("history %q", got)
		}
		w.Check(t)
	})
}
