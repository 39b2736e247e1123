// Package fetch reads the new mail of activated inboxes and stores it. It
// decides nothing about a mail, and remembers nothing but how far each inbox
// was read.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
)

// Jobs puts jobs on their queues.
type Jobs interface {
	Put(ctx context.Context, j job.Job) error
}

// A Handler does fetch jobs.
type Handler struct {
	Connectors *connector.Store
	Items      *item.Store
	Jobs       Jobs
	// What Graph's errors mean; the client of Graph is too heavy to be known here.
	IsGone    func(error) bool                     // it has forgotten a delta link
	IsMissing func(error) bool                     // it has no such mail
	IsOdd     func(error) bool                     // what it has is no mail
	Answer    func(error) (connector.Answer, bool) // how it refused
}

// wide is how many mailboxes of a job are read at the same time. Outlook lets
// four requests of an app run at once.
// https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
const wide = 4

// Handle reads the mailboxes of a job. They do not know of each other: one
// that is slow, closed or gone delays no other. What went wrong is kept with
// the mailbox, where people see it, and the next tick tries again; so a fetch
// job never fails but when the tables do.
func (h *Handler) Handle(ctx context.Context, j job.Fetch) error {
	enabled, err := h.Connectors.Enabled(ctx)
	if err != nil || !enabled {
		return err
	}
	boxes, err := h.Connectors.Load(ctx, j.Mailboxes)
	if err != nil {
		return err
	}
	var (
		wg   sync.WaitGroup
		slot = make(chan struct{}, wide)
		mu   sync.Mutex
		errs []error
	)
	for _, b := range boxes {
		if !b.Active {
			continue
		}
		slot <- struct{}{}
		wg.Go(func() {
			defer func() { <-slot }()
			ctx := invoke.With(ctx, slog.String("mailbox", b.Activation.ID))
			if err := h.mailbox(ctx, b); err != nil {
				mu.Lock()
				errs = append(errs, fmt.Errorf("mailbox %s: %w", b.Activation.ID, err))
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// mailbox reads one mailbox and keeps how that went. Its error is one of the
// tables or queues.
func (h *Handler) mailbox(ctx context.Context, b connector.Box) error {
	graph, err := h.Connectors.Client(ctx, b.Connector)
	if err == nil {
		err = h.round(ctx, graph, &b)
	}
	var own *storeError
	if errors.As(err, &own) {
		return own.err
	}
	if err != nil {
		return h.failed(ctx, b, err)
	}
	return h.Connectors.ConnectorWorks(ctx, b.Connector)
}

// storeError sets errors of our own tables and queues apart from those of
// Graph: the host tries those again at once.
type storeError struct{ err error }

func (e *storeError) Error() string { return e.err.Error() }
func (e *storeError) Unwrap() error { return e.err }

func stored(err error) error {
	if err == nil {
		return nil
	}
	return &storeError{err}
}
