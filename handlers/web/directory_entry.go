package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/words"
)

// A substitute stands in for a team member until before a time.
type substitute struct {
	Member string    `json:"member"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
}

// stands tells whether it is not over yet.
func (s *substitute) stands() bool { return s != nil && s.Until.After(time.Now()) }

// lastDay is in the last day that counts.
func (s *substitute) lastDay() time.Time { return s.Until.Add(-time.Millisecond) }

// standsIn says who stands in, and when.
func (v *request) standsIn(name string, s *substitute) string {
	return v.t("me.stands-in", name, v.renderer.day(s.From, time.Now()), v.renderer.day(s.lastDay(), time.Now()))
}

// An awayForm is a substitute as a form has it: days of the office, the last
// one included.
type awayForm struct{ Member, From, Until string }

const dayForm = "2006-01-02"

func (a *awayForm) was(s *substitute) {
	if s != nil {
		*a = awayForm{s.Member, s.From.In(office).Format(dayForm), s.lastDay().In(office).Format(dayForm)}
	}
}

// substitute reads the form. A day that is none stays the zero time, which the
// API refuses.
func (a awayForm) substitute() *substitute {
	if a.Member == "" {
		return nil
	}
	from, _ := time.ParseInLocation(dayForm, a.From, office)
	until, err := time.ParseInLocation(dayForm, a.Until, office)
	if err == nil {
		until = until.AddDate(0, 0, 1)
	}
	return &substitute{a.Member, from.UTC(), until.UTC()}
}

// A choice is one of several things that may be chosen together.
type choice struct {
	ID, Name, Line string
	Chosen         bool
}

// A learnedAddress is an address that a rule linked with a contact.
type learnedAddress struct {
	Email, Rule string
	Why         *words.Text // for who may see rules
}

// An openEntry is an entry that is open, with its form.
type openEntry struct {
	entry
	awayForm
	Kind       directoryKind
	List       *directoryView
	New        bool
	Tag        string
	CanWrite   bool
	EmailLines string
	Find       string // a search for clients
	Found      bool   // whether it found some
	Problem    *Problem
	Owner      *named // who has already what must be unique
	InUse      bool
	Choices    []choice // clients of a contact, members of a process team
	People     []named  // who may stand in
	StandIn    string   // who does, and when
	Addresses  []learnedAddress
	Team       *teamForm
	Around     *clientView
}

// saveEntry adds an entry, or changes the one with an id.
func (v *request) saveEntry(k directoryKind, id string) error {
	open := &openEntry{Kind: k, New: id == "", entry: entry{ID: id}}
	open.read(v.r)
	// Without script the search for a client is a button of the form.
	if v.r.PostFormValue("do") == "find" {
		return v.showEntry(http.StatusOK, k, open)
	}
	var saved entry
	var err error
	if open.New {
		err = v.api.post(k.API, open.body(), &saved)
	} else {
		err = v.api.patch(k.API+"/"+url.PathEscape(id), open.Tag, open.body(), &saved)
	}
	p, err := refused(err)
	if err != nil {
		return err
	}
	if p != nil {
		return v.notSaved(k, open, p)
	}
	key := "directory.saved"
	if open.New {
		key = "directory.added"
	}
	return v.done("/web/directory/"+k.Name+"/"+url.PathEscape(saved.ID)+v.listQuery(), flash{Key: key})
}

// listQuery is how the list beside the form is filtered.
func (v *request) listQuery() string {
	q := v.r.URL.Query()
	return queryOf("search", q.Get("search"), "after", q.Get("after"))
}

// notSaved shows the form again, with what was sent and why that did not do.
func (v *request) notSaved(k directoryKind, open *openEntry, p *Problem) error {
	open.Problem = p
	if p.Existing != "" {
		var owner named
		switch err := v.api.get(k.API+"/"+url.PathEscape(p.Existing), &owner); {
		case err == nil:
			open.Owner = &owner
		case !isRefusal(err):
			return err
		}
	}
	if p.Status == http.StatusPreconditionFailed && open.ID != "" {
		// Whoever saves again after having been told overwrites knowingly.
		var now entry
		tag, err := v.api.getTag(k.API+"/"+url.PathEscape(open.ID), &now)
		if err != nil {
			return err
		}
		open.Tag, open.Learned = tag, now.Learned
	}
	return v.showEntry(p.Status, k, open)
}

// isRefusal tells whether the API refused, rather than failed.
func isRefusal(err error) bool {
	var p *Problem
	return errors.As(err, &p) && p.Status < http.StatusInternalServerError
}

func (v *request) deleteEntry(k directoryKind) error {
	id := v.r.PathValue("id")
	err := v.api.delete(k.API+"/"+url.PathEscape(id), v.r.PostFormValue("tag"))
	p, err := refused(err)
	if err != nil {
		return err
	}
	if p == nil {
		return v.done("/web/directory/"+k.Name+v.listQuery(), flash{Key: "directory.deleted"})
	}
	open := &openEntry{InUse: p.Status == http.StatusConflict, Problem: p}
	if open.Tag, err = v.api.getTag(k.API+"/"+url.PathEscape(id), &open.entry); err != nil {
		return err
	}
	open.was(open.Substitute)
	open.EmailLines = strings.Join(open.Emails, "\n")
	return v.showEntry(p.Status, k, open)
}

// fill adds what the form of an entry offers to choose from.
func (v *request) fill(o *openEntry) error {
	switch o.Kind.Name {
	case "clients":
		if o.New {
			return nil
		}
		if err := v.aroundClient(o); err != nil || o.Team != nil {
			return err
		}
		return v.readTeam(o)
	case "contacts":
		return v.fillContact(o)
	case "team-members":
		people, err := all[entry](v, "/api/team-members")
		for _, p := range people {
			if s := o.Substitute; s.stands() && p.ID == s.Member {
				o.StandIn = v.standsIn(p.Name, s)
			}
			if p.ID != o.ID && (p.Active || p.ID == o.awayForm.Member) {
				o.People = append(o.People, named{p.ID, p.Name})
			}
		}
		return err
	case "process-teams":
		people, err := all[entry](v, "/api/team-members")
		for _, p := range people {
			chosen := slices.Contains(o.Members, p.ID)
			if chosen || p.Active && o.CanWrite {
				o.Choices = append(o.Choices, choice{p.ID, p.Name, p.Email, chosen})
			}
		}
		return err
	}
	return nil
}

// fillContact adds the clients that the contact has, those that a search finds,
// and where its addresses come from.
func (v *request) fillContact(o *openEntry) error {
	for _, id := range o.Clients {
		c, err := v.customer(id)
		if err != nil && !isRefusal(err) {
			return err
		}
		if err == nil {
			o.Choices = append(o.Choices, choice{c.ID, c.Name, c.Number, true})
		}
	}
	found, err := v.customers(o.Find)
	if err != nil {
		return err
	}
	for _, c := range found {
		o.Found = true
		if !slices.Contains(o.Clients, c.ID) {
			o.Choices = append(o.Choices, choice{c.ID, c.Name, c.Number, false})
		}
	}
	for _, email := range o.Emails {
		rule := o.Learned[email]
		if rule == "" {
			continue
		}
		a := learnedAddress{Email: email, Rule: rule}
		if v.me.can("rules.read") {
			var r ruleObject
			err := v.api.get("/api/rules/"+url.PathEscape(rule), &r)
			if err != nil && !isRefusal(err) {
				return err
			}
			if err == nil {
				a.Why = &r.Explanation
			}
		}
		o.Addresses = append(o.Addresses, a)
	}
	return nil
}
