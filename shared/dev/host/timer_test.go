package host

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"
)

// calls records when it was called and how late the host said that it was. A call
// can take some time.
type calls struct {
	takes   time.Duration
	at      []time.Time
	pastDue []bool
	status  []bool
	running int
	overlap bool
}

func (c *calls) call(_ context.Context, _ string, payload []byte) error {
	var in struct {
		Data struct {
			Timer struct {
				IsPastDue      bool
				ScheduleStatus *struct{}
			}
		}
	}
	if err := json.Unmarshal(payload, &in); err != nil {
		return err
	}
	c.running++
	c.overlap = c.overlap || c.running > 1
	c.at = append(c.at, time.Now())
	c.pastDue = append(c.pastDue, in.Data.Timer.IsPastDue)
	c.status = append(c.status, in.Data.Timer.ScheduleStatus != nil)
	time.Sleep(c.takes)
	c.running--
	return nil
}

// tick runs a timer for some simulated time, and waits for its last run.
func tick(t *testing.T, schedule, data string, c *calls, long time.Duration) {
	t.Helper()
	timer, err := newTimer(function{name: "poll", trigger: binding{Name: "timer", Schedule: schedule}}, data, c, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	timer.run(ctx, t.Context())
}

func TestATimerKeepsItsSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &calls{}
		start := time.Now()
		tick(t, "0 */5 * * * *", t.TempDir(), c, 16*time.Minute)
		if len(c.at) != 3 {
			t.Fatalf("%d runs in 16 minutes, want 3", len(c.at))
		}
		for i, at := range c.at {
			if want := start.Truncate(5 * time.Minute).Add(time.Duration(i+1) * 5 * time.Minute); !at.Equal(want) {
				t.Errorf("run %d at %v, want %v", i, at, want)
			}
			if c.pastDue[i] || !c.status[i] {
				t.Errorf("run %d: past due %v, status %v", i, c.pastDue[i], c.status[i])
			}
		}
	})
}

func TestRunsNeverOverlapAndALateOneFollowsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &calls{takes: 7 * time.Minute}
		tick(t, "0 */5 * * * *", t.TempDir(), c, 14*time.Minute)
		if c.overlap {
			t.Error("two runs at a time")
		}
		if len(c.at) != 2 || c.at[1].Sub(c.at[0]) != c.takes {
			t.Errorf("runs at %v, want the second right after the first", c.at)
		}
	})
}

func TestAMissedRunIsMadeUpForOnceAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		data := t.TempDir()
		tick(t, "0 */5 * * * *", data, &calls{}, 6*time.Minute)
		time.Sleep(time.Hour)
		c := &calls{}
		tick(t, "0 */5 * * * *", data, c, time.Minute)
		if len(c.at) != 1 || !c.pastDue[0] {
			t.Errorf("%d runs, past due %v; want one that is", len(c.at), c.pastDue)
		}
	})
}

func TestAFastTimerIsNotMonitored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		data := t.TempDir()
		tick(t, "*/10 * * * * *", data, &calls{}, 24*time.Second)
		time.Sleep(time.Hour)
		c := &calls{}
		tick(t, "*/10 * * * * *", data, c, 24*time.Second)
		if len(c.at) != 2 || c.pastDue[0] || c.status[0] {
			t.Errorf("%d runs, past due %v, status %v", len(c.at), c.pastDue, c.status)
		}
	})
}
