package mailtext

import (
	"strings"
	"testing"
	"time"
)

// What out-of-office answers say, in four languages, received on 20 July 2026.
func TestAway(t *testing.T) {
	received := time.Date(2026, 7, 20, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct{ text, until, replacement string }{
		{"Ik ben afwezig tot en met 14 augustus. Voor dringende zaken: neem contact op met mijn collega.", "2026-08-14", "mijn collega"},
		{"Van 21 juli t/m 7 augustus ben ik met vakantie. Voor spoed kunt u terecht bij Els de Boer (020 123 45 67).", "2026-08-07",
			"Els de Boer (020 123 45 67)"},
		{"Ik ben er niet tot maandag 10 augustus 2026.\nMijn vervanger is J. Jansen, jansen@bakker.example.", "2026-08-10",
			"J. Jansen, jansen@bakker.example"},
		{"Ik ben op 3 augustus weer terug.", "2026-08-02", ""},
		{"Ik ben weer bereikbaar vanaf 3 augustus.", "2026-08-02", ""},
		{"Ik ben afwezig van 28-12 t/m 03-01.", "2027-01-03", ""},
		{"Afwezig tot 01-09-2026", "2026-09-01", ""},
		{"Ik werk niet meer bij Bakkerij Jansen. U kunt contact opnemen met info@bakker.example.", "", "info@bakker.example"},
		{"I am out of the office until August 14th, 2026. Please contact Mary Smith at mary@x.example for urgent matters.", "2026-08-14",
			"Mary Smith at mary@x.example for urgent matters"},
		{"I'm away from 21 July to 7 August and will be back on Monday, August 10.", "2026-08-09", ""},
		{"Thank you for your mail. I will return on 3 Aug.", "2026-08-02", ""},
		{"Ich bin bis einschließlich 14. August nicht im Büro. In dringenden Fällen wenden Sie sich bitte an Herrn Müller.", "2026-08-14",
			"Herrn Müller"},
		{"Ich bin ab dem 10.08.2026 wieder erreichbar. Meine Vertretung ist Anna Schmidt", "2026-08-09", "Anna Schmidt"},
		{"Ich bin vom 20.07. bis 31.07.2026 im Urlaub.", "2026-07-31", ""},
		{"Je suis absent jusqu'au 14 août inclus. En cas d'urgence, veuillez contacter Mme Dupont.", "2026-08-14", "Mme Dupont"},
		{"Absente du 20 juillet au 7 août, remplacée par Jean Petit.", "2026-08-07", "Jean Petit"},
		{"Bedankt voor uw bericht, wij antwoorden binnen 2 werkdagen.", "", ""},
		{"Tot 31 februari afwezig", "", ""},
		{"Afwezig tot 14 augustus 2099", "", ""},
	} {
		a := AwayIn(c.text, received)
		got := ""
		if !a.Until.IsZero() {
			got = a.Until.Format(time.DateOnly)
		}
		if got != c.until || a.Replacement != c.replacement {
			t.Errorf("%q: until %q, %q; want %q, %q", c.text, got, a.Replacement, c.until, c.replacement)
		}
	}
}

// A date without a year is in the year that is nearest to the day of receipt.
func TestAwayAtTheTurnOfTheYear(t *testing.T) {
	for received, c := range map[string][2]string{
		"2027-01-02": {"Afwezig van 24 december t/m 31 december.", "2026-12-31"},
		"2027-01-04": {"Ik ben afwezig tot 3 januari.", "2027-01-03"},
		"2026-12-31": {"Ik ben op 4 januari weer terug.", "2027-01-03"},
		"2026-12-01": {"Afwezig tot 15 november", "2026-11-15"},
		"2027-12-20": {"Afwezig t/m 29 februari", "2028-02-29"},
		"2026-12-20": {"Afwezig t/m 29 februari", ""},
		"2027-01-01": {"Afwezig t/m 20 november", "2027-11-20"},
	} {
		at, err := time.Parse(time.DateOnly, received)
		a := AwayIn(c[0], at.Add(9*time.Hour))
		got := ""
		if !a.Until.IsZero() {
			got = a.Until.Format(time.DateOnly)
		}
		if err != nil || got != c[1] {
			t.Errorf("%s, %q: until %q, want %q", received, c[0], got, c[1])
		}
	}
}

// However long an answer is, only its start is read.
func TestAwayIsBounded(t *testing.T) {
	n := 0
	onStep = func(bytes int) { n += bytes }
	defer func() { onStep = nil }()
	for _, piece := range []string{"tot ", "until 1 ", "neem contact op met ", "12-", "january ", "terug op "} {
		n = 0
		AwayIn(strings.Repeat(piece, 500_000/len(piece)), time.Now())
		if n > 10*maxAway {
			t.Errorf("%q: %d bytes read", piece, n)
		}
	}
}

// A mail without a time of receipt is read too.
func TestAnAbsenceWithoutATimeOfReceipt(t *testing.T) {
	if got := AwayIn("Ik ben afwezig tot 5 mei.", time.Time{}); !got.Until.IsZero() {
		t.Errorf("away until %v", got.Until)
	}
}
