package mailtext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWords bounds the words of a text.
const maxWords = 200

// stopWords say nothing about the topic of a mail.
var stopWords = wordSet(`aan aangezien achter af al alle alleen alles als alsnog alvast andere anders bedankt beste
	betreft bij bijlage bijna daar daarbij daarom dag dan dank dat
	deze die dit doen door doorst dus echt een eens eerst elke enkele erg even gaan gaat geachte geen goed goede goedemiddag
	goedemorgen graag groet groeten haar had hallo hebben
	hebt heeft hem hen het hier hierbij hoe hoi hun iemand iets ieder inmiddels jij jou jouw jullie kan keer komen komt kon kun kunnen
	kunt laat laten maak maar maken mee meer mij
	mijn misschien moet moeten mogen morgen met mvg naar nadat niet niets nodig nog ons onze ook over per rond samen sinds soms straks
	tegen ter toch tot tussen uit uur uw vaak van
	vanaf vandaag veel verder via voor voordat vraag vragen vriendelijke waar waarom was wat weer wel welke wie wij wil willen wilt
	word worden wordt zal zeer zei zelf zich zie zien
	zij zijn zin zoals zodat zonder zou zouden zullen antw
	about after all also and any are attached attachment because been before being below best between both but can could dear did does
	doing done down each for from further get
	give good had has have having hello her here hers him his how into its just kind let like many may might more most much must need
	not now off once one only other our out over
	own please regards same see shall she should since some such thank thanks than that the their them then there these they this
	those through too under until very was were what
	when where which while who why will with would you your yours fwd`)

// Words returns the words of a text that tell its topic: three letters or more, in
// lower case, without the usual words of Dutch and English mail, in order, each
// once, at most 200.
func Words(text string) []string {
	var words []string
	seen := map[string]bool{}
	for w := range strings.FieldsFuncSeq(text, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.Is(unicode.Mn, c) }) {
		if n := utf8.RuneCountInString(w); n < 3 || n > 60 {
			continue
		}
		w = strings.ToLower(w)
		if seen[w] || stopWords[w] {
			continue
		}
		seen[w] = true
		if words = append(words, w); len(words) == maxWords {
			break
		}
	}
	return words
}
