package directory

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
)

// A key can hold every valid name and number, and different ones have different
// keys.
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
		for _, key := range []string{keyOf("role-name", fold(a)), keyOf("contact-name", sortable(a), ids.Random())} {
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
		_, err := o.Clients().Create(ctx, c)
		return err
	}
	_, rights := o.TeamMembers().Create(ctx, TeamMember{Name: "X", Email: "x@x.nl", Rights: "boss"})
	_, noEmail := o.Contacts().Create(ctx, Contact{Name: "X"})
	_, badEmail := o.Contacts().Create(ctx, Contact{Name: "X", Emails: []string{"x@x.nl", "nee"}})
	for _, c := range []struct {
		field string
		err   error
	}{
		{"number", with(func(c *Client) { c.Number = " " })},
		{"type", with(func(c *Client) { c.Type = "friend" })},
		{"name", with(func(c *Client) { c.Name = "a\x00b" })},
		{"name", with(func(c *Client) { c.Name = strings.Repeat("a", 201) })},
		{"kvk", with(func(c *Client) { c.KvK = "1234567" })},
		{"vat", with(func(c *Client) { c.VAT = "NL12B01" })},
		{"ibans[1]", with(func(c *Client) { c.IBANs = []string{"NL91ABNA0417164300", "NL91ABNA0417164301"} })},
		{"ibans", with(func(c *Client) { c.IBANs = make([]string, 11) })},
		{"rights", rights}, {"emails", noEmail}, {"emails[1]", badEmail},
	} {
		var wrong *Invalid
		if !errors.As(c.err, &wrong) || wrong.Field != c.field || wrong.Expected == "" {
			t.Errorf("%v; want %s to be wrong", c.err, c.field)
		}
	}
	c := client
	c.KvK, c.VAT = "12 34 56 78", "nl1234.56.789.b01"
	c.IBANs = []string{"nl91 abna 0417.1643.00", "NL91ABNA0417164300"}
	if got := must.Get(o.Clients().Create(ctx, c))(t); got.KvK != "12345678" || got.VAT != "NL123456789B01" ||
		!slices.Equal(got.IBANs, c.IBANs[1:]) {
		t.Errorf("kept %s, %s and %s", got.KvK, got.VAT, got.IBANs)
	}
}
