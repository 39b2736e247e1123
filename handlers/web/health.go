package web

import (
	"errors"
	"net/http"
)

type healthView struct {
	OK     bool
	Checks []healthCheck
}

type healthCheck struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Error string `json:"error"`
}

func (s *site) registerHealth() { s.page("/web/health", s.health) }

// health shows whether what the product needs works.
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
	return v.page("health", healthView{OK: err == nil, Checks: body.Checks})
}
