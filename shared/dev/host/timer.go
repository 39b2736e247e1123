package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/robfig/cron/v3"
)

// caller runs a function once with a payload.
type caller interface {
	call(ctx context.Context, function string, payload []byte) error
}

// A timer runs one function on its schedule, in UTC.
type timer struct {
	function function
	schedule cron.Schedule
	file     string // file of its status; "" when it is not monitored
	invoker  caller
	log      *slog.Logger
}

// sixFields is NCRONTAB as the host reads it:
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions.
const sixFields = cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow

func newTimer(f function, data string, i caller, log *slog.Logger) (*timer, error) {
	schedule, err := cron.NewParser(sixFields).Parse(f.trigger.Schedule)
	if err != nil {
		return nil, fmt.Errorf("function %s: schedule %q: %w", f.name, f.trigger.Schedule, err)
	}
	t := &timer{function: f, schedule: schedule, invoker: i, log: log}
	next := schedule.Next(time.Now().UTC())
	// The host does not monitor a timer that runs more often than once a minute.
	monitored := f.trigger.UseMonitor == nil || *f.trigger.UseMonitor
	if data != "" && monitored && schedule.Next(next).Sub(next) >= time.Minute {
		t.file = filepath.Join(data, "timers", f.name+".json")
	}
	return t, nil
}

// run calls the function until taking ends, never twice at the same time. A call
// lasts until life ends.
func (t *timer) run(taking, life context.Context) {
	now := time.Now().UTC()
	kept := t.load(taking)
	next := t.schedule.Next(now)
	if t.file != "" && kept == nil {
		kept = &status{Next: next}
		t.save(taking, *kept)
	}
	pastDue := kept != nil && now.After(kept.Next)
	if pastDue || t.function.trigger.RunOnStartup {
		next = t.tick(life, kept, pastDue)
	}
	for {
		select {
		case <-taking.Done():
			return
		case <-time.After(time.Until(next)):
		}
		if taking.Err() != nil {
			return
		}
		next = t.tick(life, kept, false)
	}
}

// tick calls the function and returns the next time. A run that took longer than
// its interval is followed by the next one at once.
func (t *timer) tick(ctx context.Context, kept *status, pastDue bool) (next time.Time) {
	start := time.Now().UTC()
	sys := system{function: t.function.name, now: start, random: newGUID()}
	if err := t.invoker.call(ctx, t.function.name, timerPayload(t.function.trigger.Name, kept, pastDue, sys)); err != nil && ctx.Err() == nil {
		t.log.ErrorContext(ctx, "timer run failed", "function", t.function.name, "error", err)
	}
	next = t.schedule.Next(start)
	if kept != nil {
		*kept = status{Last: start, Next: next, LastUpdated: start}
		t.save(ctx, *kept)
	}
	return next
}

func (t *timer) load(ctx context.Context) *status {
	if t.file == "" {
		return nil
	}
	text, err := os.ReadFile(t.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var s status
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		t.log.WarnContext(ctx, "timer status starts anew", "function", t.function.name, "error", err)
		return nil
	}
	return &s
}

// save stores the status. Without it, the next start only misses a late run.
func (t *timer) save(ctx context.Context, s status) {
	text, err := json.Marshal(s)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(t.file), 0o755)
	}
	if err == nil {
		err = os.WriteFile(t.file, text, 0o644)
	}
	if err != nil {
		t.log.WarnContext(ctx, "timer status is not kept", "function", t.function.name, "error", err)
	}
}
