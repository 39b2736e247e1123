package send

import (
	"context"
	"sync"
	"time"
)

const (
	// spread is the least time between two mails of one mailbox: Exchange takes 30
	// messages a minute.
	// https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#sending-limits-1
	spread = 2 * time.Second
	// patience is how long a job waits for a mailbox that another job uses; after
	// that it makes room for other mailboxes, and another job comes after busy.
	patience = 5 * time.Second
	busy     = 15 * time.Second
)

// turns let one job of this process at a time send from a mailbox. Other processes
// have turns of their own: what is more than Exchange takes then, it refuses with 429.
type turns struct {
	mu    sync.Mutex
	boxes map[string]*turn
}

// A turn is the right to send from a mailbox.
type turn struct {
	taken chan struct{}
	next  time.Time // when the next mail may leave; of the one who has the turn
}

// take waits for the turn of a mailbox; false when it takes too long.
func (t *turns) take(ctx context.Context, mailbox string) (*turn, bool) {
	t.mu.Lock()
	mine := t.boxes[mailbox]
	if mine == nil {
		if t.boxes == nil {
			t.boxes = map[string]*turn{}
		}
		mine = &turn{taken: make(chan struct{}, 1)}
		t.boxes[mailbox] = mine
	}
	t.mu.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case mine.taken <- struct{}{}:
		return mine, true
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil, false
}

func (t *turn) done() { <-t.taken }

// pause waits until the next mail may leave, or ctx ends.
func (t *turn) pause(ctx context.Context) {
	timer := time.NewTimer(time.Until(t.next))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	t.next = time.Now().Add(spread)
}
