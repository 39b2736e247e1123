package learn

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// maxLinked is how many clients of one contact are all read. Of a contact with
// more, such as a bookkeeper, those are read that anything points to, and the
// rest as far as they are shown.
const maxLinked = 16

// suggestAnyClient suggests clients for a contact who has none.
func suggestAnyClient(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	by := written(m)
	cs, err := searchClients(ctx, office, m, by)
	if err != nil {
		return nil, err
	}
	list, any := chosen(cs.ranked())
	nobody, err := unwanted(ctx, office, by, proofOf(m.Item), len(list) == 0)
	if err != nil {
		return nil, err
	}
	return append(list, dismissal(Once, nobody.score()*(1-any), nobody.reasons()...)), nil
}

// chosen suggests one of some clients, and returns the chance that it is any of
// them.
func chosen(clients []*candidate) (list []Suggestion, any float64) {
	alone := make([]float64, len(clients))
	for i, p := range clients {
		alone[i] = p.score()
	}
	for i, chance := range chances(alone) {
		any += chance
		list = append(list, Suggestion{Action: item.ChooseClient, Client: clients[i].client, Score: chance, Reasons: clients[i].reasons()})
	}
	return list, any
}

// suggestOwnClient suggests which client a contact's mail is about: one of the
// contact's own, or another that the mail names.
func suggestOwnClient(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	contact, ids, err := clientsOfContact(ctx, office, m)
	if err != nil {
		return nil, err
	}
	by := written(m)
	by.own = ownText(m)
	s := &ownClients{clientSearch: newSearch(office, m, by), ids: ids}
	s.most, s.regular, s.linked = maxNamed, true, ids
	whole := ids[:min(len(ids), maxLinked)]
	if len(ids) > maxLinked {
		whole = nil
	}
	first := append(s.read(whole), func(ctx context.Context) (func(), error) {
		rule, _, err := office.RuleFor(ctx, directory.SenderClient, contact)
		return func() { s.rule = rule }, err
	}, func(ctx context.Context) (func(), error) {
		member, addressed, err := office.MemberByAddress(ctx, m.Item.Address)
		return func() { s.member, s.addressed = member, addressed }, err
	})
	later := 0 // questions
	switch {
	case len(ids) <= maxTeams:
		later = len(ids)
	case len(ids) > maxLinked:
		later = maxSuggestions
	}
	room := maxQuestions - len(first) - later
	for _, more := range [][]lookup{s.byNumber(), s.bySenderName(), s.byText(), s.byFile(), s.byOwnName(), s.byLooseNumber(), s.amongRecipients(), s.byWord(len(ids) > maxLinked)} {
		first = append(first, more[:min(len(more), room)]...)
		room -= min(len(more), room)
	}
	if err := runLookups(ctx, first); err != nil {
		return nil, err
	}
	s.noteNames()
	if err := s.readRest(ctx); err != nil || len(s.clients) == 0 {
		return nil, err
	}
	if s.addressed && len(ids) <= maxTeams {
		if err := s.teams(ctx, s.member.ID); err != nil {
			return nil, err
		}
	}
	return s.suggestions(), nil
}

// clientsOfContact returns the sender and the sender's clients as they were
// when the mail was decided, or else as they are in the directory now.
func clientsOfContact(ctx context.Context, office Office, m Mail) (contact string, clients []string, err error) {
	if f := m.Item.Facts; f.Contact != "" && len(f.Clients) > 0 {
		return f.Contact, f.Clients, nil
	}
	c, _, err := office.ContactByAddress(ctx, m.Item.From.Email)
	return c.ID, c.Clients, err
}

// ownClients weighs the clients of one contact for a mail.
type ownClients struct {
	*clientSearch
	ids       []string // of the contact's clients
	clients   []directory.Client
	rule      directory.Rule
	member    directory.TeamMember // who has the mail's address
	addressed bool                 // there is one
	works     []bool               // by client: whether that member works for it
}

// maxTeams is for how many clients of a sender it is read who works for them:
// each is one more question.
const maxTeams = 8

// read reads some of the contact's clients.
func (s *ownClients) read(ids []string) (lookups []lookup) {
	for _, id := range ids {
		lookups = append(lookups, lookupOf(func(ctx context.Context) (directory.Client, error) { return s.office.Client(ctx, id) },
			func(c directory.Client) { s.clients = append(s.clients, c) }))
	}
	return lookups
}

// readRest reads those of the contact's clients that anything points to, then
// those that were chosen before, then others, up to as many as are shown. Other
// clients that only people point to are no candidates.
func (s *ownClients) readRest(ctx context.Context) error {
	var ids []string
	add := func(id string) {
		known := slices.ContainsFunc(s.clients, func(c directory.Client) bool { return c.ID == id })
		if slices.Contains(s.ids, id) && !known && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, p := range s.ranked() {
		switch linked := slices.Contains(s.ids, p.id); {
		case p.client == nil && !linked:
			delete(s.candidates, p.id)
		case p.client != nil && linked && !slices.ContainsFunc(s.clients, func(c directory.Client) bool { return c.ID == p.id }):
			s.clients = append(s.clients, *p.client)
		default:
			add(p.id)
		}
	}
	if len(s.ids) <= maxLinked {
		return nil // all were read
	}
	if s.m.Answered != nil {
		add(s.m.Answered.Client)
	}
	times := count(choices(s.rule, s.m.Earlier))
	often := slices.Clone(s.ids)
	slices.SortStableFunc(often, func(a, b string) int { return cmp.Compare(times.all[b], times.all[a]) })
	for _, id := range often {
		add(id)
	}
	return runLookups(ctx, s.read(ids[:min(len(ids), maxSuggestions)]))
}

// teams notes which of the clients a team member works for.
func (s *ownClients) teams(ctx context.Context, member string) error {
	s.works = make([]bool, len(s.clients))
	var lookups []lookup
	for i, c := range s.clients[:min(len(s.clients), maxTeams)] {
		lookups = append(lookups, lookupOf(
			func(ctx context.Context) ([]directory.Link, error) { return s.office.ClientTeam(ctx, c.ID) },
			func(team []directory.Link) {
				s.works[i] = slices.ContainsFunc(team, func(l directory.Link) bool { return l.Member == member })
			}))
	}
	return runLookups(ctx, lookups)
}

// suggestions weighs all that was found.
func (s *ownClients) suggestions() []Suggestion {
	found := make([]*candidate, len(s.clients))
	for i, c := range s.clients {
		found[i] = &candidate{id: c.ID, client: &c}
		if p := s.candidates[c.ID]; p != nil {
			found[i].clues = p.clues
		}
		found[i].add(oneOfThem/float64(max(len(s.ids), 1)), reason("own-client"))
	}
	s.weighText(found)
	s.weighHabits(found)
	for _, p := range s.ranked() {
		if p.client != nil && !slices.Contains(s.ids, p.id) {
			found = append(found, p)
		}
	}
	weighKinds(s.by.own, found)
	list, _ := chosen(found)
	all := crowd(s.by)
	if len(all.found) == 0 {
		return append(list, dismissal(Once, 0.03, reason("is-contact")))
	}
	// What all are told is about none of them, unless it names one.
	nobody := all.score()
	for _, p := range found {
		for _, n := range p.found {
			if inMail[n.why.Code] && n.why.Code != "habit" {
				nobody *= n.misled
			}
		}
	}
	for i := range list {
		list[i].Score *= 1 - nobody
	}
	return append(list, dismissal(Once, nobody, all.reasons()...))
}

// weighText notes what the mail itself says about the contact's clients.
func (s *ownClients) weighText(found []*candidate) {
	note := func(text string, factor float64, feature string) {
		for _, m := range mentions(head(text), s.clients, s.m.Item.From.Name) {
			why, chance := m.why, m.weight
			if chance == named {
				chance = namedOwn
			}
			switch {
			case feature == "name-file" && why.Code == "word": // another client's name may have it too
				chance /= 2
			case feature == "name-quote" || feature != "" && (why.Code == "name" || why.Code == "word"):
				why = reason(feature, s.clients[m.client].Name)
			}
			found[m.client].add(chance*factor, why)
		}
	}
	if isAnswer(s.m) {
		note(s.m.Item.Subject, replyFactor, "")
	}
	if s.m.Letter.Forwarded == nil {
		note(s.m.Letter.Quoted, quotedFactor, "name-quote")
	}
	note(s.by.own, 1, "")
	note(s.by.files, 1, "name-file")
	note(s.m.Letter.Signature, signatureFactor, "name-signature")
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
}

// ownText returns what a mail says in its author's own words, without the
// subject of an answer and without the signature; with the mail that it forwards.
func ownText(m Mail) string {
	own := "\n" + body(m.Letter, m.Item.From.Name) // the first line is the subject's
	if !isAnswer(m) {
		own = m.Item.Subject + own
	}
	if f := m.Letter.Forwarded; f != nil {
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
// suit.
func weighKinds(text string, found []*candidate) {
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

// weighHabits notes what was chosen before, and who works for which client.
func (s *ownClients) weighHabits(found []*candidate) {
	ids := make([]string, len(s.clients))
	for i, c := range s.clients {
		ids[i] = c.ID
	}
	chance, word := likelyBy(choices(s.rule, s.m.Earlier), s.m.Item.Subject, ids)
	times := count(s.rule.Evidence)
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
		if n := times.all[c.ID]; n > 0 && s.taught() {
			why := reason("often", n, times.total)
			if word[i] != "" {
				why = reasonHabit(word[i])
			}
			found[i].add(habit*chance[i], why)
		}
		if working > 0 && working < len(s.clients) && s.works[i] {
			found[i].add(ownTeam/float64(working), reason("own-team", s.member.Name))
		}
	}
}

// taught says whether earlier choices count: nobody switched the rule off or
// took it back.
func (s *ownClients) taught() bool {
	return s.rule.State == directory.RuleOn || s.rule.State == directory.RuleLearning
}
