package api

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/access"
)

// A Check is something that must work, such as the table or the queue.
type Check struct {
	Name  string
	Probe func(context.Context) error
}

// probeTime is how long a probe may take.
const probeTime = 5 * time.Second

type checked struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
}

type health struct {
	Status   string     `json:"status" enum:"ok,failing"`
	Version  string     `json:"version,omitempty" doc:"of the package that runs"`
	LastTick *time.Time `json:"lastTick,omitempty" doc:"when the timer last ran; absent when it never did"`
	Checks   []checked  `json:"checks,omitempty" nullable:"false" doc:"for managers"`
}

func (a *api) registerHealth() {
	type output struct {
		Status int
		Body   health
	}
	handle(a, access.Public, huma.Operation{
		OperationID: "get-live", Method: http.MethodGet, Path: "/api/health/live", Tags: []string{"about"},
		Summary: "Whether the product runs",
	}, func(context.Context, *struct{}) (*output, error) {
		return &output{Status: http.StatusOK, Body: health{Status: "ok", Version: a.Build}}, nil
	})
	handle(a, access.MeRead, huma.Operation{
		OperationID: "get-ready", Method: http.MethodGet, Path: "/api/health/ready", Tags: []string{"about"},
		Summary: "Whether what the product needs works; managers see what does not",
	}, func(ctx context.Context, _ *struct{}) (*output, error) {
		out := &output{Status: http.StatusOK, Body: health{Status: "ok"}}
		checks := a.check(ctx)
		for _, c := range checks {
			if !c.OK {
				out.Status, out.Body.Status = http.StatusServiceUnavailable, "failing"
			}
		}
		at, err := a.lastTick(ctx)
		if err != nil {
			slog.WarnContext(ctx, "not ready", "check", "tick", "error", err)
			out.Status, out.Body.Status = http.StatusServiceUnavailable, "failing"
		}
		out.Body.LastTick = at
		if access.Can(actor(ctx), access.HealthRead, access.Some) {
			out.Body.Checks = checks
		}
		return out, nil
	})
}

// check runs all probes at the same time.
func (a *api) check(ctx context.Context) []checked {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	results := make([]checked, len(a.Checks))
	var wait sync.WaitGroup
	for i, c := range a.Checks {
		wait.Go(func() {
			results[i] = checked{Name: c.Name, OK: true}
			if err := c.Probe(ctx); err != nil {
				slog.WarnContext(ctx, "not ready", "check", c.Name, "error", err)
				results[i] = checked{Name: c.Name, Error: err.Error()}
			}
		})
	}
	wait.Wait()
	return results
}
