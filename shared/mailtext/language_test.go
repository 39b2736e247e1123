package mailtext_test

import (
	"strings"
	"testing"

	"kantoorpost/shared/mailtext"
)

// The language of a text is known only when it is sure.
func TestLanguageIn(t *testing.T) {
	for text, want := range map[string]string{
		"Beste Anna, hierbij stuur ik u het overzicht van de uren. Kunt u dit nog deze week verwerken? Alvast bedankt.": "nl",
		"Dag, ik heb de aangifte nog niet ontvangen. Graag hoor ik wanneer die naar ons komt.":                          "nl",
		"Dear Anna, please find attached the invoices that you asked for. Could you let me know if we have them all?":   "en",
		"Thank you for your message. I would like to know when the return is due and what you need from our side.":      "en",
		"Thanks!":             "",
		"Akkoord. Groet, Jan": "",
		"":                    "",
		"Sehr geehrte Frau Bakker, anbei sende ich Ihnen die Rechnung für den Monat Mai. Bitte prüfen Sie das und danke.": "de",
		"Bonjour, je vous envoie la facture du mois de mai. Merci de nous dire si vous avez tout pour la déclaration.":    "fr",
		"Hierbij het antwoord van het bureau voor de klant: “please let us know that you have the report with this”.":     "",
		"Factuur 2026-031 IBAN NL91 ABNA 0417 1643 00":                                                                    "",
	} {
		if got := mailtext.LanguageIn(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	const dutch = "Beste Anna, hierbij stuur ik u het overzicht van de uren. Kunt u dit nog deze week verwerken?"
	if got := mailtext.LanguageIn(strings.Repeat("1.250,00 ", 200) + dutch); got != "" {
		t.Errorf("a long text is read to its end: %q", got)
	}
}
