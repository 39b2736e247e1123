package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/connector"
)

// A Check is something that should work, such as the table or the queue. Without what is
// Needed this instance can do nothing.
type Check struct {
	Name   string
	Needed bool
	Probe  func(context.Context) error
}

const (
	// probeTime is how long a probe may take.
	probeTime = 5 * time.Second
	// tickTime is the age of the last tick from which one is missing.
	tickTime = 15 * time.Minute
)

func (a *api) registerHealth() {
	type output struct {
		Status int
		Body   wire.Health
	}
	handle(a, access.Public, apiTag("about").op("get-live", http.MethodGet, "/api/health/live",
		"Whether the product runs"), func(context.Context, *struct{}) (*output, error) {
		return &output{Status: http.StatusOK, Body: wire.Health{Status: "ok", Version: a.Build}}, nil
	})
	handle(a, access.MeRead, apiTag("about").op("get-ready", http.MethodGet, "/api/health/ready",
		"Whether what the product needs works; managers see what does not, and since when"),
		func(ctx context.Context, _ *struct{}) (*output, error) {
			checks, at := a.check(ctx)
			out := &output{Status: http.StatusOK, Body: wire.Health{Status: statusOf(checks), LastTick: at}}
			if out.Body.Status == "failing" {
				out.Status = http.StatusServiceUnavailable
			}
			if access.Can(actor(ctx), access.HealthRead, access.Some) {
				out.Body.Checks = checks
			}
			return out, nil
		})
}

// statusOf says what checks mean for this instance.
func statusOf(checks []wire.Checked) string {
	status := "ok"
	for _, c := range checks {
		switch {
		case !c.OK && c.Needed:
			return "failing"
		case !c.OK:
			status = "degraded"
		}
	}
	return status
}

// check runs all probes at the same time, and then reads what is known of the vault, of
// Graph and of the timer: that asks none of them. It also returns when the timer last ran.
func (a *api) check(ctx context.Context) ([]wire.Checked, time.Time) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	results := make([]wire.Checked, len(a.Checks))
	var wait sync.WaitGroup
	for i, c := range a.Checks {
		wait.Go(func() { results[i] = a.probed(ctx, c.Name, c.Needed, c.Probe(ctx)) })
	}
	wait.Wait()
	results = append(results, a.tenants(ctx)...)
	at, err := a.lastTick(ctx)
	tick := a.probed(ctx, "tick", false, err)
	if !at.IsZero() && time.Since(at) > tickTime {
		tick.OK, tick.Since, tick.Error = false, &at, "no tick"
	}
	return append(results, tick), at
}

// tenants returns what is known of the vault, and of Graph in each tenant.
func (a *api) tenants(ctx context.Context) []wire.Checked {
	connectors, err := a.Connectors.Connectors(ctx)
	if err != nil {
		return []wire.Checked{a.probed(ctx, "graph", false, err)}
	}
	vault := wire.Checked{Name: "vault", OK: true}
	for _, c := range connectors {
		switch c.State {
		case connector.StateVault, connector.StateSecretMissing:
			vault = wire.Checked{Name: "vault", Of: c.Name, Since: orNil(c.StateSince), Error: string(c.State)}
		}
	}
	results := []wire.Checked{vault}
	for _, c := range connectors {
		r := wire.Checked{Name: "graph", Of: c.Name, OK: !c.State.Stopped()}
		if !r.OK || c.State == connector.StateCertificateFormer {
			r.Since, r.Error = orNil(c.StateSince), strings.TrimSpace(string(c.State)+" "+c.StateReason)
		}
		results = append(results, r)
	}
	return results
}

// probed returns the result of a probe, and since when it fails.
func (a *api) probed(ctx context.Context, name string, needed bool, err error) wire.Checked {
	if err == nil {
		a.failing.Delete(name)
		return wire.Checked{Name: name, OK: true, Needed: needed}
	}
	slog.WarnContext(ctx, "not ready", "check", name, "error", err)
	since, _ := a.failing.LoadOrStore(name, time.Now().UTC())
	at, _ := since.(time.Time)
	return wire.Checked{Name: name, Needed: needed, Since: &at, Error: briefly(err)}
}

// briefly says of an error what holds no secret: an answer of a service can name anything.
func briefly(err error) string {
	var refused *azcore.ResponseError
	switch {
	case errors.As(err, &refused):
		return strings.TrimSpace(fmt.Sprint(refused.StatusCode, " ", refused.ErrorCode))
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer"
	}
	return "cannot be reached"
}
