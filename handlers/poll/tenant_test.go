package poll

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/job"
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
	due       []connector.Mailbox
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
		w.due = append(w.due, connector.Mailbox{
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
		due := slices.DeleteFunc(slices.Clone(w.due), func(b connector.Mailbox) bool { return b.Cursor.NotBefore.After(time.Now()) })
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
