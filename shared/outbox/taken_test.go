package outbox_test

import (
	"errors"
	"testing"
	"time"

	"kantoorpost/shared/outbox"
)

// A reply says since when jobs try to send it, and a job that continues or takes it
// again does not change that. A retry starts anew.
func TestTaken(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	r := w.create(w.written("anna"))
	w.at = w.at.Add(time.Minute)
	first := w.at
	r, err := w.Claim(ctx, r)
	w.must(err)
	w.at = w.at.Add(outbox.ClaimLife)
	r, err = w.Claim(ctx, r)
	w.must(err)
	if !r.Taken.Equal(first) {
		t.Errorf("taken at %v, want %v", r.Taken, first)
	}
	_, err = w.MarkFailed(ctx, r, outbox.ReasonUnreachable, "")
	w.must(err)
	r, err = w.Retry(ctx, w.chat, r.ID, anybody, false)
	w.must(err)
	w.at = w.at.Add(time.Minute)
	r, err = w.Claim(ctx, r)
	w.must(err)
	if !r.Taken.Equal(w.at) {
		t.Errorf("after a retry taken at %v, want %v", r.Taken, w.at)
	}
}

// A reply that Exchange certainly did not take can become a draft again; while that is
// in doubt it cannot.
func TestNotTaken(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	r := w.in(outbox.Sending)
	if _, err := w.BackToDraft(ctx, r, outbox.ReasonNewer); !errors.Is(err, outbox.ErrState) {
		t.Errorf("a reply that may have left is a draft again: %v", err)
	}
	r, err := w.NotTaken(ctx, r)
	w.must(err)
	if !r.SendStarted.IsZero() || r.Sends != 1 || r.DraftID == "" {
		t.Errorf("not taken: %+v", r)
	}
	if r, err = w.BackToDraft(ctx, r, outbox.ReasonNewer); err != nil || r.State != outbox.TakenBack {
		t.Errorf("it is no draft again: %s, %v", r.State, err)
	}
}

// A reply that could not be sent says when it is tried again, and the tick leaves it
// alone until then.
func TestNextTry(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	r := w.create(w.written("anna"))
	w.at = w.at.Add(time.Minute)
	r, err := w.Claim(ctx, r)
	w.must(err)
	next := w.at.Add(10 * time.Minute)
	w.must(w.Release(ctx, r, next))
	if r, err = w.Load(ctx, r.ID); err != nil || !r.NextTry.Equal(next) {
		t.Errorf("tried again at %v, want %v; %v", r.NextTry, next, err)
	}
	for at, want := range map[time.Time]int{next: 0, next.Add(2 * time.Minute): 1} {
		w.at = at
		if work, err := w.Work.Due(ctx, 10); err != nil || len(work) != want {
			t.Errorf("at %v: %d due, %v; want %d", at, len(work), err, want)
		}
	}
	if r, err = w.Claim(ctx, r); err != nil || !r.NextTry.IsZero() {
		t.Errorf("taken again, to be tried at %v; %v", r.NextTry, err)
	}
}
