package fetch

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/fault"
)

// failed keeps why a mailbox could not be read, and until when it is left
// alone. What failed because of the whole connector is kept there instead.
// What was stored before it failed stays, and so does how far that reaches.
func (h *Handler) failed(ctx context.Context, b connector.Box, cause error) error {
	slog.WarnContext(ctx, "mailbox not read", "error", cause)
	// Also when the time of the job is up: else a slow mailbox is tried again and
	// again, and never left alone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	whole, err := h.Connectors.ConnectorFailed(ctx, b.Connector, cause)
	if err != nil || whole {
		return stored(err)
	}
	kind, after := fault.Of(cause)
	c := &b.Cursor
	c.NotBefore = time.Now().UTC().Add(pause(kind, after, c.Failures))
	c.Failures++
	c.Claim, c.ClaimEnds = "", time.Time{}
	c.State, c.StateReason = connector.MailboxState(cause)
	if err := h.save(ctx, &b); !errors.Is(err, connector.ErrChanged) {
		return err
	}
	return nil // another job reads it, and its cursor counts
}

// pause is how long a mailbox is left alone after it failed so many times
// before: as long as the outside asked for, else twice as long each time.
func pause(v fault.Kind, after time.Duration, failures int) time.Duration {
	n := min(failures, 10)
	switch {
	case v == fault.KindLater && after > 0:
		return min(after, time.Hour)
	case v == fault.KindFinal:
		return min(5*time.Minute<<n, 6*time.Hour)
	}
	return min(30*time.Second<<n, 30*time.Minute)
}
