package web

import (
	"errors"
	"net/http"
	"time"

	"kantoorpost/shared/words"
)

// A healthView says what works. Its report is for managers, and absent when
// what it needs does not work.
type healthView struct {
	OK     bool
	Checks []healthCheck
	Report *healthReport
}

type healthCheck struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Error string `json:"error"`
}

// A healthReport is what waits, and what is about to stop working.
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
	Overdue struct {
		Mails  int       `json:"mails"`
		Oldest time.Time `json:"oldest"`
	} `json:"overdue"`
	Mailboxes  int               `json:"mailboxes"`
	Troubled   []troubledMailbox `json:"troubled"`
	Connectors []connectorHealth `json:"connectors"`
}

type troubledMailbox struct {
	Address     string       `json:"address"`
	Connector   string       `json:"connector"`
	State       string       `json:"state"`
	StateReason string       `json:"stateReason"`
	WhatToDo    *words.Text  `json:"whatToDo"`
	BehindSince time.Time    `json:"behindSince"`
	Warnings    []words.Text `json:"warnings"`
}

type connectorHealth struct {
	ID            string      `json:"id"`
	Name          string      `json:"name"`
	State         string      `json:"state"`
	WhatToDo      *words.Text `json:"whatToDo"`
	SecretExpires time.Time   `json:"secretExpires"`
}

// days is how many days the secret still works, negative when it does not.
func (c connectorHealth) days() int { return daysUntil(c.SecretExpires, time.Now()) }

func daysUntil(t, now time.Time) int {
	if d := t.Sub(now); d < 0 {
		return int(d.Hours()/24) - 1
	}
	return int(t.Sub(now).Hours() / 24)
}

// level is how near the end of the secret is: error, warn or ok.
func (c connectorHealth) level() string {
	switch days := c.days(); {
	case days < 7:
		return "error"
	case days < 60:
		return "warn"
	}
	return "ok"
}

// late tells whether the timer should have run again by now.
func (h *healthReport) late() bool {
	return !h.LastTick.IsZero() && time.Since(h.LastTick) > 12*time.Minute
}

func (s *site) registerHealth() { s.page("/web/health", s.health) }

// health shows whether what the product needs works, and what waits.
func (s *site) health(v *visit) error {
	var body struct {
		Status string        `json:"status"`
		Checks []healthCheck `json:"checks"`
	}
	err := v.api.get("/api/health/ready", &body)
	var p *Problem
	if errors.As(err, &p) && p.Status != http.StatusServiceUnavailable || err != nil && p == nil {
		return err
	}
	view := healthView{OK: err == nil, Checks: body.Checks}
	if view.OK && v.me.can("health.read") {
		var r healthReport
		switch err := v.api.get("/api/health", &r); {
		case err == nil:
			view.Report = &r
		case !errors.As(err, &p):
			return err
		}
	}
	return v.page("health", view)
}
