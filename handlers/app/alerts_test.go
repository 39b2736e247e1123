package app_test

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/infra"
	"kantoorpost/shared/must"
	"kantoorpost/shared/sim"
	"kantoorpost/shared/wiretest"
)

// poll lets the timer come round without the host doing any job.
func (w *world) poll(ticks int) {
	for range ticks {
		time.Sleep(5 * time.Minute) // simulated
		w.Invoke("poll", "timer", `{}`)
	}
}

// activate makes a mailbox and activates its address, linked as info@ is.
func (w *world) activate(name string) {
	w.T.Helper()
	address := name + "@" + apptest.Domain
	must.Get(w.Tenant.AddMailbox(sim.MailboxOptions{Address: address, Name: name, Shared: true}))(w.T)
	id := w.Must("GET", "/api/connectors", nil)["items"].([]any)[0].(object)["id"].(string)
	w.Must("POST", "/api/connectors/"+id+"/addresses", object{"address": address, "link": object{"kind": "contact"}})
}

// conditions make each alert of infra/alerts.json true.
var conditions = map[string]func(t *testing.T, w *world){
	"no-tick": func(_ *testing.T, w *world) {
		w.Tick()
		time.Sleep(16 * time.Minute)
	},
	"storage-fails": func(_ *testing.T, w *world) {
		w.ToQueues.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Refuse })
		w.poll(3)
	},
	"connector-refused": func(t *testing.T, w *world) {
		must.Do(t, w.Tenant.ExpireSecret(apptest.ClientSecret))
		time.Sleep(2 * time.Hour) // its token ends
		w.Pass(2)
	},
	"secret-ends-within-a-week":  func(_ *testing.T, w *world) { time.Sleep(725 * 24 * time.Hour); w.poll(1) },
	"secret-ends-within-a-month": func(_ *testing.T, w *world) { time.Sleep(702 * 24 * time.Hour); w.poll(1) },
	"queue-stands-still": func(_ *testing.T, w *world) {
		w.Queues.Add("mark", `{"job":"mark","mails":[]}`)
		w.poll(7)
	},
	"mail-undecided": func(_ *testing.T, w *world) {
		to := "info@" + apptest.Domain
		w.Receive(jan, to, "Btw", "a1")
		w.poll(1)
		w.ToTables.Fault(wiretest.When(wiretest.Refuse, func(_ int, r *http.Request) bool { return strings.Contains(r.URL.Path, "/directory") }))
		for m, ok := w.Queues.Take("fetch"); ok; m, ok = w.Queues.Take("fetch") {
			w.Invoke("fetch", "job", apptest.Quoted(m.Text))
		}
		w.Heal()
		w.poll(13)
	},
	"queue-is-long": func(_ *testing.T, w *world) {
		for range 500 {
			w.Queues.Add("mark", `{"job":"mark","mails":[]}`)
		}
		w.poll(3)
	},
	"poison": func(_ *testing.T, w *world) {
		w.Queues.Add("process-poison", `{"job":"process","mails":["x"]}`)
		w.poll(1)
	},
	"mailbox-fails": func(_ *testing.T, w *world) { w.activate("forbidden"); w.Pass(12) },
	"throttled": func(_ *testing.T, w *world) {
		w.activate("throttled")
		for range 60 {
			w.Ask(apptest.Admin, "POST", "/api/addresses/throttled@"+apptest.Domain+"/fetch", nil, nil)
			w.soon(35 * time.Second)
		}
	},
	"mail-waits-for-a-day": func(_ *testing.T, w *world) {
		to := "info@" + apptest.Domain
		w.Receive("nieuw@elders.example", to, "Vraag", "a1")
		w.Pass(1)
		time.Sleep(24 * time.Hour)
		w.poll(1)
	},
	"reply-failed": func(_ *testing.T, w *world) {
		w.answered(object{"to": []object{{"email": "unknown@bakker.example"}}, "confirmed": []string{"outsider"}})
		w.Pass(3)
	},
	"reply-unknown": func(_ *testing.T, w *world) {
		w.answered(nil)
		lost := false
		w.ToMicrosoft.Fault(func(_ int, r *http.Request) wiretest.Fault {
			switch {
			case lost && strings.Contains(r.URL.Path, "/v1.0/"):
				return wiretest.Refuse
			case strings.HasSuffix(r.URL.Path, "/send"):
				lost = true
				return wiretest.Lose
			}
			return wiretest.Pass
		})
		w.Pass(16)
	},
	"chats-come-late": func(_ *testing.T, w *world) {
		to := "info@" + apptest.Domain
		w.Receive(jan, to, "Btw", "a1")
		time.Sleep(2 * time.Hour)
		w.Pass(4)
	},
}

// answered lets a client write and Anna answer him; the reply has not left.
func (w *world) answered(more object) {
	to := "info@" + apptest.Domain
	w.Receive(jan, to, "Btw", "a1")
	w.Pass(1)
	w.writeReply(w.chatOf("Btw")["id"], "Dag Jan.", more)
}

// Each alert is raised by the lines that the product writes when its condition happens,
// and by no line before. The page that it names is there.
func TestEachAlertIsRaised(t *testing.T) {
	alerts := must.Get(infra.ReadAlerts())(t)
	want := []string{"no-tick"}
	pages := []string{}
	for _, c := range alerts.AlertOnMetric {
		want = append(want, c.Alert)
		pages = append(pages, c.Page)
	}
	for _, name := range want {
		happens := conditions[name]
		if happens == nil {
			t.Errorf("nothing makes %s happen", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			inOffice(t, func(t *testing.T, w *world) {
				before, _ := linesAt(t, slog.LevelError, func() { w.Tick(); w.Pass(3) })
				if got := raised(alerts, before, time.Now()); len(got) > 0 {
					t.Errorf("raised in a healthy office: %v", got)
				}
				after, _ := linesAt(t, slog.LevelError, func() { happens(t, w) })
				from := time.Now().Add(-time.Hour)
				after = slices.DeleteFunc(after, func(l object) bool {
					at, err := time.Parse(time.RFC3339Nano, l["time"].(string))
					return err == nil && at.Before(from)
				})
				if got := raised(alerts, after, time.Now()); len(got[name]) == 0 {
					t.Errorf("not raised, but %v, by %v", got, ticks(after))
				}
				w.Heal()
				for _, page := range pages {
					if code, _ := w.Call(apptest.Admin, "GET", page, ""); code != http.StatusOK {
						t.Errorf("%s: %d", page, code)
					}
				}
			})
		})
	}
}

// raised evaluates the rules as their queries do, over log lines of the last hour, oldest
// first. It returns the names of the alerts, each with what it is about.
func raised(a infra.Alerts, lines []object, now time.Time) map[string][]string {
	all := map[string][]string{}
	last := time.Time{}
	for _, line := range lines {
		if at, err := time.Parse(time.RFC3339Nano, text(line["time"])); err == nil && line["msg"] == a.Line.Message {
			last = at
		}
	}
	if now.Sub(last) > time.Duration(a.Tick.WithinMinutes)*time.Minute {
		all["no-tick"] = []string{""}
	}
	for _, c := range a.AlertOnMetric {
		found := map[string]int{}
		for _, line := range lines {
			list, _ := line[a.Line.List].([]any)
			for _, m := range list {
				m, _ := m.(map[string]any)
				if value, ok := m[a.Line.Value].(float64); ok && m[a.Line.Name] == c.Metric && holds(c, value) {
					found[text(m[a.Line.Of])]++
				}
			}
		}
		for of, n := range found {
			if n >= c.Lines {
				all[c.Alert] = append(all[c.Alert], of)
			}
		}
	}
	return all
}

func holds(c infra.AlertCondition, value float64) bool {
	return (c.AtLeast == nil || value >= *c.AtLeast) && (c.AtMost == nil || value <= *c.AtMost)
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
