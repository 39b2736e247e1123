package directory

import (
	"errors"
	"strings"
	"testing"

	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
)

// A typed address has one form, and the same form when it is received.
func TestAnAddressHasOneForm(t *testing.T) {
	for text, want := range map[string]string{
		"  Jan.de-Vries@Voorbeeld.NL ": "jan.de-vries@voorbeeld.nl",
		"o'brien+tag@x.co.uk":          "o'brien+tag@x.co.uk",
		"info@bücher.example":          "info@xn--bcher-kva.example",
		"info@BÜCHER.example":          "info@xn--bcher-kva.example",
		"info@XN--BCHER-KVA.example.":  "info@xn--bcher-kva.example",
		"é@x.nl":                       "é@x.nl",
		"e\u0301@x.nl":                 "é@x.nl",
	} {
		if got, err := TypedAddress(text); got != want || err != nil {
			t.Errorf("TypedAddress(%q) = %q, %v; want %q", text, got, err, want)
		}
		if got, err := ReceivedAddress(text); got != want || err != nil {
			t.Errorf("ReceivedAddress(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestTypedTextThatIsNoAddressIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "@", "jan", "jan@", "@x.nl", "jan@localhost", "jan jansen@x.nl", "a@b@x.nl", "<jan@x.nl>", "a,b@x.nl", "jan\r\n@x.nl",
		".jan@x.nl", "jan.@x.nl", "j..n@x.nl", "jan@x_y.nl", "jan@-x.nl", "jan@.nl", "jan@x..nl", "jan@x.nl..", "0@\u3002", `"jan"@x.nl`,
		strings.Repeat("a", 65) + "@x.nl", "a@" + strings.Repeat("b.", 130) + "nl", "\xff@x.nl",
		"/o=exchange/cn=jan",
	} {
		if got, err := TypedAddress(text); err == nil {
			t.Errorf("TypedAddress(%q) = %q", text, got)
		}
	}
	for text, name := range map[string]string{"jan\u00a0@x.nl": "U+00A0 NO-BREAK SPACE", "jan\x00@x.nl": "U+0000 NULL",
		"jan@x\t.nl": "U+0009 CHARACTER TABULATION"} {
		if _, err := TypedAddress(text); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("TypedAddress(%q): %v; want it to name %s", text, err, name)
		}
	}
}

func TestWhatIsReceivedHasOneFormToo(t *testing.T) {
	for text, want := range map[string]string{
		"Jan@De_Molen.example":            "jan@de_molen.example",
		"jan@de_bücher.Bücher.example":    "jan@de_bücher.xn--bcher-kva.example",
		`"Jan Molenaar"@Molen.example`:    `"jan molenaar"@molen.example`,
		`Jan Molenaar@molen.example`:      `"jan molenaar"@molen.example`,
		`"jan"@molen.example`:             "jan@molen.example",
		`"a\"b"@molen.example`:            `"a\"b"@molen.example`,
		`"a@b"@molen.example`:             `"a@b"@molen.example`,
		"Scan@Kopieer":                    "scan@kopieer",
		"scan@[192.168.1.5]":              "scan@[192.168.1.5]",
		"jan..x.@molen.example":           "jan..x.@molen.example",
		"/O=EXCHANGELABS/CN=RECIP/CN=JAN": "/o=exchangelabs/cn=recip/cn=jan",
		"MAILER-DAEMON":                   "mailer-daemon",
		"jan\u200b@molen.example":         "jan{u+200b}@molen.example",
		"jan\u202e@de_molen.example":      "jan{u+202e}@de_molen.example",
		"\xff@x.nl":                       "{u+fffd}@x.nl",
	} {
		got, err := ReceivedAddress(text)
		if got != want || err != nil {
			t.Errorf("ReceivedAddress(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"", " \t", strings.Repeat("a", 513)} {
		if got, err := ReceivedAddress(text); err == nil {
			t.Errorf("ReceivedAddress(%q) = %q", text, got)
		}
	}
}

func FuzzAddresses(f *testing.F) {
	for _, seed := range []string{"Jan@x.nl", "a+b'c~|%@é.nl", "@", "x@\u3002nl", "ſ@x.nl", `"a\\b c"@x_y`, "/o=x/cn=y", "a\u200b@x\u00ad.nl",
		strings.Repeat("/", 500)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		received, err := ReceivedAddress(text)
		if err != nil {
			return
		}
		if again, err := ReceivedAddress(received); again != received || err != nil {
			t.Errorf("%q becomes %q and then %q, %v", text, received, again, err)
		}
		if strings.ContainsFunc(received, unseen) {
			t.Errorf("%q becomes %q, which hides something", text, received)
		}
		for _, kind := range []string{"contact-address", "member-address"} {
			if err := (table.Row{Key: addressKey(kind, received)}).Check(); err != nil {
				t.Errorf("the key of %q: %v", received, err)
			}
		}
		if typed, err := TypedAddress(text); err == nil && !strings.ContainsFunc(text, unseen) && typed != received {
			t.Errorf("%q is %q when typed and %q when received", text, typed, received)
		}
	})
}

// Any sender of mail can be a contact, with any address; a person who types a
// wrong one learns what is expected.
func TestAContactHasTheAddressesThatMailComesFrom(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	odd := []string{"jan@de_molen.example", `"jan molenaar"@molen.example`, "scan@kopieer",
		"/O=EXCHANGELABS/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=0A1B2C-JAN", "/o=" + strings.Repeat("=/", 200)}
	for _, address := range odd {
		var wrong *Invalid
		if _, err := o.Contacts().Create(ctx, Contact{Name: "Jan", Emails: []string{address}}); !errors.As(err, &wrong) ||
			wrong.Field != "emails[0]" {
			t.Errorf("%s is typed: %v", address, err)
		}
	}
	var jan Contact
	err := o.Change(ctx, func(tx *Tx) (err error) {
		jan, err = tx.SaveContact(Contact{Name: "Jan", Emails: odd})
		if err == nil {
			_, err = tx.SaveRule(Rule{Kind: AddressContact, Key: odd[3], State: RuleOn, Contact: jan.ID})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range odd {
		if c, found, err := o.ContactByAddress(ctx, strings.ToUpper(address)); !found || err != nil || c.ID != jan.ID {
			t.Errorf("%s belongs to %v, %v", address, c, err)
		}
	}
	if c, found, err := o.ContactByAddress(ctx, "jan\u200b@de_molen.example"); found || err != nil {
		t.Errorf("an address with a hidden character is %v, %v", c, err)
	}
	if _, found, err := o.RuleFor(ctx, AddressContact, odd[3]); !found || err != nil {
		t.Errorf("the rule about %s: %v, %v", odd[3], found, err)
	}
	// The page sends all addresses when another field changes.
	jan, err = o.Contacts().Update(ctx, jan.ID, "", func(c *Contact) error {
		c.Phone, c.Emails = "06", append([]string{"jan@typed.example"}, c.Emails...)
		return nil
	})
	if err != nil || len(jan.Emails) != len(odd)+1 {
		t.Errorf("changed to %v, %v", jan.Emails, err)
	}
	b := must.Get(o.Bulk(ctx))(t)
	jan.Phone = "07"
	if _, err := b.SaveContact(jan); err != nil {
		t.Errorf("an import that changes the contact: %v", err)
	}
	if _, err := b.SaveContact(Contact{Name: "X", Emails: []string{"x@de_molen.example"}}); err == nil {
		t.Error("an import took what nobody types")
	}
	o.consistent(t)
}

func TestATagIsNoPartOfAnAddress(t *testing.T) {
	for address, want := range map[string]string{
		"jan+factuur@x.nl": "jan@x.nl", "jan+a+b@x.nl": "jan@x.nl", "jan@x.nl": "", "+jan@x.nl": "", "jan+@x.nl": "", `"jan+a"@x.nl`: "",
		"jan@x+y": "", "jan+a": "",
	} {
		if got, tagged := Untagged(address); tagged != (want != "") || tagged && got != want {
			t.Errorf("%s without its tag is %s, %v; want %q", address, got, tagged, want)
		}
	}
}
