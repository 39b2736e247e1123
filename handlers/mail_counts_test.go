package main

import (
	"maps"
	"net/url"
	"testing"
	"testing/synctest"
	"time"
)

// Everybody counts the mail that he or she sees in the list.
func TestWaitingMailIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.send("x@vreemd.example", []string{"info@" + domain}, letter("x@vreemd.example", "info@"+domain, "een", "1"))
		w.send("y@vreemd.example", []string{"loon@" + domain}, letter("y@vreemd.example", "loon@"+domain, "twee", "2"))
		w.send("z@vreemd.example", []string{"loon@" + domain}, letter("z@vreemd.example", "loon@"+domain, "drie", "3"))
		w.send("jan@bakker.example", []string{"info@" + domain}, letter("jan@bakker.example", "info@"+domain, "vier", "4"))
		w.tick()
		between := time.Now()
		time.Sleep(time.Hour) // simulated
		w.send("x@vreemd.example", []string{"info@" + domain}, letter("x@vreemd.example", "info@"+domain, "vijf", "5"))
		w.tick()

		type counts struct {
			Parked             int
			More               bool
			Reasons, Addresses map[string]int
		}
		for email, want := range map[string]counts{
			admin:             {4, false, map[string]int{"unknown-sender": 4}, map[string]int{"info@" + domain: 2, "loon@" + domain: 2}},
			"carla@" + domain: {4, false, map[string]int{"unknown-sender": 4}, map[string]int{"info@" + domain: 2, "loon@" + domain: 2}},
			"anna@" + domain:  {2, false, map[string]int{"unknown-sender": 2}, map[string]int{"info@" + domain: 2}},
		} {
			var got counts
			if code := w.ask(email, "GET", "/api/mails/counts", nil, &got); code != 200 || got.Parked != want.Parked || got.More ||
				!maps.Equal(got.Reasons, want.Reasons) || !maps.Equal(got.Addresses, want.Addresses) {
				t.Errorf("%s counts %+v (%d), want %+v", email, got, code, want)
			}
		}

		// What came in before a time.
		var page struct{ Items []object }
		q := url.Values{"state": {"parked"}, "before": {between.UTC().Format(time.RFC3339)}}
		if w.ask(admin, "GET", "/api/mails?"+q.Encode(), nil, &page); len(page.Items) != 3 {
			t.Errorf("%d mails came in before, want 3: %v", len(page.Items), page.Items)
		}
	})
}
