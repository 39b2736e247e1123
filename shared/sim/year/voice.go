package year

import (
	"fmt"
	"strings"
)

// voices is the number of vocabularies. A list of phrases has a third for each, so
// that years of neighbouring seeds have no phrase of a class in common.
const voices = 3

func (y *Year) voice() int { return int(y.o.Seed % voices) }

// say returns one of the phrases of this year's voice. Pairs of a gap and its text
// follow.
func (y *Year) say(phrases []string, pairs ...string) string {
	n := len(phrases) / voices
	return strings.NewReplacer(pairs...).Replace(pick(y, phrases[y.voice()*n:(y.voice()+1)*n]))
}

// call returns one of the forms in which people write a client's name.
func (y *Year) call(c *client) string {
	return pick(y, []string{c.short, c.short, c.Name, strings.ToUpper(c.short)})
}

// greet gives a draft the salutation of this year's voice.
func (y *Year) greet(l *draft) {
	l.greeting, l.ending = y.say(salutations), y.say(farewells)
}

// sign lays out a signature in the manner of this year's voice: with numbers of the
// company, an address or a disclaimer.
func (y *Year) sign(l *draft, p *person) {
	if !p.signs {
		return
	}
	company, kvk, vat := p.company(), fmt.Sprintf("%08d", 31_000_000+len(p.firm)*977+len(p.key)), ""
	if !p.outside && p.firm == "" {
		kvk, vat = p.clients[0].KvK, p.clients[0].VAT
	}
	switch y.voice() {
	case 0:
		l.signature = "-- \n" + p.name() + " | " + company + " | " + p.phone
		if kvk != "" && y.often(0.5) {
			l.signature += "\nKvK " + kvk
		}
	case 1:
		l.signature = p.name() + "\n" + p.function + "\n\n" + strings.ToUpper(company) + "\n" + pick(y, places) + " " +
			fmt.Sprint(1+len(company)) + "\nM: " + p.phone
		if vat != "" && y.often(0.3) {
			l.signature += "\nBTW " + vat
		}
	default:
		l.signature = p.first + "\n\n" + company + "\n\n" + y.say(disclaimers)
	}
}
