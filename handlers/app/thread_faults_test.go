package app_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/wiretest"
)

// In a thread of twenty mails each remote call of a step fails once in each way, with all
// that Exchange may do: another call of each step, so that the steps together have all of
// them. Each time the conversation is what it is without: one mail for each reply, to those
// whom its writer was shown, and one chat in the right order. STRIDE=1 takes every call of
// every step, in some minutes.
func TestAnyCallOfAThreadMayFail(t *testing.T) {
	calls := 0
	played(t, func(*thread) {}, func(th *thread) { calls = th.most })
	if calls < 20 {
		t.Fatalf("only %d calls: the sweep would prove nothing", calls)
	}
	stride, err := strconv.Atoi(os.Getenv("STRIDE"))
	if err != nil {
		stride = 12 * wiretest.Stride()
	}
	for way, f := range []struct {
		name  string
		fault wiretest.Fault
		kill  bool
	}{
		{"refused", wiretest.Refuse, false}, {"answer lost", wiretest.Lose, false}, {"hangs", wiretest.Hang, false},
		{"killed after", wiretest.Lose, true},
	} {
		for at := 0; at < calls; at += stride {
			t.Run(fmt.Sprint(f.name, "/", at), func(t *testing.T) {
				t.Parallel()
				played(t, func(th *thread) {
					th.Tenant.Behave(unspecified[(at/stride+way)%len(unspecified)])
					th.decide = func(step, n int) wiretest.Fault {
						if n != at+(step*5+way)%stride {
							return wiretest.Pass
						}
						th.dead = f.kill
						return f.fault
					}
				}, func(*thread) {})
			})
		}
	}
}

// The same with a fault at every ninth call, in one of three ways, and a process that dies
// at times. The trouble of a step ends after half an hour: a reply that fails for an hour
// waits for a person.
func TestTroubledThread(t *testing.T) {
	played(t, func(th *thread) {
		all, began := 0, time.Time{}
		th.decide = func(step, n int) wiretest.Fault {
			if n == 0 {
				began = time.Now()
			}
			if all++; all%9 != 0 || time.Since(began) > 30*time.Minute {
				return wiretest.Pass
			}
			th.dead = step%3 == 1 && n < 9
			return wiretest.Fault(1 + all/9%3)
		}
	}, func(th *thread) { th.Poisoned = nil }) // a job can fail five times then; the tick finds its work again
}

// played plays a thread and compares what people see of it in the end.
func played(t *testing.T, before, after func(*thread)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		th := newThread(t)
		before(th)
		th.play()
		after(th)
		th.off = true
		if got := th.picture(); got != thread20 {
			t.Errorf("after %q:\n%s\nwant\n%s", th.what, got, thread20)
		}
		th.Check(t)
	})
}
