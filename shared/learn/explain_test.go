package learn

import (
	"strings"
	"testing"

	"kantoorpost/shared/directory"
)

func TestNamesInSentencesAreIsolated(t *testing.T) {
	rule := directory.Rule{Kind: directory.AddressContact, Key: "els@elders.example", Contact: "c", State: directory.RuleOn}
	said := Explain(rule, func(string, string) string { return "\u202eשרה" })
	if want := "Mail van els@elders.example is van \u2068שרה\u2069."; said.NL != want {
		t.Errorf("%q, want %q", said.NL, want)
	}
	if r := reason("same-name", directory.Contact{Name: "שרה"}.Name); !strings.Contains(r.EN, "\u2068שרה\u2069") {
		t.Errorf("%q", r.EN)
	}
}

// A rule that people made by dismissing invoices says that it is about those only.
func TestRuleAboutOneSubjectSaysSo(t *testing.T) {
	dismissed := directory.Evidence{By: "margot", Action: "dismiss", Template: "uw factuur", Weighty: true}
	rule := directory.Rule{Kind: directory.DismissSender, Key: "f@t.example", State: directory.RuleOn,
		Evidence: []directory.Evidence{dismissed, dismissed}}
	names := func(string, string) string { return "Margot" }
	if said := Explain(rule, names); !strings.HasPrefix(said.EN, "Nobody needs to see mail from f@t.example with the subject “uw factuur”") {
		t.Error(said.EN)
	}
	rule.Evidence[1].Template = "uw termijn"
	if said := Explain(rule, names); strings.Contains(said.EN, "subject") {
		t.Error(said.EN)
	}
}
