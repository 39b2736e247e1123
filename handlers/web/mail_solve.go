package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
)

// solve applies a person's decision about a mail, and opens the next mail.
func (s *site) solve(v *request) error {
	form := v.solutionIn()
	// Without script the search for a client is a button of the form.
	if v.r.PostFormValue("do") == "find" {
		return v.showMail(http.StatusOK, func(open *openMail) (err error) {
			open.Shown, open.Form, open.Search = "new", form, v.r.PostFormValue("find")
			open.Clients, err = v.customers(open.Search)
			return err
		})
	}
	id := v.r.PathValue("mail")
	prospect := strings.TrimSpace(v.r.PostFormValue("prospect"))
	if form.Client == "" && prospect != "" && (form.Action == "create-contact" || form.Action == "choose-client") {
		p, err := v.prospect(prospect, &form)
		if err != nil {
			return err
		}
		if p != nil {
			return v.notSolved(p, form)
		}
	}
	var out wire.Solved
	api, page := v.mailHere()
	if ok, err := succeeded(refused, v.api.post(api+"/solve", form, &out),
		func(p *Problem) error { return v.notSolved(p, form) }); !ok {
		return err
	}
	// The contact had no client, or the client no team: this step is done, and
	// the form for the next step opens.
	if out.Mail.State == "parked" {
		key := "mails.not-yet"
		if out.Mail.Reason == "sender-without-client" || out.Mail.Reason == "several-clients" {
			key = "mails.not-yet-client"
		}
		return v.done(page, flash{Key: key, Undo: []string{id}})
	}
	also, err := v.solveAlso(v.also(), form)
	if err != nil {
		return err
	}
	out.Released = max(out.Released, 1) + also
	keepSeries(v.w, v.r, append(without(series(v.r), id), id))
	key := "mails.solved"
	if form.Action == "dismiss" {
		key = "mails.dismissed"
	}
	return v.next(id, flash{Key: key, N: max(out.Released, 1), Undo: []string{id}, Chat: out.Mail.Chat})
}

// solutionIn reads the form.
func (v *request) solutionIn() wire.SolveBody {
	form := wire.SolveBody{Portal: v.r.PostFormValue("portal") != ""}
	for name, field := range map[string]*string{
		"action": &form.Action, "contact": &form.Contact, "client": &form.Client, "name": &form.Name, "email": &form.Email,
		"phone": &form.Phone, "function": &form.Function, "scope": &form.Scope,
	} {
		*field = v.r.PostFormValue(name)
	}
	if v.r.PostFormValue("once") != "" {
		form.Remember = new(bool)
	}
	return form
}

// prospect creates the client of type prospect that a solution needs, and puts
// it into the solution. The answer to an invalid name says what is wrong.
func (v *request) prospect(name string, form *wire.SolveBody) (*Problem, error) {
	var c directory.Client
	p, err := refused(v.api.post("/api/clients", map[string]string{"type": "prospect", "name": name}, &c))
	if p == nil {
		form.Client = c.ID
	}
	return p, err
}

// notSolved shows the mail again, with the sent values and the problem: a
// mistake in the form, or somebody who was faster.
func (v *request) notSolved(p *Problem, form wire.SolveBody) error {
	return v.showMail(p.Status, func(open *openMail) error {
		if !open.waits() {
			open.Late = open.lastDecision()
			return nil
		}
		open.Problem = p
		switch form.Action {
		case "create-contact":
			form.Client = cmp.Or(form.Client, open.Form.Client)
			open.Shown, open.Form = "new", form
		case "link-contact":
			open.Shown = "link"
		case "choose-client":
			open.Shown = "client"
		}
		return v.addOwner(open, p, form)
	})
}

// addOwner finds the owner of the address, and the chosen client.
func (v *request) addOwner(open *openMail, p *Problem, form wire.SolveBody) error {
	if p.Existing != "" && open.can("link-contact") {
		var c contact
		missing, err := anyProblem(v.api.get("/api/contacts/"+url.PathEscape(p.Existing), &c))
		if err != nil {
			return err
		}
		if missing == nil {
			open.Owner = &c
		}
	}
	if form.Client == "" || slices.ContainsFunc(open.Clients, func(c directory.Client) bool { return c.ID == form.Client }) {
		return nil
	}
	c, err := v.customer(form.Client)
	if missing, err := anyProblem(err); err != nil || missing != nil { // it was deleted in the meantime
		return err
	}
	open.Clients = append(open.Clients, c)
	return nil
}

// next opens the mail that waits after this one.
func (v *request) next(id string, f flash) error {
	want := filterOf(v.r.URL.Query())
	back := want.query()
	want.State, want.After, want.Show = "parked", id, pageSize
	for range 2 {
		mails, _, err := page[mailObject](v, want.apiPath(time.Now()))
		if err != nil {
			return err
		}
		for _, m := range mails {
			if m.ID != id {
				return v.done("/web/mails/"+url.PathEscape(m.ID)+back, f)
			}
		}
		want.After = "" // it was the last in the list: continue with the first
	}
	return v.done("/web/mails"+back, f)
}

func (s *site) retry(v *request) error {
	api, page := v.mailHere()
	var m mailObject
	if err := v.api.post(api+"/retry", nil, &m); err != nil {
		return err
	}
	if m.waits() {
		return v.done(page, flash{Key: "mails.not-released", N: 1})
	}
	return v.next(v.r.PathValue("mail"), flash{Key: "mails.retried", N: 1})
}

func (s *site) undo(v *request) error {
	id := v.r.PathValue("mail")
	var out wire.Undone
	api, page := v.mailHere()
	prospect, err := v.hasProspect(api)
	if err != nil {
		return err
	}
	if ok, err := succeeded(refused, v.api.post(api+"/undo", nil, &out), v.saying(page, "mails.not-undone")); !ok {
		return err
	}
	keepSeries(v.w, v.r, without(series(v.r), id))
	key := "mails.undone"
	if prospect {
		key = "mails.undone-prospect"
	}
	return v.done(page, flash{Key: key, N: max(out.Reopened, 1)})
}

// hasProspect tells whether a mail is in a chat of a prospect: undoing its
// solution keeps the prospect in the directory.
func (v *request) hasProspect(api string) (bool, error) {
	var m mailObject
	if err := v.api.get(api, &m); err != nil || m.Chat == "" {
		return false, err
	}
	var chat wire.ChatObject
	var client directory.Client
	_, err := refusedOrGone(v.api.get("/api/chats/"+url.PathEscape(m.Chat), &chat))
	if err == nil && chat.Client != "" {
		_, err = refusedOrGone(v.api.get("/api/clients/"+url.PathEscape(chat.Client), &client))
	}
	return client.Type == directory.Prospect, err
}

// undoSeries undoes the solutions of a series, the last one first: a later one
// may depend on an earlier one.
func (v *request) undoSeries(ids []string, back string) error {
	reopened, kept := 0, 0
	for _, id := range slices.Backward(ids) {
		var out wire.Undone
		p, err := refusedOrGone(v.api.post("/api/mails/"+url.PathEscape(id)+"/undo", nil, &out))
		if err != nil {
			return err
		}
		if p != nil {
			kept++
			continue
		}
		reopened += max(out.Reopened, 1)
	}
	keepSeries(v.w, v.r, nil)
	if kept > 0 {
		return v.done(back, flash{Key: "mails.not-all-undone", N: kept})
	}
	return v.done(back, flash{Key: "mails.undone", N: reopened})
}
