package app_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"testing"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/dev/cost"
	"kantoorpost/shared/metrics"
	"kantoorpost/shared/wiretest"
)

// ticks returns the log lines with the figures of ticks.
func ticks(lines []object) []object {
	return slices.DeleteFunc(slices.Clone(lines), func(l object) bool { return l["msg"] != metrics.Line })
}

// figure returns the value of a metric in a line of a tick; -1 when it is not there.
func figure(line object, name metrics.Name, of string) float64 {
	list, _ := line["metrics"].([]any)
	for _, m := range list {
		if m := m.(object); m["name"] == string(name) && (m["of"] == of || of == "" && m["of"] == nil) {
			return m["value"].(float64)
		}
	}
	return -1
}

// Alerts count the lines of ticks: each tick writes one, also when the log shows only
// errors, when the integration is off, and when the storage does not answer.
func TestEachTickWritesItsFigures(t *testing.T) {
	for name, prepare := range map[string]func(w *world){
		"on":  func(*world) {},
		"off": func(w *world) { w.Must("PUT", "/api/settings", object{"enabled": false}) },
		"no storage": func(w *world) {
			w.ToTables.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Refuse })
			w.ToQueues.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Hang })
		},
	} {
		inOffice(t, func(t *testing.T, w *world) {
			w.Tick()
			prepare(w)
			all, _ := linesAt(t, slog.LevelError, func() { w.Pass(3) })
			found := ticks(all)
			if len(found) != 3 {
				t.Fatalf("%s: %d lines of three ticks: %v", name, len(found), all)
			}
			if failures := figure(found[2], metrics.Failures, ""); failures > 0 != (name == "no storage") {
				t.Errorf("%s: %v failures", name, failures)
			}
		})
	}
}

// A tick of a quiet office asks the storage for its figures nearly nothing, however much
// waits in it, and however many mailboxes it has.
func TestFiguresCostLittle(t *testing.T) {
	counts := map[string][2]int{}
	for name, parked := range map[string]int{"quiet": 0, "a hundred mails wait": 100} {
		inOffice(t, func(t *testing.T, w *world) {
			to := "info@" + apptest.Domain
			for n := range parked {
				from := fmt.Sprintf("onbekend%d@elders.example", n)
				w.Receive(from, to, "Vraag", fmt.Sprint("w", n))
			}
			w.Pass(3)
			w.Must("PUT", "/api/settings", object{"enabled": false})
			w.reset()
			w.Pass(1)
			tables, queues := len(w.ToTables.Calls()), len(w.ToQueues.Calls())
			counts[name] = [2]int{tables, queues}
			if tables > cost.TickTableCalls || queues > cost.TickQueueCalls {
				t.Errorf("%s: %d calls to tables, %d to queues; want at most %v and %v", name, tables, queues, cost.TickTableCalls, cost.TickQueueCalls)
			}
			t.Logf("%s: %d calls to tables, %d to queues", name, tables, queues)
		})
	}
	if counts["quiet"] != counts["a hundred mails wait"] {
		t.Errorf("the cost grows: %v", counts)
	}
}
