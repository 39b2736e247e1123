package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
)

// movedOn are properties that this release no longer writes as the former one did, each
// with the reason why that one can do without: "mails m|*: data.subject".
var movedOn = map[string]string{
	"mails s|parked: decisionVersion": "without it the former release decides all parked mail once more",
	"mails y|*|*: data.author":        noteOnce,
	"mails y|*|*: data.key":           noteOnce,
	"mails y|*|*: data.sequence":      noteOnce,
	"mails y|*|*: data.text":          noteOnce,
}

const noteOnce = "a note is in its own row alone, so that its author can erase it; a repeated request gets an answer without its text " +
	"from the former release"

// The former release can read what this one writes: each property that it wrote in a
// kind of row is still there and has the same type. It does not look at others.
func TestTheFormerReleaseReadsTheseRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		was := shapeOf(t, apptest.Rows(t, formerFolder(t)))
		now := shapeOf(t, fullOffice(t).Tables.Snapshot(t))
		for _, p := range slices.Sorted(maps.Keys(was)) {
			if movedOn[p] == "" && now[p] != was[p] {
				t.Errorf("%s is %q, was %q: the former release runs at the same time, and after a rollback", p, now[p], was[p])
			}
		}
		for p := range movedOn {
			if was[p] == "" || was[p] == now[p] {
				t.Errorf("%s did not move on: take it off the list", p)
			}
		}
	})
}

// The full office has every kind of row that the comments of packages describe.
func TestFullOfficeIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kinds := map[string]bool{}
		for _, rows := range fullOffice(t).Tables.Snapshot(t) {
			for _, r := range rows {
				kinds[kindOf(r.Key)] = true
			}
		}
		for _, k := range describedKinds(t) {
			if !kinds[k] {
				t.Errorf("the full office has no row %s", k)
			}
		}
	})
}

var (
	rowLine  = regexp.MustCompile(`(?m)^//\t(?:configuration +|mailboxes +| {15})?([a-z<][a-z-]*>?(?:\|\S+(?: NAME\|ID)?)*) +(?:->|[^ ])`)
	variable = regexp.MustCompile(`<[^|]*>|[A-Z][A-Z ]*`)
)

// describedKinds are the kinds of rows in the comments of packages.
func describedKinds(t *testing.T) (kinds []string) {
	t.Helper()
	for _, name := range []string{"directory/directory", "connector/store", "item/item", "chat/chat", "outbox/reply", "compose/settings",
		"audit/audit"} {
		text := must.Get(os.ReadFile("../../shared/" + name + ".go"))(t)
		found := rowLine.FindAllStringSubmatch(string(text), -1)
		if len(found) == 0 {
			t.Errorf("%s.go describes no rows", name)
		}
		for _, m := range found {
			kinds = append(kinds, variable.ReplaceAllString(m[1], "*"))
		}
	}
	return kinds
}

// words are parts of keys that are no ids.
var words = regexp.MustCompile(`^[a-z][a-z-]*$`)

// kindOf is a key without its ids: "e|*|body".
func kindOf(key string) string {
	parts := strings.Split(key, "|")
	for i, p := range parts {
		known := slices.Contains([]string{"body", "seen", "open", "moved", "id", "key", "send", "parked", "state", "cursor", "sent", "address",
			"member", "chat", "progress", "basis"}, p)
		if i == 0 && !words.MatchString(p) || i > 0 && !known {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "|")
}

// shapeOf is the type of each property of each kind of row, also of those inside JSON:
// "mails m|*: data.from.email" is "string".
func shapeOf(t *testing.T, tables map[string][]table.Row) map[string]string {
	t.Helper()
	shape := map[string]string{}
	for name, rows := range tables {
		for _, r := range rows {
			addShape(shape, name+" "+kindOf(r.Key)+": ", properties(t, r))
		}
	}
	return shape
}

// properties are those of a row, with a document as one of them.
func properties(t *testing.T, r table.Row) map[string]any {
	t.Helper()
	props := maps.Clone(r.Props)
	if _, is := props["data"].(string); is {
		var document any
		must.Do(t, r.Document(&document))
		props["data"] = document
	}
	return props
}

func addShape(shape map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if strings.ContainsAny(name, "0123456789") || strings.Contains(name, "@") {
				name = "*" // an id
			}
			addShape(shape, strings.TrimSuffix(path, ".")+separator(path)+name, value)
		}
	case []any:
		for _, value := range v {
			addShape(shape, path+"[]", value)
		}
	case string:
		var nested any
		if strings.HasPrefix(v, "{") || strings.HasPrefix(v, "[") {
			if json.Unmarshal([]byte(v), &nested) == nil {
				addShape(shape, path, nested)
				return
			}
		}
		shape[path] = "string"
	case nil:
	default:
		shape[path] = fmt.Sprintf("%T", v)
	}
}

func separator(path string) string {
	if strings.HasSuffix(path, " ") {
		return ""
	}
	return "."
}
