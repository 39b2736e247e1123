package directory

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"kantoorpost/shared/audit"
)

// An auditChange is what a change does to one object.
type auditChange struct {
	action, object string
	detail         map[string]string
}

const maxShown = 200 // runes of a value that the audit shows

// note records what happens to an object. Was is nil for a new object, now for
// a deleted one.
func (c *change) note(key, name string, was, now map[string]any) {
	kind, _, _ := strings.Cut(key, "|")
	d := auditChange{object: name, detail: map[string]string{}}
	switch {
	case was == nil:
		d.action = kinds[kind].action + ".create"
	case now == nil:
		d.action = kinds[kind].action + ".delete"
	default:
		d.action = kinds[kind].action + ".update"
	}
	for field := range was {
		d.difference(field, was, now)
	}
	for field := range now {
		d.difference(field, was, now)
	}
	c.did = append(c.did, d)
}

// difference records a change of a field: both values when they are short, else
// only that it changed.
func (d auditChange) difference(field string, was, now map[string]any) {
	if field == "id" || field == "revision" || field == "learned" || strings.HasPrefix(field, "data") || was[field] == now[field] {
		return
	}
	before, after := shown(was[field]), shown(now[field])
	switch {
	case was == nil:
		d.detail[field] = after
	case now == nil:
		d.detail[field] = before
	case before == long || after == long:
		d.detail[field] = "changed"
	default:
		d.detail[field] = before + " → " + after
	}
}

// long stands for a value that the audit does not show.
const long = "…"

func shown(value any) string {
	if value == nil {
		return ""
	}
	text := fmt.Sprint(value)
	if utf8.RuneCountInString(text) > maxShown {
		return long
	}
	return text
}

// entry returns e with what the change does to its objects, the first object as
// the entry's own.
func (c *change) entry(e audit.Entry) audit.Entry {
	if len(c.did) == 0 {
		return e
	}
	e.Action, e.Object, e.Detail = c.did[0].action, c.did[0].object, c.did[0].detail
	if c.action != "" {
		e.Action = c.action
	}
	var others []string
	for _, d := range c.did[1:] {
		others = append(others, d.action+" "+d.object)
	}
	if len(others) > 0 {
		e.Detail["also"] = strings.Join(others, ", ")
	}
	return e
}
