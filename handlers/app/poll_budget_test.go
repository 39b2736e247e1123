package app_test

import (
	"encoding/json"
	"html"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"testing"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/dev/cost"
)

var version = regexp.MustCompile(`data-version="([^"]*)"`)

// ask asks for a path as a page does by itself, and returns the answer, and how many reads
// and writes of tables it took.
func (w *world) ask(email, path string, headers ...string) (rec *httptest.ResponseRecorder, reads, writes int) {
	w.T.Helper()
	w.reset()
	r := httptest.NewRequest("GET", path, nil).WithContext(w.T.Context())
	r.Header.Set("X-MS-CLIENT-PRINCIPAL", apptest.Principal(email))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec = httptest.NewRecorder()
	w.Process.ServeHTTP(rec, r)
	for _, call := range w.ToTables.Calls() {
		if call.Method == "GET" {
			reads++
		} else {
			writes++
		}
	}
	return rec, reads, writes
}

// A person who works all day with a page open costs a bounded number of requests and
// table reads: the page asks again once a minute, an open mail or chat every five seconds
// while somebody is at it, and next to nothing when nobody is.
func TestUserDayBudget(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "node", "testdata/day.js", "../web/static/poll.js").Output()
	if err != nil {
		t.Fatalf("play a day before a page: %v", err)
	}
	var day struct{ List, Counts, Open int }
	if err := json.Unmarshal(out, &day); err != nil {
		t.Fatalf("read what a page asks in a day: %v: %s", err, out)
	}
	t.Logf("a day: %+v requests", day)
	if day.List < 240 || day.List > 360 || day.Open < 1440 || day.Open > 1750 || day.Counts != 0 {
		t.Errorf("%+v requests; want the list once a minute of the eight times 40 that it is seen, with the numbers, and what is open "+
			"every five seconds of the eight times 15 minutes that somebody is at it", day)
	}
	simulated(t, func(t *testing.T, w *world) {
		w.mailboxes(1)
		who, to := "anna@"+apptest.Domain, "box00000@"+apptest.Domain
		for _, from := range []string{"jan@bakker.example", "piet@onbekend.example"} {
			w.Receive(from, to, "Van "+from, from)
		}
		w.Pass(1)
		mail, chat := w.ID("Van piet@onbekend.example"), w.Chats()[0]["id"].(string)
		total := 0
		for _, c := range []struct {
			name, path string
			headers    []string
			a, reads   int
		}{
			{"list of mails", "/web/mails", []string{"HX-Target", "mail-list", "Poll", "counts"}, day.List / 2, 9},
			{"list of chats", "/web/chats", []string{"HX-Target", "chat-list", "Poll", "counts"}, day.List / 2, 10},
			{"open mail", "/web/mails/" + mail + "/news", nil, day.Open / 2, 6},
			{"open chat", "/web/chats/" + chat + "/news", []string{"HX-Target", "chat-thread"}, day.Open / 2, 2},
		} {
			headers := append(c.headers, "HX-Request", "true")
			first, _, _ := w.ask(who, c.path, headers...)
			tag := first.Header().Get("ETag")
			if shown := version.FindStringSubmatch(first.Body.String()); shown != nil {
				tag = html.UnescapeString(shown[1])
			}
			again, reads, writes := w.ask(who, c.path, append(headers, "If-None-Match", tag)...)
			t.Logf("%s: %d reads, %d writes, status %d then %d, tag %s", c.name, reads, writes, first.Code, again.Code, tag)
			if again.Code != 304 || again.Body.Len() != 0 || reads > c.reads || writes > 0 {
				t.Errorf("%s: status %d, %d bytes, %d reads, %d writes; want 304, none, at most %d, none", c.name, again.Code, again.Body.Len(), reads,
					writes, c.reads)
			}
			total += c.a * reads
		}
		t.Logf("%d table reads in a day", total)
		if requests := day.List + day.Open; total > cost.PersonTableReads || requests > cost.PersonRequests {
			t.Errorf("%d requests and %d table reads in a day", requests, total)
		}
	})
}
