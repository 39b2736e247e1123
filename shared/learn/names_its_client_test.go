package learn

import (
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// The name in a mail is certain when it was right three times in a row, and one mail in
// a wrong place ends that.
func TestNamesItsClient(t *testing.T) {
	right := directory.Evidence{Client: "a", Named: []string{"a"}, Verified: true}
	passing := directory.Evidence{Client: "b", Named: []string{"a"}, Verified: true}
	silent := directory.Evidence{Client: "b", Verified: true}
	wrong := directory.Evidence{Client: "b", Action: Otherwise, Verified: true}
	unproven := directory.Evidence{Client: "a", Named: []string{"a"}}
	for name, c := range map[string]struct {
		chosen  []directory.Evidence
		state   directory.RuleState
		verdict item.Verdict
		want    bool
	}{
		"twice":           {[]directory.Evidence{right, right}, directory.RuleOn, item.VerdictPass, false},
		"three times":     {[]directory.Evidence{right, silent, right, right}, directory.RuleLearning, item.VerdictPass, true},
		"not in a row":    {[]directory.Evidence{right, right, passing, right}, directory.RuleOn, item.VerdictPass, false},
		"wrong after it":  {[]directory.Evidence{right, right, right, wrong}, directory.RuleOn, item.VerdictPass, false},
		"right again":     {[]directory.Evidence{wrong, right, right, right}, directory.RuleOn, item.VerdictPass, true},
		"of others' mail": {[]directory.Evidence{right, right, unproven}, directory.RuleOn, item.VerdictPass, false},
		"not verified":    {[]directory.Evidence{right, right, right}, directory.RuleOn, item.VerdictSoft, false},
		"switched off":    {[]directory.Evidence{right, right, right}, directory.RuleOff, item.VerdictPass, false},
		"named two, one was it": {[]directory.Evidence{right, right, {Client: "a", Named: []string{"a", "b"}, Verified: true}}, directory.RuleOn,
			item.VerdictPass, false},
	} {
		rule := directory.Rule{Kind: directory.SenderClient, State: c.state, Evidence: c.chosen}
		if got := NamesItsClient(rule, item.Item{Verdict: c.verdict}); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestByProgram(t *testing.T) {
	for from, want := range map[mail.Address]bool{
		{Name: "Floor Engelen", Email: "f.engelen@notaris.example"}:      false,
		{Name: "Astrid", Email: "astrid@mulderij.example"}:               false,
		{Name: "", Email: "x@y.example"}:                                 false,
		{Name: "Facturant", Email: "mailer@facturant.example"}:           true,
		{Name: "Administratie Jansen", Email: "administratie@x.example"}: true,
		{Name: "Facturant", Email: "noreply@facturant.example"}:          true,
	} {
		if got := ByProgram(from); got != want {
			t.Errorf("%v: %v, want %v", from, got, want)
		}
	}
}

// A number that is also a year about which people write now is no client's.
func TestNumberOrYear(t *testing.T) {
	clients := []directory.Client{{ID: "a", Number: "2025"}, {ID: "b", Number: "2031"}}
	received := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	for text, want := range map[string]map[int]bool{"jaarrekening (2031)": {1: true}, "jaarrekening (2025)": {0: false},
		"jaarrekening 2031": {}} {
		got := map[int]bool{}
		for _, m := range numbers(text, clients, received) {
			got[m.client] = m.firm
		}
		if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// Words of one kind of client vouch for those of another, and words of two kinds say
// nothing.
func TestOneKindVouchesForAnother(t *testing.T) {
	all := []directory.Client{{ID: "firm", Name: "Kroon Techniek B.V.", Type: directory.Organisation},
		{ID: "own", Name: "M. Kroon", Type: directory.Person}}
	chosen := []directory.Evidence{{Client: "own", Words: []string{"toeslag"}}, {Client: "firm", Words: []string{"suppletie"}}}
	for _, c := range []struct {
		subject, text string
		chosen        []directory.Evidence
		want          int
	}{
		{"Loonaangifte", "", chosen, 0},
		{"Hypotheek", "", chosen, 1},
		{"Hypotheek", "", chosen[:1], -1},
		{"Vraag", "Hierbij mijn alimentatie.", chosen, 1},
		{"Vraag", "Dit is voor mijn huis.", chosen, -1},
		{"Loonaangifte en hypotheek", "", chosen, -1},
		{"Rekening-courantoverzicht", "", chosen, 0}, // without a holding it is the company's
		{"Software voor de planning", "", chosen, 0},
		{"Vraag", "Bijgaand de offerte.", chosen, -1},
	} {
		if got, _ := ofKind(all, c.subject, c.text, c.chosen); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.subject, c.text, got, c.want)
		}
	}
}

// The domain of a portal says nothing about a client.
func TestDomainOfPortal(t *testing.T) {
	for _, portal := range []bool{false, true} {
		c := parseCase(t, map[string]string{
			"office": "client bakker 1041 Bakkerij Jansen B.V.\ncontact p noreply@paraaf.example - Paraaf\ndomain paraaf.example p bakker",
			"mail":   "reason: sender-without-client\nfrom: Paraaf <noreply@paraaf.example>\nsubject: Storing",
			"text":   "De storing is voorbij.",
		})
		c.mail.Item.Facts.Portal = portal
		list, err := Suggest(t.Context(), c.office, c.mail)
		suggested := slices.ContainsFunc(list, func(s Suggestion) bool { return s.Client != nil })
		if err != nil || suggested == portal {
			t.Errorf("portal %v: %v %v", portal, list, err)
		}
	}
}
