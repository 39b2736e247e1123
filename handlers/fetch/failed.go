package fetch

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/fault"
)

// failed stores why a mailbox could not be read, and when to try again. When the
// whole connector failed, that is stored with the connector instead. Mail that was
// stored before the failure stays, and the cursor keeps its place.
func (h *Handler) failed(ctx context.Context, b connector.Mailbox, cause error) error {
	slog.WarnContext(ctx, "mailbox not read", "error", cause)
	// Also when the time of the job is up: otherwise a slow mailbox would be tried
	// again and again without a pause.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	whole, err := h.Connectors.ConnectorFailed(ctx, b.Connector, cause)
	if err != nil || whole {
		return asStorageError(err)
	}
	f := folder{cursor: &b.Cursor, save: h.Connectors.SaveCursor}
	f.cursor.State, f.cursor.StateReason = connector.MailboxState(cause)
	return f.postpone(ctx, b.Activation.ID, cause, h.Connectors.Now())
}

// postpone saves when to read a folder again that failed now.
func (f folder) postpone(ctx context.Context, mailbox string, cause error, now time.Time) error {
	kind, after := fault.Of(cause)
	c := f.cursor
	if c.Failures == 0 {
		c.FailedSince = now.UTC()
	}
	c.NotBefore = now.UTC().Add(pause(kind, after, c.Failures))
	c.Failures++
	c.Claim, c.ClaimEnds = "", time.Time{}
	if err := f.saveCursor(ctx, mailbox); !errors.Is(err, connector.ErrChanged) {
		return err
	}
	return nil // another job reads it, and its cursor counts
}

// pause is the time until the next try of a mailbox after a number of earlier
// failures in a row: as long as Graph asked for, otherwise twice as long each time.
func pause(kind fault.Kind, after time.Duration, failures int) time.Duration {
	n := min(failures, 10)
	switch {
	case kind == fault.KindLater && after > 0:
		return min(after, time.Hour)
	case kind == fault.KindFinal:
		return min(5*time.Minute<<n, 6*time.Hour)
	}
	return min(30*time.Second<<n, 30*time.Minute)
}
