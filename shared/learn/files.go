package learn

import (
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// InFiles returns the ids of the clients whose whole name is in the names of files, also
// written as one word. It returns none when a file is one that companies send each other,
// such as an invoice: its name may be the other one's.
func (x *ClientIndex) InFiles(files []string) (ids []string) {
	words := tokens(namesOf(files))
	if traded(words) {
		return nil
	}
	for _, s := range x.spans(words) {
		if telling(x.names[s.client]) > 1 || words[s.to-1].named {
			ids = withID(ids, x.clients[s.client].ID)
		}
	}
	for _, t := range words {
		for n := leastPart; n < len(t.word); n++ {
			for _, at := range x.first[t.word[:n]] {
				if name := x.names[at]; telling(name) > 1 && strings.Join(name, "") == t.word {
					ids = withID(ids, x.clients[at].ID)
				}
			}
		}
	}
	return ids
}

// traded says whether a text has a word for what companies send each other.
func traded(text []token) bool {
	return slices.ContainsFunc(text, func(t token) bool { return documents[t.word] })
}

// byFiles returns the only one of a sender's clients whose whole name is in the names of
// files; or of whose name they have a word that tells it apart, when such words in
// subjects were right before (see byRecord); -1 for none or several.
func byFiles(all []directory.Client, it item.Item, files []string, rule directory.Rule) (int, Reason) {
	names, text := namesOfClients(all), namesOf(files)
	if words := tokens(text); len(words) == 0 || traded(words) {
		return -1, Reason{}
	}
	whole, several := wholeName(text, names)
	if whole < 0 && !several { // perhaps one is written as one word
		text = spelledOut(text, names)
		whole, several = wholeName(text, names)
	}
	i, word := onlyOne(telltales(all, nameTokens(it.From.Name)), text)
	switch {
	case several || whole >= 0 && i >= 0 && whole != i:
		return -1, Reason{}
	case whole >= 0:
		return whole, reason("name-file", all[whole].Name)
	case i >= 0 && wordsHold(all, it, rule):
		return i, reason("word", word)
	}
	return -1, Reason{}
}

// wholeName returns the only one of some names that the names of files have, of a person
// too; -1 for none, and whether there are several.
func wholeName(files string, names [][]string) (found int, several bool) {
	words := tokens(files)
	found = -1
	for _, s := range spans(words, names) {
		name := names[s.client]
		switch {
		case telling(name) < 2 && !words[s.to-1].named && !pointsTo(words, s, name):
		case found >= 0 && found != s.client:
			return -1, true
		default:
			found = s.client
		}
	}
	return found, false
}
