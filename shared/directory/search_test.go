package directory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
)

func (o office) contact(t testing.TB, name string, emails ...string) Contact {
	t.Helper()
	return must.Get(o.Contacts().Create(t.Context(), Contact{Name: name, Emails: emails}))(t)
}

// everywhere reads all pages of a search.
func everywhere[T any](t testing.TB, list func(Query) (Page[T], error), search string, limit int) (all []T) {
	t.Helper()
	for q := (Query{Limit: limit, Search: search}); ; {
		page := must.Get(list(q))(t)
		if all = append(all, page.Items...); len(page.Items) > limit || len(all) > 10_000 {
			t.Fatalf("%d items in a page of %d", len(page.Items), limit)
		}
		if q.After = page.Next; q.After == "" {
			return all
		}
	}
}

func (o office) findContacts(t testing.TB, search string) string {
	t.Helper()
	var names []string
	for _, c := range everywhere(t, func(q Query) (Page[Contact], error) { return o.Contacts().List(t.Context(), q) }, search, 2) {
		names = append(names, c.Name)
	}
	return strings.Join(names, " | ")
}

func (o office) findClients(t testing.TB, search string) string {
	t.Helper()
	var names []string
	for _, c := range everywhere(t, func(q Query) (Page[Client], error) { return o.Clients().List(t.Context(), q) }, search, 2) {
		names = append(names, c.Name)
	}
	return strings.Join(names, " | ")
}

func TestContactsAreFoundByTheirWords(t *testing.T) {
	o := newOffice(t)
	o.contact(t, "Els van Dam", "els@vandam.example")
	o.contact(t, "José de la Fuente", "jose.fuente@gmail.com")
	o.contact(t, "Jansen, Piet", "piet@korenaar.example", "p.jansen@thuis.example")
	o.contact(t, "Anna Jansen", "anna@bücher.example")
	o.contact(t, "Kees Bos", "jansen@bos.example")
	o.contact(t, "Łukasz Øster", "lukasz@oster.example")
	must.Get(o.Contacts().Create(t.Context(), Contact{Name: "Mies", Emails: []string{"mies@x.nl"}, Phone: "+31 6-1234 5678"}))(t)
	for search, want := range map[string]string{
		"jansen":                "Anna Jansen | Jansen, Piet | Kees Bos", // by name before by address
		"JANS":                  "Anna Jansen | Jansen, Piet | Kees Bos",
		"piet jansen":           "Jansen, Piet",
		"jan pie":               "Jansen, Piet",
		"jansen kor":            "Jansen, Piet",
		"jose":                  "José de la Fuente",
		"Fuenté":                "José de la Fuente",
		"la fuente":             "José de la Fuente",
		"lukasz oster":          "Łukasz Øster",
		"van dam":               "Els van Dam",
		"dam":                   "Els van Dam",
		"vandam":                "Els van Dam",
		"els@vandam.example":    "Els van Dam",
		"ELS@vand":              "Els van Dam",
		"@vandam.example":       "Els van Dam",
		"vandam.example":        "Els van Dam",
		"bucher":                "Anna Jansen",
		"anna@bücher.example":   "Anna Jansen",
		"jansen@":               "Kees Bos | Anna Jansen | Jansen, Piet",
		"korenaar":              "Jansen, Piet",
		"fuente gmail":          "José de la Fuente",
		"els\u200b":             "Els van Dam",
		"+31 6 1234":            "Mies",
		"31612345678":           "Mies",
		"piet bos":              "",
		"ansen":                 "",
		"!?":                    "",
		"\U0010ffff":            "",
		"els jansen@bos.exampl": "",
	} {
		if got := o.findContacts(t, search); got != want {
			t.Errorf("%q finds %q; want %q", search, got, want)
		}
	}
	o.consistent(t)
}

func TestClientsAreFoundByTheirWordsAndNumbers(t *testing.T) {
	o := newOffice(t)
	for _, c := range []Client{
		{Number: "1004", Name: "Bakkerij De Korenaar B.V.", KvK: "12345678", VAT: "NL123456789B01", IBANs: []string{"NL91ABNA0417164300"}},
		{Number: "10041", Name: "Slagerij Van Dam V.O.F."},
		{Number: "P-12", Name: "NS", Type: Prospect},
		{Number: "77/a", Name: "Café 't Hoekje"},
		{Number: "88", Name: "Holding B.V."},
		{Number: "2004", Name: "Bakker & Zn."},
	} {
		if c.Type == "" {
			c.Type = Organisation
		}
		must.Get(o.Clients().Create(t.Context(), c))(t)
	}
	for search, want := range map[string]string{
		"1004":           "Bakkerij De Korenaar B.V. | Slagerij Van Dam V.O.F.", // the number itself first
		"p-12":           "NS",
		"NL91 ABNA":      "Bakkerij De Korenaar B.V.",
		"77/A":           "Café 't Hoekje",
		"ns":             "NS",
		"cafe hoek":      "Café 't Hoekje",
		"bak":            "Bakker & Zn. | Bakkerij De Korenaar B.V.",
		"bakkerij bv":    "Bakkerij De Korenaar B.V.",
		"de korenaar":    "Bakkerij De Korenaar B.V.",
		"dekorenaar":     "",
		"slagerijvandam": "Slagerij Van Dam V.O.F.",
		"van dam":        "Slagerij Van Dam V.O.F.",
		"12345678":       "Bakkerij De Korenaar B.V.",
		"1234.56":        "Bakkerij De Korenaar B.V.",
		"nl1234.56.789":  "Bakkerij De Korenaar B.V.",
		"holding":        "Holding B.V.",
		"korenaar 1004":  "Bakkerij De Korenaar B.V.",
		"korenaar 2004":  "",
	} {
		if got := o.findClients(t, search); got != want {
			t.Errorf("%q finds %q; want %q", search, got, want)
		}
	}
	o.consistent(t)
}

// many makes an office with a number of clients and contacts. The searches are
// for the last of them.
func many(t testing.TB, clients, contacts int) office {
	o := newOffice(t)
	b := must.Get(o.Bulk(t.Context()))(t)
	for i := range clients {
		must.Get(b.SaveClient(Client{Number: fmt.Sprint(100000 + i), Type: Organisation, Name: fmt.Sprintf("Zoet %d B.V.", i)}))(t)
	}
	for i := range contacts {
		must.Get(b.SaveContact(Contact{Name: fmt.Sprintf("Piet A%d", i), Emails: []string{fmt.Sprintf("p%d@zoet%d.nl", i, i)}}))(t)
	}
	client := must.Get(b.SaveClient(Client{Number: "999999", Type: Organisation, Name: "Slagerij Zuurkool"}))(t)
	must.Get(b.SaveContact(Contact{Name: "Zwaantje Zuurkool", Emails: []string{"zwaantje@zuurkool.nl"}, Clients: []string{client.ID}}))(t)
	must.Do(t, b.Apply(t.Context()))
	return o
}

// A search costs as many operations in a large office as in a small one, and
// finds everybody on its first page.
func TestASearchCostsTheSameInAnOfficeOfAnySize(t *testing.T) {
	var costs [2]map[string]int
	for i, n := range []int{50, 5_100} {
		costs[i] = map[string]int{}
		o, ctx := many(t, n/3, n), t.Context()
		for search, want := range map[string]string{"zwaantje": "Zwaantje Zuurkool", "zuur": "Zwaantje Zuurkool",
			"zwaantje zuurkool": "Zwaantje Zuurkool", "zwaantje@zuurkool.nl": "Zwaantje Zuurkool", "piet nobody": ""} {
			o.wire.Reset()
			page := must.Get(o.Contacts().List(ctx, Query{Search: search}))(t)
			if costs[i]["contacts "+search] = len(o.wire.Calls()); contactNames(page.Items) != want || page.Next != "" {
				t.Errorf("%d contacts, %q: %s, next %q", n, search, contactNames(page.Items), page.Next)
			}
		}
		for search, want := range map[string]string{"zuurkool": "Slagerij Zuurkool", "999999": "Slagerij Zuurkool"} {
			o.wire.Reset()
			page := must.Get(o.Clients().List(ctx, Query{Search: search}))(t)
			if costs[i]["clients "+search] = len(o.wire.Calls()); clientNames(page.Items) != want || page.Next != "" {
				t.Errorf("%d clients, %q: %s, next %q", n, search, clientNames(page.Items), page.Next)
			}
		}
		o.wire.Reset()
		if page := must.Get(o.Contacts().List(ctx, Query{Search: "piet", Limit: 20}))(t); len(page.Items) != 20 || page.Next == "" ||
			len(o.wire.Calls()) != 2 {
			t.Errorf("%d contacts: %d of those that many are called, with %d calls", n, len(page.Items), len(o.wire.Calls()))
		}
		// The rarer of two words is the shorter one.
		o.wire.Reset()
		if page := must.Get(o.Contacts().List(ctx, Query{Search: "piet a99"}))(t); n > 99 &&
			(len(page.Items) == 0 || page.Items[0].Name != "Piet A99") ||
			len(o.wire.Calls()) > 6 {
			t.Errorf("%d contacts: %q with %d calls", n, contactNames(page.Items), len(o.wire.Calls()))
		}
	}
	for search, small := range costs[0] {
		if large := costs[1][search]; large != small || large > 4 {
			t.Errorf("%s: %d operations in a small office and %d in a large one", search, small, large)
		}
	}
}

// A search with many results is read in bounded pages, without gaps and
// duplicates.
func TestPagesOfASearchMeet(t *testing.T) {
	o := many(t, 5, 120)
	seen := map[string]bool{}
	for _, c := range everywhere(t, func(q Query) (Page[Contact], error) { return o.Contacts().List(t.Context(), q) }, "piet", 7) {
		if seen[c.ID] {
			t.Errorf("%s comes twice", c.Name)
		}
		seen[c.ID] = true
	}
	if len(seen) != 120 {
		t.Errorf("pages show %d of 120", len(seen))
	}
	for _, after := range []string{"contact-name|a", "contact-word|zwaan", "contact-word|piet\n", "x"} {
		var wrong *Invalid
		if _, err := o.Contacts().List(t.Context(), Query{Search: "piet", After: after}); !errors.As(err, &wrong) || wrong.Field != "after" {
			t.Errorf("after %q: %v", after, err)
		}
	}
}

// A search in an office without search rows reads everything, until Index has
// written them.
func TestAnOfficeFromBeforeSearchesIsIndexed(t *testing.T) {
	o, ctx := many(t, 60, 60), audit.As(t.Context(), "system")
	for _, row := range o.server.Snapshot(t)["directory"] {
		kind, _, _ := strings.Cut(row.Key, "|")
		op := table.Delete(table.Row{Key: row.Key})
		switch kind {
		case "contact-word", "contact-part", "client-name":
		case versionKey:
			row.Props = map[string]any{"version": row.Props["version"]}
			op = table.Put(row)
		default:
			continue
		}
		must.Do(t, o.table.Write(ctx, op))
	}
	o.client(t, "5") // changes do not make the office complete
	find := func() (contacts, clients string) { return o.findContacts(t, "zwaan"), o.findClients(t, "zuurk") }
	if contacts, clients := find(); contacts != "Zwaantje Zuurkool" || clients != "Slagerij Zuurkool" {
		t.Errorf("before: %q, %q", contacts, clients)
	}
	before := must.Get(o.Version(ctx))(t)
	for range 2 {
		must.Do(t, o.Index(ctx))
	}
	if v := must.Get(o.Version(ctx))(t); v != before+1 {
		t.Errorf("indexing made %d changes", v-before)
	}
	o.consistent(t)
	o.wire.Reset()
	contacts, clients := find()
	if contacts != "Zwaantje Zuurkool" || clients != "Slagerij Zuurkool" || len(o.wire.Calls()) > 8 {
		t.Errorf("after: %q, %q, with %d calls", contacts, clients, len(o.wire.Calls()))
	}
	o.client(t, "6")
	b := must.Get(o.Bulk(ctx))(t)
	must.Get(b.SaveClient(Client{Number: "7", Type: Person, Name: "X"}))(t)
	must.Do(t, b.Apply(ctx))
	if ready, err := o.searchable(ctx); !ready || err != nil {
		t.Errorf("a change took the index away: %v", err)
	}
	entries, _, err := audit.New(o.table).List(ctx, 9, "")
	indexed := func(e audit.Entry) bool { return e.Action == "directory.index" && e.By == "system" }
	if err != nil || !slices.ContainsFunc(entries, indexed) {
		t.Errorf("audit %+v, %v", entries, err)
	}
}

// A contact at all limits can be renamed and found.
func TestTheLargestContactCanBeRenamed(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	c := Contact{Name: "Piet Jan Kees Bakker Smit", Phone: "0612345678"}
	for i := range MaxClients {
		c.Clients = append(c.Clients, o.client(t, fmt.Sprint(i)).ID)
	}
	for i := range maxEmails {
		c.Emails = append(c.Emails, fmt.Sprintf("p%d.q@x%d.nl", i, i))
	}
	c = must.Get(o.Contacts().Create(ctx, c))(t)
	must.Get(o.Contacts().Update(ctx, c.ID, "", func(c *Contact) error { c.Name = "Klaas Vaak van Voorst"; return nil }))(t)
	if got := o.findContacts(t, "voorst"); got != "Klaas Vaak van Voorst" {
		t.Errorf("found %q", got)
	}
	o.consistent(t)
}

func FuzzSearch(f *testing.F) {
	f.Add("jan bakker", "bak")
	f.Add("1004@x", "\u200bé.b.v.")
	f.Fuzz(func(t *testing.T, name, text string) {
		for _, search := range []plan{contactSearch, clientSearch} {
			_, phases := search(text, driversOf(text)[0])
			for _, p := range phases {
				if end := table.PastPrefix(p.prefix); end <= p.prefix || len(p.prefix) > 0 && strings.HasPrefix(end, p.prefix) {
					t.Errorf("%q ends at %q", p.prefix, end)
				}
			}
		}
		name, err := checkName("name", name, 200)
		if err != nil {
			return
		}
		c := Contact{ID: ids.Random(), Name: name, Emails: []string{"x@y.nl"}}
		for _, d := range c.derived() {
			if err := (table.Row{Key: d.key}).Check(); err != nil {
				t.Errorf("key %q: %v", d.key, err)
			}
		}
	})
}
