package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// solve does what a person decided about a mail, and opens the next.
func (s *site) solve(v *visit) error {
	form := solution{}
	for name, field := range map[string]*string{
		"action": &form.Action, "contact": &form.Contact, "client": &form.Client, "name": &form.Name, "email": &form.Email,
		"phone": &form.Phone, "function": &form.Function, "scope": &form.Scope,
	} {
		*field = v.r.PostFormValue(name)
	}
	if v.r.PostFormValue("once") != "" {
		no := false
		form.Remember = &no
	}
	// Without script the search for a client is a button of the form.
	if v.r.PostFormValue("do") == "find" {
		return v.showMail(http.StatusOK, func(open *openMail) (err error) {
			open.Shown, open.Form, open.Search = "new", form, v.r.PostFormValue("find")
			open.Clients, err = v.customers(open.Search)
			return err
		})
	}
	id := v.r.PathValue("mail")
	var out struct {
		Mail     mailObject `json:"mail"`
		Released int        `json:"released"`
	}
	err := v.api.post("/api/mails/"+url.PathEscape(id)+"/solve", form, &out)
	p, err := refused(err)
	if err != nil {
		return err
	}
	if p != nil {
		return v.notSolved(p, form)
	}
	// A contact without a client, or a client without a team: one step is done
	// and the next is asked for.
	if out.Mail.State == "parked" {
		return v.done("/web/mails/"+url.PathEscape(id)+filterOf(v.r.URL.Query()).query(), flash{Key: "mails.not-yet", Undo: []string{id}})
	}
	key := "mails.solved"
	if form.Action == "dismiss" {
		key = "mails.dismissed"
	}
	return v.next(id, flash{Key: key, N: max(out.Released, 1), Undo: []string{id}})
}

// notSolved shows the mail again, with what was sent and why that did not do:
// a mistake in the form, or somebody who was faster.
func (v *visit) notSolved(p *Problem, form solution) error {
	return v.showMail(p.Status, func(open *openMail) error {
		if !open.waits() {
			for _, h := range slices.Backward(open.History) {
				if h.By != "" {
					open.Late = &h
					break
				}
			}
			if open.Late == nil {
				open.Late = &attempt{}
			}
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
		return v.already(open, p, form)
	})
}

// already finds who has the address already, and the client that was chosen.
func (v *visit) already(open *openMail, p *Problem, form solution) error {
	if p.Existing != "" && open.can("link-contact") {
		var c contact
		err := v.api.get("/api/contacts/"+url.PathEscape(p.Existing), &c)
		if err == nil {
			open.Owner = &c
		} else if refusal := (*Problem)(nil); !errors.As(err, &refusal) {
			return err
		}
	}
	if form.Client == "" || slices.ContainsFunc(open.Clients, func(c customer) bool { return c.ID == form.Client }) {
		return nil
	}
	c, err := v.customer(form.Client)
	if refusal := (*Problem)(nil); errors.As(err, &refusal) {
		return nil // it is gone: another is chosen
	}
	open.Clients = append(open.Clients, c)
	return err
}

// next opens the mail that waits after this one.
func (v *visit) next(id string, f flash) error {
	want := filterOf(v.r.URL.Query())
	back := want.query()
	want.State, want.After, want.Show = "parked", id, pageSize
	for range 2 {
		var page list[mailObject]
		if err := v.api.get(want.ask(time.Now()), &page); err != nil {
			return err
		}
		for _, m := range page.Items {
			if m.ID != id {
				return v.done("/web/mails/"+url.PathEscape(m.ID)+back, f)
			}
		}
		want.After = "" // the last was solved: on with the first
	}
	return v.done("/web/mails"+back, f)
}

func (s *site) nextMail(v *visit) error { return v.next(v.r.PathValue("mail"), flash{}) }

// retry has a mail decided again.
func (s *site) retry(v *visit) error {
	id := v.r.PathValue("mail")
	var m mailObject
	if err := v.api.post("/api/mails/"+url.PathEscape(id)+"/retry", nil, &m); err != nil {
		return err
	}
	if m.waits() {
		return v.done("/web/mails/"+url.PathEscape(id)+filterOf(v.r.URL.Query()).query(), flash{Key: "mails.not-released", N: 1})
	}
	return v.next(id, flash{Key: "mails.retried", N: 1})
}

// undo takes back what was decided, and shows the mail.
func (s *site) undo(v *visit) error {
	id := v.r.PathValue("mail")
	var out struct {
		Reopened int `json:"reopened"`
	}
	to := "/web/mails/" + url.PathEscape(id) + filterOf(v.r.URL.Query()).query()
	err := v.api.post("/api/mails/"+url.PathEscape(id)+"/undo", nil, &out)
	p, err := refused(err)
	if err != nil {
		return err
	}
	if p != nil {
		return v.done(to, flash{Key: "mails.not-undone"})
	}
	return v.done(to, flash{Key: "mails.undone", N: max(out.Reopened, 1)})
}
