package host

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/must"
)

// calls records when it was called. A call can take some time.
type calls struct {
	takes   time.Duration
	at      []time.Time
	running int
	overlap bool
}

func (c *calls) call(context.Context, string, []byte) error {
	c.running++
	c.overlap = c.overlap || c.running > 1
	c.at = append(c.at, time.Now())
	time.Sleep(c.takes)
	c.running--
	return nil
}

// tick runs a timer for some simulated time, and waits for its last run.
func tick(t *testing.T, schedule string, c *calls, long time.Duration) {
	t.Helper()
	timer := must.Get(newTimer(function{name: "poll", trigger: binding{Name: "timer", Schedule: schedule}}, c, quiet))(t)
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	timer.run(ctx, t.Context())
}

func TestATimerKeepsItsSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &calls{}
		start := time.Now()
		tick(t, "0 */5 * * * *", c, 16*time.Minute)
		if len(c.at) != 3 {
			t.Fatalf("%d runs in 16 minutes, want 3", len(c.at))
		}
		for i, at := range c.at {
			if want := start.Truncate(5 * time.Minute).Add(time.Duration(i+1) * 5 * time.Minute); !at.Equal(want) {
				t.Errorf("run %d at %v, want %v", i, at, want)
			}
		}
	})
}

func TestRunsNeverOverlapAndALateOneFollowsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &calls{takes: 7 * time.Minute}
		tick(t, "0 */5 * * * *", c, 14*time.Minute)
		if c.overlap {
			t.Error("two runs at a time")
		}
		if len(c.at) != 2 || c.at[1].Sub(c.at[0]) != c.takes {
			t.Errorf("runs at %v, want the second right after the first", c.at)
		}
	})
}
