// Package poll is the tick: every five minutes it asks for the new mail of
// every activated mailbox, and finds in the tables what queues have lost. It
// reads no mail and decides nothing.
package poll

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
)

const (
	// perFetch is how many mailboxes one fetch job carries: a queue message
	// costs three operations, whatever is in it.
	perFetch = 16
	// perProcess is how many mails one process job carries.
	perProcess = 20
	// perTick bounds the mails that one tick asks for again; the next tick
	// goes on.
	perTick = 2000
)

// Jobs puts jobs on their queues.
type Jobs interface {
	Put(ctx context.Context, j job.Job) error
}

// Directory tells whether the office's data changed.
type Directory interface {
	Version(ctx context.Context) (int64, error)
}

// A Handler does the tick.
type Handler struct {
	Connectors *connector.Store
	Directory  Directory
	Items      *item.Store
	Jobs       Jobs
	// Resume goes on with what people took back and was broken off.
	Resume func(ctx context.Context) error
}

// Handle does one tick. Whatever of it fails is done by the next one, so the
// rest goes on.
func (h *Handler) Handle(ctx context.Context, tick invoke.Tick) error {
	why := "timer " + tick.At.Truncate(time.Minute).Format("2006-01-02T15:04Z07:00")
	enabled, due, err := h.Connectors.Due(ctx)
	if err != nil {
		return fmt.Errorf("find what is due: %w", err)
	}
	if !enabled {
		slog.InfoContext(ctx, "the integration is switched off")
		return nil
	}
	return errors.Join(
		h.fetch(ctx, due, why),
		h.sweepOpen(ctx),
		h.sweepParked(ctx),
		h.Resume(ctx),
	)
}

// fetch asks for the mail of mailboxes. Neighbours in the order of their keys
// go together, since they are read together.
func (h *Handler) fetch(ctx context.Context, due []connector.Activation, why string) error {
	var errs []error
	for boxes := range slices.Chunk(due, perFetch) {
		j := job.Fetch{Job: "fetch", Why: why, Claim: job.NewClaim()}
		for _, b := range boxes {
			j.Addresses = append(j.Addresses, b.Address)
			j.Mailboxes = append(j.Mailboxes, b.ID)
		}
		errs = append(errs, h.Jobs.Put(ctx, j))
	}
	return errors.Join(errs...)
}

// sweepOpen asks again for mails that are stored and were not decided: their
// hint was lost, or deciding failed. A hint more than needed is harmless, so
// it is put before the work is postponed.
func (h *Handler) sweepOpen(ctx context.Context) error {
	open, err := h.Items.OpenWork(ctx, perTick)
	if err != nil {
		return err
	}
	if len(open) > 0 {
		slog.WarnContext(ctx, "asking again for mails that were not decided", "mails", len(open))
	}
	for work := range slices.Chunk(open, perProcess) {
		ids := make([]string, len(work))
		for i, w := range work {
			ids[i] = w.ID
		}
		if err := h.process(ctx, "swept", ids); err != nil {
			return err
		}
		if err := h.Items.Postpone(ctx, work); err != nil {
			return err
		}
	}
	return nil
}

// sweepParked has parked mails decided again when the office has changed since.
func (h *Handler) sweepParked(ctx context.Context) error {
	version, err := h.Directory.Version(ctx)
	if err != nil {
		return err
	}
	boxes, err := h.Connectors.Boxes(ctx)
	if err != nil {
		return err
	}
	links := map[string]connector.Link{}
	for _, b := range boxes {
		links[b.Activation.ID] = b.Link
	}
	decisionVersion := func(mailbox string) string {
		l := links[mailbox]
		return item.DecisionVersion(version, string(l.Kind), l.ID)
	}
	whole := sha256.New()
	for _, b := range boxes { // in the order of their ids
		fmt.Fprintf(whole, "%s %s\n", b.Activation.ID, decisionVersion(b.Activation.ID))
	}
	ids, err := h.Items.Outdated(ctx, fmt.Sprintf("%d/%x", version, whole.Sum(nil)[:8]), decisionVersion, perTick)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(ids, perProcess) {
		if err := h.process(ctx, "office changed", part); err != nil {
			return err
		}
	}
	return nil
}

func (h *Handler) process(ctx context.Context, why string, mails []string) error {
	return h.Jobs.Put(ctx, job.Process{Job: "process", Why: why, Mails: mails})
}
