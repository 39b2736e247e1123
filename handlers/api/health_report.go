package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/metrics"
	"kantoorpost/shared/queue"
	"kantoorpost/shared/sorting"
)

// Queues give the number of their messages.
type Queues interface {
	Depth(ctx context.Context, name string) (int, error)
	Oldest(ctx context.Context, name string) (time.Time, error)
}

// maxOverdue bounds how many overdue mails are counted.
const maxOverdue = 1000

func (a *api) registerHealthReport() {
	handle(a, access.HealthRead, apiTag("about").op("get-health", http.MethodGet, "/api/health",
		"What works, what waits and what is about to stop working"),
		func(ctx context.Context, _ *struct{}) (*bodyOutput[wire.HealthReport], error) {
			return bodyOf(a.healthReport(ctx))
		})
}

func (a *api) healthReport(ctx context.Context) (wire.HealthReport, error) {
	r := wire.HealthReport{
		Queues: []wire.QueueHealth{}, Troubled: []wire.AddressObject{}, Connectors: []wire.ConnectorHealth{},
	}
	r.Checks, r.LastTick = a.check(ctx)
	r.Status = statusOf(r.Checks)
	settings, err := a.Connectors.Settings(ctx)
	if err != nil {
		return r, err
	}
	r.Enabled = settings.Enabled
	for _, name := range a.QueueNames {
		q, err := a.queueHealth(ctx, name)
		if err != nil {
			return r, err
		}
		r.Queues = append(r.Queues, q)
	}
	if r.Overdue, err = a.overdue(ctx); err != nil {
		return r, err
	}
	return r, a.addConnections(ctx, &r)
}

// lastTick is when the timer last ran; zero for never.
func (a *api) lastTick(ctx context.Context) (time.Time, error) {
	if a.Ticked == nil {
		return time.Time{}, nil
	}
	return a.Ticked(ctx)
}

func (a *api) queueHealth(ctx context.Context, name string) (q wire.QueueHealth, err error) {
	q.Name = name
	if q.Depth, err = a.Queues.Depth(ctx, name); err != nil {
		return q, err
	}
	if q.Oldest, err = a.Queues.Oldest(ctx, name); err != nil {
		return q, err
	}
	q.Poison, err = a.Queues.Depth(ctx, name+queue.Poison)
	return q, err
}

func (a *api) overdue(ctx context.Context) (o wire.OverdueHealth, err error) {
	work, err := a.Items.Work.Due(ctx, maxOverdue)
	if err != nil || len(work) == 0 {
		return o, err
	}
	o.Mails = len(work)
	items, err := a.Items.Load(ctx, []string{work[len(work)-1].ID}) // the newest comes first
	if len(items) > 0 {
		o.Oldest = items[0].Received
	}
	return o, err
}

// addConnections adds the problems of connectors and mailboxes.
func (a *api) addConnections(ctx context.Context, r *wire.HealthReport) error {
	connectors, err := a.Connectors.Connectors(ctx)
	if err != nil {
		return err
	}
	byID := map[string]connector.Connector{}
	for _, c := range connectors {
		byID[c.ID] = c
		r.Connectors = append(r.Connectors, wire.ConnectorHealth{
			ID: c.ID, Name: c.Name, State: string(c.State), StateReason: c.StateReason, WhatToDo: whatToDo(string(c.State)),
			SecretExpires: c.SecretExpires,
		})
	}
	sorting.By(r.Connectors, func(a, b wire.ConnectorHealth) int {
		return cmp.Or(a.SecretExpires.Compare(b.SecretExpires), cmp.Compare(a.ID, b.ID))
	})
	boxes, err := a.Connectors.Activated(ctx)
	if err != nil {
		return err
	}
	var last time.Time
	preview, known := a.newPreview(ctx), map[connector.Link][]wire.LinkWarning{} // of links that many mailboxes share
	for _, b := range boxes {
		if b.Cursor.LastRound.After(last) {
			last = b.Cursor.LastRound
		}
		if !b.Active {
			continue
		}
		r.Mailboxes++
		warnings, looked := known[b.Link]
		if !looked {
			joiners, err := preview.joiners(ctx, b.Link, b.Address, "")
			if err != nil {
				return err
			}
			warnings = joiners.Warnings
			if b.Link.Kind != connector.LinkContact {
				known[b.Link] = warnings
			}
		}
		o := addressOf(b, byID[b.Connector])
		o.Warnings = warnings
		if o.State != "" || o.BehindSince != nil || len(warnings) > 0 {
			r.Troubled = append(r.Troubled, o)
		}
	}
	r.LastRead = last
	sorting.By(r.Troubled, func(a, b wire.AddressObject) int { return cmp.Compare(a.Address, b.Address) })
	return nil
}

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
