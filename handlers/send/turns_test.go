package send_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kantoorpost/handlers/send"
	"kantoorpost/shared/job"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/wiretest"
)

// A watched mailbox notes when the way of one reply, from its draft until it left, meets
// that of another.
type watched struct {
	*exchange
	ways *ways
}

type ways struct {
	mu      sync.Mutex
	on, met int
}

func (w *ways) add(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.on += n; w.on > 1 {
		w.met++
	}
}

func (m watched) SendDraft(ctx context.Context, mailbox, id string) error {
	m.ways.add(1)
	defer m.ways.add(-1)
	time.Sleep(3 * time.Second) // simulated
	return m.exchange.SendDraft(ctx, mailbox, id)
}

// instances are two processes with a mailbox that is watched.
func (w *world) instances() ([]*send.Handler, *ways) {
	all, met := []*send.Handler{w.process(), w.process()}, &ways{}
	for _, process := range all {
		process.Dial = func(context.Context, string) (send.Mailbox, error) { return watched{w.exchange, met}, nil }
	}
	return all, met
}

// passes lets time go by, in which all processes do the jobs that can be seen.
func (w *world) passes(d time.Duration, processes []*send.Handler) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(time.Second) // simulated
		var all sync.WaitGroup
		for _, process := range processes {
			for range 4 { // the host gives a process several jobs at a time
				all.Go(func() { w.drain(process) })
			}
		}
		all.Wait()
	}
}

func (w *world) due(n int) (replies []outbox.Reply) {
	for i := range n {
		replies = append(replies, w.reply(func(r *outbox.Reply) { r.Subject, r.Force = fmt.Sprint("RE: ", i), true }))
	}
	return replies
}

// Instances that share nothing but the tables send one mail of a mailbox at a time, and
// no more than Exchange takes.
func TestInstancesTakeTurns(t *testing.T) {
	test(t, "of one mailbox", func(t *testing.T, w *world) {
		instances, met := w.instances()
		replies := w.due(20)
		w.passes(6*time.Minute, instances)
		for _, r := range replies {
			w.wantState(r, outbox.Sent, "")
			w.check(r, true)
		}
		for i := 1; i < len(w.exchange.left); i++ {
			if gap := w.exchange.left[i].at.Sub(w.exchange.left[i-1].at); gap < outbox.Spread {
				t.Errorf("mail %d left %v after the one before", i, gap)
			}
		}
		if met.met > 0 {
			t.Errorf("%d times mail left while other mail was leaving", met.met)
		}
	})
}

// What Graph says to one instance about its limit holds for the others.
func TestInstancesHeedTheLimit(t *testing.T) {
	test(t, "of one mailbox", func(t *testing.T, w *world) {
		instances, _ := w.instances()
		var refused time.Time
		w.exchange.refuse = func(call string) error {
			if call != "SendDraft" || !refused.IsZero() {
				return nil
			}
			refused = time.Now()
			return refusal(http.StatusTooManyRequests, "ErrorExceededMessageLimit") // for 40 seconds
		}
		replies := w.due(6)
		w.passes(4*time.Minute, instances)
		for _, r := range replies {
			w.wantState(r, outbox.Sent, "")
		}
		for _, m := range w.exchange.left {
			if rest := m.at.Sub(refused); rest < 40*time.Second {
				t.Errorf("a mail left %v after Graph asked to wait 40 s", rest)
			}
		}
	})
}

// A process that dies in its turn does not hold the mailbox for longer than a turn lasts.
func TestTurnOfADeadProcess(t *testing.T) {
	test(t, "", func(t *testing.T, w *world) {
		first := w.reply()
		time.Sleep(11 * time.Second) // simulated
		var dead atomic.Bool
		w.fault(func(_ int, call string) wiretest.Fault {
			if dead.CompareAndSwap(false, call == "CreateReply"); dead.Load() {
				return wiretest.Refuse
			}
			return wiretest.Pass
		})
		w.drain(w.handler)
		w.heal()
		w.start()
		second := w.reply(func(r *outbox.Reply) { r.Subject, r.Force = "RE: 2", true })
		w.passes(50*time.Second, []*send.Handler{w.handler})
		w.wantState(second, outbox.Sent, "")
		w.rest()
		w.wantState(first, outbox.Sent, "")
	})
}

// A slow mailbox takes 50 seconds for each file.
type slow struct{ watched }

func (m slow) Attach(ctx context.Context, mailbox, draft string, a mail.OutgoingAttachment, content io.ReaderAt) error {
	m.ways.add(1)
	defer m.ways.add(-1)
	select {
	case <-time.After(50 * time.Second): // simulated
	case <-ctx.Done():
		return ctx.Err()
	}
	return m.exchange.Attach(ctx, mailbox, draft, a, content)
}

// asked counts the calls of these names.
func (w *world) asked(names ...string) (n int) {
	for _, call := range w.exchange.calls {
		if slices.Contains(names, call) {
			n++
		}
	}
	return n
}

// large writes a reply with a large file and one without, and lets a process begin with the
// first. Began gives what its job returns, other is a process that has no large files.
func (w *world) large() (first, second outbox.Reply, other *send.Handler, met *ways, began chan error) {
	w.upload("file", "loon")
	first = w.reply(func(r *outbox.Reply) {
		r.Attachments = []outbox.Attachment{{Upload: "file", Name: "loon.pdf", Size: 4}}
	})
	second = w.reply(func(r *outbox.Reply) { r.Subject, r.Force = "RE: 2", true })
	instances, met := w.instances()
	instances[0].Dial = func(context.Context, string) (send.Mailbox, error) { return slow{watched{w.exchange, met}}, nil }
	time.Sleep(11 * time.Second) // simulated
	began = make(chan error, 1)
	go func() {
		began <- instances[0].Handle(w.t.Context(), job.Send{Replies: []string{first.ID}})
	}()
	time.Sleep(time.Second) // simulated
	return first, second, instances[1], met, began
}

// A mail with large files leaves alone too: its job keeps the mailbox for as long as it works.
func TestLongSendKeepsItsTurn(t *testing.T) {
	test(t, "", func(t *testing.T, w *world) {
		first, second, other, met, began := w.large()
		w.passes(3*time.Minute, []*send.Handler{other})
		w.must(<-began)
		for _, r := range []outbox.Reply{first, second} {
			w.wantState(r, outbox.Sent, "")
			w.check(r, true)
		}
		if met.met > 0 || w.asked("CreateReply") != 2 {
			t.Errorf("%d times two jobs used the mailbox, %d drafts were made", met.met, w.asked("CreateReply"))
		}
	})
}

// A job that cannot renew its turn stops, so that the one that takes the mailbox is alone.
func TestLostTurnEndsTheJob(t *testing.T) {
	test(t, "", func(t *testing.T, w *world) {
		first, second, other, met, began := w.large()
		w.toTable.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Refuse })
		if err := <-began; err == nil {
			t.Error("the job says nothing of tables that it cannot reach")
		}
		if w.asked("Attach", "SendDraft") > 0 {
			t.Error("the job continued")
		}
		w.heal()
		w.passes(30*time.Second, []*send.Handler{other})
		w.wantState(second, outbox.Sent, "")
		w.handler = other
		w.rest()
		w.wantState(first, outbox.Sent, "")
		w.check(first, true)
		w.check(second, true)
		if met.met > 0 {
			t.Error("two jobs used the mailbox")
		}
	})
}
