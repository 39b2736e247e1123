package learn

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/mailtext"
)

// A token is one word of a text, folded, with what its writing tells.
type token struct {
	word   string
	upper  bool // it begins with a capital
	begins bool // it begins a line or a sentence
	line   int  // in which it stands
	named  bool // a legal form follows, or it is part of a name that has one
}

// legal are the forms that people leave out when they write a company's name.
// Holding and beheer are words of the name: they tell companies of one owner
// apart.
var legal = set("bv nv vof cv ba ua gmbh ltd inc llp sarl")

// salutes are words after which a name is somebody's who is spoken to.
var salutes = set("beste dag hallo hoi hi hey geachte lieve dear hello heer mevrouw meneer mr mrs ms dhr mevr mw aan groet groeten groetjes")

// tokens are the words of a text in order. Legal forms are no words of their
// own: "Jansen B.V." is one, marked as named.
func tokens(text string) []token {
	var out []token
	begins, at := true, -1
	for line := range strings.Lines(text) {
		begins = true
		at++
		for field := range strings.FieldsSeq(line) {
			for _, part := range strings.FieldsFunc(field, func(r rune) bool {
				return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' && r != '\'' && r != '’'
			}) {
				word := strings.NewReplacer(".", "", "'", "", "’", "").Replace(fold(part))
				if word == "" {
					continue
				}
				if legal[word] && len(out) > 0 && !begins {
					out[len(out)-1].named = true
					continue
				}
				r, _ := utf8.DecodeRuneInString(strings.TrimLeft(part, ".'’"))
				out = append(out, token{word: word, upper: unicode.IsUpper(r), begins: begins, line: at})
				begins = false
			}
			begins = begins || strings.ContainsAny(field[len(field)-1:], ".?!:") && !abbreviated(field)
		}
	}
	return out
}

// abbreviated says whether a field's full stop belongs to a legal form or an
// initial.
func abbreviated(field string) bool {
	word := strings.ReplaceAll(fold(field), ".", "")
	return legal[word] || utf8.RuneCountInString(word) == 1
}

// nameTokens are the words of a client's name that a mention must have.
func nameTokens(name string) []string {
	var out []string
	for _, t := range tokens(name) {
		if !legal[t.word] && t.word != "stichting" {
			out = append(out, t.word)
		}
	}
	return out
}

// weighty says whether a word can tell a client from others.
func weighty(word string) bool { return utf8.RuneCountInString(word) >= 4 && !particles[word] }

// maxSpans is how often one name is found in a text: more says no more.
const maxSpans = 50

// A span is where a text says a client's whole name.
type span struct{ client, from, to int }

// spans finds the whole names of clients in a text. Of two that overlap the
// longer counts: "Jansen Bouw" does not mention Jansen.
func spans(text []token, names [][]string) []span {
	var all []span
	seen := map[int]int{} // how often each name was found
	for c, name := range names {
		if len(name) == 0 {
			continue
		}
		for i := 0; i+len(name) <= len(text); i++ {
			if says(text[i:], name) && seen[c] < maxSpans {
				seen[c]++
				all = append(all, span{c, i, i + len(name)})
			}
		}
	}
	return slices.DeleteFunc(all, func(s span) bool {
		return slices.ContainsFunc(all, func(o span) bool {
			return o.from <= s.from && s.to <= o.to && o.to-o.from > s.to-s.from
		})
	})
}

func says(text []token, name []string) bool {
	for i, w := range name {
		if text[i].word != w {
			return false
		}
	}
	return true
}

// means says whether a span means the company and no common word or person: a
// name of one telling word must be written as a name.
func means(text []token, s span, name []string) bool {
	telling := 0
	for _, w := range name {
		if weighty(w) {
			telling++
		}
	}
	if telling != 1 || text[s.to-1].named {
		return telling > 0
	}
	if s.from > 0 && salutes[text[s.from-1].word] {
		return false
	}
	for _, t := range text[s.from:s.to] {
		if weighty(t.word) {
			return t.upper && !t.begins && utf8.RuneCountInString(t.word) >= 5
		}
	}
	return false
}

// about are words behind which stands what a sentence is about.
var about = set("voor bij over om betreft inzake aangaande for about regarding concerning")

// pointsTo says whether a span is the name of a person with initials, as a
// client who is taxed for himself has it, and stands where a mail says what it
// is about. The owner of a company is called so beside it, and so are others of
// the family: their names alone share every telling word.
func pointsTo(text []token, s span, name []string) bool {
	if len(name) < 2 || utf8.RuneCountInString(name[0]) > 2 || !weighty(name[len(name)-1]) || !text[s.to-1].upper {
		return false
	}
	if s.from > 0 && about[text[s.from-1].word] {
		return true
	}
	return text[s.from].line == 0 // in the subject, which signs nothing
}

// own reports for each name its words of four letters and more that no other
// has.
func own(names [][]string) [][]string {
	in := map[string]int{}
	for _, name := range names {
		for _, w := range slices.Compact(slices.Sorted(slices.Values(name))) {
			in[w]++
		}
	}
	out := make([][]string, len(names))
	for i, name := range names {
		for _, w := range name {
			if weighty(w) && in[w] == 1 {
				out[i] = append(out[i], w)
			}
		}
	}
	return out
}

// A mention says how a text names one of some clients.
type mention struct {
	client int
	why    Reason
	weight float64
	firm   bool // it can be nothing else
}

// mentions finds what in a text names one of the clients. What several of them
// share names none. The writer's own name is none of a client.
func mentions(text string, clients []directory.Client, writer string) []mention {
	var found []mention
	found = append(found, numbers(text, clients)...)
	names := make([][]string, len(clients))
	by := nameTokens(writer)
	foreign := func(w string) bool { return !slices.Contains(by, w) }
	for i, c := range clients {
		if name := nameTokens(c.Name); slices.ContainsFunc(name, foreign) {
			names[i] = name
		}
	}
	words := tokens(text)
	distinct := own(names)
	for _, s := range spans(words, names) {
		firm := len(distinct[s.client]) > 0 && means(words, s, names[s.client]) || pointsTo(words, s, names[s.client])
		weight := named
		if !firm && len(slices.DeleteFunc(slices.Clone(names[s.client]), func(w string) bool { return particles[w] })) < 2 {
			weight = partName
		}
		found = append(found, mention{s.client, reasonNamed(clients[s.client]), weight, firm})
	}
	for i, ws := range distinct {
		for _, w := range ws {
			if foreign(w) && slices.ContainsFunc(words, func(t token) bool { return t.word == w }) {
				found = append(found, mention{i, reasonWord(w), partName, false})
				break
			}
		}
	}
	return found
}

// numbers finds client numbers, KvK numbers and VAT ids of the clients.
func numbers(text string, clients []directory.Client) []mention {
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
		} else if has(n.Loose, c.Number) {
			firm := len(c.Number) >= 4 && !otherNumber(text, c.Number)
			weight := loose
			if firm {
				weight = ownNumber
			}
			found = append(found, mention{i, reasonNumber(c), weight, firm})
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

// notClient are words behind which a number is that of something else.
var notClient = set("factuur facturen factuurnummer factuurnr fact invoice bill nota notanummer order ordernummer ordernr bestelling bon bonnen bonnummer offerte offertenummer quote polis polisnummer " +
	"rekening rekeningnummer kamer pagina page pag artikel art aantal bedrag kenteken zaaknummer aanslagnummer betalingskenmerk kenmerk ticket case meldnummer pasnummer pincode code grootboek grootboekrekening postbus")

// units are words before which a number counts something.
var units = set("stuks stuk kantoren klanten bedrijven leden deelnemers uur uren km kg euro eur personen mensen")

// otherNumber says whether a number stands somewhere in the text as the number
// of something else, such as an invoice.
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
			behind := strings.FieldsFunc(line[at+len(number):min(len(line), at+len(number)+20)], notLetter)
			if slices.ContainsFunc(before[max(0, len(before)-2):], func(w string) bool { return notClient[w] }) || len(behind) > 0 && units[behind[0]] {
				return true
			}
		}
	}
	return false
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }
