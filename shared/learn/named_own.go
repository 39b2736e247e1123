package learn

import (
	"slices"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/lazyregexp"
)

// otherMatter finds what people write when they change the subject in an old conversation.
var otherMatter = lazyregexp.New(`\b(?:(?:iets|wat) anders|ander(?:e)? (?:vraag|onderwerp|kwestie|zaak|punt)|los (?:hier|daar)van|staat hier los van|terzijde|overigens|trouwens|` +
	`another (?:question|matter|subject|thing)|different (?:matter|subject)|unrelated|by the way|etwas anderes|autre (?:sujet|question))\b`)

// OtherOwn returns those of the writer's own clients that an answer in the conversation of
// another one names: firmly, or by a part of the name when it says that it is about
// something else. It returns none when the text names the client of the conversation.
func (x *ClientIndex) OtherOwn(it item.Item, clients []string, talk string) (others []string) {
	text := ownWords(it)
	if len(clients) < 2 || text == "" {
		return nil
	}
	clients = withID(slices.Clip(clients), talk)
	all := make([]directory.Client, 0, len(clients))
	for _, id := range clients {
		if at, ok := x.id[id]; ok {
			all = append(all, x.clients[at])
		}
	}
	changes := otherMatter.MatchString(fold(text))
	for _, m := range mentions("\n"+text, all, it) {
		switch id := all[m.client].ID; {
		case id == talk && m.firm:
			return nil
		case id != talk && (m.firm || changes):
			others = withID(others, id)
		}
	}
	return others[:min(len(others), maxOthers)]
}
