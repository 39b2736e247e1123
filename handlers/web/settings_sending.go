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
