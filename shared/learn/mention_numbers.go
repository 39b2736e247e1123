package learn

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/mailtext"
)

// numbers finds client numbers, KvK numbers and VAT ids of the clients.
func numbers(text string, clients []directory.Client, received time.Time) []mention {
	var found []mention
	n := mailtext.NumbersIn(text)
	kvk, vat := map[string]int{}, map[string]int{}
	for _, c := range clients {
		kvk[c.KvK]++
		vat[c.VAT]++
	}
	has := func(list []string, number string) bool {
		return number != "" && slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, number) })
	}
	for i, c := range clients {
		if has(n.Labelled, c.Number) {
			found = append(found, mention{i, reasonLabelled(c), labelled, true})
		} else if has(n.Unlabelled, c.Number) {
			firm := len(c.Number) >= 4 && !otherNumber(text, c.Number)
			weight := loose
			if firm {
				weight = ownNumber
			}
			found = append(found, mention{i, reasonNumber(c), weight, firm})
		} else if strings.Contains(text, "("+c.Number+")") || strings.Contains(text, "["+c.Number+"]") {
			// A number that is also a year, and so none of Unlabelled.
			m := mention{i, reasonNumber(c), ownNumber, true}
			if year, err := strconv.Atoi(c.Number); err != nil || year > received.Year()-yearsBack && year <= received.Year()+1 {
				m.weight, m.firm = ownYear, false
			}
			found = append(found, m)
		}
		if kvk[c.KvK] == 1 && has(n.KvK, c.KvK) {
			found = append(found, mention{i, reasonKvK(c), registered, true})
		}
		if vat[c.VAT] == 1 && has(n.VAT, c.VAT) {
			found = append(found, mention{i, reasonVAT(c), registered, true})
		}
	}
	return found
}

// yearsBack is how many years ago people write about: the law keeps papers for seven.
const yearsBack = 8

// notClient are words before the number of something else than a client.
var notClient = set("factuur facturen factuurnummer factuurnr fact invoice bill nota notanummer order ordernummer ordernr bestelling bon bonnen bonnummer offerte offertenummer quote polis polisnummer " +
	"rekening rekeningnummer kamer pagina page pag artikel art aantal bedrag kenteken zaaknummer aanslagnummer betalingskenmerk kenmerk ticket case meldnummer pasnummer pincode code grootboek grootboekrekening postbus")

// ofClient are words right before the number of a client.
var ofClient = set("klant klantnr klantnummer client clientnr clientnummer relatie relatienr relatienummer dossier dossiernr dossiernummer customer mandant debiteurnummer")

// units are words after a number that counts something.
var units = set("stuks stuk kantoren klanten bedrijven leden deelnemers uur uren km kg euro eur personen mensen")

// otherNumber says whether the text has a number as the number of something
// else, such as an invoice.
func otherNumber(text, number string) bool {
	number = fold(number)
	for line := range strings.Lines(fold(text)) {
		for at := 0; ; at += len(number) {
			i := strings.Index(line[at:], number)
			if i < 0 {
				break
			}
			at += i
			before := strings.FieldsFunc(line[max(0, at-40):at], notLetter)
			if n := len(before); n > 0 && ofClient[before[n-1]] { // "grootboek klant 70155"
				return false
			}
			behind := strings.FieldsFunc(line[at+len(number):min(len(line), at+len(number)+20)], notLetter)
			if slices.ContainsFunc(before[max(0, len(before)-2):], func(w string) bool { return notClient[w] }) || len(behind) > 0 && units[behind[0]] {
				return true
			}
		}
	}
	return false
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }
