package app_test

import (
	"maps"
	"net/url"
	"testing"
	"time"

	"kantoorpost/handlers/app/apptest"
)

// Everybody counts the mail that he or she sees in the list.
func TestWaitingMailIsCounted(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		w.Send("x@vreemd.example", []string{"info@" + apptest.Domain}, apptest.RawMail("x@vreemd.example", "info@"+apptest.Domain, "een", "1"))
		w.Send("y@vreemd.example", []string{"loon@" + apptest.Domain}, apptest.RawMail("y@vreemd.example", "loon@"+apptest.Domain, "twee", "2"))
		w.Send("z@vreemd.example", []string{"loon@" + apptest.Domain}, apptest.RawMail("z@vreemd.example", "loon@"+apptest.Domain, "drie", "3"))
		w.Send("jan@bakker.example", []string{"info@" + apptest.Domain},
			apptest.RawMail("jan@bakker.example", "info@"+apptest.Domain, "vier", "4"))
		w.Tick()
		between := time.Now()
		time.Sleep(time.Hour) // simulated
		w.Send("x@vreemd.example", []string{"info@" + apptest.Domain}, apptest.RawMail("x@vreemd.example", "info@"+apptest.Domain, "vijf", "5"))
		w.Tick()

		type counts struct {
			Parked             int
			More               bool
			Reasons, Addresses map[string]int
		}
		for email, want := range map[string]counts{
			apptest.Admin: {4, false, map[string]int{"unknown-sender": 4},
				map[string]int{"info@" + apptest.Domain: 2, "loon@" + apptest.Domain: 2}},
			"carla@" + apptest.Domain: {4, false, map[string]int{"unknown-sender": 4},
				map[string]int{"info@" + apptest.Domain: 2, "loon@" + apptest.Domain: 2}},
			"anna@" + apptest.Domain: {2, false, map[string]int{"unknown-sender": 2}, map[string]int{"info@" + apptest.Domain: 2}},
		} {
			var got counts
			if code := w.Ask(email, "GET", "/api/mails/counts", nil, &got); code != 200 || got.Parked != want.Parked || got.More ||
				!maps.Equal(got.Reasons, want.Reasons) || !maps.Equal(got.Addresses, want.Addresses) {
				t.Errorf("%s counts %+v (%d), want %+v", email, got, code, want)
			}
		}

		// What came in before a time.
		var page struct{ Items []object }
		q := url.Values{"state": {"parked"}, "before": {between.UTC().Format(time.RFC3339)}}
		if w.Ask(apptest.Admin, "GET", "/api/mails?"+q.Encode(), nil, &page); len(page.Items) != 3 {
			t.Errorf("%d mails came in before, want 3: %v", len(page.Items), page.Items)
		}
	})
}
