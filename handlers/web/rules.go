package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kantoorpost/handlers/api/wire"
)

// A ruleObject is a learned rule as the API shows it.
type ruleObject struct {
	wire.RuleObject
}

func does(action string) string { return strings.TrimPrefix(action, "always ") }

// always tells whether the decision was meant for later mail too.
func always(action string) bool { return strings.HasPrefix(action, "always ") }

// canSwitch tells whether the rule can be turned on or off. A contact keeps a
// learned address until the rule is undone, and an uncertain rule is not
// applied yet.
func (r ruleObject) canSwitch() bool {
	return r.Kind != "address-contact" && (r.State == "on" || r.State == "off" || r.State == "proposed")
}

func (r ruleObject) canUndo() bool { return r.State != "undone" && r.State != "undoing" }

func (r ruleObject) nameOf(id string) string { return cmp.Or(r.Names[id], id) }

type openRule struct {
	ruleObject
	Tag      string
	Path     string
	CanWrite bool
	CanMails bool

	Decided, Held, Linked int // mails and contacts; the list does not say it
}

var ruleKinds = []string{"address-contact", "domain-client", "sender-client", "dismiss-list", "dismiss-sender", "dismiss-kind",
	"accept-sender", "accept-kind", "suggested-client"}

type rulesView struct {
	Kinds               []string
	Kind, Search, After string
	Rules               []ruleObject
	Next                string
	Open                *openRule
}

func (r *rulesView) isOpen(id string) bool { return r.Open != nil && r.Open.ID == id }

func (r *rulesView) query() string {
	return queryOf("kind", r.Kind, "search", r.Search, "after", r.After)
}

func (s *site) registerRules() {
	s.page("/web/rules", s.rules)
	s.page("/web/rules/{rule}", s.rule)
	s.post("/web/rules/{rule}", s.switchRule)
	s.post("/web/rules/{rule}/undo", s.undoRule)
}

func (v *request) rulesView() (*rulesView, error) {
	q := v.r.URL.Query()
	view := &rulesView{Kinds: ruleKinds, Kind: q.Get("kind"), Search: q.Get("search"), After: q.Get("after")}
	if !slices.Contains(ruleKinds, view.Kind) {
		view.Kind = ""
	}
	if isPart(v.r) && v.r.Header.Get("HX-Target") == "entry" {
		return view, nil // the list stays as it is
	}
	rules, next, err := page[ruleObject](v, "/api/rules"+queryOf("limit", "50", "kind", view.Kind, "search", view.Search, "after", view.After))
	if view.Rules = rules; next != "" {
		view.Next = "/web/rules" + queryOf("kind", view.Kind, "search", view.Search, "after", next)
	}
	return view, err
}

func (s *site) rules(v *request) error {
	view, err := v.rulesView()
	if err != nil {
		return err
	}
	v.pushed("/web/rules" + view.query())
	return v.page("rules", view)
}

func (s *site) rule(v *request) error {
	view, err := v.rulesView()
	if err != nil {
		return err
	}
	open := &openRule{Path: "/web/rules/" + url.PathEscape(v.r.PathValue("rule")), CanWrite: v.me.can("rules.write"),
		CanMails: v.me.can("mails.read")}
	open.Tag = v.readTag("/api/rules/"+url.PathEscape(v.r.PathValue("rule")), &open.ruleObject)
	of := open.RuleObject
	open.Decided, open.Held, open.Linked = valueOf(of.Decided), valueOf(of.Held), valueOf(of.Linked)
	slices.Reverse(open.Evidence) // the newest first
	view.Open = open
	v.pushed(open.Path + view.query())
	return v.page("rules", view)
}

// pushed sets the URL of a part in the browser's history, because the path of a
// form is no page to return to. It tells the list beside the part about a
// change.
func (v *request) pushed(path string) {
	if v.r.Header.Get("HX-Target") != "entry" {
		return
	}
	v.w.Header().Set("HX-Push-Url", path)
	if takesFlash(v.r) {
		v.w.Header().Set("HX-Trigger", "entries-changed")
	}
}

func (s *site) switchRule(v *request) error {
	id := url.PathEscape(v.r.PathValue("rule"))
	on := v.r.PostFormValue("on") == "true"
	key := "rules.is-off"
	if on {
		key = "rules.is-on"
	}
	err := v.api.patch("/api/rules/"+id, v.r.PostFormValue("tag"), map[string]bool{"on": on}, nil)
	return v.ruleDone(id, err, flash{Key: key})
}

func (s *site) undoRule(v *request) error {
	id := url.PathEscape(v.r.PathValue("rule"))
	var out wire.RuleUndone
	_, err := v.api.do("DELETE", "/api/rules/"+id, "", nil, &out)
	return v.ruleDone(id, err, flash{Key: "rules.undone", N: out.Reopened})
}

func (v *request) ruleDone(id string, err error, f flash) error {
	p, err := refused(err)
	if err != nil {
		return err
	}
	if p != nil {
		f = flash{Key: "rules.not-done"}
		if p.Status == http.StatusPreconditionFailed {
			f.Key = "rules.not-changed"
		} else if strings.HasSuffix(v.r.URL.Path, "/undo") {
			f.Key = "rules.not-undone"
		}
	}
	return v.done("/web/rules/"+id, f)
}
