package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"kantoorpost/shared/invoke"
	"kantoorpost/shared/table"
)

// A tickRow says when the timer last ran. It is stored, since the instance that
// reports it may be another than the one that ran it.
type tickRow struct {
	At time.Time `json:"at"`
}

const tickKey = "tick"

// tick does one tick and stores that the timer ran, for the health that the API
// reports. This is the only row that is written while no mail comes.
func (a *App) tick(ctx context.Context, t invoke.Tick) error {
	return errors.Join(a.poll.Handle(ctx, t), a.sweepUploads(ctx, time.Now()), a.saveTick(ctx, time.Now()))
}

// sweepUploads deletes the uploads that have expired, once an hour. Ticks do not
// overlap.
func (a *App) sweepUploads(ctx context.Context, now time.Time) error {
	if now.Sub(a.swept) < time.Hour {
		return nil
	}
	n, err := a.uploads.Sweep(ctx, now)
	if err != nil {
		return fmt.Errorf("delete expired uploads: %w", err)
	}
	a.swept = now
	if n > 0 {
		slog.InfoContext(ctx, "expired uploads were deleted", "uploads", n)
	}
	return nil
}

func (a *App) saveTick(ctx context.Context, at time.Time) error {
	r, err := table.Pack(tickKey, tickRow{at.UTC()})
	if err == nil {
		err = a.tables.Table("configuration").Write(ctx, table.Put(r))
	}
	if err != nil {
		return fmt.Errorf("store that the timer ran: %w", err)
	}
	return nil
}

// lastTick returns when the timer last ran; zero for never.
func (a *App) lastTick(ctx context.Context) (time.Time, error) {
	r, err := a.tables.Table("configuration").Get(ctx, tickKey)
	if errors.Is(err, table.ErrNotFound) {
		return time.Time{}, nil
	}
	var row tickRow
	if err == nil {
		err = r.Unpack(&row)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read when the timer last ran: %w", err)
	}
	return row.At, nil
}
