package learn

import (
	"strings"
	"testing"

	"kantoorpost/shared/item"
)

// A mail that may be fraud has a warning, and no suggestion that trusts the
// sender comes first, even a likely one.
func TestWarnings(t *testing.T) {
	const piet = "Piet Jansen <piet@heelanders.example>"
	for name, c := range map[string]struct {
		from, verdict, text, replyTo string
		says                         []string // with "?" in front: without doubt
	}{
		"a look-alike": {"Piet <piet@k0renaar.example>", "pass", "Bijgaand de stukken.", "", []string{"korenaar.example"}},
		"of a public provider": {"Piet Jansen <piet.jansen@grnail.com>", "pass", "Bijgaand de stukken.", "",
			[]string{"@gmail.com", "contact Piet Jansen"}},
		"his domain in another": {"Piet Jansen <piet@betaal-korenaarbakkers.example>", "pass",
			"Met spoed een betaling graag, ik ben niet bereikbaar.", "", []string{"korenaar.example", "contact Piet Jansen"}},
		"his name and haste": {piet, "pass", "Met spoed een betaling graag, ik ben niet bereikbaar.", "", []string{"contact Piet Jansen"}},
		"his name, soft":     {piet, "soft", "Kun je een cadeaukaart kopen?", "", []string{"contact Piet Jansen"}},
		"an address of his": {"Els Vos <e1s.vos@gmail.com>", "pass", "Bijgaand de stukken.", "",
			[]string{"e1s.vos@gmail.com", "contact Els Vos"}},
		"an account, soft": {"P <p@heelanders.example>", "soft", "Er is een andere bank: LT12 1000 0111 0100 1000.", "",
			[]string{"LT12 1000 0111 0100 1000"}},
		"an account, verified":    {"P <p@heelanders.example>", "pass", "Onze rekening is NL91 ABNA 0417 1643 00.", "", nil},
		"one of the office":       {"Bank <info@kant0or.example>", "pass", "Bijgaand de stukken.", "", []string{"@kantoor.example"}},
		"one of its other domain": {"Bank <info@ons-boekhuis.example>", "pass", "Bijgaand de stukken.", "", []string{"@boekhuis.example"}},
		"one of a team member": {"Bank <info@administratrie.example>", "pass", "Bijgaand de stukken.", "",
			[]string{"@administratie.example"}},
		"another bank account": {"P <p@heelanders.example>", "pass", "Ons rekeningnummer is gewijzigd.", "",
			[]string{"rekeningnummer is gewijzigd"}},
		"two of them": {"P <p@korenaar-facturen.example>", "pass", "Graag betalen op ons nieuwe IBAN.", "",
			[]string{"korenaar.example", "nieuwe iban"}},
		"answers elsewhere": {"P <p@heelanders.example>", "pass", "Bel mij.", "x@evil.example", []string{"x@evil.example"}},
		"a contact's name":  {piet, "pass", "Bijgaand de stukken.", "", []string{"?contact Piet Jansen"}},
		"with another account": {piet, "pass", "Ons rekeningnummer is gewijzigd.", "",
			[]string{"rekeningnummer is gewijzigd", "contact Piet Jansen"}},
		"in letters of elsewhere": {"Рiet Jаnsеn <p@heelanders.example>", "pass", "Bijgaand de stukken.", "", []string{"?contact Piet Jansen"}},
		"turned around": {`"Jansen, Piet" <p@heelanders.example>`, "pass", "Bijgaand de stukken.", "",
			[]string{"?contact Piet Jansen"}},
		"a contact's address": {`"piet@korenaar.example" <p@heelanders.example>`, "pass", "Bijgaand de stukken.", "",
			[]string{"contact Piet Jansen"}},
		"his domain, not verified": {"Piet Jansen <piet.jansen@korenaar.example>", "soft", "Kunt u mij bellen?", "",
			[]string{"?contact Piet Jansen"}},
		"a colleague's name":       {"Margot Bakker <margot.bakker@gmail.com>", "pass", "Ben je er nog?", "", []string{"Margot Bakker"}},
		"a colleague's address":    {`"margot@kantoor.example" <x@heelanders.example>`, "pass", "Ben je er nog?", "", []string{"Margot Bakker"}},
		"a colleague's second one": {"Margot Bakker <m.bakker@kantoor.example>", "pass", "Ben je er nog?", "", nil},
		"a former colleague's":     {"Dirk Smit <dirk@administratie.example>", "pass", "Mijn aangifte.", "", nil},
		"half of a name":           {"Piet <piet@heelanders.example>", "pass", "Bijgaand de stukken.", "", nil},
		"nobody's":                 {"Kees Snel <kees@heelanders.example>", "pass", "Kunt u de nieuwe rekeningen boeken?", "", nil},
		"a known domain":           {"Piet Jansen <piet.jansen@korenaar.example>", "pass", "Kunt u mij bellen?", "", nil},
		"a known address":          {"Piet Jansen <piet+facturen@korenaar.example>", "soft", "Kunt u mij bellen?", "", nil},
	} {
		test := parseCase(t, map[string]string{
			"office": "client bakker 1001 Bakkerij De Korenaar B.V.\ncontact piet piet@korenaar.example bakker Piet Jansen\ncontact els " +
				"els.vos@gmail.com bakker Els Vos\n" +
				"member margot margot@kantoor.example Margot Bakker\nmember carla carla@administratie.example Carla Vis\nformer dirk " +
				"dirk@administratie.example Dirk Smit",
			"mail": "reason: unknown-sender\nverdict: " + c.verdict + "\nfrom: " + c.from,
			"text": c.text + "\n\nMet vriendelijke groet,\nPiet\nBakkerij De Korenaar B.V.",
		})
		test.mail.Item.ReplyTo, test.mail.Domains = c.replyTo, []string{"boekhuis.example"}
		list, doubt, err := Warnings(t.Context(), test.office, test.mail)
		want := len(c.says) > 0 && !strings.HasPrefix(c.says[0], "?")
		if err != nil || doubt != want || len(list) != len(c.says) {
			t.Errorf("%s: %v, doubt %v, %v", name, list, doubt, err)
			continue
		}
		for i, says := range c.says {
			if says = strings.TrimPrefix(says, "?"); !strings.Contains(list[i].NL, says) || !strings.Contains(list[i].EN, says) {
				t.Errorf("%s: %v does not say %q", name, list[i], says)
			}
		}
		test.mail.Doubt, test.mail.Warnings = doubt, list
		suggested, err := Suggest(t.Context(), test.office, test.mail)
		if err != nil || len(suggested) == 0 {
			t.Fatalf("%s: %v, %v", name, suggested, err)
		}
		for i, s := range suggested {
			if doubt && s.Action != item.Dismiss && (i == 0 || s.Score > 0.5) {
				t.Errorf("%s: suggested %d, %s with %.2f", name, i, s.Action, s.Score)
			}
			if doubt && s.Action == item.Dismiss && s.Reasons[0].Code == "careful" {
				t.Errorf("%s: %s does not say why", name, s.says())
			}
		}
	}
}
