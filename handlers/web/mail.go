package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
)

type (
	// A suggestion is a possible solution of a mail, as the API ranks it.
	suggestion struct {
		wire.SuggestionObject

		At    string `json:"-"` // the clients of the contact
		Path  string `json:"-"` // the path of its form
		First bool   `json:"-"` // of all suggestions
		Keyed bool   `json:"-"` // it has a keyboard shortcut
		Doubt bool   `json:"-"` // the sender may be somebody else
	}

	contact struct {
		directory.Contact

		At string `json:"-"` // the names of its clients
	}
)

// An openMail is the open mail, with all data for the actions on it.
type openMail struct {
	mailObject
	Filter      filter
	Suggestions []suggestion
	Form        wire.SolveBody     // the initial or the sent values of the forms
	Shown       string             // the open form
	Problem     *Problem           // the API's problem with the sent values
	Found       []contact          // contacts that a search found
	Clients     []directory.Client // clients that a search found
	Search      string
	CanSolve    bool
	CanAdd      bool // clients to the directory
	CanProspect bool // clients of type prospect, while solving the mail
	Warnings    []learn.Reason
	Doubt       bool                // the sender may be a fraud
	Undo        *wire.AttemptObject // the decision that can be undone
	Late        *wire.AttemptObject // the decision of somebody who was faster
	Owner       *contact            // who already has the address of the new contact
	Company     string              // that the mail names for its writer
	Body        string              // the path of its body
	Plan        *planView
	Others      []wire.Named // who look at it now
	Also        []string     // ids of other mails of its sender, for which a solution counts too
	Files       *files
}

// can tells whether the user may solve the mail in this way.
func (m openMail) can(action item.Action) bool {
	return m.CanSolve && slices.Contains(m.Solutions, action)
}

// path is the page of the mail, or the path of an action on it, with the filter
// of the list.
func (m openMail) path(do string) string {
	p := "/web/mails/" + url.PathEscape(m.ID)
	if do != "" {
		p += "/" + do
	}
	p += m.Filter.query()
	if len(m.Also) > 0 {
		p = withQuery(p, "also", strings.Join(m.Also, "."))
	}
	return p
}

// fewSuggestions are shown at once: there must be room for the mail beside
// them.
const fewSuggestions = 3

// minScore is the probability below which a suggestion is not shown: the
// solutions offer the same.
const minScore = 0.05

// best are the most likely suggestions, others the rest.
func (m openMail) best() []suggestion   { return m.Suggestions[:min(len(m.Suggestions), fewSuggestions)] }
func (m openMail) others() []suggestion { return m.Suggestions[len(m.best()):] }

func (m openMail) list() string { return "/web/mails" + m.Filter.query() }

// likely says in one word how probable a suggestion is.
func (s suggestion) likely() string {
	switch {
	case s.Score >= 0.8:
		return "high"
	case s.Score >= 0.4:
		return "middle"
	}
	return "low"
}

// isEmphasised tells whether the suggestion is emphasised: the first one when it is
// likely; ignoring mail only when it is almost certain.
func (s suggestion) isEmphasised() bool {
	return s.First && !s.Doubt && (s.likely() == "high" || s.likely() == "middle" && s.Action != "dismiss")
}

// warnsOfFraud tells whether the page warns of a fraud, beyond why the mail waits.
func (m openMail) warnsOfFraud() bool {
	return m.Doubt && (len(m.Warnings) > 0 || m.Reason != "sender-not-verified")
}

// doubtful tells whether there is a reason to distrust the sender.
func (m openMail) doubtful() bool { return m.Doubt || m.mailObject.doubtful() }

// keyed tells whether the suggestion has a keyboard shortcut. A mistyped key
// must not accept a doubtful sender.
func (m openMail) keyed(s suggestion) bool {
	return !m.doubtful() && (m.Verdict == "pass" || s.Action == "dismiss")
}

// effect names the effect of the suggestion: mails.do.<action>, with its scope
// when that is more than this mail.
func (s suggestion) effect() string {
	if s.Solve.Scope == "sender" || s.Solve.Scope == "list" {
		return string(s.Action) + "-" + s.Solve.Scope
	}
	if s.Solve.Portal {
		return string(s.Action) + "-portal"
	}
	if s.Action == "create-contact" && s.Client == nil {
		return string(s.Action) + "-only"
	}
	return string(s.Action)
}

func (s suggestion) whom() string {
	switch {
	case s.Action == "create-contact" && s.Client != nil:
		return s.Solve.Name + " (" + s.Client.Name + ")"
	case s.Action == "create-contact":
		return s.Solve.Name
	case s.Contact != nil && s.Client != nil: // it is a portal's
		return s.Client.Name
	case s.Contact != nil && s.At != "":
		return s.Contact.Name + " (" + s.At + ")"
	case s.Contact != nil:
		return s.Contact.Name
	case s.Client != nil:
		return s.Client.Name
	}
	return ""
}

func (s *site) mail(v *request) error {
	return v.showMail(http.StatusOK, func(*openMail) error { return nil })
}

// showMail answers with a mail; more adds other data to the view first.
func (v *request) showMail(status int, more func(*openMail) error) error {
	f := filterOf(v.r.URL.Query())
	open := &openMail{Filter: f, Also: v.also(), CanSolve: v.me.can("mails.solve"), CanAdd: v.me.can("directory.write"),
		CanProspect: v.me.can("prospects.write")}
	api := "/api/mails/" + url.PathEscape(v.r.PathValue("mail"))
	if err := v.api.get(api, &open.mailObject); err != nil {
		return err
	}
	if open.State == "parked" {
		if err := v.suggest(api, open); err != nil {
			return err
		}
	}
	if open.State == "parked" && open.CanSolve && v.me.ID != "" {
		open.Plan = &planView{Path: open.path("plan"), Assignee: open.Assignee, Later: open.Later, Me: v.me.ID, PeopleAt: open.path("colleagues")}
	}
	open.Body = v.bodyPath(api + "/body")
	open.Files = filesAt(open.path("files"), open.HasAttachments)
	open.Undo = undoable(open.mailObject)
	if err := more(open); err != nil {
		return err
	}
	view := v.mailsView(f)
	view.Open = open
	// The path of a form is no page to return to.
	v.w.Header().Set("HX-Push-Url", open.path(""))
	if takesFlash(v.r) {
		v.w.Header().Set("HX-Trigger", "mails-changed")
	}
	return v.pageAs(status, "mails", view)
}

// suggest adds the suggestions for a mail, and the initial values of the form
// for a new contact.
func (v *request) suggest(api string, open *openMail) error {
	var body wire.Suggestions
	if err := v.api.get(api+"/suggestions", &body); err != nil {
		return err
	}
	p := body.Prefill
	open.Form = wire.SolveBody{Name: p.Name, Email: p.Email, Phone: p.Phone, Function: p.Function, Client: p.Client}
	open.Company, open.Warnings, open.Doubt = p.Company, body.Warnings, body.Doubt
	for _, o := range body.Items {
		if o.Score < minScore {
			continue
		}
		s := suggestion{SuggestionObject: o, Path: open.path("solve"), First: len(open.Suggestions) == 0, Doubt: open.doubtful()}
		s.Keyed = s.First && open.keyed(s)
		if o.Contact != nil {
			at, err := v.clientNames(o.Contact.Clients)
			if err != nil {
				return err
			}
			s.At = at
		}
		open.Suggestions = append(open.Suggestions, s)
	}
	if open.Form.Client != "" {
		c, err := v.customer(open.Form.Client)
		if err != nil {
			return err
		}
		open.Clients = []directory.Client{c}
	}
	return nil
}

// undoable is the last decision of a person about a mail, when it can be
// undone. A decision by a learned rule, or by what the mail is, has no author.
func undoable(m mailObject) *wire.AttemptObject {
	if m.waits() {
		return nil
	}
	for _, h := range slices.Backward(m.History) {
		switch h.Action {
		case "undo":
			return nil
		case "link-contact", "create-contact", "choose-client", "release", "dismiss":
			return &h
		}
	}
	switch {
	case len(m.Rules) > 0:
		return &wire.AttemptObject{Action: "rule"}
	case m.State == "dismissed" && m.Reason != "":
		return &wire.AttemptObject{Action: "reason"}
	}
	return nil
}
