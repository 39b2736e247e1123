package host

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"
)

// caller runs a function once with a payload.
type caller interface {
	call(ctx context.Context, function string, payload []byte) error
}

// A timer runs one function on its schedule, in UTC. It keeps no status, which the host
// does only for a timer that runs less than once a minute.
type timer struct {
	function function
	schedule cron.Schedule
	invoker  caller
	log      *slog.Logger
}

// sixFields is NCRONTAB as the host reads it:
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions.
const sixFields = cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow

func newTimer(f function, i caller, log *slog.Logger) (*timer, error) {
	schedule, err := cron.NewParser(sixFields).Parse(f.trigger.Schedule)
	if err != nil {
		return nil, fmt.Errorf("function %s: schedule %q: %w", f.name, f.trigger.Schedule, err)
	}
	return &timer{function: f, schedule: schedule, invoker: i, log: log}, nil
}

// run calls the function until taking ends, never twice at the same time. A call
// lasts until life ends, and one that took longer than its interval is followed by the
// next one at once.
func (t *timer) run(taking, life context.Context) {
	next := t.schedule.Next(time.Now().UTC())
	for {
		select {
		case <-taking.Done():
			return
		case <-time.After(time.Until(next)):
		}
		if taking.Err() != nil {
			return
		}
		start := time.Now().UTC()
		payload := timerPayload(t.function.trigger.Name, system{function: t.function.name, now: start, random: newGUID()})
		if err := t.invoker.call(life, t.function.name, payload); err != nil && life.Err() == nil {
			t.log.ErrorContext(life, "timer run failed", "function", t.function.name, "error", err)
		}
		next = t.schedule.Next(start)
	}
}
