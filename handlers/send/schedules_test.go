package send_test

import (
	"fmt"
	"kantoorpost/handlers/send"
	"kantoorpost/shared/job"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/wiretest"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Random faults, kills, lost, doubled and forged jobs, two processes at the same time,
// newer mail, and people who take back and retry; for many seeds. A seed that fails is
// printed; SEED=n runs it alone, SEEDS=n runs that many.
func TestRandomSchedules(t *testing.T) {
	first, seeds := uint64(1), uint64(60)
	if s, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		first, seeds = s, 1
	}
	if s, err := strconv.ParseUint(os.Getenv("SEEDS"), 10, 64); err == nil {
		seeds = s
	}
	for seed := first; seed < first+seeds; seed++ {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			random := rand.New(rand.NewPCG(seed, 0))
			u := unspecified[random.IntN(len(unspecified))]
			u.change(w.exchange)
			w.schedule(random)
			if t.Failed() {
				t.Errorf("seed %d, Exchange acts %s", seed, u.name)
			}
		})
	}
}

// schedule lets three replies leave through random trouble.
func (w *world) schedule(random *rand.Rand) {
	var replies []outbox.Reply
	for i := range 3 {
		replies = append(replies, w.reply(func(r *outbox.Reply) {
			r.Subject, r.LeavesAt = fmt.Sprint("RE: ", i), time.Now().Add(time.Duration(random.IntN(600))*time.Second)
			if random.IntN(3) == 0 {
				r.Original.MessageID = "gone"
			}
		}))
	}
	other := w.process()
	w.trouble(random)
	for range 25 {
		r := replies[random.IntN(len(replies))]
		switch random.IntN(12) {
		case 0:
			w.queues.Clear("send")
		case 1:
			for _, text := range w.queues.Texts("send") {
				w.queues.Add("send", text)
			}
		case 2:
			w.queues.Add("send", []string{"hallo", "", "{}", `{"job":"send","replies":["x","` + r.ID + `"]}`}[random.IntN(4)])
		case 3, 4: // the process is killed and starts again
			w.start()
		case 5:
			_, _ = w.outbox.TakeBack(w.t.Context(), w.chat.ID, r.ID, anybody)
		case 6:
			_, _ = w.outbox.Retry(w.t.Context(), w.chat.ID, r.ID, anybody, false)
		case 7:
			w.on = !w.on
		case 8, 9: // both processes do the same jobs at the same time
			w.both(other, replies)
		}
		w.pass(time.Duration(random.IntN(300)) * time.Second)
	}
	w.heal()
	w.on = true
	w.rest()
	for _, r := range replies {
		w.check(r, false)
	}
}

// trouble lets a fifth of the calls fail, lets each take its time, and kills at times.
func (w *world) trouble(random *rand.Rand) {
	var mu sync.Mutex
	dead := 0
	w.fault(func(int, string) wiretest.Fault {
		mu.Lock()
		d, n := time.Duration(random.IntN(2000))*time.Millisecond, random.IntN(100)
		f := wiretest.Pass
		switch {
		case dead > 0:
			dead--
			f = wiretest.Refuse
		case n < 12:
			f = []wiretest.Fault{wiretest.Refuse, wiretest.Lose, wiretest.Hang}[n%3]
		case n < 15:
			dead = 10
		}
		mu.Unlock()
		time.Sleep(d) // simulated
		return f
	})
}

// both lets two processes do jobs for the same replies at the same time.
func (w *world) both(other *send.Handler, replies []outbox.Reply) {
	var all sync.WaitGroup
	for _, r := range replies {
		for _, process := range []*send.Handler{w.handler, other, w.handler} {
			all.Go(func() {
				_ = w.do(process, fmt.Sprintf(`{"job":"send","replies":[%q]}`, r.ID))
			})
		}
	}
	all.Wait()
}

// Two processes that do the same jobs at the same time send one mail, in whatever
// order their calls meet.
func TestTwoProcesses(t *testing.T) {
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			unspecified[seed%6].change(w.exchange)
			r := w.story(seed%2 == 0)
			random := rand.New(rand.NewPCG(seed, 1))
			var mu sync.Mutex
			slow := func() {
				mu.Lock()
				d := time.Duration(random.IntN(3000)) * time.Millisecond
				mu.Unlock()
				time.Sleep(d) // simulated
			}
			for _, wire := range []*wiretest.Wire{w.toTable, w.toQueue, w.toBlobs} {
				wire.Fault(func(int, *http.Request) wiretest.Fault { slow(); return wiretest.Pass })
			}
			w.exchange.fault = func(string) wiretest.Fault { slow(); return wiretest.Pass }
			other := w.process()
			time.Sleep(15 * time.Second) // simulated: it is due
			for range 3 {
				w.both(other, []outbox.Reply{r})
				w.must(w.jobs.Put(t.Context(), job.Send{Replies: []string{r.ID}}))
			}
			w.heal()
			w.rest()
			w.check(r, true)
			w.wantState(r, outbox.Sent, "")
			if t.Failed() {
				t.Errorf("seed %d", seed)
			}
		})
	}
}
