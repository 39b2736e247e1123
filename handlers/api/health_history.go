package api

import (
	"context"
	"net/http"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/metrics"
)

func (a *api) registerHealthHistory() {
	handle(a, access.HealthRead, apiTag("about").op("get-health-history", http.MethodGet, "/api/health/history",
		"What the ticks of the last hours measured"), func(ctx context.Context, in *struct {
		Hours int `query:"hours" minimum:"1" maximum:"168" default:"24" doc:"how far back; up to 48 hours each tick is a point"`
	}) (*listOutput[wire.HealthPoint], error) {
		now := time.Now().UTC()
		figures, err := a.Figures(ctx, now.Add(-time.Duration(in.Hours)*time.Hour))
		return listed(history(figures, in.Hours), ""), err
	})
}

// history joins the figures of periods: of a tick for two days and less, of an hour for
// a week. A period without a tick has no point.
func history(figures []metrics.Figures, hours int) []wire.HealthPoint {
	period := metrics.Every
	if hours > 48 {
		period = time.Hour
	}
	points := []wire.HealthPoint{}
	for _, f := range figures {
		at := f.At.Truncate(period)
		if n := len(points); n == 0 || !points[n-1].At.Equal(at) {
			points = append(points, wire.HealthPoint{At: at})
		}
		addFigures(&points[len(points)-1], f)
	}
	return points
}

func addFigures(p *wire.HealthPoint, f metrics.Figures) {
	sum := func(names ...metrics.Name) (sum float64) {
		for _, name := range names {
			v, _ := f.Sum(name)
			sum += v
		}
		return sum
	}
	oldest, _ := f.Max(metrics.QueueAge)
	p.Backlog = max(p.Backlog, sum(metrics.QueueDepth, metrics.UndecidedMails))
	p.Oldest = max(p.Oldest, oldest)
	p.Waiting = max(p.Waiting, sum(metrics.WaitingMails))
	p.Failing = max(p.Failing, sum(metrics.MailboxesFailing))
	p.Poison = max(p.Poison, sum(metrics.QueuePoison))
	p.Failures = max(p.Failures, sum(metrics.Failures))
	p.LagMedian, p.Lag95 = worse(p.LagMedian, f, metrics.LagMedian), worse(p.Lag95, f, metrics.LagP95)
}

// worse is the larger of a value so far and that of a metric; nil for neither.
func worse(sofar *float64, f metrics.Figures, name metrics.Name) *float64 {
	v, ok := f.Max(name)
	if !ok || sofar != nil && *sofar >= v {
		return sofar
	}
	return &v
}
