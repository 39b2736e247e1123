package web

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/lazyregexp"
)

// An auditEntry is one audited action, as the API shows it.
type auditEntry struct {
	wire.AuditEntry

	Facts []fact `json:"-"`
}

// who names an actor who is no team member: audit.by.<Who>.
func (e auditEntry) who() string {
	switch {
	case e.By == "":
		return "system"
	case strings.HasPrefix(e.By, "application:"):
		return "application"
	case e.By == "first-administrator":
		return e.By
	}
	return "gone"
}

// split returns the kind and the id of the action's object.
func (e auditEntry) split() (kind, id string) {
	at := strings.LastIndexByte(e.Object, ' ')
	if at < 0 {
		return e.Object, ""
	}
	return e.Object[:at], e.Object[at+1:]
}

// kind names the kind of the action's object: audit.object.<Kind>.
func (e auditEntry) kind() string {
	kind, _ := e.split()
	return strings.ReplaceAll(kind, " ", "-")
}

// pathsByName are the pages of objects that have a name, by kind; pathsByID of the others.
var (
	pathsByName = map[string]string{
		"client": "/web/directory/clients/", "team of client": "/web/directory/clients/", "contact": "/web/directory/contacts/",
		"team member": "/web/directory/team-members/", "role": "/web/directory/roles/", "process team": "/web/directory/process-teams/",
		"connector": "/web/connectors/",
	}
	pathsByID = map[string]string{"rule": "/web/rules/", "mail": "/web/mails/", "chat": "/web/chats/"}
)

// link is the page of the action's object, "" when there is none. An object that is gone has
// no name today; only of a former team member a name stays.
func (e auditEntry) link() string {
	kind, id := e.split()
	place := pathsByID[kind]
	if e.ObjectName != "" {
		place = pathsByName[kind]
	}
	if place == "" || strings.HasSuffix(e.Action, ".delete") {
		return ""
	}
	return place + url.PathEscape(id)
}

// A fact is one detail of an entry.
type fact struct{ Name, Value string }

// facts are the details of an entry, in order, in the words of a language.
func (e auditEntry) facts(k *renderer) (facts []fact) {
	word := func(prefix, value string) string { return cmp.Or(k.texts[prefix+value], value) }
	for _, name := range slices.Sorted(maps.Keys(e.Detail)) {
		value := e.Detail[name]
		if value == "changed" {
			value = word("audit.value.", value)
		}
		switch name {
		case "reason":
			value = word("reason.", value)
		case "rights", "active", "categories", "enabled", "state", "kind", "type", "scope", "key", "broken-off", "was", "quote", "signature":
			before, after, both := strings.Cut(value, " → ")
			value = word("audit.value.", before)
			if both {
				value += " → " + word("audit.value.", after)
			}
		case "link": // such as "role a3…", or "contact → role a3…"
			var links []string
			for link := range strings.SplitSeq(value, " → ") {
				kind, id, _ := strings.Cut(link, " ")
				links = append(links, strings.TrimSpace(word("address.kind.", kind)+" "+id))
			}
			value = strings.Join(links, " → ")
		case "also":
			var others []string
			for other := range strings.SplitSeq(value, ", ") {
				action, _, _ := strings.Cut(other, " ")
				others = append(others, word("audit.action.", action))
			}
			value = strings.Join(others, ", ")
		}
		if name == "reason" && strings.HasPrefix(e.Action, "reply.") {
			value = word("replies.reason.", value)
		}
		if name == "rule" && e.Names[value] == "" || name == "into" || name == "chat" {
			continue // a rule and a chat have no name, and their ids tell a reader nothing
		}
		if value = e.plain(value, k); value != "" {
			facts = append(facts, fact{name, value})
		}
	}
	return facts
}

var (
	// Lists and objects in JSON are shown without their punctuation.
	marks = strings.NewReplacer("[]", "–", `["`, "", `"]`, "", `","`, ", ", `"`, "", "[{", "", "}]", "", "},{", ", ", "{", "", "}", "",
		"member:", "", ",role:", " · ")
	idForm = lazyregexp.New(`\b[a-z2-7]{26}\b`)
	moment = lazyregexp.New(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
)

// plain is a value in readable form: names instead of ids, and times in the
// office's time zone.
func (e auditEntry) plain(value string, k *renderer) string {
	value = marks.Replace(value)
	value = idForm.ReplaceAllStringFunc(value, func(id string) string { return cmp.Or(e.Names[id], "…"+id[20:]) })
	return moment.ReplaceAllStringFunc(value, func(text string) string {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return text
		}
		return k.date(at)
	})
}

// auditKinds are the kinds of actions by which the list can be filtered.
var auditKinds = []string{"mail", "chat", "reply", "template", "client", "client-team", "contact", "team-member", "role", "process-team",
	"rule", "directory", "connector", "address", "settings", "poison"}

type auditView struct {
	By, Action, After string
	From, To          string // days; To is the last one
	Export            string // path of the same as a file
	Kinds             []string
	People            []wire.Named
	Entries           []auditEntry
	Next              string
}

func (a auditView) isFiltered() bool {
	return a.By != "" || a.Action != "" || a.From != "" || a.To != ""
}

// query is the filter as a query of the API, with more.
func (a auditView) query(more ...string) string {
	moment := func(day string, later int) string {
		at, err := time.ParseInLocation(time.DateOnly, day, office)
		if err != nil {
			return ""
		}
		return at.AddDate(0, 0, later).UTC().Format(time.RFC3339)
	}
	return queryOf(append([]string{"by", a.By, "action", a.Action, "from", moment(a.From, 0), "to", moment(a.To, 1)}, more...)...)
}

func (s *site) registerAudit() { s.page("/web/audit", s.audit) }

func (s *site) audit(v *request) error {
	q := v.r.URL.Query()
	view := auditView{By: q.Get("by"), Action: q.Get("action"), After: q.Get("after"), Kinds: auditKinds, From: isoDate(q.Get("from")),
		To: isoDate(q.Get("to"))}
	view.Export = "/api/audit/export" + view.query()
	var next string
	var err error
	if view.Entries, next, err = page[auditEntry](v, "/api/audit"+view.query("limit", "100", "after", view.After)); err != nil {
		return err
	}
	for i, e := range view.Entries {
		view.Entries[i].Facts = e.facts(v.renderer)
	}
	if next != "" {
		view.Next = "/web/audit" + queryOf("by", view.By, "action", view.Action, "from", view.From, "to", view.To, "after", next)
	}
	view.People = all[wire.Named](v, "/api/team-members")
	return v.page("audit", view)
}
