package app_test

import (
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app"
	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/table"
)

// GET and HEAD change nothing, for every path and every user: browsers, scanners
// and mail programs follow links that nobody has opened.
// https://www.rfc-editor.org/rfc/rfc9110#name-safe-methods
func TestSafeMethodsChangeNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		w.Send("jan@bakker.example", []string{"info@" + apptest.Domain},
			apptest.RawMail("jan@bakker.example", "info@"+apptest.Domain, "Btw", "m1"))
		w.Pass(1)
		w.Must("POST", "/api/mails/"+w.ID("Nieuws 1")+"/solve", object{"action": "dismiss", "scope": "list"}) // makes a rule
		chat := w.Mail("Btw")["chat"].(string)
		who := []string{"anna@" + apptest.Domain, apptest.Admin} // she takes part in the chat, and has not read it
		for _, email := range who {
			w.Ask(email, "GET", "/api/me", nil, nil) // the first request binds the account
		}
		if unread := w.unread(who[0], chat); unread != 1.0 {
			t.Fatalf("%v unread", unread)
		}
		before := w.Tables.Snapshot(t)
		look := func(email, method, path string) string {
			t.Helper()
			r := httptest.NewRequest(method, path, nil).WithContext(t.Context())
			r.Header.Set("X-MS-CLIENT-PRINCIPAL", apptest.Principal(email))
			rec := httptest.NewRecorder()
			w.Process.ServeHTTP(rec, r)
			if rec.Code >= 500 {
				t.Errorf("%s %s: %d", method, path, rec.Code)
			}
			now := w.Tables.Snapshot(t)
			kept := func(name string, rows []table.Row) []table.Row { return rows }
			switch {
			case strings.Contains(path, "/attachments") || strings.Contains(path, "/files/"):
				// A message keeps what came with it once that was read from its mailbox.
				kept = without("mails", "x|")
			case strings.Contains(path, "/activate?address="):
				// Who looks at a mailbox goes to the audit.
				kept = without("mailboxes", "z|")
			case strings.HasSuffix(path, "/export"):
				// So does who takes along what is stored about a person.
				kept = without("configuration", "z|")
			}
			for _, name := range slices.Sorted(maps.Keys(now)) {
				if !reflect.DeepEqual(kept(name, before[name]), kept(name, now[name])) {
					t.Errorf("%s %s changes the table %s", method, path, name)
				}
			}
			before = now
			for _, q := range app.QueueNames() {
				m, ok := w.Queues.Take(q)
				if ok && q == "fetch" && strings.HasSuffix(path, "/replies/new") && strings.Contains(m.Text, "somebody begins a reply") {
					continue // it asks to read the Sent Items now; a tick does the same
				}
				if ok {
					t.Errorf("%s %s puts a job on the queue %s: %s", method, path, q, m.Text)
				}
			}
			return rec.Body.String()
		}

		connector := w.First("/api/connectors")
		ids := strings.NewReplacer("{mail}", w.ID("Kennismaking"), "{chat}", chat, "{message}", chat, "{connector}", connector,
			"{rule}", w.First("/api/rules"), "{address}", w.First("/api/connectors/"+connector+"/addresses"))
		routes := 0
		for path, operations := range w.Must("GET", "/api/openapi.json", nil)["paths"].(object) {
			if operations.(object)["get"] == nil {
				continue
			}
			at := ids.Replace(path)
			if list, rest, one := strings.Cut(at, "/{id}"); one {
				at = list + "/" + w.First(list) + rest
			}
			for _, email := range who {
				look(email, http.MethodGet, at)
				look(email, http.MethodHead, at)
			}
			routes++
		}
		if routes < 30 {
			t.Errorf("only %d routes", routes)
		}
		// The pages: all that links lead to from the first.
		links := regexp.MustCompile(`(?:href|src|hx-get)="(/web/[^"#]*)`)
		for _, email := range who {
			seen := map[string]bool{}
			for todo := []string{"/web/mails", "/web/chats?unread=1"}; len(todo) > 0; todo = todo[1:] {
				at := todo[0]
				if page, _, _ := strings.Cut(at, "?"); seen[page] || strings.HasPrefix(at, "/web/static/") {
					continue
				} else {
					seen[page] = true
				}
				for _, link := range links.FindAllStringSubmatch(look(email, http.MethodGet, at), -1) {
					todo = append(todo, html.UnescapeString(link[1]))
				}
			}
			if len(seen) < 10 || !seen["/web/chats/"+chat] || !seen["/web/chats/"+chat+"/news"] {
				t.Errorf("%s saw only %v", email, slices.Sorted(maps.Keys(seen)))
			}
		}
		// And what does change it is seen.
		if code := w.Ask(who[0], "POST", "/api/chats/"+chat+"/read", nil, nil); code != http.StatusNoContent || w.unread(who[0], chat) != 0.0 {
			t.Errorf("read: %d, %v unread", code, w.unread(who[0], chat))
		}
	})
}

// without leaves out the rows of a table whose keys begin with a prefix: x| is a message of
// a chat, z| an entry of the audit.
func without(of, prefix string) func(string, []table.Row) []table.Row {
	return func(name string, rows []table.Row) []table.Row {
		if name != of {
			return rows
		}
		return slices.DeleteFunc(slices.Clone(rows), func(r table.Row) bool { return strings.HasPrefix(r.Key, prefix) })
	}
}

// unread is how much of a chat somebody has not looked at.
func (w *world) unread(email, chat string) any {
	w.T.Helper()
	c := object{}
	if code := w.Ask(email, "GET", "/api/chats/"+chat, nil, &c); code != http.StatusOK {
		w.T.Fatalf("get the chat: %d", code)
	}
	return c["unread"]
}
