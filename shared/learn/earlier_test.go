package learn

import (
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

// What was chosen before says less when the mail itself names one of the sender's
// clients, and a telling word says more than any earlier choice.
func TestChosenBeforeBesideName(t *testing.T) {
	weights := func(subject string) map[string]float64 {
		c := parseCase(t, map[string]string{
			"office": "client havik 3071 IT-bureau Havik\nclient vuur 3072 Zorgboerderij Vuursteen\nclient rijn 3073 Loodgietersbedrijf Van Rijn\n" +
				"contact a a@post.example havik,vuur,rijn Astrid" + strings.Repeat("\nhabit a vuur ploegendienst", 12),
			"mail": "reason: several-clients\nfrom: Astrid <a@post.example>\nsubject: " + subject,
			"text": "Zie bijlage.",
		})
		list := must.Get(Suggest(t.Context(), c.office, c.mail))(t)
		by := map[string]float64{}
		for _, s := range list {
			for _, r := range s.Reasons {
				by[r.Code] = max(by[r.Code], r.Weight)
			}
		}
		return by
	}
	alone, beside := weights("Ploegendienst"), weights("Factuur ploegendienst Havik")
	if beside["habit"] > 0.6*alone["habit"] || beside["word"] < 1.2*alone["habit"] {
		t.Errorf("the earlier choices weigh %.2f alone, and %.2f beside a name of %.2f", alone["habit"], beside["habit"], beside["word"])
	}
}
