package learn

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/mailtext"
)

// weighText notes what the mail itself says about the contact's clients.
func (s *ownClients) weighText(found []*candidate) {
	s.by.files = spelledOut(s.by.files, namesOfClients(s.clients))
	inFile := slices.ContainsFunc(s.ranked(), func(p *candidate) bool { return p.has("name-file") })
	note := func(text string, factor float64, feature string) {
		for _, m := range mentions(head(text), s.clients, s.m.Item) {
			why, chance := m.why, m.weight
			if chance == named || chance == namedAbout && feature != "" {
				chance = namedOwn
			}
			if feature == "name-file" && why.Code == "word" {
				if chance = max(chance, namedFile); inFile { // the word is another client's
					chance = partName / 2
				}
			}
			if feature == "name-quote" || feature != "" && (why.Code == "name" || why.Code == "word") {
				why = reason(feature, s.clients[m.client].Name)
			}
			found[m.client].add(chance*factor, why)
		}
	}
	if isAnswer(s.m) {
		note(s.m.Item.Subject, replyFactor, "")
	}
	if s.m.Text.Forwarded == nil && s.m.Answered == nil { // else the quoted mail is of the chat
		note(s.m.Text.Quoted, quotedFactor, "name-quote")
	}
	note(s.by.own, 1, "")
	note(s.by.files, 1, "name-file")
	note(s.m.Text.Signature, signatureFactor, "name-signature")
	for i, word := range sharedParts(s.by.own+"\n"+s.by.files, s.clients, s.m.Item.From.Name) {
		if word != "" {
			found[i].add(sharedPart, reason("name-part", s.clients[i].Name))
		}
	}
	for i, m := range misspelled(s.by.own+"\n"+s.by.files, s.clients) {
		if m.word != "" {
			found[i].add(m.chance, reason("name-like", m.word, s.clients[i].Name))
		}
	}
	// A mailbox of several people shows who writes.
	for i, words := range distinctWords(namesOfClients(s.clients)) {
		if slices.Contains(words, s.by.name.first) {
			found[i].add(ownName, reason("own-name"))
		}
	}
	if i := byInitial(s.by.name.first, s.clients); i >= 0 {
		found[i].add(ownName, reason("own-name"))
	}
}

// byInitial returns the only one of several clients with an initial that a first name has:
// "Theo" is "T. van Vliet" beside "R. van Vliet"; -1 for none.
func byInitial(first string, clients []directory.Client) int {
	only, n, others := -1, 0, 0
	for i, name := range namesOfClients(clients) {
		switch {
		case len(name) < 2 || utf8.RuneCountInString(name[0]) != 1:
		case strings.HasPrefix(first, name[0]):
			only, n = i, n+1
		default:
			others++
		}
	}
	if n != 1 || others == 0 {
		return -1
	}
	return only
}

// spelledOut returns the names of files with the words of clients' names as people write
// them: "vanrijn" as "Van Rijn".
func spelledOut(files string, names [][]string) string {
	parts := map[string][]string{}
	for _, name := range names {
		for i, w := range name {
			glued, heavy := "", false
			for n := i; n < len(name); n++ {
				glued, heavy = glued+name[n], heavy || tellsApart(name[n])
				if heavy && len(glued) >= leastPart && (n > i || glued == w) {
					parts[glued] = name[i : n+1]
				}
			}
		}
	}
	var b strings.Builder
	for line := range strings.Lines(files) {
		for _, w := range strings.Fields(line) {
			spelled, ok := parts[fold(w)]
			if !ok {
				b.WriteString(w + " ")
			}
			for _, p := range spelled {
				first, size := utf8.DecodeRuneInString(p)
				b.WriteString(string(unicode.ToUpper(first)) + p[size:] + " ")
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// ownText returns what a mail says in its author's own words, without the
// subject of an answer and without the signature; with the mail that it forwards.
func ownText(m Mail) string {
	own := "\n" + body(m.Text, m.Item.From.Name) // the first line is the subject's
	if !isAnswer(m) {
		own = m.Item.Subject + own
	}
	if f := m.Text.Forwarded; f != nil {
		own += "\n" + f.Subject + "\n" + f.Text
	}
	return head(own)
}

// isAnswer says whether a mail is an answer: its subject is that of the mail with
// which the conversation began.
func isAnswer(m Mail) bool {
	prefix, _, found := strings.Cut(fold(m.Item.Subject), ":")
	return found && slices.Contains([]string{"re", "antw", "antwoord", "aw", "sv"}, strings.TrimSpace(prefix))
}

func namesOfClients(clients []directory.Client) [][]string {
	names := make([][]string, len(clients))
	for i, c := range clients {
		names[i] = nameTokens(c.Name)
	}
	return names
}

// weighKinds notes which candidates are of the kind that the words of a text
// suit, among those that the mail names when it names several.
func weighKinds(text string, found []*candidate) {
	unnamed := func(p *candidate) bool { return !p.named() && !p.has("name-part") }
	if some := slices.DeleteFunc(slices.Clone(found), unnamed); len(some) > 1 {
		found = some
	}
	clients := make([]directory.Client, len(found))
	for i, p := range found {
		clients[i] = *p.client
	}
	words, shared := suits(text, clients)
	for i, w := range words {
		if w != "" {
			found[i].add(kindWord/float64(shared), reason("kind:"+string(kindOfClient(clients[i])), w))
		}
	}
}

// weighEarlier notes what was chosen before, and who works for which client.
func (s *ownClients) weighEarlier(found []*candidate) {
	ids := make([]string, len(s.clients))
	for i, c := range s.clients {
		ids[i] = c.ID
	}
	chance, word := likelyBy(choices(s.rule, s.m.Earlier), s.m.Item.Subject, ids)
	times, most := count(s.rule.Evidence), chosenBefore
	if slices.ContainsFunc(found, func(p *candidate) bool { return p.named() }) {
		most *= chosenBeside
	}
	working := 0
	for _, w := range s.works {
		if w {
			working++
		}
	}
	for i, c := range s.clients {
		if s.m.Answered != nil && s.m.Answered.Client == c.ID {
			found[i].add(chatOwnClient, reason("answers-chat"))
		}
		if n := times.all[c.ID]; n > 0 && counting(s.rule) {
			why := reason("often", n, times.total)
			switch {
			case word[i] != "":
				why = reasonChosenBefore(word[i])
			case times.total == 1:
				why = reason("often:once")
			}
			found[i].add(most*chance[i], why)
		}
		if working > 0 && working < len(s.clients) && s.works[i] {
			found[i].add(ownTeam/float64(working), reason("own-team", s.member.Name))
		}
	}
}

// named says whether the mail names a client, by its number or by what tells it apart.
func (p *candidate) named() bool {
	return slices.ContainsFunc(p.found, func(n clue) bool { return namingCodes[n.why.Code] && n.misled <= 1-partName })
}

var namingCodes = set("number kvk vat iban name word name-part name-like name-file")

// sharedParts returns, for each client, a word of a text that the names of two or three of
// the clients have, and no others: it is about one of those, and rather about one with more
// of its name in the text. The writer's own name and words of trades alone say nothing.
func sharedParts(text string, clients []directory.Client, writer string) []string {
	names, by := namesOfClients(clients), nameTokens(writer)
	in := map[string][]int{}
	for i, name := range names {
		for _, w := range slices.Compact(slices.Sorted(slices.Values(name))) {
			in[w] = append(in[w], i)
		}
	}
	out, said := make([]string, len(clients)), map[string]bool{}
	for _, t := range tokens(text) {
		said[t.word] = true
	}
	saidOf := func(i int) (n int) {
		for _, w := range names[i] {
			if weighty(w) && !everyday[w] && said[w] {
				n++
			}
		}
		return n
	}
	for _, t := range tokens(text) {
		if n := len(in[t.word]); n > 1 && n <= 3 && n < len(clients) && t.upper && len(t.word) >= leastPart && !mailtext.Trade(t.word) && !slices.Contains(by, t.word) {
			most := 0
			for _, i := range in[t.word] {
				most = max(most, saidOf(i))
			}
			for _, i := range in[t.word] {
				if saidOf(i) == most {
					out[i] = t.word
				}
			}
		}
	}
	return out
}
