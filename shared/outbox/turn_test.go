package outbox_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/outbox"
	"kantoorpost/shared/wiretest"
)

// A turn that is renewed stays its job's, also when an answer of the table is lost. One that
// ended, or that another job has, is not renewed.
func TestRenewTurn(t *testing.T) { synctest.Test(t, testRenewTurn) }

func testRenewTurn(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	take := func(free bool) outbox.Turn {
		t.Helper()
		turn, wait, err := w.TakeTurn(ctx, box, time.Minute)
		if w.must(err); (wait == 0) != free {
			t.Fatalf("the turn is to be had in %v", wait)
		}
		return turn
	}
	first := take(true)
	for range 3 {
		w.at = w.at.Add(outbox.TurnLife - time.Second)
		lost := false
		w.wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
			if r.Method == http.MethodGet || lost {
				return wiretest.Pass
			}
			lost = true
			return wiretest.Lose
		})
		w.must(w.RenewTurn(ctx, first))
	}
	take(false)
	w.at = w.at.Add(outbox.TurnLife)
	second := take(true)
	if err := w.RenewTurn(ctx, first); !errors.Is(err, outbox.ErrChanged) {
		t.Errorf("a turn that another job has: %v", err)
	}
	w.must(w.EndTurn(ctx, second, time.Time{}))
	if err := w.RenewTurn(ctx, second); !errors.Is(err, outbox.ErrChanged) {
		t.Errorf("a turn that ended: %v", err)
	}
}
