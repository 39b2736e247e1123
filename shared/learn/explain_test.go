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
