package learn

import (
	"slices"
	"strings"
	"unicode"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// leastAgreeing is how many choices in a row must agree with a sign that is likely
// anyhow, before it is certain.
const leastAgreeing = 2

// inARow says whether the last choices to which a sign speaks were right: at least so many,
// and none of them against it.
func inARow(evidence []directory.Evidence, least int, sign func(directory.Evidence) (speaks, right bool)) bool {
	n := 0
	for _, e := range slices.Backward(evidence) {
		speaks, right := sign(e)
		if speaks && !right {
			return false
		}
		if speaks {
			n++
		}
		if n == least {
			return true
		}
	}
	return false
}

// bySignature returns the client whose name stands in the signature, if it is the only
// one, and people chose it for the last mail of this sender that it signed; -1 for none.
// The files of a mail may be of another company of the group, whose name goes on.
func bySignature(all []directory.Client, it item.Item, chosen []directory.Evidence) (int, Reason) {
	signed := -1
	text := tokens(it.Signed)
	names := namesOfClients(all)
	for _, s := range spans(text, names) {
		if telling(names[s.client]) == 0 || telling(names[s.client]) == 1 && !text[s.to-1].named {
			continue
		}
		if signed >= 0 && signed != s.client {
			return -1, Reason{}
		}
		signed = s.client
	}
	longer := func(name []string) bool {
		whole, short := strings.Join(name, ""), strings.Join(names[signed], "")
		return len(whole) > len(short) && strings.HasPrefix(whole, short)
	}
	if signed < 0 || it.HasAttachments && slices.ContainsFunc(names, longer) {
		return -1, Reason{}
	}
	client := all[signed].ID
	if !inARow(chosen, leastAgreeing, func(e directory.Evidence) (bool, bool) {
		return slices.Contains(e.Named, client), e.Client == client
	}) {
		return -1, Reason{}
	}
	return signed, reason("name-signature", all[signed].Name)
}

// byRecord returns the only client of whose name the subject has a word that tells it apart,
// also beside words of trade ("factuur Vuursteen"), when such words were right before (see
// wordsHold); -1 for none. The subject of an answer is an older one.
func byRecord(all []directory.Client, it item.Item, rule directory.Rule) (int, Reason) {
	if answerMarks.MatchString(it.Subject) || !wordsHold(all, it, rule) {
		return -1, Reason{}
	}
	i, word := onlyOne(telltales(all, nameTokens(it.From.Name)), it.Subject)
	if i < 0 {
		return -1, Reason{}
	}
	return i, reason("word", word)
}

// wordsHold says whether people chose, for the last mails of a sender whose subject had a
// word of one client's name, that client. One sender names there whom a mail is about,
// another a supplier.
func wordsHold(all []directory.Client, it item.Item, rule directory.Rule) bool {
	words := telltales(all, nameTokens(it.From.Name))
	return counting(rule) && inARow(verified(rule.Evidence), leastNamed, func(e directory.Evidence) (bool, bool) {
		was, _ := onlyOne(words, strings.Join(e.Words, " "))
		return was >= 0 || e.Action == Otherwise, e.Action != Otherwise && all[max(0, was)].ID == e.Client
	})
}

// byWriter returns the client that people chose for all mail with the same display name, at
// least twice, when they chose another for other names: several people share the address,
// such as a family; -1 for none.
func byWriter(all []directory.Client, it item.Item, rule directory.Rule) int {
	chosen := ByDisplayName(rule, it)
	other := func(e directory.Evidence) bool {
		return e.Verified && e.Name != "" && !strings.EqualFold(e.Name, it.From.Name) && len(chosen) == 1 && e.Client != chosen[0]
	}
	if !slices.ContainsFunc(rule.Evidence, other) {
		return -1
	}
	return slices.IndexFunc(all, func(c directory.Client) bool { return c.ID == chosen[0] })
}

// telltales returns for each client the words that tell it apart from the others, trades
// only for companies of one group, which differ by nothing else. The writer's own name and
// words of every letter say nothing.
func telltales(all []directory.Client, writer []string) [][]string {
	telling := distinctWords(namesOfClients(all))
	for i, ws := range telling {
		some := slices.ContainsFunc(ws, tellsApart)
		telling[i] = slices.DeleteFunc(ws, func(w string) bool {
			return some && !tellsApart(w) || topics[w] || everyday[w] || slices.Contains(writer, w)
		})
	}
	return telling
}

// onlyOne returns the only client of whose words a text has one, and that word; -1 for
// none or several.
func onlyOne(words [][]string, text string) (found int, word string) {
	found = -1
	for _, t := range tokens(text) {
		for i, ws := range words {
			if !slices.Contains(ws, t.word) {
				continue
			}
			if found >= 0 && found != i {
				return -1, ""
			}
			found, word = i, t.word
		}
	}
	return found, word
}

// ofKind returns the only client of a kind, such as the only private person, that the
// words of a mail suit, when people's last choices for mail with words of a kind, this
// one or another, were for the client that they suit; -1 for none. The subject goes
// before the text.
func ofKind(all []directory.Client, subject, text string, chosen []directory.Evidence) (int, Reason) {
	i, word := onlyOfKind(subject, all)
	if i < 0 {
		i, word = onlyOfKind(withoutWeak(text), all)
	}
	if i < 0 {
		return -1, Reason{}
	}
	if !inARow(chosen, leastAgreeing, func(e directory.Evidence) (bool, bool) {
		was, _ := onlyOfKind(strings.Join(e.Words, " "), all)
		return was >= 0, was >= 0 && e.Client == all[was].ID
	}) {
		return -1, Reason{}
	}
	return i, reason("kind:"+string(kindOfClient(all[i])), word)
}

// onlyOfKind returns the only one of the clients whose kind the words of a text suit, and
// the first of those words; -1 for none, and when they suit several.
func onlyOfKind(text string, all []directory.Client) (int, string) {
	only, first := -1, ""
	for w := range strings.FieldsSeq(fold(text)) {
		word, shared := suits(w, all)
		i := slices.IndexFunc(word, func(w string) bool { return w != "" })
		switch {
		case shared != 1 || i < 0:
		case only >= 0 && only != i:
			return -1, ""
		case only < 0:
			only, first = i, word[i]
		}
	}
	return only, first
}

// withoutWeak leaves out words that suit a kind in a subject, and say little in a text.
func withoutWeak(text string) string {
	return strings.Join(slices.DeleteFunc(strings.FieldsFunc(fold(text), func(r rune) bool { return notLetter(r) && r != '-' && !unicode.IsDigit(r) }),
		func(w string) bool { return weakKinds[w] }), " ")
}

var weakKinds = set("eigen huis thuis vrouw partner kinderen opa oma ouders studie zaak winkel bedrijf bv bus contract uren kas income nv offerte offertes software")
