package learn

import (
	"slices"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// InFiles returns the ids of the clients that the names of files name: by the whole name,
// or by the number with which a name begins. It returns none when a file is one that
// companies send each other, such as an invoice: its name may be the other one's.
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
	names := namesOfClients(all)
	text := spelledOut(namesOf(files), names)
	words := tokens(text)
	if len(words) == 0 || traded(words) {
		return -1, Reason{}
	}
	if i, word := onlyOne(telltales(all, nameTokens(it.From.Name)), text); i >= 0 && wordsHold(all, it, rule) {
		return i, reason("word", word)
	}
	found := -1
	for _, s := range spans(words, names) {
		switch {
		case telling(names[s.client]) < 2 && !words[s.to-1].named:
		case found >= 0 && found != s.client:
			return -1, Reason{}
		default:
			found = s.client
		}
	}
	if found < 0 {
		return -1, Reason{}
	}
	return found, reason("name-file", all[found].Name)
}
