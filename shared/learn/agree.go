package learn

import (
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// leastAgreeing is how many choices in a row must agree with a sign that is likely
// anyhow, before it is certain.
const leastAgreeing = 2

// bySignature returns the client whose name stands in the signature, if it is the only
// one, and people chose it for the last mail of this sender that it signed; -1 for none.
func bySignature(all []directory.Client, it item.Item, chosen []directory.Evidence) (int, Reason) {
	signed := -1
	text := tokens(it.Signed)
	names := make([][]string, len(all))
	for i, c := range all {
		names[i] = nameTokens(c.Name)
	}
	for _, s := range spans(text, names) {
		if telling(names[s.client]) == 0 || telling(names[s.client]) == 1 && !text[s.to-1].named {
			continue
		}
		if signed >= 0 && signed != s.client {
			return -1, Reason{}
		}
		signed = s.client
	}
	if signed < 0 {
		return -1, Reason{}
	}
	n := 0
	for _, e := range slices.Backward(chosen) {
		if !slices.Contains(e.Named, all[signed].ID) {
			continue
		}
		if e.Client != all[signed].ID {
			return -1, Reason{}
		}
		if n++; n == leastAgreeing {
			return signed, reason("name-signature", all[signed].Name)
		}
	}
	return -1, Reason{}
}

// ofKind returns the only client of a kind, such as the only private person, that a word
// of the subject suits, when people's last choices for such words were the same; -1 for
// none.
func ofKind(all []directory.Client, subject string, chosen []directory.Evidence) (int, Reason) {
	i, word := onlyOfKind(subject, all)
	if i < 0 {
		return -1, Reason{}
	}
	n := 0
	for _, e := range slices.Backward(chosen) {
		if was, _ := onlyOfKind(strings.Join(e.Words, " "), all); was != i {
			continue
		}
		if e.Client != all[i].ID {
			return -1, Reason{}
		}
		if n++; n == leastAgreeing {
			return i, reason("kind:"+string(kindOfClient(all[i])), word)
		}
	}
	return -1, Reason{}
}

// onlyOfKind returns the only one of the clients whose kind a word of a text suits, and
// the word; -1 for none.
func onlyOfKind(text string, all []directory.Client) (int, string) {
	word, shared := suits(text, all)
	i := slices.IndexFunc(word, func(w string) bool { return w != "" })
	if shared != 1 || i < 0 {
		return -1, ""
	}
	return i, word[i]
}
