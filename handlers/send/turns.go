package send

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/outbox"
)

const (
	// patience is how long a job waits for a mailbox that another job uses; after
	// that it makes room for other mailboxes, and another job comes after busy.
	patience = 5 * time.Second
	busy     = 15 * time.Second
	// renewal is how often a turn is renewed, and how long one renewal may take: one may
	// have no answer, and the next is still in time.
	renewal = outbox.TurnLife / 4
)

// errLostTurn stops a job that could not renew its turn: another job may have it.
var errLostTurn = errors.New("the turn to send from the mailbox was lost")

// turns let one job of this process at a time ask for the turn of a mailbox, so that the
// jobs of one process wait without reading tables.
type turns struct {
	mu    sync.Mutex
	boxes map[string]chan struct{}
}

// A turn is the right to send from a mailbox: see outbox.Turn.
type turn struct {
	outbox.Turn
	notBefore time.Time // when the mailbox takes mail again, if Graph says so
}

// take waits for the turn of a mailbox in this process; false when it takes too long.
// It must be given back.
func (t *turns) take(ctx context.Context, mailbox string) (giveBack func(), ok bool) {
	t.mu.Lock()
	taken := t.boxes[mailbox]
	if taken == nil {
		if t.boxes == nil {
			t.boxes = map[string]chan struct{}{}
		}
		taken = make(chan struct{}, 1)
		t.boxes[mailbox] = taken
	}
	t.mu.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case taken <- struct{}{}:
		return func() { <-taken }, true
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil, false
}

// inTurn calls f when the mailbox of a reply is this job's, among those of all instances,
// and ends its ctx when it no longer is. Else it puts a job that comes later.
func (h *Handler) inTurn(ctx context.Context, r outbox.Reply, f func(context.Context, *turn) error) error {
	giveBack, ok := h.turns.take(ctx, r.Mailbox)
	if !ok {
		return h.put(ctx, r, busy)
	}
	defer giveBack()
	got, wait, err := h.Outbox.TakeTurn(ctx, r.Mailbox, patience)
	if err != nil {
		return err
	}
	if wait > 0 {
		return h.put(ctx, r, min(wait, busy))
	}
	t := &turn{Turn: got}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := h.Outbox.EndTurn(ctx, t.Turn, t.notBefore); err != nil {
			slog.WarnContext(ctx, "a mailbox is not free before the turn to send from it ends by itself", "error", err)
		}
	}()
	ctx, lose := context.WithCancelCause(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { h.renew(ctx, got, lose) })
	defer renewing.Wait() // before the turn ends
	defer lose(nil)
	return f(ctx, t)
}

// renew renews a turn until ctx ends, and ends it when the turn is lost.
func (h *Handler) renew(ctx context.Context, t outbox.Turn, lose context.CancelCauseFunc) {
	ticks := time.NewTicker(renewal)
	defer ticks.Stop()
	for ends := t.ClaimEnds; ; {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		short, cancel := context.WithTimeout(ctx, renewal)
		asked := h.Outbox.Now()
		err := h.Outbox.RenewTurn(short, t)
		cancel()
		switch {
		case err == nil:
			ends = asked.Add(outbox.TurnLife)
		case ctx.Err() == nil && (errors.Is(err, outbox.ErrChanged) || !h.Outbox.Now().Add(renewal).Before(ends)):
			slog.WarnContext(ctx, "a job stops sending", "error", err)
			lose(errLostTurn)
			return
		}
	}
}

// pause waits until the mail of this turn may leave, or ctx ends. It has little to wait:
// at most patience.
func (h *Handler) pause(ctx context.Context, t *turn) {
	timer := time.NewTimer(t.Leaves.Sub(h.Outbox.Now()))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// heed lets the whole mailbox rest for as long as Graph asks when it is asked too much.
// https://learn.microsoft.com/graph/throttling
func (t *turn) heed(err error, now time.Time) {
	if e, ok := answer.Of(err); !ok || e.Status != http.StatusTooManyRequests {
		return
	}
	if _, after := fault.Of(err); after > 0 {
		t.notBefore = now.Add(after)
	}
}
