package web

import (
	"net/http"
	"strconv"

	"kantoorpost/handlers/api/wire"
)

// A settingsView is Beheer › Integraties › Mail integratie.
type settingsView struct {
	Enabled    bool // the stored value
	Chosen     bool // the value in the form
	MaxLag     int  // minutes, the value in the form
	ETag       string
	Problem    *Problem
	Connectors []connectorObject
	Active     map[string]int // addresses, by connector
	Troubled   map[string]int // addresses that cannot be read, by connector
	Filled     bool           // the directory has a client and somebody who works for it
}

// begun tells which steps of setting up the integration are done.
func (s settingsView) begun() (steps struct{ Connector, Directory, Address, On bool }) {
	steps.Connector, steps.Directory, steps.On = len(s.Connectors) > 0, s.Filled, s.Enabled
	for _, n := range s.Active {
		steps.Address = steps.Address || n > 0
	}
	return steps
}

// ready tells whether the integration is completely set up.
func (s settingsView) ready() bool {
	b := s.begun()
	return b.Connector && b.Directory && b.Address && b.On
}

func (s *site) registerSettings() {
	s.page("/web/settings", s.settings)
	s.post("/web/settings", s.saveSettings)
}

func (s *site) settings(v *request) error { return v.settingsPage(http.StatusOK, nil, false) }

func (v *request) settingsPage(status int, p *Problem, chosen bool) error {
	view := settingsView{Problem: p, Active: map[string]int{}, Troubled: map[string]int{}}
	var now wire.SettingsObject
	view.ETag = v.readTag("/api/settings", &now)
	view.Enabled, view.Chosen, view.MaxLag = now.Enabled, now.Enabled, valueOf(now.MaxLag)
	if p != nil {
		view.Chosen = chosen
		if n, err := strconv.Atoi(v.r.PostFormValue("maxLag")); err == nil {
			view.MaxLag = n
		}
	}
	view.Connectors = all[connectorObject](v, "/api/connectors")
	for _, c := range view.Connectors {
		for _, b := range v.addresses(c, false).All {
			if b.Active {
				view.Active[c.ID]++
			}
			if b.Active && b.State != "" {
				view.Troubled[c.ID]++
			}
		}
	}
	view.Filled = true
	for _, path := range []string{"/api/clients?limit=1", "/api/team-members?limit=1"} {
		view.Filled = view.Filled && len(some[struct{}](v, path)) > 0
	}
	return v.pageAs(status, "settings", view)
}

// saveSettings turns the integration on or off, and saves how long quiet mailboxes wait.
func (s *site) saveSettings(v *request) error {
	enabled := v.r.PostFormValue("enabled") == "yes"
	body := map[string]any{"enabled": enabled}
	if n, err := strconv.Atoi(v.r.PostFormValue("maxLag")); err == nil {
		body["maxLag"] = n
	}
	if ok, err := succeeded(mendable, v.api.put("/api/settings", v.r.PostFormValue("etag"), body, nil),
		func(p *Problem) error { return v.settingsPage(p.Status, p, enabled) }); !ok {
		return err
	}
	if enabled {
		return v.done("/web/settings", flash{Key: "settings.turned-on"})
	}
	return v.done("/web/settings", flash{Key: "settings.turned-off"})
}
