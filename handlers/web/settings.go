package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
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

// A sendingView is how the office sends: how long a reply can be taken back, and what
// needs a second person.
type sendingView struct {
	Hold    string
	Members []sendingMember
	Clients string // numbers, one on each line
	Words   string // one on each line
	ETag    string
	Problem *Problem
	Unknown string // a number of no client
}

type sendingMember struct {
	wire.Named
	Chosen bool
}

func (s *site) registerSending() {
	s.page("/web/settings/sending", s.sending)
	s.post("/web/settings/sending", s.saveSending)
}

func (s *site) sending(v *request) error {
	view := sendingView{}
	var now wire.SettingsObject
	view.ETag = v.readTag("/api/settings", &now)
	view.Hold = strconv.Itoa(valueOf(now.Hold))
	four := valueOf(now.FourEyes)
	view.Words = strings.Join(four.Words, "\n")
	var numbers []string
	for _, id := range four.Clients {
		var c directory.Client
		p, err := anyProblem(v.api.get("/api/clients/"+url.PathEscape(id), &c))
		if err != nil {
			return err
		}
		if p == nil {
			numbers = append(numbers, c.Number)
		}
	}
	view.Clients = strings.Join(numbers, "\n")
	return v.sendingPage(http.StatusOK, view, four.Members)
}

func (v *request) sendingPage(status int, view sendingView, members []string) error {
	for _, m := range v.staff(members...) {
		view.Members = append(view.Members, sendingMember{m, slices.Contains(members, m.ID)})
	}
	return v.pageAs(status, "sending", view)
}

// saveSending stores how the office sends; the switch stays as it is.
func (s *site) saveSending(v *request) error {
	view := sendingView{Hold: v.r.PostFormValue("hold"), Clients: v.r.PostFormValue("clients"), Words: v.r.PostFormValue("words"),
		ETag: v.r.PostFormValue("etag")}
	members := append([]string{}, v.r.PostForm["member"]...)
	var now wire.SettingsObject
	if err := v.api.get("/api/settings", &now); err != nil {
		return err
	}
	ids := []string{}
	for _, number := range linesIn(view.Clients) {
		id, err := v.clientOf(number)
		if err != nil {
			return err
		}
		if id == "" {
			view.Unknown = number
			return v.sendingPage(http.StatusUnprocessableEntity, view, members)
		}
		ids = append(ids, id)
	}
	hold, err := strconv.Atoi(view.Hold)
	if err != nil {
		hold = -1 // which the API refuses
	}
	body := map[string]any{"enabled": now.Enabled, "hold": hold,
		"fourEyes": wire.FourEyesObject{Members: members, Clients: ids, Words: linesIn(view.Words)}}
	if view.Problem, err = refused(v.api.put("/api/settings", view.ETag, body, nil)); err != nil {
		return err
	}
	if view.Problem != nil {
		return v.sendingPage(view.Problem.Status, view, members)
	}
	return v.done("/web/settings/sending", flash{Key: "sending.saved"})
}

// linesIn are the lines of a field that say something.
func linesIn(text string) []string {
	lines := []string{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// clientOf is the id of the client with a number, "" for none.
func (v *request) clientOf(number string) (string, error) {
	found, err := v.customers(number)
	for _, c := range found {
		if strings.EqualFold(c.Number, number) {
			return c.ID, nil
		}
	}
	return "", err
}
