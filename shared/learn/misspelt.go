package learn

import (
	"context"
	"slices"
	"strings"

	"kantoorpost/shared/directory"
)

// searchMisspelt looks for clients by names in the text that no client has: one
// letter may be wrong. It looks for most of
// them, and only when nothing in the mail names a client.
func (cs *clientSearch) searchMisspelt(ctx context.Context, most int) error {
	for _, p := range cs.candidates {
		if p.has("number") || p.has("name") || p.has("kvk") || p.has("vat") {
			return nil
		}
	}
	var lookups []lookup
	words := cs.misspeltWords()
	for _, word := range words[:min(len(words), most)] {
		lookups = append(lookups, lookupOf(func(ctx context.Context) ([]directory.Client, error) {
			return cs.office.ClientsSpelt(ctx, word, 2)
		}, func(found []directory.Client) {
			for _, c := range found {
				cs.point(c, misspelt/float64(len(found)), reason("name-like", word, c.Name))
			}
		}))
	}
	return runLookups(ctx, lookups)
}

// misspeltWords returns the words of names in the text that no client has.
func (cs *clientSearch) misspeltWords() (words []string) {
	for _, name := range cs.missed {
		for word := range strings.FieldsSeq(name) {
			right := topics[word] || everyday[word] || slices.ContainsFunc(cs.said, func(c directory.Client) bool { return slices.Contains(nameTokens(c.Name), word) })
			if weighty(word) && !right && !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
	}
	return words
}

// A mistake is a word that is nearly a client's name or a word of it.
type mistake struct {
	word    string
	chance  float64
	letters int  // that are right
	dealing bool // with whom others trade, see inContext
}

// misspelled returns, for each client, a word of a text that is nearly one of the
// words that only its name has, or words that together are nearly the whole name,
// however they are divided. A word that is right for another client is no mistake.
func misspelled(text string, clients []directory.Client) []mistake {
	names := namesOfClients(clients)
	right, word := map[string]bool{}, map[string]bool{}
	for _, name := range names {
		for _, w := range name {
			right[w], word[w] = true, true
		}
		right[strings.Join(name, "")] = true
	}
	out := make([]mistake, len(clients))
	words, greeting := tokens(text), greetingIn(text)
	words = words[:min(len(words), maxMisspelt)]
	of := map[int]int{} // by word: the client whose whole name it is in, plus one
	for _, s := range spans(words, names) {
		for at := s.from; at < s.to; at++ {
			of[at] = s.client + 1
		}
	}
	for i, ws := range distinctWords(names) {
		joined := strings.Join(names[i], "")
		for at, t := range words {
			others := func(at int) bool { return of[at] > 0 && of[at] != i+1 }
			if others(at) || t.line == greeting {
				continue
			}
			if out[i].word == "" && weighty(t.word) && !right[t.word] && slices.ContainsFunc(ws, func(w string) bool { return directory.Misspelt(t.word, w) }) {
				out[i] = mistake{word: t.said, chance: misspelt}
			}
			glued := ""
			for n := 1; n <= len(names[i])+1 && at+n <= len(words) && len(joined) >= 8; n++ {
				if glued += words[at+n-1].word; len(glued) > len(joined)+2 || words[at+n-1].numbered() || others(at+n-1) {
					break
				}
				if glued == joined && n != len(names[i]) && !word[glued] || !right[glued] && directory.Misspelt(glued, joined) {
					context, _ := inContext(words, span{i, at, at + n}, clients[i].Type == directory.Person)
					out[i] = mistake{spoken(words[at : at+n]), misspeltWhole, len(joined) - 2*directory.Distance(glued, joined), context == dealing}
				}
			}
		}
	}
	// Of several whole names it is the one with the most letters that are right.
	for i := range out {
		if out[i].letters > 0 && slices.ContainsFunc(out, func(o mistake) bool { return o.letters > out[i].letters }) {
			out[i].chance = misspelt / 2
		}
	}
	return out
}

// wholeMisspelt returns the client whose whole name stands in a text with a mistake, when
// nothing there is like the name of another one, and the writer has another name; -1 for
// none.
func wholeMisspelt(text string, clients []directory.Client, writer string) (int, Reason) {
	found, why, by := -1, Reason{}, nameTokens(writer)
	own := func(w string) bool { return weighty(w) && slices.Contains(by, w) }
	for i, m := range misspelled(text, clients) {
		switch {
		case m.word == "":
		case found >= 0 || m.chance < misspeltWhole || m.dealing || slices.ContainsFunc(nameTokens(clients[i].Name), own):
			return -1, Reason{}
		default:
			found, why = i, reason("name-like", m.word, clients[i].Name)
		}
	}
	return found, why
}

// maxMisspelt is how many words of a text are compared letter by letter.
const maxMisspelt = 400

func spoken(words []token) string {
	var all []string
	for _, t := range words {
		all = append(all, t.said)
	}
	return strings.Join(all, " ")
}
