package learn

import (
	"cmp"
	"context"
	"slices"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/sorting"
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
	list = offerPortal(list, m, directory.Rule{})
	score, always := nobody.score()*(1-any), 0.3
	if m.Item.Facts.Portal || !Teaches(m.Item, directory.DismissSender) {
		always = 0
	}
	return append(list, dismissal(Sender, score*always, nobody.reasons()...), dismissal(Once, score*(1-always), nobody.reasons()...)), nil
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
	for _, more := range [][]lookup{s.byNumber(), s.inBrackets(), s.bySenderName(), s.byText(), s.byFile(), s.byOwnName(), s.byLooseNumber(),
		s.amongRecipients(), s.byWord(len(ids) > maxLinked)} {
		first = append(first, more[:min(len(more), room)]...)
		room -= min(len(more), room)
	}
	if err := runLookups(ctx, first); err != nil {
		return nil, err
	}
	s.noteNames()
	if err := s.readRest(ctx, maxQuestions-len(first)); err != nil || len(s.clients) == 0 {
		return nil, err
	}
	if s.addressed && len(ids) <= maxTeams {
		if err := s.teams(ctx, s.member.ID); err != nil {
			return nil, err
		}
	}
	return offerPortal(s.suggestions(), m, s.rule), nil
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
// those that were chosen before, then others, at most so many. Other clients that only
// people point to are no candidates.
func (s *ownClients) readRest(ctx context.Context, most int) error {
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
	sorting.By(often, func(a, b string) int { return cmp.Compare(times.all[b], times.all[a]) })
	for _, id := range often {
		add(id)
	}
	return runLookups(ctx, s.read(ids[:min(len(ids), most)]))
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
	s.weighEarlier(found)
	for _, p := range s.ranked() {
		if p.client != nil && !slices.Contains(s.ids, p.id) {
			found = append(found, p)
		}
	}
	weighKinds(s.by.own, found)
	list, _ := chosen(found)
	all := bulkClues(s.by)
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
