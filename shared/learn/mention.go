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
	return appendTokens(make([]token, 0, len(text)/6), text) // about one for each word
}

// appendTokens is tokens with the memory of out, which is empty.
func appendTokens(out []token, text string) []token {
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
				if !begins && len(out) > 0 && legalForms[word] {
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
	from := len(text)
	for i, r := range text {
		if !between(r) {
			from = min(from, i)
		} else if from < i {
			return text[from:i], text[i:]
		}
	}
	return text[from:], ""
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
	if n := telling(name); n != 1 || text[s.to-1].named {
		return n > 0
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
// no other name has, and that are not of every letter.
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
			if weighty(w) && !everyday[w] && in[w] == 1 {
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
