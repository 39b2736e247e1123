package learn

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mailtext"
)

// A token is one folded word of a text, with what its writing tells.
type token struct {
	word   string
	said   string // as the text has it
	upper  bool   // it begins with a capital
	begins bool   // it begins a line or a sentence
	apart  bool   // a bracket, a comma or a quotation mark stands before it
	label  bool   // a colon stands before it, in its line
	line   int    // its line in the text, from 0
	named  bool   // a legal form follows
}

// legalForms are the legal forms that people leave out of a company's name.
// Holding and beheer are not among them: they tell companies of one owner
// apart.
var legalForms = set("bv nv vof cv ba ua gmbh ltd inc llp sarl")

// salutes are words before the name of a person who is addressed or mentioned.
var salutes = set("beste dag hallo hoi hi hey geachte lieve dear hello heer mevrouw meneer mr mrs ms dhr mevr mw aan groet groeten groetjes")

// unpointed removes the full stops of initials and the apostrophes of a word.
var unpointed = strings.NewReplacer(".", "", "'", "", "’", "")

// tokens returns the words of a text in order. A legal form is no word of its
// own: "Jansen B.V." is one word, marked as named.
func tokens(text string) []token {
	out := make([]token, 0, len(text)/6) // about one for each word
	begins, apart, label, at := true, false, false, -1
	for line := range strings.Lines(text) {
		begins, label = true, false
		at++
		for field := range strings.FieldsSeq(line) {
			apart = apart || isOneOf(field[0], `("'[/`)
			for rest := field; ; {
				var part string
				if part, rest = nextWord(rest); part == "" {
					break
				}
				word, bare := fold(part), part
				if strings.IndexByte(word, '.') >= 0 || strings.IndexByte(word, '\'') >= 0 || strings.Contains(word, "’") {
					word, bare = unpointed.Replace(word), strings.TrimLeft(part, ".'’")
				}
				if word == "" {
					continue
				}
				if legalForms[word] && len(out) > 0 && !begins {
					out[len(out)-1].named = true
					continue
				}
				r, _ := utf8.DecodeRuneInString(bare)
				out = append(out, token{word: word, said: part, upper: unicode.IsUpper(r), begins: begins, apart: apart, label: label, line: at})
				begins, apart, label = false, false, false
			}
			last := field[len(field)-1]
			apart = isOneOf(last, `),;"/]-`)
			begins = begins || isOneOf(last, ".?!:") && !abbreviated(field)
			label = label || last == ':'
		}
	}
	return out
}

// nextWord returns the first word of a text, "" when it has none, and what follows it.
func nextWord(text string) (word, rest string) {
	text = strings.TrimLeftFunc(text, between)
	if end := strings.IndexFunc(text, between); end >= 0 {
		return text[:end], text[end:]
	}
	return text, ""
}

// between says whether a character stands between two words.
func between(r rune) bool {
	if r < utf8.RuneSelf {
		return (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z') && r != '.' && r != '\''
	}
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '’'
}

func isOneOf(c byte, marks string) bool { return strings.IndexByte(marks, c) >= 0 }

// abbreviated says whether the full stop of a field belongs to a legal form or
// an initial.
func abbreviated(field string) bool {
	word := strings.ReplaceAll(fold(field), ".", "")
	return legalForms[word] || utf8.RuneCountInString(word) == 1
}

// nameTokens returns the words of a client's name that a mention must have.
func nameTokens(name string) []string {
	var out []string
	for _, t := range tokens(name) {
		if !legalForms[t.word] && t.word != "stichting" {
			out = append(out, t.word)
		}
	}
	return out
}

// weighty says whether a word can tell a client from others.
func weighty(word string) bool { return utf8.RuneCountInString(word) >= 4 && !particles[word] }

// maxSpans is how often one name is searched for in a text: more occurrences
// say no more.
const maxSpans = 50

// A span is a place where a text has a client's whole name.
type span struct{ client, from, to int }

// spans finds the whole names of clients in a text. Of two that overlap the
// longer one counts: "Jansen Bouw" does not mention Jansen.
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
	return longest(all)
}

func says(text []token, name []string) bool {
	for i, w := range name {
		if text[i].word != w {
			return false
		}
	}
	return true
}

// means says whether a span means the company and not a common word or a
// person: a name with one telling word must be written as a name.
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

// aboutWords are words before the subject of a sentence.
var aboutWords = set("voor bij over om betreft inzake aangaande for about regarding concerning")

// presented says whether the word before a span presents what a mail is about, or
// the span stands in the subject, the first line of a text.
func presented(text []token, s span) bool {
	return text[s.from].line == 0 || s.from > 0 && (presenting[text[s.from-1].word])
}

// presenting are words before the name of whom a mail is about or for.
var presenting = set("voor over om betreft inzake aangaande for about regarding concerning namens door onder dossier administratie bedrijf relatie client klant onderneming behalf")

// nowAt says whether a span is the name of a new employer or owner: "nu werkzaam
// bij", "overgenomen door", "wij vallen onder". The mail is about that one, whoever
// else it names.
func nowAt(text []token, s span) bool {
	if s.from < 2 || !joining[text[s.from-1].word] || text[s.from].begins {
		return false
	}
	for _, t := range text[max(0, s.from-4) : s.from-1] {
		if changing[t.word] {
			return true
		}
	}
	return false
}

// formerly says whether a span is the name of a former employer, or of a company
// that another one took over.
func formerly(text []token, s span) bool {
	if s.from > 0 && leaving[text[s.from-1].word] {
		return true
	}
	for _, t := range text[s.to:min(len(text), s.to+4)] {
		if t.begins || t.apart {
			return false
		}
		if ended[t.word] {
			return true
		}
	}
	return false
}

// aside says whether a span is the name of a company that the text compares with, or of
// which it says that its mail comes later.
func aside(text []token, s span) bool {
	for k := s.from - 1; k >= 0 && k >= s.from-4 && !text[k+1].begins; k-- {
		if comparing[text[k].word] {
			return true
		}
	}
	return s.to < len(text) && !text[s.to].begins && following[text[s.to].word]
}

var (
	comparing = set("als zoals evenals like")
	following = set("volgt volgen follows")

	leaving = set("na voorheen voormalig voormalige vroeger ex ipv after formerly former")
	ended   = set("gekocht bestaat opgeheven overgenomen failliet gestopt verlaten verkocht opgegaan acquired bought sold")

	joining  = set("bij door van onder aan naar met by at to with of under")
	changing = set("nu begonnen werk werken werkzaam dienst tegenwoordig overgenomen overgestapt verkocht deel onderdeel vallen valt gefuseerd opgegaan now work working joined acquired taken sold part")
)

// pointsTo says whether a span is the name of a person with initials, as
// clients who are private persons have it, at a place that says what the mail
// is about. The owner of a company has such a name too, and so have relatives:
// those names share every telling word with the client's.
func pointsTo(text []token, s span, name []string) bool {
	if len(name) < 2 || utf8.RuneCountInString(name[0]) > 2 || !weighty(name[len(name)-1]) || !text[s.to-1].upper {
		return false
	}
	if s.from > 0 && aboutWords[text[s.from-1].word] {
		return true
	}
	return text[s.from].line == 0 // in the subject, which signs nothing
}

// distinctWords returns for each name its words of four letters and more that
// no other name has.
func distinctWords(names [][]string) [][]string {
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

// A mention says how a text names a client.
type mention struct {
	client int
	why    Reason
	weight float64
	firm   bool // it can mean nothing else
}

// mentions finds the places where a text names one of the clients. Words that
// several of them share name none. The author's own name names no client.
func mentions(text string, clients []directory.Client, it item.Item) []mention {
	var found []mention
	found = append(found, numbers(text, clients, it.Received)...)
	names := make([][]string, len(clients))
	by := nameTokens(it.From.Name)
	foreign := func(w string) bool { return !slices.Contains(by, w) }
	for i, c := range clients {
		if name := nameTokens(c.Name); slices.ContainsFunc(name, foreign) {
			names[i] = name
		}
	}
	words := tokens(text)
	distinct := distinctWords(names)
	for _, s := range spans(words, names) {
		firm := len(distinct[s.client]) > 0 && means(words, s, names[s.client]) || pointsTo(words, s, names[s.client])
		weight := named
		switch {
		case aside(words, s):
			weight = namedAside
		case words[s.from].line == 0:
			weight = namedAbout
		}
		if !firm && len(slices.DeleteFunc(slices.Clone(names[s.client]), func(w string) bool { return particles[w] })) < 2 {
			weight = partName
		}
		found = append(found, mention{s.client, reasonNamed(clients[s.client]), weight, firm})
	}
	for i, ws := range distinct {
		for _, w := range ws {
			at := slices.IndexFunc(words, func(t token) bool { return t.word == w })
			if at < 0 || !foreign(w) {
				continue
			}
			part := mention{i, reason("word", w), partName, false}
			if tellsApart(w) {
				part.weight = partTelling
			}
			glued := slices.ContainsFunc(names, func(name []string) bool { return len(name) > 1 && strings.Join(name, "") == w })
			if firm := partAt(words, w); !glued && (firm >= 0 && !mailtext.Trade(w) || firm > 0) {
				part.weight, part.firm = ownPart, true
			}
			found = append(found, part)
			break
		}
	}
	return found
}

// partAt says how a text presents a word that only one of the sender's clients has in
// its name: -1 for not, 0 as a name in the subject, 1 as what the text is about ("dit is
// voor Havik"), whatever other sentences say. The word is written as a name, and not that
// of somebody who is greeted, who works there or with whom others trade.
func partAt(text []token, word string) int {
	best, dealt := -1, false
	for i, t := range text {
		s := span{0, i, i + 1}
		switch {
		case t.word != word || !t.upper || len(word) < leastPart && t.line == 0 || topics[word] || everyday[word]:
			continue
		case i > 0 && salutes[text[i-1].word]:
			return -1
		}
		person, _ := inContext(text, s, true)
		switch {
		case person == dealing:
			dealt = true
		case t.line > 0 && presentedPart(text, i):
			return 1
		case t.line == 0 && !t.begins && !shouted(text):
			best = 0
		}
	}
	if dealt {
		return -1
	}
	return best
}

// tellsApart says whether a word of a name is seldom anything else.
func tellsApart(w string) bool { return weighty(w) && !mailtext.Trade(w) && !topics[w] && !everyday[w] }

// leastPart is the least length of a word that alone stands for a client, unless the text
// says that it is about it.
const leastPart = 5

// presentedPart says whether the words before a name say that the text is about it, with
// at most the article or a word of trade of the name between them.
func presentedPart(text []token, at int) bool {
	for k := at - 1; k >= 0 && k >= at-3 && text[k].line == text[at].line && !text[k+1].begins; k-- {
		if presenting[text[k].word] || k > 0 && belonging[text[k].word] && being[text[k-1].word] {
			return true
		}
		if !particles[text[k].word] && !mailtext.Trade(text[k].word) {
			return false
		}
	}
	return false
}

// belonging and being are words that together present whom a text is about: "het is van".
var (
	belonging = set("van bij of to")
	being     = set("is zijn hoort horen is are belongs belong")
)

// shouted says whether all words of the subject begin with a capital: then a capital
// says nothing.
func shouted(text []token) bool {
	n := 0
	for _, t := range text {
		if t.line > 0 {
			break
		}
		if !t.upper && !t.numbered() {
			return false
		}
		n++
	}
	return n > 2
}
