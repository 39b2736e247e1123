package learn

import (
	"slices"
	"strings"

	"kantoorpost/shared/iban"
	"kantoorpost/shared/item"
	"kantoorpost/shared/lazyregexp"
)

// Fraud by mail asks to pay to another account, to pay at once, or to tell nobody. Its
// phrases are endless, so sentences are read for kinds of words: what holds or moves money,
// beside what is to be done with it. The words are Dutch, English, German and French.
// https://www.fraudehelpdesk.nl/fraude/ceo-fraude/
var (
	accountWords = anyOf(`(?:bank)?rekening(?:nr|nummer)?|banknummer|iban\w*|(?:bank|betaal|betalings)gegevens|tenaamstelling|(?:bank )?accounts?|account number|(?:bank(?:ing)?|payment) details|` +
		`konto(?:nummer)?|bankverbindung|compte|rib|coordonnees bancaires`)
	wageWords  = anyOf(`loon|salaris|(?:loon|salaris|uit)betaling|wages?|salary|pay(?:roll|check|cheque)|gehalt|lohn|salaire`)
	whereWords = anyOf(`nummer|naartoe|heen|storten|gestort|ontvangen|bank|deposit\w*|number|nummern?|numero`)
	moneyWords = anyOf(`geld|bedrag|(?:spoed|nood)?betaling(?:en)?|(?:spoed)?overboeking(?:en)?|overschrijving|betaalopdracht|voorschot|tegoed|` +
		`euro|eur|dollars?|(?:cadeau|gift|waarde)(?:kaart|bon|card|code)\w*|bitcoins?|crypto\w*|money|payments?|wire|zahlung|uberweisung|virement|paiement`)
	changeWords = anyOf(`wijzig\w*|gewijzigd\w*|verander\w*|pas|aan(?:ge)?pass?\w*|nieuwe?|ander|andere|voortaan|vervallen|geblokkeerd|opgeheven|overgestapt|omzetten|vervang\w*|` +
		`chang\w*|updat\w*|new|different|replac\w*|switch\w*|closed|blocked|andern|geandert|neue\w*|gesperrt|nouve\w*|modifi\w*|bloque\w*|changer`)
	payWords = anyOf(`overma(?:ken|akt)|maakt?|over(?:ge)?boek\w*|boek|overschrijven|stort\w*|betaal\w*|betalen|voldoe\w*|klaarzet\w*|zet|voorschieten|regel\w*|gebruik\w*|koop|kopen|` +
		`pay|send|transfer|use|settle|buy|purchase|process|uberweis\w*|zahlen|nutzen|virer|payer|regler|utiliser`)
	hasteWords = anyOf(`(?:met )?spoed|dringend|onmiddellijk|vandaag|meteen|vertrouwelijk|discreet|geheim|onder ons|niet bellen|bel (?:me |mij )?niet|tegen niemand|niemand|kan niet wachten|niet bereikbaar|` +
		`urgent\w*|immediate\w*|today|asap|confidential\w*|discreet\w*|secret|between us|(?:do not|don't) call|can(?:not|'t) wait|` +
		`dringend|sofort|heute|vertraulich|unter uns|nicht anrufen|aujourd'hui|confidentiel\w*|entre nous`)
)

func anyOf(words string) *lazyregexp.Regexp { return lazyregexp.New(`\b(?:` + words + `)\b`) }

// money says what a text asks for.
type money struct {
	redirects bool // that money goes to another account
	pays      bool // that somebody pays
	presses   bool // haste or silence
}

// asks counts what a text asks for; to send money elsewhere counts as two.
func (m money) asks() (n int) {
	if m.redirects {
		n += 2
	} else if m.pays {
		n++
	}
	if n > 0 && m.presses {
		n++
	}
	return n
}

// moneyIn reads a text sentence by sentence.
func moneyIn(text string) (m money) {
	text = strings.NewReplacer("rekening-courant", "", "rekening courant", "").Replace(fold(text))
	m.presses = hasteWords.MatchString(text)
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(".!?\n", r) }) {
		goal := accountWords.MatchString(s) || wageWords.MatchString(s) && whereWords.MatchString(s)
		m.redirects = m.redirects || goal && changeWords.MatchString(s)
		m.pays = m.pays || (goal || moneyWords.MatchString(s)) && payWords.MatchString(s)
	}
	return m
}

// account finds what is written like an IBAN; it need not exist, and it may be a VAT id,
// which is shorter. https://www.iso.org/standard/81090.html
var account = lazyregexp.New(`\b[A-Z]{2}\d{2}(?:[ .]?[A-Z0-9]{4}){2,7}(?:[ .]?[A-Z0-9]{1,3})?\b`)

// strangeAccount returns a bank account in a text that is none of some, "" for none.
func strangeAccount(text string, known []string) string {
	for _, found := range account.FindAllString(text, -1) {
		number, _ := iban.Parse(strings.ReplaceAll(found, ".", ""))
		if len(number) >= iban.Shortest && !slices.Contains(known, number) {
			return found
		}
	}
	return ""
}

// asksAsFraud says whether a mail asks for money as fraud does: it names a bank account
// that is none of some, or wants money to go elsewhere, or a payment in haste or silence.
func asksAsFraud(it item.Item, accounts []string) bool {
	text := it.Subject + "\n" + ownWords(it)
	m := moneyIn(text)
	return m.asks() >= 2 || strangeAccount(text, accounts) != "" && (m.asks() > 0 || m.presses || payWords.MatchString(fold(text)))
}
