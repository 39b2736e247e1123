package fetch

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/item"
	"kantoorpost/shared/mailtext"
)

// The quick search runs before the parts of a mail are read. It misses no number in random
// combinations of these pieces.
func TestNoNumberIsMissed(t *testing.T) {
	pieces := strings.Split("Klantnummer|klant|cli&euml;ntnr|debiteur|debiteurennummer|dossier|Relatie-id|accountnummer|<b>nummer</b>|KvK|Kamer van Koophandel|"+
		"NL123456782B90|NL 1234.56.782.B.90|12345678|12 34&nbsp;56 78|12.345.<i>678</i>|1234 5678|123|AB-17|2026|5-11-2026|<td style=\"width:12px\">|</td>|<p>|<br>|&nbsp;|"+
		":|.|is|bij u|morgen|een heel gewoon stukje tekst", "|")
	random := rand.New(rand.NewPCG(1, 2))
	found, skipped := 0, 0
	for range 10_000 {
		var text strings.Builder
		for range 2 + random.IntN(10) {
			text.WriteString(pieces[random.IntN(len(pieces))])
			text.WriteString([]string{" ", " ", ": ", "\r\n"}[random.IntN(4)])
		}
		it := item.Item{BodyType: []string{"html", "text"}[random.IntN(2)], Subject: "Vraag"}
		got := numbers(it, text.String())
		folded := strings.ToLower(text.String())
		if !slices.ContainsFunc(labels, func(l string) bool { return strings.Contains(folded, l) }) {
			continue
		}
		n := mailtext.CompanyNumbersIn("Vraag\n" + mailtext.Read(it.BodyType, text.String(), "Vraag").Own)
		if want := slices.Concat(n.Labelled, n.KvK, n.VAT); !slices.Equal(got, want) {
			t.Fatalf("%s %q: %v, want %v", it.BodyType, text.String(), got, want)
		}
		if found += len(got); !mayHaveNumbers(folded, it.BodyType == "html") {
			skipped++
		}
	}
	if found < 1000 || skipped < 100 {
		t.Errorf("%d numbers, %d mails not read: the test proves nothing", found, skipped)
	}
}
