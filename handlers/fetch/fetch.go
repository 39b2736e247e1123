// Package fetch reads the new mail of activated inboxes and stores it. It
// decides nothing about a mail, and remembers nothing but how far each inbox
// was read.
//
// # One reader per mailbox
//
// Jobs are delivered more than once, the tick asks every five minutes, and
// people ask too; a long inbox must all the same be read by one job at a time.
// The cursor row of a mailbox decides, and nothing else:
//
//   - A round that ends with its first page takes no claim: it costs one call,
//     and writes only when something came.
//   - A round that needs a second page saves its cursor with the claim of its job
//     before it asks for that page, over the version (ETag) that it has read, and
//     does so again after every page. Each save makes the claim end
//     connector.ClaimLife later. When somebody else saved meanwhile, the round
//     stops and queues nothing: what it stored stays, the other's cursor counts.
//   - A job finds a mailbox under the claim of another: it leaves it alone. The
//     tick does not ask for it.
//   - The job that goes on with a round has its claim, and so has a job that is
//     delivered again after its process died.
//   - A claim is removed when the round ends or fails. One that nobody renews
//     ends by itself, and the next tick asks for the mailbox: no lost message
//     ends a mailbox.
//
// Two jobs that start at the same moment both read the first page; one of them
// goes on. So a round costs as many calls as it has pages, and at most one more
// for each job that met it.
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
}

// wide is how many mailboxes of a job are read at the same time. Outlook lets
// four requests of an app run at once.
// https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
const wide = 4

// maxClaim is how long a claim may be.
const maxClaim = 64

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
	if n := len(j.Claim); n == 0 || n > maxClaim { // written by hand
		j.Claim = job.NewClaim()
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
		if b.Cursor.Taken(j.Claim) {
			slog.InfoContext(ctx, "mailbox left to the job that reads it", "mailbox", b.Activation.ID)
			continue
		}
		slot <- struct{}{}
		wg.Go(func() {
			defer func() { <-slot }()
			ctx := invoke.With(ctx, slog.String("mailbox", b.Activation.ID))
			if err := h.mailbox(ctx, b, j.Claim); err != nil {
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
func (h *Handler) mailbox(ctx context.Context, b connector.Box, claim string) error {
	graph, err := h.Connectors.Client(ctx, b.Connector)
	if err == nil {
		err = h.round(ctx, graph, &b, claim)
	}
	var own *storeError
	switch {
	case errors.As(err, &own):
		return own.err
	case errors.Is(err, connector.ErrChanged):
		slog.InfoContext(ctx, "mailbox left to another job, which was faster")
		err = nil
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
