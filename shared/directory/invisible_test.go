package directory

import (
	"strings"
	"testing"
	"unicode/utf8"

	"kantoorpost/shared/must"
)

func TestInvisibleCharactersAreRemoved(t *testing.T) {
	for text, want := range map[string]string{
		"Kees\u200b Snel":                "Kees Snel",                      // zero width space
		"\ufeffKees":                     "Kees",                           // byte order mark
		"Kees\u00adjan":                  "Keesjan",                        // soft hyphen
		"Kees\u00a0Snel\u202f":           "Kees Snel",                      // no-break spaces
		"Els \u202emaD nav":              "Els maD nav",                    // right to left
		"\u2066Els\u2069\u200e\u061c":    "Els",                            // isolates and marks
		"Els\U000e0041\U000e007f":        "Els",                            // tags
		"Els\u2060\u2064\u180e":          "Els",                            // word joiner, invisible plus, vowel separator
		"Els\u115f\u3164\uffa0\u2800":    "Els",                            // empty letters
		"Els\u034f\ufe00\U000e0100":      "Els",                            // joiners of marks, variation selectors
		"Els\u200cvan\u200dDam":          "ElsvanDam",                      // joiners between letters that do not join
		"می\u200cخواهم":                  "می\u200cخواهم",                  // Persian is written with them
		"ක්\u200dෂ":                      "ක්\u200dෂ",                      // and Sinhala
		"\u200cمی\u200c":                 "می",                             // but not at the ends
		"👩\u200d💻 Els":                   "👩\u200d💻 Els",                   // a picture of parts
		"Jos\u00e9 \u00c5ngstr\u00f6m-Ł": "Jos\u00e9 \u00c5ngstr\u00f6m-Ł", // nothing to remove
	} {
		if got, err := checkName("name", text, 200); got != want || err != nil {
			t.Errorf("name %q = %q, %v; want %q", text, got, err, want)
		}
		if got := ReceivedName(text); got != want {
			t.Errorf("received name %q = %q; want %q", text, got, want)
		}
	}
	for _, text := range []string{"\u200bkees@kaas.example", "\u202akees@kaas.example\u202c", "kees@kaas.example\ufeff",
		"ke\u00ades@ka\u200bas.example\u00a0"} {
		if got, err := TypedAddress(text); got != "kees@kaas.example" || err != nil {
			t.Errorf("TypedAddress(%q) = %q, %v", text, got, err)
		}
	}
	if got := ReceivedName(" Els\r\nBcc: x@y.nl\u2028\x00\xff"); got != "Els Bcc: x@y.nl \ufffd" {
		t.Errorf("received name %q", got)
	}
	if _, err := checkName("name", "a\x00b", 10); err == nil || !strings.Contains(err.Error(), "U+0000 NULL") {
		t.Errorf("a control character in a name: %v", err)
	}
	if _, err := checkName("name", "\u200b", 10); err == nil {
		t.Error("a name of nothing that can be seen is taken")
	}
}

// A number or name is found with and without invisible characters.
func TestLookUpsSeeThroughInvisibleCharacters(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	made := must.Get(o.Clients().Create(ctx, Client{Number: "10\u200b01", Type: Person, Name: "X"}))(t)
	if made.Number != "1001" {
		t.Errorf("kept as %q", made.Number)
	}
	b := must.Get(o.Bulk(ctx))(t)
	for _, number := range []string{"1001", "1001\u200b", "\ufeff1001 "} {
		if c, found, err := o.ClientByNumber(ctx, number); !found || err != nil || c.ID != made.ID {
			t.Errorf("%q is %v, %v", number, c, err)
		}
		if c, found := b.ClientByNumber(number); !found || c.ID != made.ID {
			t.Errorf("in an import, %q is %v", number, c)
		}
	}
}

func FuzzReceivedName(f *testing.F) {
	f.Add("a\u200b\u200d👩\u200d\u200d💻\ufe0f")
	f.Fuzz(func(t *testing.T, text string) {
		name := ReceivedName(text)
		if again := ReceivedName(name); again != name || !utf8.ValidString(name) {
			t.Errorf("%q becomes %q and then %q", text, name, again)
		}
	})
}
