package graph

import (
	"context"
	"fmt"
	"sync"
)

// A Limiter limits the number of concurrent requests. The whole process must share
// one: Outlook allows four at a time, and its documentation does not agree on
// whether that is per application or per application and mailbox.
// https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
type Limiter struct {
	all  chan struct{}
	each int

	mu    sync.Mutex
	boxes map[string]*mailboxSlots
}

// mailboxSlots holds the slots of one mailbox; it exists while it is in use.
type mailboxSlots struct {
	slots chan struct{}
	users int
}

// NewLimiter allows all requests at a time, and each requests at a time for one mailbox.
func NewLimiter(all, each int) *Limiter {
	return &Limiter{all: make(chan struct{}, max(all, 1)), each: max(each, 1), boxes: map[string]*mailboxSlots{}}
}

// acquire waits for a slot; release returns it. A request that waits for its own
// mailbox occupies no slot that another mailbox needs.
func (l *Limiter) acquire(ctx context.Context, mailbox string) (release func(), err error) {
	mine := l.enter(mailbox)
	if err := take(ctx, mine.slots); err != nil {
		l.leave(mailbox, mine)
		return nil, err
	}
	if err := take(ctx, l.all); err != nil {
		<-mine.slots
		l.leave(mailbox, mine)
		return nil, err
	}
	return func() {
		<-l.all
		<-mine.slots
		l.leave(mailbox, mine)
	}, nil
}

func (l *Limiter) enter(mailbox string) *mailboxSlots {
	l.mu.Lock()
	defer l.mu.Unlock()
	mine := l.boxes[mailbox]
	if mine == nil {
		mine = &mailboxSlots{slots: make(chan struct{}, l.each)}
		l.boxes[mailbox] = mine
	}
	mine.users++
	return mine
}

func (l *Limiter) leave(mailbox string, mine *mailboxSlots) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if mine.users--; mine.users == 0 {
		delete(l.boxes, mailbox)
	}
}

func take(ctx context.Context, slots chan struct{}) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("graph: wait for a slot: %w", err)
	}
	select {
	case slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("graph: wait for a slot: %w", ctx.Err())
	}
}
