package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"kantoorpost/shared/compose"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/metrics"
	"kantoorpost/shared/table"
	"kantoorpost/shared/telemetry"
)

// A tickRow says when the timer last ran. It is stored, since the instance that
// reports it may be another than the one that ran it.
type tickRow struct {
	At time.Time `json:"at"`
}

const tickKey = "tick"

// tick does one tick and takes its figures.
func (a *App) tick(ctx context.Context, t invoke.Tick) error {
	err := errors.Join(a.poll.Handle(ctx, t), a.sweep(ctx, time.Now()))
	return errors.Join(err, a.measure(ctx, time.Now(), err))
}

// measureTime is how long taking and storing figures may take.
const measureTime = 30 * time.Second

// measure logs the figures of a tick and stores them, with the time of the tick, for the
// health that the API reports. It writes the line at every log level and after every
// failure, since alerts count these lines. It stores two rows in one transaction. An idle
// office writes no others.
func (a *App) measure(ctx context.Context, now time.Time, failed error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), measureTime)
	defer cancel()
	taken, err := a.meter.Measure(ctx, now)
	f := metrics.Figures{At: now.UTC(),
		Metrics: append(taken, metrics.Metric{Name: metrics.Failures, Value: float64(parts(failed) + parts(err))})}
	line := []any{"metrics", f.Metrics}
	if err != nil {
		line = append(line, "error", err)
	}
	slog.InfoContext(invoke.Always(ctx), metrics.Line, line...)
	exportMetrics(ctx, f)
	return a.saveTick(ctx, f) // the next tick takes the figures that are missing
}

// throttled logs that Graph refused a call with 429. The instance of a tick does not know
// what other instances count, so alerts count these lines.
func throttled(ctx context.Context) {
	one := metrics.Figures{At: time.Now(), Metrics: []metrics.Metric{{Name: metrics.ThrottledCalls, Value: 1}}}
	slog.WarnContext(invoke.Always(ctx), "throttled", "metrics", one.Metrics)
	exportMetrics(ctx, one)
}

// exportMetrics gives figures to the telemetry of the call.
func exportMetrics(ctx context.Context, f metrics.Figures) {
	for _, m := range f.Metrics {
		telemetry.From(ctx).Measured(telemetry.Metric{At: f.At, Name: string(m.Name), Of: m.Of, Value: m.Value})
	}
}

// parts counts the errors that were joined to one.
func parts(err error) int {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		return len(all.Unwrap())
	}
	if err != nil {
		return 1
	}
	return 0
}

// sweepFor is how long a tick erases and deletes; the next tick continues.
const sweepFor = 30 * time.Second

// sweep deletes the uploads that have expired, what is left of erased contacts, and what the
// office no longer keeps, once an hour. Ticks do not overlap.
func (a *App) sweep(ctx context.Context, now time.Time) error {
	if now.Sub(a.swept) < time.Hour {
		return nil
	}
	erased, err := a.privacy.Continue(ctx, now.Add(sweepFor))
	kept, errSweep := a.privacy.Sweep(ctx, now, now.Add(sweepFor))
	if err = errors.Join(err, errSweep, a.sweepUploads(ctx, now)); err == nil && erased && kept {
		a.swept = now
	}
	return err
}

// sweepUploads deletes the uploads that have expired.
func (a *App) sweepUploads(ctx context.Context, now time.Time) error {
	used := sync.OnceValues(func() ([]string, error) {
		return compose.NewStore(a.tables.Table("configuration")).SignaturePictures(ctx)
	})
	n, err := a.uploads.Sweep(ctx, now, used)
	if err != nil {
		return fmt.Errorf("delete expired uploads: %w", err)
	}
	if n > 0 {
		slog.InfoContext(ctx, "expired uploads were deleted", "uploads", n)
	}
	return nil
}

func (a *App) saveTick(ctx context.Context, f metrics.Figures) error {
	err := a.tables.Table("configuration").Write(ctx, table.Put(table.Pack(tickKey, tickRow{f.At})), metrics.PutOp(f))
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
