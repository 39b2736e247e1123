package mailtext

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A call that does not end is given up, one that panics is an error, and neither
// stops the next call.
func TestWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if v, err := Within(time.Second, func() int { return 7 }); v != 7 || err != nil {
			t.Errorf("%d, %v", v, err)
		}
		var broken *PanicError
		if _, err := Within(time.Second, func() int { panic("x") }); !errors.As(err, &broken) || broken.Value != "x" || len(broken.Stack) == 0 {
			t.Errorf("a panic is %v", err)
		}
		stuck, began := make(chan bool), time.Now()
		if _, err := Within(time.Second, func() bool { return <-stuck }); !errors.Is(err, ErrTooSlow) || time.Since(began) != time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		close(stuck)
		synctest.Wait()
		if n := abandoned.Load(); n != 0 {
			t.Errorf("%d calls that have ended still count", n)
		}
	})
}

// The number of abandoned calls is bounded.
func TestAbandonedCallsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan bool)
		var started atomic.Int64
		for range 2 * maxAbandoned {
			if _, err := Within(time.Second, func() bool { started.Add(1); return <-stuck }); !errors.Is(err, ErrTooSlow) {
				t.Error(err)
			}
		}
		if n := started.Load(); n != maxAbandoned {
			t.Errorf("%d were started, at most %d may go on", n, maxAbandoned)
		}
		if v, err := Bounded(time.Second, func() int { return 7 }); v != 7 || err != nil {
			t.Errorf("Bounded: %d, %v", v, err)
		}
		close(stuck)
		synctest.Wait()
		if v, err := Within(time.Second, func() int { return 7 }); v != 7 || err != nil {
			t.Errorf("after they ended: %d, %v", v, err)
		}
	})
}
