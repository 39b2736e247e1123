package learn

import "testing"

// What fraud asks for, in the words of people who were asked, and what clients write of
// money every day.
func TestMoneyIn(t *testing.T) {
	for text, want := range map[string]int{
		"Wil je mijn salaris voortaan op een ander nummer storten?":                     2,
		"Pas je het nummer aan waar mijn loon naartoe gaat? Hou dit onder ons.":         3,
		"Onze bank heeft de oude rekening gesloten. Het nieuwe IBAN volgt.":             2,
		"We zijn overgestapt naar een andere bank.":                                     0,
		"Gebruik voor de volgende betaling onze nieuwe bankgegevens.":                   2,
		"Please update our bank details before the next payment run.":                   2,
		"Could you process a wire of 24,500 today? I am in meetings, do not call.":      2,
		"Bitte überweisen Sie die Zahlung heute, und unter uns bleiben.":                2,
		"Unsere Bankverbindung hat sich geändert. Die neue Bankverbindung steht unten.": 2,
		"Merci d'effectuer le virement aujourd'hui; vous devez payer avant midi.":       2,
		"Er moet met spoed een overboeking klaargezet worden. Kun je dat regelen?":      2,
		"Maak het bedrag vandaag nog over en bel mij niet.":                             2,
		"Kun je vijf cadeaukaarten kopen? Het is dringend.":                             2,
		"Bijgaand de jaarrekening, graag aanpassen.":                                    0,
		"De rekening-courant is gewijzigd.":                                             0,
		"Het salaris van Piet wordt per 1 mei gewijzigd.":                               0,
		"Wanneer wordt de btw betaald?":                                                 0,
		"Kunt u mij vandaag bellen?":                                                    0,
		"Wij hebben de factuur ontvangen en geboekt.":                                   0,
	} {
		if got := moneyIn(text).asks(); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}
