package learn

import (
	"strings"
	"testing"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// A sender is offered as a portal when it writes for others: its display name says so, a
// program names the client, or people chose several clients for it. A person is not.
func TestOfferPortal(t *testing.T) {
	linde, tulp := &directory.Client{ID: "linde", Name: "Slagerij van der Linde"}, &directory.Client{ID: "tulp", Name: "Tulp Interieurbouw"}
	named := []Reason{{Code: "name", Weight: 2}}
	chose := func(clients ...string) (r directory.Rule) {
		r.State = directory.RuleLearning
		for _, c := range clients {
			r.Evidence = append(r.Evidence, directory.Evidence{Client: c})
		}
		return r
	}
	for name, c := range map[string]struct {
		from    string
		reasons []Reason
		rule    directory.Rule
		facts   item.Facts
		doubt   bool
		want    string // how the first is a portal, and whether one more is
	}{
		"via": {from: "Slagerij van der Linde via Facturant <post@facturant.nl>",
			want: "Facturant schrijft namens anderen"},
		"a program that names":        {from: "Facturant <noreply@facturant.nl>", reasons: named, want: "Een programma noemt"},
		"a program that names nobody": {from: "Facturant <noreply@facturant.nl>"},
		"a program, chosen for two": {from: "Facturant <noreply@facturant.nl>", rule: chose("linde", "tulp", "linde"),
			want: "2 verschillende relaties"},
		"a program, chosen for one": {from: "Facturant <noreply@facturant.nl>", rule: chose("linde", "linde")},
		"a desk, chosen for three": {from: "Loonhulp <info@loonhulp.nl>", rule: chose("linde", "tulp", "mira"),
			want: "+3 verschillende relaties"},
		"a desk, chosen for two":         {from: "Loonhulp <info@loonhulp.nl>", rule: chose("linde", "tulp")},
		"a desk that names":              {from: "Loonhulp <info@loonhulp.nl>", reasons: named},
		"a bookkeeper, chosen for three": {from: "Kees Bol <kees.bol@bol.nl>", reasons: named, rule: chose("linde", "tulp", "mira")},
		"a person who writes via":        {from: "Kees Bol via LinkedIn <kees.bol@bol.nl>", reasons: named},
		"a portal already":               {from: "Facturant <noreply@facturant.nl>", reasons: named, facts: item.Facts{Portal: true}},
		"a fraud, perhaps":               {from: "Facturant <noreply@facturant.nl>", reasons: named, doubt: true},
		"a rule that was switched off": {from: "Facturant <noreply@facturant.nl>",
			rule: directory.Rule{State: directory.RuleOff, Evidence: chose("linde", "tulp").Evidence}},
	} {
		shown, email, _ := strings.Cut(c.from, " <")
		m := Mail{Item: item.Item{From: mail.Address{Name: shown, Email: strings.TrimSuffix(email, ">")}, Facts: c.facts}, Doubt: c.doubt}
		list := offerPortal([]Suggestion{
			{Action: item.ChooseClient, Client: linde, Score: 0.8, Reasons: c.reasons},
			{Action: item.ChooseClient, Client: tulp, Score: 0.1},
			{Action: item.Dismiss, Score: 0.1},
		}, m, c.rule)
		got, first := "", list[0]
		if len(list) > 3 {
			got, first = "+", list[3]
		}
		if first.Portal {
			got += first.Reasons[0].NL
		}
		if c.want == "" && got != "" ||
			!strings.HasPrefix(strings.NewReplacer("\u2068", "", "\u2069", "", "Voor deze afzender zijn ", "").Replace(got), c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if list[2].Portal {
			t.Errorf("%s: a dismissal makes a portal", name)
		}
	}
}

// A new portal is called like the portal, not like its first client.
func TestThePortalsName(t *testing.T) {
	for from, want := range map[string]string{
		"Slagerij van der Linde via Facturant": "Facturant", "Bakkerij Jansen (via Teken Hier)": "Teken Hier", "Via Roma": "", "Kees": "",
		"Kees via": "",
	} {
		if got := portalName(mail.Address{Name: from}); got != want {
			t.Errorf("%s: %q, want %q", from, got, want)
		}
	}
}
