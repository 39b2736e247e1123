package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/words"
)

// stands tells whether the substitution has not ended yet.
func stands(s *directory.Substitute) bool { return s != nil && s.Until.After(time.Now()) }

// lastDay is a time on the last day of the substitution.
func lastDay(s *directory.Substitute) time.Time { return s.Until.Add(-time.Millisecond) }

// substitutes are those who can stand in for a team member, with the chosen one, and who
// does so now and when.
func (v *request) substitutes(of, chosen string, now *directory.Substitute) (people []wire.Named, standIn string) {
	for _, p := range all[entry](v, "/api/team-members") {
		if stands(now) && p.ID == now.Member {
			standIn = v.t("me.stands-in", p.Name, v.renderer.day(now.From, time.Now()), v.renderer.day(lastDay(now), time.Now()))
		}
		if p.ID != of && (p.Active || p.ID == chosen) {
			people = append(people, wire.Named{ID: p.ID, Name: p.Name})
		}
	}
	return people, standIn
}

// An awayForm is a substitution as a form shows it: days in the office's time
// zone, the last one included.
type awayForm struct{ Member, From, Until string }

const dayForm = "2006-01-02"

func (a *awayForm) was(s *directory.Substitute) {
	if s != nil {
		*a = awayForm{s.Member, s.From.In(office).Format(dayForm), lastDay(s).In(office).Format(dayForm)}
	}
}

// substitute reads the form. An invalid day stays the zero time, which the API
// refuses.
func (a awayForm) substitute() *directory.Substitute {
	if a.Member == "" {
		return nil
	}
	from, _ := time.ParseInLocation(dayForm, a.From, office)
	until, err := time.ParseInLocation(dayForm, a.Until, office)
	if err == nil {
		until = until.AddDate(0, 0, 1)
	}
	return &directory.Substitute{Member: a.Member, From: from.UTC(), Until: until.UTC()}
}

// A choice is one option of a multiple choice.
type choice struct {
	ID, Name, Line string
	Chosen         bool
}

// A learnedAddress is an address that a learned rule linked with a contact.
type learnedAddress struct {
	Email, Rule string
	Why         *words.Text // for a user who may see rules
}

// An openEntry is the open entry, with its form.
type openEntry struct {
	entry
	awayForm
	Kind       directoryKind
	List       *directoryView
	New        bool
	Tag        string
	CanWrite   bool
	CanErase   bool
	EmailLines string
	Find       string // a search for clients
	Found      bool   // whether the search found some
	Problem    *Problem
	Owner      *wire.Named // who already has the value that must be unique
	InUse      bool
	Choices    []choice     // clients of a contact, members of a process team
	People     []wire.Named // possible substitutes
	StandIn    string       // who stands in, and when
	Addresses  []learnedAddress
	Team       *teamForm
	Around     *clientView
}

// saveEntry creates an entry, or changes the one with the id in the path.
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
	if ok, err := succeeded(refused, err, func(p *Problem) error { return v.notSaved(k, open, p) }); !ok {
		return err
	}
	key := "directory.saved"
	if open.New {
		key = "directory.added"
	}
	return v.done("/web/directory/"+k.Name+"/"+url.PathEscape(saved.ID)+v.listQuery(), flash{Key: key})
}

// listQuery is the filter of the list beside the form.
func (v *request) listQuery() string {
	q := v.r.URL.Query()
	return queryOf("search", q.Get("search"), "after", q.Get("after"))
}

func (v *request) notSaved(k directoryKind, open *openEntry, p *Problem) error {
	open.Problem = p
	if p.Existing != "" {
		var owner wire.Named
		missing, err := refusedOrGone(v.api.get(k.API+"/"+url.PathEscape(p.Existing), &owner))
		if err != nil {
			return err
		}
		if missing == nil {
			open.Owner = &owner
		}
	}
	if p.Status == http.StatusPreconditionFailed && open.ID != "" {
		// The user was told of the other change, so saving again overwrites it
		// knowingly.
		var now entry
		tag, err := v.api.getTag(k.API+"/"+url.PathEscape(open.ID), &now)
		if err != nil {
			return err
		}
		open.Tag, open.Learned, open.Undeliverable = tag, now.Learned, now.Undeliverable
	}
	return v.showEntry(p.Status, k, open)
}

func (v *request) deleteEntry(k directoryKind) error {
	return v.removed(k, "directory.deleted", v.api.delete(k.API+"/"+url.PathEscape(v.r.PathValue("id")), v.r.PostFormValue("tag")))
}

// eraseContact deletes a contact with all that is stored about him or her.
func (v *request) eraseContact(k directoryKind) error {
	var what wire.Erased
	_, err := v.api.do("POST", k.API+"/"+url.PathEscape(v.r.PathValue("id"))+"/erase", v.r.PostFormValue("tag"), nil, &what)
	key := "privacy.erased"
	if !what.Finished {
		key = "privacy.erasing"
	}
	return v.removed(k, key, err)
}

// removed answers that an entry is gone, in the words of key, or shows why it is not.
func (v *request) removed(k directoryKind, key string, err error) error {
	p, err := refused(err)
	if err != nil {
		return err
	}
	if p == nil {
		return v.done("/web/directory/"+k.Name+v.listQuery(), flash{Key: key})
	}
	id := v.r.PathValue("id")
	open := &openEntry{InUse: p.Status == http.StatusConflict, Problem: p}
	if open.Tag, err = v.api.getTag(k.API+"/"+url.PathEscape(id), &open.entry); err != nil {
		return err
	}
	open.was(open.Substitute)
	open.EmailLines = strings.Join(open.Emails, "\n")
	return v.showEntry(p.Status, k, open)
}

// fill adds the choices that the form of an entry offers.
func (v *request) fill(o *openEntry) error {
	switch o.Kind.Name {
	case "clients":
		if o.New {
			return nil
		}
		if v.aroundClient(o); o.Team == nil {
			v.readTeam(o)
		}
	case "contacts":
		return v.fillContact(o)
	case "team-members":
		o.People, o.StandIn = v.substitutes(o.ID, o.awayForm.Member, o.Substitute)
	case "process-teams":
		for _, p := range all[entry](v, "/api/team-members") {
			chosen := slices.Contains(o.Members, p.ID)
			if chosen || p.Active && o.CanWrite {
				o.Choices = append(o.Choices, choice{p.ID, p.Name, p.Email, chosen})
			}
		}
	}
	return nil
}

// fillContact adds the clients of the contact, those that a search finds, and
// the origin of the contact's addresses.
func (v *request) fillContact(o *openEntry) error {
	for _, id := range o.Clients {
		c, err := v.customer(id)
		missing, err := refusedOrGone(err)
		if err != nil {
			return err
		}
		if missing == nil {
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
			missing, err := refusedOrGone(v.api.get("/api/rules/"+url.PathEscape(rule), &r))
			if err != nil {
				return err
			}
			if missing == nil {
				a.Why = &r.Explanation
			}
		}
		o.Addresses = append(o.Addresses, a)
	}
	return nil
}
