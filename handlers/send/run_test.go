package send_test

import (
	"context"
	"encoding/json"
	"fmt"
	"kantoorpost/handlers/send"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/job"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/wiretest"
	"net/http"
	"strings"
	"sync"
	"time"
)

// pass lets time go by. Each ten seconds the jobs that can be seen are done, as the
// host does them; each five minutes the tick comes round.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(10 * time.Second) // simulated
		if time.Now().Unix()/10%30 == 0 {
			w.tick()
		}
		w.drain(w.handler)
	}
}

// tick puts jobs for what is open, as handlers/poll does.
func (w *world) tick() {
	if !w.on {
		return
	}
	ctx, cancel := context.WithTimeout(w.t.Context(), invoke.Deadline)
	defer cancel()
	due, err := w.outbox.Work.Due(ctx, 100)
	for i, entry := range due {
		if err == nil {
			err = w.jobs.Put(ctx, job.Send{Why: "swept", Replies: []string{entry.ID}})
		}
		if err == nil {
			err = w.outbox.Work.Postpone(ctx, due[i:i+1])
		}
	}
}

// drain does the jobs that can be seen. What fails comes back in half a minute, and is
// put aside the fifth time.
func (w *world) drain(process *send.Handler) {
	for {
		m, ok := w.queues.Take("send")
		if !ok {
			return
		}
		switch err := w.do(process, m.Text); {
		case err == nil:
			w.queues.Delete(m)
		case m.Count >= 5:
			w.failures++
			w.queues.Delete(m)
		default:
			w.failures++
			w.queues.Release(m, 30*time.Second)
		}
	}
}

func (w *world) do(process *send.Handler, text string) error {
	var j struct {
		Job string `json:"job"`
		job.Send
	}
	if json.Unmarshal([]byte(text), &j) != nil || j.Job != "send" {
		return nil
	}
	ctx, cancel := context.WithTimeout(w.t.Context(), invoke.Deadline)
	defer cancel()
	return process.Handle(ctx, j.Send)
}

// fault decides about every call, of tables, queues, blobs and Graph, counted
// together. f may block, as a slow wire does.
func (w *world) fault(f func(n int, call string) wiretest.Fault) (count func() int) {
	var mu sync.Mutex
	n := 0
	next := func(call string) wiretest.Fault {
		mu.Lock()
		n++
		i := n - 1
		mu.Unlock()
		return f(i, call)
	}
	for _, wire := range []*wiretest.Wire{w.toTable, w.toQueue, w.toBlobs} {
		wire.Fault(func(_ int, r *http.Request) wiretest.Fault { return next(r.Method + " " + r.URL.Path) })
	}
	w.exchange.mu.Lock()
	w.exchange.fault = next
	w.exchange.mu.Unlock()
	return func() int { mu.Lock(); defer mu.Unlock(); return n }
}

func (w *world) heal() {
	for _, wire := range []*wiretest.Wire{w.toTable, w.toQueue, w.toBlobs} {
		wire.Fault(nil)
	}
	w.exchange.mu.Lock()
	w.exchange.fault = nil
	w.exchange.mu.Unlock()
}

// drafts are the messages of the mailbox that did not leave.
func (w *world) drafts() (ids []string) {
	for _, m := range w.exchange.messages {
		if m.sent.IsZero() {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// open is how many replies are still to be sent.
func (w *world) open() (n int) {
	for _, r := range w.tables.Snapshot(w.t)["mails"] {
		if strings.HasPrefix(r.Key, "o|send|") {
			n++
		}
	}
	return n
}

// one returns the only mail that left.
func (w *world) one() departed {
	w.t.Helper()
	if len(w.exchange.left) != 1 {
		w.t.Fatalf("%d mails left, want one; calls: %s", len(w.exchange.left), strings.Join(w.exchange.calls, " "))
	}
	return w.exchange.left[0]
}

func (w *world) wantState(r outbox.Reply, want outbox.State, reason string) outbox.Reply {
	w.t.Helper()
	now := w.load(r)
	if now.State != want || now.Reason != reason {
		w.t.Errorf(
			"reply is %s %q (%s), want %s %q; calls: %s",
			now.State,
			now.Reason,
			now.Detail,
			want,
			reason,
			strings.Join(w.exchange.calls, " "),
		)
	}
	return now
}

func addresses(all []mail.Address) string {
	var out []string
	for _, a := range all {
		out = append(out, a.Email)
	}
	return fmt.Sprint(out)
}
