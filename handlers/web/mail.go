package web

import (
	"net/http"
	"net/url"
	"slices"

	"kantoorpost/shared/words"
)

type (
	// A suggestion is what may solve a mail, as the API ranks it.
	suggestion struct {
		Action  string       `json:"action"`
		Score   float64      `json:"score"`
		Reasons []words.Text `json:"reasons"`
		Contact *contact     `json:"contact"`
		Client  *customer    `json:"client"`
		Solve   solution     `json:"solve"`
		At      string       `json:"-"` // the clients of the contact
		Path    string       `json:"-"` // where it is sent to
		First   bool         `json:"-"` // of all
		Keyed   bool         `json:"-"` // a key does it
		Doubt   bool         `json:"-"` // the sender may be another than he says
	}
	// A solution is what …/solve takes.
	solution struct {
		Action   string `json:"action"`
		Contact  string `json:"contact,omitempty"`
		Client   string `json:"client,omitempty"`
		Name     string `json:"name,omitempty"`
		Email    string `json:"email,omitempty"`
		Phone    string `json:"phone,omitempty"`
		Function string `json:"function,omitempty"`
		Scope    string `json:"scope,omitempty"`
		Remember *bool  `json:"remember,omitempty"`
	}
	contact struct {
		ID      string   `json:"id"`
		Name    string   `json:"name"`
		Emails  []string `json:"emails"`
		Clients []string `json:"clients"`
		At      string   `json:"-"` // the names of its clients
	}
	customer struct {
		ID     string `json:"id"`
		Number string `json:"number"`
		Name   string `json:"name"`
	}
)

// An openMail is the mail that is open, with all that can be done about it.
type openMail struct {
	mailObject
	Filter      filter
	Suggestions []suggestion
	Form        solution   // what the forms start with, or what was sent
	Shown       string     // which form is open
	Problem     *Problem   // what the API finds wrong with what was sent
	Found       []contact  // contacts for what was searched
	Clients     []customer // clients for what was searched
	Search      string
	CanSolve    bool
	CanAdd      bool // clients to the directory
	CanProspect bool // clients of type prospect, while the mail is solved
	Warnings    []words.Text
	Doubt       bool     // the sender may be a fraud
	Undo        *attempt // what can be taken back
	Late        *attempt // who was faster
	Owner       *contact // who has the address that was to be a new contact's
	Company     string   // that the mail tells of its writer
	Body        string   // where it can be read
	Files       *files
}

// can tells whether the visitor may solve the mail in this way.
func (m openMail) can(action string) bool { return m.CanSolve && slices.Contains(m.Solutions, action) }

// path is where the mail is, with the list as it is filtered; and what is done
// to it.
func (m openMail) path(do string) string {
	p := "/web/mails/" + url.PathEscape(m.ID)
	if do != "" {
		p += "/" + do
	}
	return p + m.Filter.query()
}

// fewSuggestions are seen at once: the mail itself is to be read beside them.
const fewSuggestions = 3

// farFetched is the chance below which a suggestion is only in the way: all that
// it offers is among the solutions too.
const farFetched = 0.05

// best are the likeliest suggestions, others the rest.
func (m openMail) best() []suggestion   { return m.Suggestions[:min(len(m.Suggestions), fewSuggestions)] }
func (m openMail) others() []suggestion { return m.Suggestions[len(m.best()):] }

// list is where the list is.
func (m openMail) list() string { return "/web/mails" + m.Filter.query() }

// likely says in one word how sure a suggestion is.
func (s suggestion) likely() string {
	switch {
	case s.Score >= 0.8:
		return "high"
	case s.Score >= 0.4:
		return "middle"
	}
	return "low"
}

// leads tells whether the suggestion is to stand out: the first, when it is
// likely, and what ignores mail only when that is as good as sure.
func (s suggestion) leads() bool {
	return s.First && !s.Doubt && (s.likely() == "high" || s.likely() == "middle" && s.Action != "dismiss")
}

// careful tells whether the page warns of a fraud, beyond why the mail waits.
func (m openMail) careful() bool {
	return m.Doubt && (len(m.Warnings) > 0 || m.Reason != "sender-not-verified")
}

// doubtful tells whether something speaks against trusting the sender.
func (m openMail) doubtful() bool { return m.Doubt || m.mailObject.doubtful() }

// keyed tells whether a key may do what the suggestion says. A slip of a finger
// trusts no sender who may be another.
func (m openMail) keyed(s suggestion) bool {
	return !m.doubtful() && (m.Verdict == "pass" || s.Action == "dismiss")
}

// deed names what the suggestion does: mails.do.<action>, with its scope when
// that is more than this mail.
func (s suggestion) deed() string {
	if s.Solve.Scope == "sender" || s.Solve.Scope == "list" {
		return s.Action + "-" + s.Solve.Scope
	}
	if s.Action == "create-contact" && s.Client == nil {
		return s.Action + "-only"
	}
	return s.Action
}

// whom is whom the suggestion names.
func (s suggestion) whom() string {
	switch {
	case s.Action == "create-contact" && s.Client != nil:
		return s.Solve.Name + " (" + s.Client.Name + ")"
	case s.Action == "create-contact":
		return s.Solve.Name
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

// showMail answers with a mail, after more has said what else is to be seen.
func (v *request) showMail(status int, more func(*openMail) error) error {
	f := filterOf(v.r.URL.Query())
	open := &openMail{Filter: f, CanSolve: v.me.can("mails.solve"), CanAdd: v.me.can("directory.write"), CanProspect: v.me.can("prospects.write")}
	api := "/api/mails/" + url.PathEscape(v.r.PathValue("mail"))
	if err := v.api.get(api, &open.mailObject); err != nil {
		return err
	}
	if open.State == "parked" {
		if err := v.suggest(api, open); err != nil {
			return err
		}
	}
	open.Body = v.letter(api + "/body")
	open.Files = filesAt(open.path("files"), open.HasAttachments)
	open.Undo = undoable(open.mailObject)
	if err := more(open); err != nil {
		return err
	}
	view, err := v.mailsView(f)
	if err != nil {
		return err
	}
	view.Open = open
	// A form's own address is no page to come back to.
	v.w.Header().Set("HX-Push-Url", open.path(""))
	if takesFlash(v.r) {
		v.w.Header().Set("HX-Trigger", "mails-changed")
	}
	return v.pageAs(status, "mails", view)
}

// suggest adds what may solve the mail, and what a form for a new contact
// starts with.
func (v *request) suggest(api string, open *openMail) error {
	var body struct {
		Items    []suggestion `json:"items"`
		Warnings []words.Text `json:"warnings"`
		Doubt    bool         `json:"doubt"`
		Prefill  struct {
			solution
			Company string `json:"company"`
		} `json:"prefill"`
	}
	if err := v.api.get(api+"/suggestions", &body); err != nil {
		return err
	}
	open.Suggestions, open.Form, open.Company = body.Items, body.Prefill.solution, body.Prefill.Company
	open.Warnings, open.Doubt = body.Warnings, body.Doubt
	open.Suggestions = slices.DeleteFunc(open.Suggestions, func(s suggestion) bool { return s.Score < farFetched })
	for i, s := range open.Suggestions {
		open.Suggestions[i].Path, open.Suggestions[i].First = open.path("solve"), i == 0
		open.Suggestions[i].Keyed, open.Suggestions[i].Doubt = i == 0 && open.keyed(s), open.doubtful()
		if s.Contact == nil {
			continue
		}
		at, err := v.clientNames(s.Contact.Clients)
		if err != nil {
			return err
		}
		open.Suggestions[i].At = at
	}
	if open.Form.Client != "" {
		c, err := v.customer(open.Form.Client)
		if err != nil {
			return err
		}
		open.Clients = []customer{c}
	}
	return nil
}

// undoable is what was last decided about a mail by a person, when that can be
// taken back; what a learned rule decided, or what the mail is, is nobody's.
func undoable(m mailObject) *attempt {
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
		return &attempt{Action: "rule"}
	case m.State == "dismissed" && m.Reason != "":
		return &attempt{Action: "reason"}
	}
	return nil
}
