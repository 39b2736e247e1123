package web

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"kantoorpost/handlers/api/wire"
)

// A healthView says whether the product works. Its report is for managers; it
// is absent when a service that it needs does not work.
type healthView struct {
	OK     bool
	Checks []wire.Checked
	Report *healthReport
	Linked bool // to the settings, which are for administrators
	Hours  int  // that the plots show
	Plots  []drawn
	Poison []poisonMessage
	Retry  bool // whether the user may retry and drop them
}

// A healthReport says how much waits, and what will stop working soon.
type healthReport struct {
	Enabled  bool      `json:"enabled"`
	LastTick time.Time `json:"lastTick"`
	LastRead time.Time `json:"lastRead"`
	Queues   []struct {
		Name   string    `json:"name"`
		Depth  int       `json:"depth"`
		Oldest time.Time `json:"oldest"`
		Poison int       `json:"poison"`
	} `json:"queues"`
	Overdue    wire.OverdueHealth `json:"overdue"`
	Mailboxes  int                `json:"mailboxes"`
	Troubled   []addressObject    `json:"troubled"`
	Connectors []connectorObject  `json:"connectors"`
}

// An attention is a number of problems of one kind, which a text names.
type attention struct {
	Text string
	N    int
}

// attention are the problems that do not solve themselves. Short waits, and
// mailboxes that wait for their connector, are left out.
func (h *healthReport) attention() (all []attention) {
	var broken, former, ending, troubled int
	for _, c := range h.Connectors {
		if c.level() == "error" {
			broken++
		} else if c.State == "certificate-former" {
			former++
		} else if e := c.expiry(); e == "error" || e == "warn" {
			ending++
		}
	}
	for _, a := range h.Troubled {
		if a.State != "" && a.State != "throttled" || a.Failures > 0 || len(a.Warnings) > 0 {
			troubled++
		}
	}
	poison := 0
	for _, q := range h.Queues {
		poison += q.Poison
	}
	for _, a := range []attention{{"health.poisoned", poison}, {"health.broken", broken}, {"health.former", former}, {"health.ending", ending},
		{"health.mailboxes-troubled", troubled}, {"health.undecided", h.Overdue.Mails}} {
		if a.N > 0 {
			all = append(all, a)
		}
	}
	return all
}

// silent are the connectors through which no mail arrives.
func (h *healthReport) silent() (all []connectorObject) {
	for _, c := range h.Connectors {
		if c.level() == "error" {
			all = append(all, c)
		}
	}
	return all
}

// paused tells whether no mail is fetched because the integration is off.
func (h *healthReport) paused() bool { return !h.Enabled && h.Mailboxes > 0 }

// A reporter caches the health report for a while: every page of a manager
// needs it, and the timer that detects problems does not run more often.
type reporter struct {
	mu   sync.Mutex
	at   time.Time
	last *healthReport
}

// reportAge is the greatest age of a report on pages other than the health
// page.
const reportAge = 5 * time.Minute

// report is the health report as the user may read it, not older than age; nil
// when it is not available now.
func (s *site) report(v *request, age time.Duration) (*healthReport, error) {
	s.reporter.mu.Lock()
	defer s.reporter.mu.Unlock()
	if s.reporter.last != nil && time.Since(s.reporter.at) < age {
		return s.reporter.last, nil
	}
	var r healthReport
	var p *Problem
	if err := v.api.get("/api/health", &r); errors.As(err, &p) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	s.reporter.at, s.reporter.last = time.Now(), &r
	return &r, nil
}

// late tells whether the timer has missed its last run.
func (h *healthReport) late() bool {
	return !h.LastTick.IsZero() && time.Since(h.LastTick) > 12*time.Minute
}

func (s *site) registerHealth() {
	s.page("/web/health", s.health)
	s.post("/web/health/poison/{queue}", s.emptyPoisonQueue)
	s.post("/web/health/poison/{queue}/{message}", s.removePoison)
}

// health shows whether the services that the product needs work, and what
// waits.
func (s *site) health(v *request) error {
	var body wire.Health
	err := v.api.get("/api/health/ready", &body)
	var p *Problem
	if errors.As(err, &p) && p.Status != http.StatusServiceUnavailable || err != nil && p == nil {
		return err
	}
	view := healthView{OK: err == nil, Checks: body.Checks, Linked: v.me.can("configuration.read")}
	if view.OK && v.me.can("health.read") {
		if view.Report, err = s.report(v, 0); err != nil {
			return err
		}
		if !isPart(v.r) { // the report alone is asked for again and again
			v.addHistory(&view)
		}
	}
	return v.page("health", view)
}
