package app_test

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

	"kantoorpost/handlers/app"
	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/wiretest"
)

// story is what happens in the office, up to where the world may break.
func story(t *testing.T) *world {
	w := newWorld(t)
	w.Office()
	w.Tick()
	info, loon := "info@"+apptest.Domain, "loon@"+apptest.Domain
	w.Receive("jan@bakker.example", info, "Btw", "a1")
	w.Receive("jan@bakker.example", info, "Re: Btw", "a2", "In-Reply-To: <a1@elders.example>")
	w.Receive("piet@onbekend.example", info, "Kennismaking", "b1")
	// This answers a mail that waits, so it is decided by a process job.
	w.Receive("jan@bakker.example", info, "Re: Kennismaking", "b2", "In-Reply-To: <b1@elders.example>")
	w.Send("jan@bakker.example", []string{info, loon}, apptest.RawMail("jan@bakker.example", info+", "+loon, "Jaaropgave", "c1"))
	for _, subject := range []string{"Eerste", "Tweede"} { // two mails that were given the same id
		w.Receive("jan@bakker.example", info, subject, "x1")
	}
	w.Receive("nieuws@bakker.example", loon, "Nieuwsbrief", "d1", "List-Unsubscribe: <mailto:weg@bakker.example>")
	return w
}

const ending = `chat Btw [Anna] 2 open
chat Eerste [Anna] 1 open
chat Jaaropgave [Anna Bram Carla] 1 open
chat Re: Kennismaking [Anna] 1 open
chat Tweede [Anna] 1 open
mail info@kantoor.example Btw processed 
mail info@kantoor.example Eerste processed 
mail info@kantoor.example Jaaropgave processed 
mail info@kantoor.example Kennismaking parked unknown-sender
mail info@kantoor.example Re: Btw processed 
mail info@kantoor.example Re: Kennismaking processed 
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
		count := w.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Pass })
		w.Pass(2)
		calls = count()
		if got := w.Picture(); got != ending {
			t.Fatalf("nothing failed, and yet\n%s\nwant\n%s", got, ending)
		}
		w.Check(t)
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
		for n := 0; n < calls; n += wiretest.Stride() {
			t.Run(fmt.Sprintf("%s/%d", f.name, n), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := story(t)
					what := ""
					dead := false
					w.Fault(func(i int, r *http.Request) wiretest.Fault {
						switch {
						case dead:
							return wiretest.Refuse // a killed process makes no calls
						case i == n:
							what, dead = r.Method+" "+r.URL.Path, f.kill
							return f.fault
						}
						return wiretest.Pass
					})
					w.Pass(2)
					if f.kill {
						w.Heal()
						w.Start()
					}
					w.Recover()
					w.checkMarks(t)
					if got := w.Picture(); got != ending {
						t.Errorf("after %s of call %d, %s:\n%s\nwant\n%s", f.name, n, what, got, ending)
					}
					w.Check(t)
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
	for seed := first; seed < first+seeds; seed += uint64(wiretest.Stride()) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := story(t)
				random := rand.New(rand.NewPCG(seed, 0))
				w.Fault(func(int, *http.Request) wiretest.Fault {
					if random.IntN(5) > 0 {
						return wiretest.Pass
					}
					return []wiretest.Fault{wiretest.Refuse, wiretest.Lose, wiretest.Hang}[random.IntN(3)]
				})
				for range 12 {
					switch q := app.QueueNames()[random.IntN(len(app.QueueNames()))]; random.IntN(8) {
					case 0:
						w.Queues.Clear(q)
					case 1:
						for _, text := range w.Queues.Texts(q) {
							w.Queues.Add(q, text)
						}
					case 2:
						w.Queues.Add(q, []string{"hallo", "", "{}", `{"job":"process","mails":["x"]}`,
							`{"job":"fetch","mailboxes":["info"]}`}[random.IntN(5)])
					case 3:
						w.Heal()
						w.Start()
						w.Fault(func(int, *http.Request) wiretest.Fault {
							return wiretest.Fault(random.IntN(12) / 9 * (1 + random.IntN(3)))
						})
					}
					w.Pass(1)
				}
				w.Poisoned = nil // under 20 % faults a job can fail five times; the tick finds its work again
				w.Heal()
				w.PassEvery(20*time.Minute, 20) // pauses double up to six hours
				w.checkMarks(t)
				if got := w.Picture(); got != ending {
					t.Errorf("seed %d:\n%s\nwant\n%s", seed, got, ending)
				}
				w.Check(t)
			})
		})
	}
}

// The same job delivered twice, and worked on by two processes at the same time,
// has one effect.
func TestEverythingTwiceAtOnce(t *testing.T) {
	for seed := range uint64(25) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := story(t)
				w.Slow(seed)
				first := w.Process
				w.Start()
				second := w.Process
				for range 3 {
					var both sync.WaitGroup
					for _, process := range []http.Handler{first, second} {
						both.Go(func() {
							apptest.Call(t, process, "poll", "timer", `{"IsPastDue":false}`)
							for _, q := range []string{"fetch", "fetch", "process", "process", "mark", "mark"} {
								time.Sleep(time.Second) // simulated: what was put can be taken
								for _, text := range w.Queues.Texts(q) {
									apptest.Call(t, process, q, "job", apptest.Quoted(text))
								}
							}
						})
					}
					both.Wait()
					time.Sleep(5 * time.Minute)
				}
				w.Queues.Clear("fetch")
				w.Queues.Clear("process")
				w.Queues.Clear("mark")
				w.Recover()
				w.checkMarks(t)
				if got := w.Picture(); got != ending {
					t.Errorf("seed %d:\n%s\nwant\n%s", seed, got, ending)
				}
				w.Check(t)
			})
		})
	}
}
