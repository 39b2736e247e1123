// Package fetch reads the new mail of activated inboxes and stores it, and of their Sent
// Items what answers a stored mail: that is what team members write in Outlook. It
// decides nothing about a mail itself. Its only state is the cursor of each folder.
//
// # The way of a mail
//
//   - Handle (here) reads the mailboxes of a job side by side. A round (round.go) reads the pages
//     of one folder, and moves its cursor behind each page that is stored.
//   - Each mail becomes an item (arrival.go): its headers say whether the sender is proven
//     (verdict.go) and whether a program wrote it (class.go, report.go), its body is analysed.
//   - Handler.Arrive, which is that of package process, stores the mails of a page, most with
//     their decision. Failures are stored with the mailbox (failed.go).
//
// # One reader per mailbox
//
// Jobs are delivered more than once, the tick puts jobs every five minutes, and
// people ask for jobs too. Still only one job at a time may read a long inbox. The
// cursor row of a mailbox ensures that:
//
//   - A round that ends with its first page takes no claim: it costs one call,
//     and writes only when something came.
//   - A round that needs a second page saves its cursor with the claim of its job
//     before it asks for that page, over the version (ETag) that it has read, and
//     does so again after every page. Each save extends the claim to
//     connector.ClaimLife from then. When another job saved meanwhile, the round
//     stops and queues nothing: its mail stays stored, and the other cursor counts.
//   - A job skips a mailbox that another job has claimed, and so does the tick.
//   - The job that continues a round has the same claim, and so has a job that is
//     delivered again after its process died.
//   - A claim is removed when the round ends or fails. A claim that is not renewed
//     expires, and the next tick puts a job: a lost message stops no mailbox.
//
// Two jobs that start at the same moment both read the first page; one of them
// continues. So a round costs one call for each page, and at most one more for each
// other job that starts during it.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"golang.org/x/sync/errgroup"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/outbox"
)

// A Handler does fetch jobs.
type Handler struct {
	Connectors *connector.Store
	Items      *item.Store
	Chats      *chat.Store
	Outbox     *outbox.Store
	Jobs       job.Putter
	// Arrive stores mails that an address received, those that it can decide with their
	// decision. More says that earlier mail may follow.
	Arrive func(ctx context.Context, to connector.Activation, mails []item.Arrival, more bool) (item.Ingested, error)
}

// maxParallel is how many mailboxes of a job are read at the same time. Outlook
// allows an app four requests at once.
// https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
const maxParallel = 4

// maxClaim is the longest claim, in bytes.
const maxClaim = 64

// Handle reads the mailboxes of a job independently: one that is slow, closed or
// gone delays no other. A failure is stored with its mailbox, where people see it,
// and the next tick tries again. So a fetch job fails only when the tables or queues
// do.
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
	// Each mailbox is read to its end and all errors are joined: an error of one
	// must neither cancel nor hide another.
	errs := make([]error, len(boxes))
	var rounds errgroup.Group
	rounds.SetLimit(maxParallel)
	for i, b := range boxes {
		if !b.Active {
			continue
		}
		if b.Cursor.Taken(j.Claim, h.Connectors.Now()) {
			slog.InfoContext(ctx, "mailbox skipped: another job reads it", "mailbox", b.Activation.ID)
			continue
		}
		rounds.Go(func() error {
			ctx := invoke.With(ctx, slog.String("mailbox", b.Activation.ID))
			if err := h.mailbox(ctx, b, slices.Contains(j.Sent, b.Activation.ID), j.Claim); err != nil {
				errs[i] = fmt.Errorf("mailbox %s: %w", b.Activation.ID, err)
			}
			return nil
		})
	}
	_ = rounds.Wait() // the errors are in errs
	return errors.Join(errs...)
}

// mailbox reads one mailbox and stores the result. Its Sent Items are read when they
// were asked for, never read yet, or when the inbox has something new: then somebody may
// have answered it. The error is one of the tables or queues.
func (h *Handler) mailbox(ctx context.Context, b connector.Mailbox, sent bool, claim string) error {
	graph, err := h.Connectors.Client(ctx, b.Connector)
	stored, inboxRead := 0, b.Cursor.LastRound
	if err == nil {
		stored, err = h.round(ctx, h.inbox(graph, &b), b.Activation.ID, claim)
	}
	var storage *storageError
	switch {
	case errors.As(err, &storage):
		return storage.err
	case errors.Is(err, connector.ErrChanged):
		slog.InfoContext(ctx, "mailbox left to another job, which was faster")
		return h.Connectors.ConnectorWorks(ctx, b.Connector)
	case err != nil:
		return h.failed(ctx, b, err)
	}
	if sent || stored > 0 || b.Sent.DeltaLink == "" {
		if err := h.readSent(ctx, graph, &b, inboxRead, claim); err != nil {
			return err
		}
	}
	return h.Connectors.ConnectorWorks(ctx, b.Connector)
}

// A storageError is an error of our tables and queues, not of Graph: the host
// repeats the job at once.
type storageError struct{ err error }

func (e *storageError) Error() string { return e.err.Error() }
func (e *storageError) Unwrap() error { return e.err }

func asStorageError(err error) error {
	if err == nil {
		return nil
	}
	return &storageError{err}
}
