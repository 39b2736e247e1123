package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/wiretest"
)

// wires are all ways to the outside of a world.
func (w *world) wires() []*wiretest.Wire {
	return []*wiretest.Wire{w.toTables, w.toQueues, w.toMicrosoft}
}

// fault decides about every call over any wire, counted together.
func (w *world) fault(f func(n int, r *http.Request) wiretest.Fault) (count func() int) {
	var mu sync.Mutex
	n := 0
	for _, wire := range w.wires() {
		wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
			mu.Lock()
			defer mu.Unlock()
			n++
			return f(n-1, r)
		})
	}
	return func() int { return n }
}

// slow makes every call take its time, another each time, so that what runs at
// the same time meets in another order with each seed.
func (w *world) slow(seed uint64) {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, 1))
	for _, wire := range w.wires() {
		wire.Fault(func(int, *http.Request) wiretest.Fault {
			mu.Lock()
			d := time.Duration(random.IntN(1000)) * time.Millisecond
			mu.Unlock()
			time.Sleep(d) // simulated
			return wiretest.Pass
		})
	}
}

func (w *world) heal() {
	for _, wire := range w.wires() {
		wire.Fault(nil)
	}
}

// story is what happens in the office, up to where the world may break.
func story(t *testing.T) *world {
	w := newWorld(t)
	w.office()
	w.tick()
	info, loon := "info@"+domain, "loon@"+domain
	w.send("jan@bakker.example", []string{info}, letter("jan@bakker.example", info, "Btw", "a1"))
	w.send("jan@bakker.example", []string{info}, letter("jan@bakker.example", info, "Re: Btw", "a2", "In-Reply-To: <a1@elders.example>"))
	w.send("piet@onbekend.example", []string{info}, letter("piet@onbekend.example", info, "Kennismaking", "b1"))
	w.send("jan@bakker.example", []string{info, loon}, letter("jan@bakker.example", info+", "+loon, "Jaaropgave", "c1"))
	for _, subject := range []string{"Eerste", "Tweede"} { // two mails that were given the same id
		w.send("jan@bakker.example", []string{info}, letter("jan@bakker.example", info, subject, "x1"))
	}
	w.send("nieuws@bakker.example", []string{loon},
		letter("nieuws@bakker.example", loon, "Nieuwsbrief", "d1", "List-Unsubscribe: <mailto:weg@bakker.example>"))
	return w
}

// settle lets time go by until all is as it will be: what failed comes back
// within half an hour, and the tick's own pauses are shorter.
func (w *world) settle() {
	w.heal()
	w.pass(12)
}

const ending = `chat Btw [Anna] 2 open
chat Eerste [Anna] 1 open
chat Jaaropgave [Anna Bram Carla] 1 open
chat Tweede [Anna] 1 open
mail info@kantoor.example Btw processed 
mail info@kantoor.example Eerste processed 
mail info@kantoor.example Jaaropgave processed 
mail info@kantoor.example Kennismaking parked unknown-sender
mail info@kantoor.example Re: Btw processed 
mail info@kantoor.example Tweede processed 
mail loon@kantoor.example Jaaropgave processed 
mail loon@kantoor.example Nieuwsbrief parked automated`

// Every remote call between a mail's arrival and its chat, one by one: refused,
// done with its answer lost, hanging to its deadline, or the process killed
// there. Each time the story ends the same.
func TestAnyCallMayFail(t *testing.T) {
	calls := 0
	synctest.Test(t, func(t *testing.T) {
		w := story(t)
		count := w.fault(func(int, *http.Request) wiretest.Fault { return wiretest.Pass })
		w.pass(2)
		calls = count()
		if got := w.picture(); got != ending {
			t.Fatalf("nothing failed, and yet\n%s\nwant\n%s", got, ending)
		}
		w.check(t)
	})
	if calls < 20 {
		t.Fatalf("only %d calls: the sweep would prove nothing", calls)
	}
	for _, f := range []struct {
		name  string
		fault wiretest.Fault
		kill  bool
	}{
		{"refused", wiretest.Refuse, false}, {"answer lost", wiretest.Lose, false}, {"hangs", wiretest.Hang, false},
		{"killed before", wiretest.Refuse, true}, {"killed after", wiretest.Lose, true},
	} {
		for n := range calls {
			t.Run(fmt.Sprintf("%s/%d", f.name, n), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := story(t)
					what := ""
					dead := false
					w.fault(func(i int, r *http.Request) wiretest.Fault {
						switch {
						case dead:
							return wiretest.Refuse // a killed process makes no calls
						case i == n:
							what, dead = r.Method+" "+r.URL.Path, f.kill
							return f.fault
						}
						return wiretest.Pass
					})
					w.pass(2)
					if f.kill {
						w.heal()
						w.start()
					}
					w.settle()
					w.checkMarks(t)
					if got := w.picture(); got != ending {
						t.Errorf("after %s of call %d, %s:\n%s\nwant\n%s", f.name, n, what, got, ending)
					}
					w.check(t)
				})
			})
		}
	}
}

// Random faults, kills, lost, doubled and forged queue messages, for many seeds.
// A seed that fails is printed; SEED=n runs it alone, SEEDS=n runs that many.
func TestRandomSchedules(t *testing.T) {
	first, seeds := uint64(1), uint64(40)
	if s, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		first, seeds = s, 1
	}
	if s, err := strconv.ParseUint(os.Getenv("SEEDS"), 10, 64); err == nil {
		seeds = s
	}
	for seed := first; seed < first+seeds; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := story(t)
				random := rand.New(rand.NewPCG(seed, 0))
				w.fault(func(int, *http.Request) wiretest.Fault {
					if random.IntN(5) > 0 {
						return wiretest.Pass
					}
					return []wiretest.Fault{wiretest.Refuse, wiretest.Lose, wiretest.Hang}[random.IntN(3)]
				})
				for range 12 {
					switch q := queueNames()[random.IntN(len(queueNames()))]; random.IntN(8) {
					case 0:
						w.queues.Clear(q)
					case 1:
						for _, text := range w.queues.Texts(q) {
							w.queues.Add(q, text)
						}
					case 2:
						w.queues.Add(q, []string{"hallo", "", "{}", `{"job":"process","mails":["x"]}`,
							`{"job":"fetch","mailboxes":["info"]}`}[random.IntN(5)])
					case 3:
						w.heal()
						w.start()
						w.fault(func(int, *http.Request) wiretest.Fault {
							return wiretest.Fault(random.IntN(12) / 9 * (1 + random.IntN(3)))
						})
					}
					w.pass(1)
				}
				w.Poisoned = nil // under 20 % faults a job can fail five times; the tick finds its work again
				w.heal()
				w.pass(80) // pauses double up to six hours
				w.checkMarks(t)
				if got := w.picture(); got != ending {
					t.Errorf("seed %d:\n%s\nwant\n%s", seed, got, ending)
				}
				w.check(t)
			})
		})
	}
}

// The same job delivered twice, and worked on by two processes at the same time,
// has one effect.
func TestEverythingTwiceAtOnce(t *testing.T) {
	for seed := range uint64(25) {
		synctest.Test(t, func(t *testing.T) {
			w := story(t)
			w.slow(seed)
			first := w.http
			w.start()
			second := w.http
			for range 3 {
				var both sync.WaitGroup
				for _, process := range []http.Handler{first, second} {
					both.Go(func() {
						call(t, process, "poll", "timer", `{"IsPastDue":false}`)
						for _, q := range []string{"fetch", "fetch", "process", "process", "mark", "mark"} {
							time.Sleep(time.Second) // simulated: what was put can be taken
							for _, text := range w.queues.Texts(q) {
								call(t, process, q, "job", quoted(text))
							}
						}
					})
				}
				both.Wait()
				time.Sleep(5 * time.Minute)
			}
			w.queues.Clear("fetch")
			w.queues.Clear("process")
			w.queues.Clear("mark")
			w.settle()
			w.checkMarks(t)
			if got := w.picture(); got != ending {
				t.Errorf("seed %d:\n%s\nwant\n%s", seed, got, ending)
			}
			w.check(t)
		})
	}
}
