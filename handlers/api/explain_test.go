package api

import (
	"strings"
	"testing"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// A stranger's name cannot change the direction of the sentence that says why
// his mail waits.
func TestNamesInSentencesAreIsolated(t *testing.T) {
	it := item.Item{Reason: item.UnknownSender, From: mail.Address{Name: "\u202eשרה", Email: "sara@elders.example"},
		Address: "info@kantoor.example"}
	why, _ := explain(it, wire.Facts{Contact: &wire.Named{ID: "c", Name: "דוד"}})
	for _, text := range []string{why.NL, why.EN} {
		if !strings.Contains(text, "\u2068שרה\u2069") || !strings.Contains(text, "\u2068דוד\u2069") || strings.Contains(text, "\u202e") ||
			!strings.Contains(text, "sara@elders.example ") {
			t.Errorf("%q", text)
		}
	}
	it = item.Item{Reason: item.SeveralClients}
	if why, _ := explain(it, wire.Facts{Contact: &wire.Named{Name: "Els"},
		Clients: []wire.Named{{Name: "אב"}, {Name: "Bakkerij"}}}); !strings.Contains(why.NL,
		"Els hoort bij meerdere relaties: \u2068אב\u2069, Bakkerij.") {
		t.Errorf("%q", why.NL)
	}
}
