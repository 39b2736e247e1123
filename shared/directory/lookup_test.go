package directory

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
)

func contactNames(contacts []Contact) string {
	var names []string
	for _, c := range contacts {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func clientNames(clients []Client) string {
	var names []string
	for _, c := range clients {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// Lookups for suggestions find exactly what they should, with one query each.
func TestContactsAndClientsAreFoundByWhatMailTells(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	bakker := must.Get(o.Clients().Create(ctx,
		Client{Number: "A 1001", Type: Organisation, Name: "Bakkerij van den Berg Holding B.V.", KvK: "12345678", VAT: "NL123456789B01",
			IBANs: []string{"NL91ABNA0417164300"}}))(t)
	must.Get(o.Clients().Create(ctx, Client{Number: "1002", Type: Organisation, Name: "Slagerij Bérg", KvK: "12345678"}))(t)
	for _, c := range []Contact{
		{Name: "Piet van den Berg", Emails: []string{"piet@vandenberg.nl", "p@vandenberg.nl", "piet@gmail.com"}, Clients: []string{bakker.ID}},
		{Name: "Müller, Änne", Emails: []string{"anne@loon.vandenberg.nl"}, Clients: []string{bakker.ID}},
		{Name: "Anna Muller", Emails: []string{"anna@münchen.example.de"}},
		{Name: "Kees Bergman", Emails: []string{"kees@gmail.com"}},
	} {
		must.Get(o.Contacts().Create(ctx, c))(t)
	}
	contacts := func(c []Contact, err error) string { return contactNames(must.Get(c, err)(t)) }
	clients := func(c []Client, err error) string { return clientNames(must.Get(c, err)(t)) }
	both := "Bakkerij van den Berg Holding B.V., Slagerij Bérg"
	for _, c := range []struct {
		what  string
		found func() string
		want  string
	}{
		{"a domain", func() string { return contacts(o.ContactsAtDomain(ctx, " VandenBerg.NL ", 5)) }, "Piet van den Berg"},
		{"a domain of other letters", func() string { return contacts(o.ContactsAtDomain(ctx, "MÜNCHEN.example.de", 5)) }, "Anna Muller"},
		{"the domain above", func() string { return contacts(o.ContactsAtDomain(ctx, "nl", 5)) }, ""},
		{"a public domain", func() string { return contacts(o.ContactsAtDomain(ctx, "gmail.com", 5)) }, ""},
		{"a surname", func() string { return contacts(o.ContactsNamed(ctx, "MULLER", 5)) }, "Anna Muller, Müller, Änne"},
		{"a name", func() string { return contacts(o.ContactsNamed(ctx, "P. Berg", 5)) }, "Piet van den Berg"},
		{"no name", func() string { return contacts(o.ContactsNamed(ctx, " ,-", 5)) }, ""},
		{"a client's", func() string { return contacts(o.ContactsOfClient(ctx, bakker.ID, 5)) }, "Müller, Änne, Piet van den Berg"},
		{"no client's", func() string { return contacts(o.ContactsOfClient(ctx, "x|", 5)) }, ""},
		{"a KvK number", func() string { return clients(o.ClientsByKvK(ctx, "1234.5678")) }, both},
		{"no KvK number", func() string { return clients(o.ClientsByKvK(ctx, "1234")) }, ""},
		{"a VAT id", func() string { return clients(o.ClientsByVAT(ctx, "nl 1234.56.789.b01")) }, bakker.Name},
		{"an IBAN", func() string { return clients(o.ClientsByIBAN(ctx, "nl91 abna 0417164300")) }, bakker.Name},
		{"no IBAN", func() string { return clients(o.ClientsByIBAN(ctx, "nl91 abna")) }, ""},
		{"a word", func() string { return clients(o.ClientsNamed(ctx, "berg", 5)) }, both},
		{"a domain's label", func() string { return clients(o.ClientsNamed(ctx, "bakkerijvandenberg", 5)) }, bakker.Name},
		{"a whole name", func() string { return clients(o.ClientsNamed(ctx, "Bakkerij van den Berg BV", 5)) }, bakker.Name},
		{"a legal form", func() string { return clients(o.ClientsNamed(ctx, "holding", 5)) }, ""},
		{"a word of all names", func() string { return clients(o.ClientsNamed(ctx, "van", 5)) }, ""},
		{"the start of a word", func() string { return clients(o.ClientsNamed(ctx, "bakk", 5)) }, ""},
	} {
		o.wire.Reset()
		if got := c.found(); got != c.want {
			t.Errorf("by %s: %q; want %q", c.what, got, c.want)
		}
		if n := len(o.wire.Calls()); n > 1 {
			t.Errorf("by %s: %d queries", c.what, n)
		}
	}
	if got := must.Get(o.ContactsOfClient(ctx, bakker.ID, 1))(t); len(got) != 1 || len(got[0].Emails) == 0 {
		t.Errorf("one contact of the client: %+v", got)
	}
	if rows, _, err := o.table.Range(ctx, "contact-domain|gmail.com", "contact-domain|gmail.com}", 5); err != nil || len(rows) != 0 {
		t.Errorf("rows of a public domain: %v, %v", rows, err)
	}
	for number, want := range map[string]bool{" a 1001": true, "A  1001": true, "1001": false, "": false} {
		if got, found, err := o.ClientByNumber(ctx, number); err != nil || found != want || found && !reflect.DeepEqual(got, bakker) {
			t.Errorf("ClientByNumber(%q): %+v, %v, %v", number, got, found, err)
		}
	}
	o.consistent(t)
}

// An object that an earlier version saved lacks newer search rows. It can be
// changed and deleted, and a change adds them.
func TestObjectsFromBeforeASearchLearnToBeFound(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	client := must.Get(o.Clients().Create(ctx,
		Client{Number: "1", Type: Organisation, Name: "Bakkerij Smit", KvK: "12345678", VAT: "NL123456789B01"}))(t)
	make := func(name, email string) Contact {
		return must.Get(o.Contacts().Create(ctx, Contact{Name: name, Emails: []string{email}, Clients: []string{client.ID}}))(t)
	}
	changed, moved, gone := make("Piet Smit", "piet@smit.nl"), make("Kees Smit", "kees@smit.nl"), make("Jan Smit", "jan@smit.nl")
	for _, row := range o.server.Snapshot(t)["directory"] {
		kind, _, _ := strings.Cut(row.Key, "|")
		var op table.Op
		switch kind {
		case "contact-domain", "contact-surname", "client-kvk", "client-vat", "client-word":
			op = table.Delete(table.Row{Key: row.Key})
		case "contact-client":
			op = table.Put(table.Row{Key: row.Key, Props: map[string]any{"id": row.Props["id"]}})
		default:
			continue
		}
		must.Do(t, o.table.Write(ctx, op))
	}
	if got := contactNames(must.Get(o.ContactsOfClient(ctx, client.ID, 9))(t)); got != "Jan Smit, Kees Smit, Piet Smit" {
		t.Errorf("the client's contacts from before: %s", got)
	}
	must.Get(o.Contacts().Update(ctx, changed.ID, "", func(c *Contact) error { c.Function = "Directeur"; return nil }))(t)
	must.Get(o.Contacts().Update(ctx, moved.ID, "", func(c *Contact) error {
		c.Name, c.Emails = "Kees Bos", []string{"kees@bos.nl"}
		return nil
	}))(t)
	if err := o.Contacts().Delete(ctx, gone.ID, ""); err != nil {
		t.Error(err)
	}
	must.Get(o.Clients().Update(ctx, client.ID, "", func(c *Client) error { c.Name, c.KvK = "Bakkerij Bos", ""; return nil }))(t)
	if got := contactNames(must.Get(o.ContactsAtDomain(ctx, "smit.nl", 9))(t)); got != "Piet Smit" {
		t.Errorf("at the domain: %s", got)
	}
	o.consistent(t)
}

func TestNameWords(t *testing.T) {
	for name, want := range map[string]string{
		"Bakkerij Jansen B.V.":               "bakkerij jansen",
		"J.P. Jansen & Zn. Holding":          "jp jansen zn",
		"’t Hoekje v.o.f.":                   "t hoekje",
		"Coöperatie De Groene Weide U.A.":    "de groene weide",
		"Café-Restaurant Łódź (b.v. i.o.)":   "cafe restaurant lodz",
		"ĲSSELMEER ﬁets Straße":              "ijsselmeer fiets strasse",
		"Stichting Beheer B.V.":              "",
		" & ":                                "",
		"jansen.nl":                          "jansen nl",
		"Garage 24/7":                        "garage 24 7",
		"Bak\u00adke\u200brij":               "bakkerij",
		"Bakker\u202e\x00 Bart":              "bakker bart",
		"A.B.C. Loodgieters b.v./Dak & Goot": "abc loodgieters dak goot",
	} {
		if got := strings.Join(NameWords(name), " "); got != want {
			t.Errorf("NameWords(%q) = %q; want %q", name, got, want)
		}
	}
}

// A name may come from a mail: the time to read it grows with its length only.
func TestAnEndlessNameIsReadOnce(t *testing.T) {
	for _, part := range []string{"a-", "a.", "a"} {
		if words := NameWords(strings.Repeat(part, 500_000)); len(words) == 0 {
			t.Errorf("%q has no words", part)
		}
	}
}

func FuzzNameWords(f *testing.F) {
	for _, seed := range []string{"Bakkerij Jansen B.V.", "İ.Ǆ. ℡ ﷺ", "a.b.'c’", "\xff.", "", "Jansen, Piet"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		words := NameWords(name)
		for _, word := range words {
			if word == "" || strings.ContainsAny(word, " .'’&|") || legalForms[word] {
				t.Errorf("NameWords(%q) = %q", name, words)
			}
		}
		for _, word := range append(searchWords(name), surname(name)) {
			if word == "" {
				continue
			}
			row := table.Row{Key: keyOf("client-word", word, ids.Random()), Props: map[string]any{}}
			if err := row.Check(); err != nil {
				t.Errorf("%q: %v", name, err)
			}
		}
	})
}

func TestPublicDomains(t *testing.T) {
	for domain, want := range map[string]bool{
		"gmail.com": true, "GMAIL.com.": true, "hotmail.nl": true, "hotmail.co.uk": true, "outlook.com": true, "live.nl": true,
		"yahoo.com.br": true, "msn.com": true, "ziggo.nl": true, "kpnmail.nl": true, "xs4all.nl": true, "proton.me": true, "gmail.example": true,
		"bakker.example": false, "gmail.bakker.example": false,
		"gmx.de": true, "telenet.be": true, "proximus.be": true, "icloud.com": true, "t-online.de": true,
		"bakkerijjansen.nl": false, "outlook.kantoor.nl": false, "live.kantoor.nl": false, "hotmail.jansen.nl": false,
		"mijngmail.com": false, "mail.bakker.nl": false, "yahoo.com.kantoor.nl": false, "de_molen.example": false,
		"": true, "kopieer": true, "[192.168.1.5]": true,
	} {
		if got := PublicDomain(domain); got != want {
			t.Errorf("PublicDomain(%q) = %v", domain, got)
		}
	}
}

func TestPhoneAndFunctionAreChecked(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	c := must.Get(o.Contacts().Create(ctx, Contact{Name: "P", Emails: []string{"p@x.nl"}, Phone: " 06  12345678 ", Function: "  "}))(t)
	if c.Phone != "06 12345678" || c.Function != "" {
		t.Errorf("%+v", c)
	}
	for field, c := range map[string]Contact{
		"phone":    {Phone: strings.Repeat("1", 41)},
		"function": {Function: "a\x07b"},
		"learned":  {Learned: map[string]string{"q@x.nl": "x|y"}},
	} {
		c.Name, c.Emails = "Q", []string{"q@x.nl"}
		var wrong *Invalid
		if _, err := o.Contacts().Create(ctx, c); !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// A word with a mistake finds the clients whose name has nearly that word, with
// one query for the words that begin alike and one for each word found.
func TestClientsAreFoundByAMisspeltWord(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	for i, name := range []string{"Ganzerik Training", "Ganzenhof Bouw", "Bakkerij Jansen", "Ganzerij"} {
		must.Get(o.Clients().Create(ctx, Client{Number: fmt.Sprint(1001 + i), Type: Organisation, Name: name}))(t)
	}
	for word, want := range map[string]string{
		"Ganzrik": "Ganzerik Training", "ganzerick": "Ganzerik Training", "gazerik": "", "Ganzerik": "Ganzerij", "ganzenhog": "Ganzenhof Bouw",
		"bakkerij": "", "bakkreij": "Bakkerij Jansen", "ganz": "", "": "", "|": "",
	} {
		o.wire.Reset()
		if got := clientNames(must.Get(o.ClientsSpelt(ctx, word, 2))(t)); got != want {
			t.Errorf("%q: %q; want %q", word, got, want)
		}
		if n := len(o.wire.Calls()); n > 2 {
			t.Errorf("%q: %d queries", word, n)
		}
	}
}

// Two words are one, misspelt, when a letter or two differ, by their length.
func TestMisspelt(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"ganzrik", "ganzerik", true}, {"ganzerik", "ganzrik", true}, {"viser", "visser", true}, {"vissre", "visser", true},
		{"visser", "visser", false},
		{"jansen", "hansen", true}, {"jan", "jon", false}, {"vissen", "visser", true}, {"vise", "visser", false},
		{"administrte", "administratie", true},
		{"administr", "administratie", false}, {"zeehond", "zeehaan", false}, {"", "", false},
	} {
		if got := Misspelt(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}
