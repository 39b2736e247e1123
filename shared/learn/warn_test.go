package learn

import (
	"strings"
	"testing"

	"kantoorpost/shared/item"
)

// A mail that may be fraud has a warning, and no suggestion that trusts the
// sender comes first, even a likely one.
func TestWarnings(t *testing.T) {
	for name, c := range map[string]struct {
		from, text, replyTo string
		says                []string
	}{
		"a look-alike":         {"piet@k0renaar.example", "Bijgaand de stukken.", "", []string{"korenaar.example"}},
		"another bank account": {"piet@heelanders.example", "Ons rekeningnummer is gewijzigd.", "", []string{"rekeningnummer is gewijzigd"}},
		"both":                 {"piet@korenaar-facturen.example", "Graag betalen op ons nieuwe IBAN.", "", []string{"korenaar.example", "nieuwe iban"}},
		"answers elsewhere":    {"piet@heelanders.example", "Bel mij.", "x@evil.example", []string{"x@evil.example"}},
		"nothing":              {"piet@heelanders.example", "Kunt u de nieuwe rekeningen boeken?", "", nil},
		"a known domain":       {"piet.jansen@korenaar.example", "Kunt u mij bellen?", "", nil},
	} {
		test := parseCase(t, map[string]string{
			"office": "client bakker 1001 Bakkerij De Korenaar B.V.\ncontact piet piet@korenaar.example bakker Piet Jansen",
			"mail":   "reason: unknown-sender\nfrom: Piet Jansen <" + c.from + ">",
			"text":   c.text + "\n\nMet vriendelijke groet,\nPiet Jansen\nBakkerij De Korenaar B.V.",
		})
		test.mail.Item.ReplyTo = c.replyTo
		list, doubt, err := Warnings(t.Context(), test.office, test.mail)
		if err != nil || doubt != (len(c.says) > 0) || len(list) != len(c.says) {
			t.Fatalf("%s: %v, doubt %v, %v", name, list, doubt, err)
		}
		for i, says := range c.says {
			if !strings.Contains(list[i].NL, says) || !strings.Contains(list[i].EN, says) {
				t.Errorf("%s: %v does not say %q", name, list[i], says)
			}
		}
		test.mail.Doubt = doubt
		suggested, err := Suggest(t.Context(), test.office, test.mail)
		if err != nil || len(suggested) == 0 {
			t.Fatalf("%s: %v, %v", name, suggested, err)
		}
		if first := suggested[0].Action; (first == item.Dismiss) != doubt {
			t.Errorf("%s: first %s, doubt %v", name, first, doubt)
		}
	}
}
