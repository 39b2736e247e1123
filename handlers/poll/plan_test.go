package poll

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/job"
	"kantoorpost/shared/table/tabletest"
)

// A tenant is an office with mailboxes in virtual time: mail arrives by chance, a tenth of
// the mailboxes gets most of it, and Graph answers four calls at a time.
type tenant struct {
	t       *testing.T
	chance  *rand.Rand
	perCall time.Duration
	graph   chan struct{}

	mu    sync.Mutex
	boxes map[string]*mailbox
	due   []connector.Box
	lags  []time.Duration
	calls int
	open  sync.WaitGroup

	waiting atomic.Int64 // jobs
}

type mailbox struct {
	at      int // in due
	busy    bool
	every   time.Duration // mean time between two mails
	next    time.Time
	read    time.Time
	longest time.Duration // between two readings
}

func newTenant(t *testing.T, n int, perCall time.Duration) *tenant {
	w := &tenant{t: t, chance: rand.New(rand.NewPCG(1, uint64(n))), perCall: perCall, graph: make(chan struct{}, 4),
		boxes: map[string]*mailbox{}}
	for i := range n {
		id := fmt.Sprintf("%08x-0000-4000-8000-%012x", w.chance.Uint32(), i)
		b := &mailbox{at: i, every: 4 * time.Hour, read: time.Now()}
		if i%10 == 0 {
			b.busy, b.every = true, 12*time.Minute
		}
		b.next = time.Now().Add(w.until(b))
		quiet := time.Duration(w.chance.Int64N(int64(8 * time.Hour)))
		w.boxes[id] = b
		w.due = append(w.due, connector.Box{
			Activation: connector.Activation{ID: id}, Cursor: connector.Cursor{DeltaLink: "link", LastRound: time.Now().Add(-quiet)},
		})
	}
	return w
}

func (w *tenant) until(b *mailbox) time.Duration {
	return time.Duration(w.chance.ExpFloat64() * float64(b.every))
}

func (w *tenant) Depth(context.Context, string) (int, error) { return int(w.waiting.Load()), nil }

func (w *tenant) Put(ctx context.Context, j job.Job) error { return w.PutAfter(ctx, j, 0) }

// maxWaiting is the most jobs that wait for Graph at a time: as many as it answers ahead,
// and some by chance.
const maxWaiting = 4*int(ahead/callTime)/perFetch + 10

// PutAfter does the job when it is visible, unless it is too old when Graph is free.
func (w *tenant) PutAfter(_ context.Context, j job.Job, delay time.Duration) error {
	if delay > tickEvery {
		w.t.Errorf("a job waits %v", delay)
	}
	w.open.Go(func() {
		time.Sleep(delay) // simulated
		if n := w.waiting.Add(1); n > int64(maxWaiting) && w.perCall == callTime {
			w.t.Errorf("%d jobs are visible and wait for Graph", n)
		}
		visible := time.Now()
		w.graph <- struct{}{}
		w.waiting.Add(-1)
		defer func() { <-w.graph }()
		f := j.(job.Fetch)
		if time.Since(visible) > f.TTL() {
			return
		}
		for _, id := range f.Mailboxes {
			calls := 1
			if slices.Contains(f.Sent, id) {
				calls++
			}
			start := time.Now()
			time.Sleep(time.Duration(calls) * w.perCall) // simulated
			w.done(id, start, calls)
		}
	})
	return nil
}

func (w *tenant) done(id string, start time.Time, calls int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.boxes[id]
	w.calls += calls
	b.longest, b.read = max(b.longest, start.Sub(b.read)), start
	for ; !b.next.After(start); b.next = b.next.Add(w.until(b)) {
		w.lags = append(w.lags, time.Since(b.next))
		w.due[b.at].Cursor.LastRound = start
	}
}

// run lets ticks pass, and forgets what happened in the first hour.
func (w *tenant) run(h *Handler, hours int, lag time.Duration) {
	for n := range hours * 12 {
		w.mu.Lock()
		due := slices.Clone(w.due)
		if n == 12 {
			w.lags, w.calls = nil, 0
			for _, b := range w.boxes {
				b.longest = 0
			}
		}
		w.mu.Unlock()
		if err := h.fetch(w.t.Context(), due, invoke.Tick{At: time.Now()}, "test", lag); err != nil {
			w.t.Error(err)
		}
		time.Sleep(tickEvery) // simulated
	}
	w.open.Wait()
	slices.Sort(w.lags)
}

func (w *tenant) lag(percent int) time.Duration {
	return w.lags[len(w.lags)*percent/100].Round(time.Second)
}

func (w *tenant) longest(busy bool) (most time.Duration) {
	for _, b := range w.boxes {
		if !busy || b.busy {
			most = max(most, b.longest)
		}
	}
	return most
}

// An office of any size is read within Graph's limit. A small one is read in every tick; in
// a large one quiet mailboxes wait as long as the office chose, and no longer. Run it with
// -v for a table.
func TestLagByMailboxes(t *testing.T) {
	for _, size := range []struct {
		boxes, minutes int
		perCall        time.Duration
		p50, p95, most time.Duration // of the time from arrival to reading, and between two readings
	}{
		{6, 20, callTime, 3 * time.Minute, 5 * time.Minute, 6 * time.Minute},
		{1_000, 20, callTime, 3 * time.Minute, 5 * time.Minute, 6 * time.Minute},
		{4_000, 20, callTime, 4 * time.Minute, 15 * time.Minute, 22 * time.Minute},
		{10_000, 20, callTime, 11 * time.Minute, 20 * time.Minute, 22 * time.Minute},
		{10_000, 40, callTime, 6 * time.Minute, 36 * time.Minute, 42 * time.Minute},
		{10_000, 5, callTime, 11 * time.Minute, 20 * time.Minute, 22 * time.Minute},      // more than Graph can
		{10_000, 20, 2 * callTime, 22 * time.Minute, 45 * time.Minute, 60 * time.Minute}, // Graph is slow
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newTenant(t, size.boxes, size.perCall)
			tables := tabletest.Open(t, "configuration", "mailboxes")
			h := &Handler{Jobs: w, Connectors: connector.New(connector.Options{
				Configuration: tables.Table("configuration"), Mailboxes: tables.Table("mailboxes"),
			})}
			const hours = 4
			w.run(h, hours, time.Duration(size.minutes)*time.Minute)
			t.Logf("%6d mailboxes, at most %2d minutes, Graph %v: lag p50 %v, p95 %v; longest between two readings %v, of busy mailboxes %v; %d "+
				"calls a tick",
				size.boxes, size.minutes, size.perCall, w.lag(50), w.lag(95), w.longest(false).Round(time.Second), w.longest(true).Round(time.Second),
				w.calls/12/(hours-1))
			if w.lag(50) > size.p50 || w.lag(95) > size.p95 || w.longest(false) > size.most {
				t.Errorf("%d mailboxes: p50 %v, p95 %v, longest %v, want at most %v, %v, %v",
					size.boxes, w.lag(50), w.lag(95), w.longest(false), size.p50, size.p95, size.most)
			}
		})
	}
}

// A mailbox is read in every tick again as soon as it has mail, and while it was never read
// to its end or failed. While all fit, each is.
func TestWhoIsReadInEachTick(t *testing.T) {
	now := time.Now()
	box := func(quiet time.Duration) connector.Box {
		return connector.Box{Cursor: connector.Cursor{DeltaLink: "link", LastRound: now.Add(-quiet)}}
	}
	many := slices.Repeat([]connector.Box{box(20 * time.Hour)}, 6_000)
	p := planFor(many, now, 20*time.Minute, callsPerTick)
	fresh, answered, failed, begun, more := box(0), box(20*time.Hour), box(20*time.Hour), box(20*time.Hour), box(20*time.Hour)
	answered.Sent.LastRound = now
	failed.Cursor.Failures = 1
	begun.Cursor.DeltaLink = ""
	more.Cursor.Next = "page 2"
	for name, b := range map[string]connector.Box{"mail came": fresh, "was answered": answered, "failed": failed, "never read": begun,
		"half read": more} {
		if n := p.interval(b); n != 1 {
			t.Errorf("a mailbox that %s is read in every %d. tick", name, n)
		}
	}
	if n := p.interval(many[0]); n < 2 || n > 4 || p.over {
		t.Errorf("a quiet mailbox is read in every %d. tick: %+v", n, p)
	}
	if n := planFor(many[:2_000], now, 20*time.Minute, callsPerTick).interval(many[0]); n != 1 {
		t.Errorf("a quiet mailbox of a small office is read in every %d. tick", n)
	}
}
