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

// misspelled returns, for each client, a word of a text that is nearly one of the
// words that only its name has, "" when there is none. A word that is right for
// another client is no mistake.
func misspelled(text string, clients []directory.Client) []string {
	names := make([][]string, len(clients))
	right := map[string]bool{}
	for i, c := range clients {
		names[i] = nameTokens(c.Name)
		for _, w := range names[i] {
			right[w] = true
		}
	}
	out := make([]string, len(clients))
	words := tokens(text)
	for i, ws := range distinctWords(names) {
		for _, t := range words {
			if out[i] == "" && weighty(t.word) && !right[t.word] && slices.ContainsFunc(ws, func(w string) bool { return directory.Misspelt(t.word, w) }) {
				out[i] = t.word
			}
		}
	}
	return out
}
