package app

import (
	"context"
	"log/slog"
	"time"

	"kantoorpost/shared/invoke"
	"kantoorpost/shared/poison"
)

// recordFailure stores why a message failed for the last time. Without that the message
// says only that it failed; the log has the reason in either case.
func (a *App) recordFailure(ctx context.Context, f invoke.Failure) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	slog.ErrorContext(ctx, "the message goes to the poison queue", "job", f.Job)
	if f.Job == "" {
		return
	}
	err := a.poison.Record(ctx, f.Job, poison.Reason{At: time.Now(), Queue: f.Queue, Error: f.Err.Error(), Invocation: f.Invocation})
	if err != nil {
		slog.WarnContext(ctx, "no reason stored", "job", f.Job, "error", err)
	}
}
