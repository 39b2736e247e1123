package mailtext

import (
	"slices"
	"strings"
)

// trades are words that the names of many companies have.
var trades = wordSet("garage kapsalon salon kapper restaurant cafe eetcafe brasserie lunchroom catering bar hotel camping winkel " +
	"boetiek fietsenwinkel bloemen bloemist hovenier tuinen " +
	"bouw aannemer schilder schilders schilderwerken elektro loodgieter klussen dakwerken vloeren keukens interieur autoschade " +
	"transport logistiek vervoer taxi rijschool import export verhuur vastgoed makelaardij makelaar makelaars hypotheken advies adviseurs " +
	"consultancy consulting coaching training " +
	"schoonmaak agrarisch melkvee maatschap fysiotherapie logopedie apotheek zorg kinderopvang administratie accountants accountancy " +
	"advocaten notariaat notarissen " +
	"media reclame design vormgeving studio agency fotografie vertalingen software online webshop services service diensten solutions " +
	"groep group beheer holding " +
	"nederland netherlands europe international stichting vereniging gemeente school bank assurantien")

// tradeEndings are the second halves of such words: hoveniersbedrijf, drukkerij.
var tradeEndings = []string{"bedrijf", "bureau", "praktijk", "erij", "techniek", "kliniek", "kantoor", "handel", "onderneming",
	"installatie", "installaties", "verzekeringen"}

// surnames are those of trades that many people are called.
var surnames = wordSet("kapper schilder hovenier loodgieter aannemer makelaar bar salon zorg")

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// plain leaves out the accents that words of trades have.
var plain = strings.NewReplacer("é", "e", "ë", "e")

// Trade says whether a word, in lower case, is one of a trade or of the form of an
// organisation: many names have it, so that it tells few apart.
func Trade(word string) bool {
	word = plain.Replace(word)
	return trades[word] || slices.ContainsFunc(tradeEndings, func(end string) bool { return strings.HasSuffix(word, end) })
}

// organisation says whether a word is never part of a person's name.
func organisation(word string) bool { return Trade(word) && !surnames[word] }
