package mailtext

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The form of a number and the words before it give its kind; each counts once.
func TestNumbers(t *testing.T) {
	for text, want := range map[string]Numbers{
		"KvK 12345678":                                         {KvK: []string{"12345678"}},
		"K.v.K.-nummer: 12 34 56 78.":                          {KvK: []string{"12345678"}},
		"Handelsregister Zwolle nr. 12.345.678":                {KvK: []string{"12345678"}},
		"ons nummer is 12345678, toch?":                        {KvK: []string{"12345678"}},
		"12345678 en 87654321 en 12345678":                     {KvK: []string{"12345678", "87654321"}},
		"op 20261123 en 23112026":                              {},
		"KvK 20261123":                                         {KvK: []string{"20261123"}},
		"btw NL123456789B01":                                   {VAT: []string{"NL123456789B01"}},
		"btw-id: NL 1234.56.789.B.01 (KvK 12345678)":           {KvK: []string{"12345678"}, VAT: []string{"NL123456789B01"}},
		"nl123456789b01":                                       {VAT: []string{"NL123456789B01"}},
		"Klantnummer: 10023":                                   {Labelled: []string{"10023"}},
		"ons klantnr. 10023 en relatienr 2044-b":               {Labelled: []string{"10023", "2044-B"}},
		"relatienummer is 2044.":                               {Labelled: []string{"2044"}},
		"cliëntnummer C2044, clientnr. 2045":                   {Labelled: []string{"C2044", "2045"}},
		"debiteurnummer 10024; dossier 2026/15":                {Labelled: []string{"10024", "2026/15"}},
		"client number 10025, customer no. 10026":              {Labelled: []string{"10025", "10026"}},
		"klantnummer onbekend":                                 {},
		"Klantnummer 12345678":                                 {Labelled: []string{"12345678"}},
		"dossier A10023 van 10024":                             {Labelled: []string{"A10023"}, Unlabelled: []string{"10024"}},
		"factuur F2026-001 voor 10023":                         {Unlabelled: []string{"F2026-001", "10023"}},
		"in 2026 om 09:12 uur, 23-11-2026, 5%":                 {},
		"23 november 2026, 3 mei 2027, 2026-11-23":             {},
		"€ 1.250,50 en 1250,50 en EUR 100 en 12 euro en 10,5%": {},
		"06-12345678, +31 38 123 45 67, 038-1234567":           {},
		"Dorpsstraat 1, 1234 AB Zwolle, 8011AB":                {},
		"NL12ABCD0123456789 of NL12 ABCD 0123 4567 89":         {},
		"op NL91 ABNA 0417 1643 00 t.n.v. Jan":                 {IBAN: []string{"NL91ABNA0417164300"}},
		"NL91 ABNA 0417 1643 01 klopt niet":                    {},
		"https://x.example/10023?id=4 en jan10@x.example":      {},
		"om 14.30 uur, 9u30, 16:45:10, de 3e en de 101st":      {},
		"geen enkel nummer":                                    {},
	} {
		if got := NumbersIn(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q has %+v, want %+v", text, got, want)
		}
	}
}

func TestNumbersAreLimited(t *testing.T) {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "KvK 300000%02d, NL1234567%02dB01, klantnr %d, A%d\n", i, i, 5000+i, 5000+i)
	}
	n := NumbersIn(b.String())
	if len(n.KvK) != 20 || len(n.VAT) != 20 || len(n.Labelled) != 20 || len(n.Unlabelled) != 20 || n.KvK[0] != "30000000" ||
		n.Unlabelled[19] != "A5019" {
		t.Errorf("%+v", n)
	}
	if n := NumbersIn(strings.Repeat("woord\n", maxSearch) + "KvK 12345678"); len(n.KvK) != 0 {
		t.Error("a number after the limit was found")
	}
	if n := NumbersIn(strings.Repeat("7\n", maxNumbered/2) + "KvK 12345678"); len(n.KvK) != 0 {
		t.Error("more lines with digits were read than the limit allows")
	}
	if n := NumbersIn(strings.Repeat("woord\n", maxNumbered/2) + "KvK 12345678"); len(n.KvK) != 1 {
		t.Error("lines without digits count")
	}
}

// Words are those that tell the topic of a text.
func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"RE: Jaarrekening 2026 van de Bakkerij, graag bekijken": {"jaarrekening", "bakkerij", "bekijken"},
		"FW: Your VAT return for the year":                      {"vat", "return", "year"},
		"Loon loon LOON":                                        {"loon"},
		"café crème ok":                                         {"café", "crème"},
		"":                                                      nil,
	} {
		if got := Words(text); !slices.Equal(got, want) {
			t.Errorf("%q has the words %q, want %q", text, got, want)
		}
	}
	var many strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&many, "woord%c%c ", 'a'+i%26, 'a'+i/26)
	}
	if n := len(Words(many.String())); n != 200 {
		t.Errorf("%d words", n)
	}
}

// pieces are what labels, numbers and what is between them look like.
var pieces = strings.Split("Klantnummer|klant|cliëntnr|debiteurennummer|dossier|Relatie-id|account code|KvK|K.v.K.|k vk|Kamer van "+
	"Koophandel|chamber of commerce|"+
	"NL123456782B90|NL 1234.56.782.B.90|nl|12345678|12 34 56 78|12.345.678|1234 5678|123|AB-17|10.001|2026|5-11-2026|09:30 uur|€ "+
	"1.234,56|1234567,89|"+
	"NL91ABNA0417164300|06 12345678|+31 20 123 45 67|1234 AB|https://a.example/12345678|jan@a1.example|:| |.|=|/|\n|is|van|bij u|morgen|(|)|,",
	"|")

// texts returns texts that are put together of pieces.
func texts(n int) (all []string) {
	random := rand.New(rand.NewPCG(1, 2))
	for range n {
		var text strings.Builder
		for range 2 + random.IntN(12) {
			text.WriteString(pieces[random.IntN(len(pieces))])
			text.WriteString([]string{"", " ", " ", ": "}[random.IntN(4)])
		}
		all = append(all, text.String())
	}
	return all
}

// CompanyNumbersIn finds what NumbersIn finds of its kinds, whatever is around it.
func TestCompanyNumbers(t *testing.T) {
	found := 0
	for _, text := range texts(4_000) {
		all, got := NumbersIn(text), CompanyNumbersIn(text)
		if !slices.Equal(got.KvK, all.KvK) || !slices.Equal(got.VAT, all.VAT) || !slices.Equal(got.Labelled, all.Labelled) {
			t.Fatalf("%q: %+v, want those of %+v", text, got, all)
		}
		if len(got.IBAN)+len(got.Unlabelled) > 0 {
			t.Fatalf("%q: %+v", text, got)
		}
		found += len(got.KvK) + len(got.VAT) + len(got.Labelled)
	}
	if found < 200 {
		t.Errorf("%d numbers: the test proves nothing", found)
	}
}
