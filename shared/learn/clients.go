package learn

import (
	"context"
	"slices"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
)

// suggestAnyClient suggests clients for a contact who has none.
func suggestAnyClient(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	by := written(m)
	cs, err := searchClients(ctx, office, m, by)
	if err != nil {
		return nil, err
	}
	var list []Suggestion
	var most float64
	for _, p := range cs.ranked() {
		most = max(most, p.score())
		list = append(list, Suggestion{Action: item.ChooseClient, Client: p.client, Score: p.score(), Reasons: p.reasons})
	}
	nobody, err := unwanted(ctx, office, by, proofOf(m.Item), most == 0)
	if err != nil {
		return nil, err
	}
	return append(list, dismissal(Once, nobody.score()*(1-most), nobody.reasons...)), nil
}

// suggestOwnClient suggests which of a contact's clients a mail is about.
func suggestOwnClient(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	contact, ids, err := clientsOfContact(ctx, office, m)
	if err != nil {
		return nil, err
	}
	s := ownClients{m: m, ids: ids[:min(len(ids), maxCandidate)]}
	lookups := []lookup{func(ctx context.Context) (func(), error) {
		rule, _, err := office.RuleFor(ctx, directory.SenderClient, contact)
		return func() { s.rule = rule }, err
	}, func(ctx context.Context) (note func(), err error) {
		s.clients, err = load(ctx, office, s.ids)
		return nil, err
	}}
	cs := &clientSearch{office: office, m: m, by: written(m), candidates: map[string]*candidate{}}
	lookups = append(lookups, cs.amongRecipients()...)
	var member directory.TeamMember
	var addressed bool
	lookups = append(lookups, func(ctx context.Context) (_ func(), err error) {
		member, addressed, err = office.MemberByAddress(ctx, m.Item.Address)
		return nil, err
	})
	if err := runLookups(ctx, lookups); err != nil {
		return nil, err
	}
	if len(s.clients) == 0 {
		return nil, nil
	}
	s.around = cs.candidates
	// Each team is one more question, so a sender with many clients is left out.
	if addressed && len(s.clients) <= 8 {
		s.member = member.Name
		if err := s.teams(ctx, office, member.ID); err != nil {
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
	m       Mail
	ids     []string
	clients []directory.Client
	rule    directory.Rule
	around  map[string]*candidate // by client: clues from the recipients
	member  string                // name of the team member who has the mail's address
	works   []bool                // by client: whether that member works for it
}

// teams notes which of the clients a team member works for.
func (s *ownClients) teams(ctx context.Context, office Office, member string) error {
	s.works = make([]bool, len(s.clients))
	var lookups []lookup
	for i, c := range s.clients {
		lookups = append(lookups, lookupOf(
			func(ctx context.Context) ([]directory.Link, error) { return office.ClientTeam(ctx, c.ID) },
			func(team []directory.Link) {
				s.works[i] = slices.ContainsFunc(team, func(l directory.Link) bool { return l.Member == member })
			}))
	}
	return runLookups(ctx, lookups)
}

func (s *ownClients) suggestions() []Suggestion {
	found := make([]clues, len(s.clients))
	note := func(text string, factor float64) {
		for _, m := range mentions(head(text), s.clients, s.m.Item.From.Name) {
			found[m.client].add(m.weight*factor, m.why)
		}
	}
	l := s.m.Letter
	note(s.m.Item.Subject+"\n"+body(l, s.m.Item.From.Name), 1)
	if l.Forwarded != nil {
		note(l.Forwarded.Subject+"\n"+l.Forwarded.Text, 1)
	} else {
		note(l.Quoted, quotedFactor)
	}
	note(l.Signature, signatureFactor)

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
		f := &found[i]
		if s.m.Answered != nil && s.m.Answered.Client == c.ID {
			f.add(answeredChat, reasonChat)
		}
		if p := s.around[c.ID]; p != nil {
			f.add(p.score(), p.reasons[0])
		}
		if n := times.all[c.ID]; n > 0 && s.taught() {
			why := reasonOften(n, times.total)
			if word[i] != "" {
				why = reasonHabit(word[i])
			}
			f.add(habit*chance[i], why)
		}
		if working > 0 && working < len(s.clients) && s.works[i] {
			f.add(ownTeam/float64(working), reasonTeam(s.member))
		}
	}
	list := []Suggestion{dismissal(Once, 0.03, reasonIsContact)}
	for i, c := range s.clients {
		if len(found[i].reasons) == 0 {
			found[i].add(oneOfThem/float64(len(s.clients)), reasonOneOfThem)
		}
		list = append(list, Suggestion{Action: item.ChooseClient, Client: &c, Score: found[i].score(), Reasons: found[i].reasons})
	}
	return list
}

// taught says whether earlier choices count: nobody switched the rule off or
// took it back.
func (s *ownClients) taught() bool {
	return s.rule.State == directory.RuleOn || s.rule.State == directory.RuleLearning
}
