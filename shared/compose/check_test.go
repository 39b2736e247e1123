package compose

import (
	"slices"
	"strings"
	"testing"
)

func TestMentionsAttachment(t *testing.T) {
	for text, want := range map[string]bool{
		"Zie de bijlage.": true, "In BIJLAGEN 1 en 2": true, "Bijgevoegd vindt u de aangifte": true, "Bijgaand de stukken": true,
		"Please find attached the letter": true, "See the attachments.": true, "Enclosed: the form": true,
		"Dank voor uw bijlage": false, "Your attachment is broken": false, "There is no attachment": false, "Dag Jan": false,
		"bijlagenummer": false, "Anbei die Erklärung": true, "Im Anhang finden Sie": true, "Danke für Ihren Anhang": false, "Anlage N": false,
		"Ci-joint la déclaration": true, "Voir la pièce jointe": true, "Merci pour votre pièce jointe": false,
	} {
		if MentionsAttachment(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func TestClues(t *testing.T) {
	c := CluesIn("Dossier 2044", "KvK 12345678, btw NL123456789B01",
		[]string{"3055-jaarrekening_2025.pdf", "Slagerij Visser.xlsx", "P-12 offerte.pdf"})
	for _, want := range []string{"2044", "3055", "P-12"} {
		if !slices.Contains(c.Numbers, want) {
			t.Errorf("%s is not among %q", want, c.Numbers)
		}
	}
	if slices.Contains(c.Numbers, "2025") {
		t.Errorf("a year is a number: %q", c.Numbers)
	}
	if !slices.Equal(c.KvK, []string{"12345678"}) || !slices.Equal(c.VAT, []string{"NL123456789B01"}) ||
		!slices.Contains(c.Names, " slagerij visser xlsx ") {
		t.Errorf("%+v", c)
	}
	if n := len(CluesIn("", "", []string{strings.Repeat("1a ", 500)}).Numbers); n > maxClientNumbers {
		t.Errorf("%d numbers", n)
	}
}

func TestFourEyes(t *testing.T) {
	f := FourEyes{Members: []string{"anna"}, Clients: []string{"bakker"}, Words: []string{"definitieve aanslag", "IBAN", "!"}}
	for _, c := range []struct{ member, client, subject, text, want string }{
		{"bram", "visser", "Dag", "tekst", ""},
		{"anna", "visser", "Dag", "tekst", "member"},
		{"anna", "bakker", "Uw iban", "", "member client word"},
		{"bram", "visser", "", "De definitieve\naanslag!", "word"},
		{"bram", "visser", "", "De definitieve kleine aanslag", ""},
		{"bram", "visser", "", "ibanez", ""},
		{"bram", "visser", "", "De de\u00adfi\u200bnitieve aanslag", "word"},
		{"bram", "visser", "", "De deﬁnitieve\u00a0aanslag", "word"},
		{"bram", "", "", "", ""},
	} {
		if got := strings.Join(f.Why(c.member, c.client, c.subject, c.text), " "); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	values := map[string]string{PlaceName: "Jan <x>", PlaceClient: "Bakker"}
	text := "Dag {name} van {client}, voor {deadline} en {geheim} {Name}"
	if got := Fill(text, values, false); got != "Dag Jan &lt;x&gt; van Bakker, voor {deadline} en {geheim} {Name}" {
		t.Error(got)
	}
	if got := Fill(text, values, true); !strings.HasPrefix(got, "Dag Jan <x>") {
		t.Error(got)
	}
	if got := Missing(Fill(text, values, true), "{deadline}"); !slices.Equal(got, []string{"deadline"}) {
		t.Error(got)
	}
	if got := Unknown(text); !slices.Equal(got, []string{"geheim"}) {
		t.Error(got)
	}
}
