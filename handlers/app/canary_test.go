package app_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/metrics"
	"kantoorpost/shared/wiretest"
)

// addressIn matches an e-mail address with the name of its owner, also in a URL.
var addressIn = regexp.MustCompile(`[A-Za-z0-9._%+-]+(@|%40|\\u0040)[A-Za-z0-9.-]+\.[a-z]{2,}`)

// No subject, body, secret or full address is in what leaves the process beside storage
// and Graph: all log lines, also those of failures at the level DEBUG, and all telemetry,
// to both kinds of receivers.
func TestNothingPrivateLeavesInTelemetry(t *testing.T) {
	private := []string{"Aangifte", "Zie het onderwerp", "Geachte heer", "Dag Jan, die klopt", "Jan Jansen", "Bakkerij", "Pietersen",
		"zoekwoord", "loonstrook", "Ik bel morgen", "Nieuwe Klant", "Geachte mevrouw", "geheim-bestand", "Alias Naam", apptest.ClientSecret}
	for way, endpoint := range map[string]string{"otlp": "https://collector.example", "applicationinsights": ""} {
		simulated(t, func(t *testing.T, w *world) {
			var mu sync.Mutex
			var sent strings.Builder
			w.ToTelemetry = wiretest.Transport(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				text, _ := io.ReadAll(r.Body)
				mu.Lock()
				defer mu.Unlock()
				sent.WriteString(r.URL.String() + " " + string(text) + "\n")
			}))
			w.Config.Telemetry, w.Config.OTLPEndpoint = way, endpoint
			w.Config.Insights = "InstrumentationKey=11111111-2222-4333-8444-555555555555;IngestionEndpoint=https://insights.example/"
			all, text := linesAt(t, slog.LevelDebug, func() { w.dayOfTrouble() })
			time.Sleep(time.Second) // simulated; telemetry is sent in the background
			synctest.Wait()
			if sends := strings.Count(sent.String(), "\n"); len(all) < 50 || sends < 10 {
				t.Fatalf("%d lines, %d batches: that proves nothing", len(all), sends)
			}
			// The figures of the tick and the lines of calls, with their traces, leave as well.
			for _, what := range []string{"kantoorpost." + string(metrics.QueueDepth), "kantoorpost." + string(metrics.ThrottledCalls),
				`"throttled"`} {
				if !strings.Contains(sent.String(), what) {
					t.Errorf("%s: no %s was sent", way, what)
				}
			}
			// The rules of alerts count the lines of the host, and must not count these as well.
			if strings.Contains(sent.String(), `\"metrics\":`) {
				t.Errorf("%s: a message holds metrics", way)
			}
			for name, what := range map[string]string{"the log": text, way: sent.String()} {
				for _, word := range private {
					if i := strings.Index(what, word); i >= 0 {
						t.Errorf("%s holds %q: %s", name, word, what[max(0, i-200):min(len(what), i+200)])
					}
				}
				if at := addressIn.FindStringIndex(what); at != nil {
					t.Errorf("%s holds an address: %s", name, what[max(0, at[0]-200):min(len(what), at[1]+200)])
				}
			}
		})
	}
}

// dayOfTrouble is mail that is placed, that waits and that cannot be read, replies that
// leave and that come back, pages that people search, and services that fail.
func (w *world) dayOfTrouble() {
	w.Start()
	w.Office()
	w.activate("forbidden")
	w.activate("throttled")
	info := "info@" + apptest.Domain
	w.Send(jan, []string{info}, apptest.RawMail("Jan Jansen <"+jan+">", info, "Aangifte omzetbelasting", "a1"))
	w.Send("piet@onbekend.example", []string{info},
		apptest.RawMail("Piet Pietersen <piet@onbekend.example>", info, "Aangifte inkomsten", "b1"))
	w.Send("spoofed@bakker.example", []string{info}, apptest.RawMail(jan, info, "Aangifte vals", "c1"))
	w.Pass(3)
	chat := w.chatOf("Aangifte omzetbelasting")["id"]
	w.writeReply(chat, "Dag Jan, die klopt.", nil)
	w.Pass(1)
	w.writeReply(chat, "Dag Jan, die klopt.", object{"to": []object{{"email": "unknown@bakker.example"}}, "confirmed": []string{"outsider"}})
	w.Pass(3)
	w.work(chat)
	for _, path := range []string{"/web/mails", "/web/health", "/api/mails?search=zoekwoord", "/api/contacts?search=jan@bakker.example",
		"/api/addresses/" + info, "/web/chats/" + chat.(string)} {
		w.Call(apptest.Admin, "GET", path, "")
	}
	w.Ask(apptest.Admin, "POST", "/api/addresses/"+info+"/fetch", nil, nil)
	w.Queues.Add("process", `{"job":"process","mails":["zoekwoord"],"mailbox":"`+info+`"`) // no JSON
	w.ToTables.Fault(func(n int, _ *http.Request) wiretest.Fault { return wiretest.Fault(n % 3 % 2) })
	w.Send(jan, []string{info}, apptest.RawMail("Jan Jansen <"+jan+">", info, "Aangifte loonheffing", "d1"))
	w.Pass(2)
	w.ToMicrosoft.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Refuse })
	w.Pass(2)
	w.Call(apptest.Admin, "GET", "/web/mails", "")
	w.Heal()
	time.Sleep(time.Hour) // simulated
	w.Pass(2)
}

// work is what colleagues do with a chat and the mail that waits: notes, files, drafts,
// templates, decisions and changes of the directory, the wrong ones too.
func (w *world) work(chat any) {
	of := fmt.Sprint("/api/chats/", chat)
	waiting := fmt.Sprint("/api/mails/", w.Mail("Aangifte inkomsten")["id"])
	for _, do := range []struct {
		method, path string
		body         any
	}{
		{"POST", of + "/notes", object{"body": "Ik bel morgen over de loonstrook"}},
		{"POST", "/api/uploads?name=geheim-bestand.txt", "Geachte mevrouw, de loonstrook"},
		{"POST", of + "/replies", object{"to": []object{{"email": "fout adres@", "name": "Alias Naam"}}, "text": "Geachte mevrouw"}},
		{"POST", "/api/templates", object{"name": "Nieuwe Klant", "text": "Geachte mevrouw {onbekend}"}},
		{"POST", waiting + "/solve", object{"action": "link-contact", "contact": "piet@onbekend.example"}},
		{"POST", waiting + "/solve", object{"action": "create-contact", "name": "Nieuwe Klant", "client": "geen"}},
		{"POST", waiting + "/solve", object{"action": "dismiss"}},
		{"POST", of + "/merge", object{"into": "piet@onbekend.example"}},
		{"POST", "/api/contacts", object{"name": "Nieuwe Klant", "emails": []string{jan}}},
		{"POST", "/api/addresses", object{"address": "bestaat-niet@" + apptest.Domain, "link": object{"kind": "role", "id": "x"}}},
		{"DELETE", "/api/addresses/niemand@" + apptest.Domain, nil},
		{"GET", "/api/team-members?search=anna@" + apptest.Domain, nil},
	} {
		w.Ask(anna, do.method, do.path, do.body, nil)
		w.Ask(apptest.Admin, do.method, do.path, do.body, nil)
	}
	w.Call(apptest.Admin, "POST", "/api/directory/import", "name,email\nNieuwe Klant,"+jan+"\n")
	w.Queues.Add("mark-poison", `{"job":"mark","id":"geheim-bestand","address":"info@`+apptest.Domain+`"}`)
	w.Call(apptest.Admin, "POST", "/api/poison/mark/all/retry", "")
}
