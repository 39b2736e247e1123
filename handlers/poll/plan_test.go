package poll

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/dev/cost"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/job"
	"kantoorpost/shared/table/tabletest"
)

// A tenant is an office with mailboxes in virtual time: mail arrives by chance, a tenth of
// the mailboxes gets most of it. Graph answers four calls of an app at a time, which is the
// strictest reading of its limit, and refuses others with 429. As many instances read as
// the scale controller wants at most, at once.
// https://learn.microsoft.com/azure/azure-functions/functions-target-based-scaling
type tenant struct {
	t       *testing.T
	chance  *rand.Rand
	perCall time.Duration

	mu        sync.Mutex
	boxes     map[string]*mailbox
	due       []connector.Box
	lags      []time.Duration
	instances []*instance
	jobs      int // visible, waiting or worked on
	asking    int // calls that Graph works on
	calls     int
	refused   int
	least     int // instances that run in any case
	most      int // instances at a time
	open      sync.WaitGroup
}

// An instance works on jobs and allows four calls of Graph at a time.
type instance struct {
	jobs  int
	graph chan struct{}
}

type mailbox struct {
	at      int           // in due
	every   time.Duration // mean time between two mails
	next    time.Time
	read    time.Time
	longest time.Duration // between two readings
	refused int           // in a row
	worst   int           // most refused
}

const (
	graphAtOnce = 4                // https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
	retryAfter  = 30 * time.Second // of Graph
)

func newTenant(t *testing.T, n int, perCall time.Duration) *tenant {
	w := &tenant{t: t, chance: rand.New(rand.NewPCG(1, uint64(n))), perCall: perCall, boxes: map[string]*mailbox{}}
	for i := range n {
		id := fmt.Sprintf("%08x-0000-4000-8000-%012x", w.chance.Uint32(), i)
		b := &mailbox{at: i, every: 4 * time.Hour, read: time.Now()}
		if i%10 == 0 {
			b.every = 12 * time.Minute
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

func (w *tenant) Depth(context.Context, string) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.jobs, nil
}

func (w *tenant) Put(ctx context.Context, j job.Job) error { return w.PutAfter(ctx, j, 0) }

// PutAfter does the job when it is visible.
func (w *tenant) PutAfter(_ context.Context, j job.Job, delay time.Duration) error {
	if delay > tickEvery {
		w.t.Errorf("a job waits %v", delay)
	}
	w.open.Go(func() {
		time.Sleep(delay) // simulated
		on := w.begin()
		f := j.(job.Fetch)
		var reads errgroup.Group
		reads.SetLimit(4)
		for _, id := range f.Mailboxes {
			reads.Go(func() error {
				w.readMailbox(on, id, slices.Contains(f.Sent, id))
				return nil
			})
		}
		_ = reads.Wait()
		w.mu.Lock()
		defer w.mu.Unlock()
		on.jobs--
		w.jobs--
	})
	return nil
}

// begin gives a visible job to the instance with the fewest jobs: there is one for each
// batch, and more jobs fit into each.
func (w *tenant) begin() *instance {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.jobs++
	wanted := max(w.least, (w.jobs+batchSize-1)/batchSize)
	for len(w.instances) < wanted {
		w.instances = append(w.instances, &instance{graph: make(chan struct{}, graphAtOnce)})
	}
	w.most = max(w.most, wanted)
	on := slices.MinFunc(w.instances[:wanted], func(a, b *instance) int { return a.jobs - b.jobs })
	on.jobs++
	return on
}

func (w *tenant) readMailbox(on *instance, id string, sent bool) {
	start := time.Now()
	if !w.call(on) || sent && !w.call(on) {
		w.mu.Lock()
		defer w.mu.Unlock()
		b := w.boxes[id]
		b.refused++
		b.worst = max(b.worst, b.refused)
		c := &w.due[b.at].Cursor
		c.NotBefore, c.Failures, c.State = time.Now().Add(retryAfter), c.Failures+1, connector.MailboxThrottled
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.boxes[id]
	b.longest, b.read, b.refused = max(b.longest, start.Sub(b.read)), start, 0
	c := &w.due[b.at].Cursor
	c.Failures, c.State = 0, ""
	for ; !b.next.After(start); b.next = b.next.Add(w.until(b)) {
		w.lags = append(w.lags, time.Since(b.next))
		c.LastRound = start
	}
}

// call asks Graph, and says whether it answered.
func (w *tenant) call(on *instance) bool {
	on.graph <- struct{}{}
	defer func() { <-on.graph }()
	w.mu.Lock()
	w.calls++
	if w.asking >= graphAtOnce {
		w.refused++
		w.mu.Unlock()
		return false
	}
	w.asking++
	w.mu.Unlock()
	time.Sleep(w.perCall) // simulated
	w.mu.Lock()
	w.asking--
	w.mu.Unlock()
	return true
}

// run lets ticks pass, and forgets what happened in the first hour.
func (w *tenant) run(h *Handler, hours int, lag time.Duration) {
	for n := range hours * 12 {
		w.mu.Lock()
		due := slices.DeleteFunc(slices.Clone(w.due), func(b connector.Box) bool { return b.Cursor.NotBefore.After(time.Now()) })
		if n == 12 {
			w.lags, w.calls, w.refused, w.most = nil, 0, 0, 0
			for _, b := range w.boxes {
				b.longest, b.worst = 0, 0
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

func (w *tenant) longest() (most time.Duration, refused int) {
	for _, b := range w.boxes {
		most, refused = max(most, b.longest), max(refused, b.worst)
	}
	return most, refused
}

// bound is the longest time between two readings of a mailbox: as many ticks as Graph needs
// for all of them, or as the office chose when that is more, and the spread of the jobs
// over a tick. It follows from the limits of Graph alone.
func bound(boxes int, lag, perCall time.Duration) time.Duration {
	calls := float64(boxes) * callsPerRead
	perTick := 0.9 * graphAtOnce * float64(tickEvery) / float64(perCall) // a tenth is for other work
	ticks := 1
	for calls/float64(ticks) > perTick {
		ticks *= 2
	}
	if ticks > 1 { // then quiet mailboxes wait, as long as the office chose
		ticks = max(ticks, int(lag/tickEvery))
	}
	spread := time.Duration(min(calls, perTick) * float64(perCall) / graphAtOnce)
	return time.Duration(ticks)*tickEvery + spread
}

// An office of any size is read within Graph's limit. A small one is read in every tick; in
// a large one quiet mailboxes wait as long as the office chose, and no longer. Run it with
// -v for a table.
//
// Mail that comes by chance within a time g between two readings waits g/2 in the median,
// within three standard errors of as many mails.
func TestLagByMailboxes(t *testing.T) {
	for _, size := range []struct {
		boxes, minutes int
		perCall        time.Duration
		instances      int // at least
	}{
		{60, 20, callTime, 1},
		{1_000, 20, callTime, 1},
		{4_000, 20, callTime, 1},
		{10_000, 20, callTime, 1},
		{10_000, 40, callTime, 1},
		{10_000, 5, callTime, 1}, // more than Graph can
		// Graph refuses calls: more instances run than the jobs need, or it is slow.
		{1_000, 20, callTime, 3},
		{10_000, 20, callTime, 3},
		{10_000, 20, 2 * callTime, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newTenant(t, size.boxes, size.perCall)
			w.least = size.instances
			tables := tabletest.Open(t, "configuration", "mailboxes")
			h := &Handler{Jobs: w, Connectors: connector.New(connector.Options{
				Configuration: tables.Table("configuration"), Mailboxes: tables.Table("mailboxes"),
			})}
			const hours = 4
			lag := time.Duration(size.minutes) * time.Minute
			w.run(h, hours, lag)
			most, refused := w.longest()
			g, share := bound(size.boxes, lag, size.perCall), float64(w.refused)/float64(w.calls)
			t.Logf("%6d mailboxes, at most %2d minutes, Graph %v: lag p50 %v, p95 %v; longest between two readings %v of %v; "+
				"%d calls a tick, %.1f %% refused, %d in a row; %d instances", size.boxes, size.minutes, size.perCall, w.lag(50), w.lag(95),
				most.Round(time.Second), g.Round(time.Second), w.calls/12/(hours-1), 100*share, refused, w.most)
			refuses := size.instances > 1 || size.perCall > callTime
			if refuses {
				// What Graph refuses is asked in the next tick, and no mailbox is refused more often
				// in a row than chance allows once in a million runs.
				if chance := math.Log(1e6*float64(w.calls)) / -math.Log(share); float64(refused) > chance {
					t.Errorf("%d mailboxes: one was refused %d times in a row, by chance %.0f", size.boxes, refused, chance)
				}
				g += time.Duration(refused) * tickEvery
			} else if refused > 0 || most > g {
				t.Errorf("%d mailboxes: Graph refuses %.1f %% of %d instances; longest %v, want %v", size.boxes, 100*share, w.most, most, g)
			}
			// The prices count what the plan reads.
			if want := cost.MailboxesPerTick(size.boxes) * callsPerRead; !refuses && math.Abs(float64(w.calls)/12/(hours-1)/want-1) > 0.15 {
				t.Errorf("%d mailboxes: %d calls a tick, the prices count %.0f", size.boxes, w.calls/12/(hours-1), want)
			}
			median := g/2 + time.Duration(3*float64(g)/2/math.Sqrt(float64(len(w.lags))))
			if w.lag(95) > g || w.lag(50) > median {
				t.Errorf("%d mailboxes: p95 %v, p50 %v, want at most %v, median %v", size.boxes, w.lag(95), w.lag(50), g, median)
			}
		})
	}
}

// host.json asks for the batch that the plan counts on.
func TestTheBatchIsThatOfHostJSON(t *testing.T) {
	text, err := os.ReadFile("../../host.json")
	if want := fmt.Sprintf(`"batchSize": %d,`, batchSize); err != nil || !strings.Contains(string(text), want) {
		t.Errorf("host.json has no %s: %v", want, err)
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
