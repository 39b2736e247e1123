package directory

import (
	"errors"
	"strings"
	"testing"

	"kantoorpost/shared/table"
)

func TestAnAddressHasOneForm(t *testing.T) {
	for text, want := range map[string]string{
		"  Jan.de-Vries@Voorbeeld.NL ": "jan.de-vries@voorbeeld.nl",
		"o'brien+tag@x.co.uk":          "o'brien+tag@x.co.uk",
		"info@bücher.example":          "info@xn--bcher-kva.example",
		"info@XN--BCHER-KVA.example.":  "info@xn--bcher-kva.example",
		"é@x.nl":                       "é@x.nl",
		"e\u0301@x.nl":                 "é@x.nl",
	} {
		if got, err := NormalAddress(text); got != want || err != nil {
			t.Errorf("NormalAddress(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestWhatIsNoAddressIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "@", "jan", "jan@", "@x.nl", "jan@localhost", "jan jansen@x.nl", "a@b@x.nl", "<jan@x.nl>", "a,b@x.nl", "jan\r\n@x.nl", "jan\u202e@x.nl",
		".jan@x.nl", "jan.@x.nl", "j..n@x.nl", "jan@x_y.nl", "jan@-x.nl", "jan@.nl", "jan@x..nl", "jan@x.nl..", "0@\u3002", `"jan"@x.nl`, strings.Repeat("a", 65) + "@x.nl", "a@" + strings.Repeat("b.", 130) + "nl", "\xff@x.nl",
	} {
		if got, err := NormalAddress(text); err == nil {
			t.Errorf("NormalAddress(%q) = %q", text, got)
		}
	}
}

func FuzzNormalAddress(f *testing.F) {
	for _, seed := range []string{"Jan@x.nl", "a+b'c~|%@é.nl", "@", "x@\u3002nl", "ſ@x.nl"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		address, err := NormalAddress(text)
		if err != nil {
			return
		}
		if again, err := NormalAddress(address); again != address || err != nil {
			t.Errorf("%q becomes %q and then %q, %v", text, address, again, err)
		}
		if err := (table.Row{Key: keyOf("contact-address", address)}).Check(); err != nil {
			t.Errorf("the key of %q: %v", address, err)
		}
	})
}

// What names and numbers may hold, keys can hold, and different ones have
// different keys.
func FuzzKeys(f *testing.F) {
	f.Add("Jansen & Zn. 100% /#?", "~2f")
	f.Add("a|b", "a~7cb")
	f.Add(strings.Repeat("😀", 200), "x")
	f.Fuzz(func(t *testing.T, one, other string) {
		a, errA := checkName("name", one, 100)
		b, errB := checkName("name", other, 100)
		if errA != nil || errB != nil {
			return
		}
		for _, key := range []string{keyOf("role-name", fold(a)), keyOf("contact-name", sortable(a), newID())} {
			if err := (table.Row{Key: key}).Check(); err != nil {
				t.Errorf("%q: %v", a, err)
			}
		}
		if (fold(a) == fold(b)) != (keyOf("role-name", fold(a)) == keyOf("role-name", fold(b))) {
			t.Errorf("keys of %q and %q", a, b)
		}
	})
}

func TestFieldsSayWhatIsExpected(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	client := Client{Number: "1", Type: Person, Name: "X"}
	with := func(edit func(*Client)) error {
		c := client
		edit(&c)
		_, err := o.CreateClient(ctx, c)
		return err
	}
	_, rights := o.CreateTeamMember(ctx, TeamMember{Name: "X", Email: "x@x.nl", Rights: "boss"})
	_, noEmail := o.CreateContact(ctx, Contact{Name: "X"})
	_, badEmail := o.CreateContact(ctx, Contact{Name: "X", Emails: []string{"x@x.nl", "nee"}})
	for _, c := range []struct {
		field string
		err   error
	}{
		{"number", with(func(c *Client) { c.Number = " " })},
		{"type", with(func(c *Client) { c.Type = "friend" })},
		{"name", with(func(c *Client) { c.Name = "a\x00b" })},
		{"name", with(func(c *Client) { c.Name = strings.Repeat("a", 201) })},
		{"name", with(func(c *Client) { c.Name = "abc\u202egnp.exe" })},
		{"kvk", with(func(c *Client) { c.KvK = "1234567" })},
		{"vat", with(func(c *Client) { c.VAT = "NL12B01" })},
		{"rights", rights}, {"emails", noEmail}, {"emails[1]", badEmail},
	} {
		var wrong *Invalid
		if !errors.As(c.err, &wrong) || wrong.Field != c.field || wrong.Expected == "" {
			t.Errorf("%v; want %s to be wrong", c.err, c.field)
		}
	}
	c := client
	c.KvK, c.VAT = "12 34 56 78", "nl1234.56.789.b01"
	if got := must(o.CreateClient(ctx, c))(t); got.KvK != "12345678" || got.VAT != "NL123456789B01" {
		t.Errorf("kept %s and %s", got.KvK, got.VAT)
	}
}
