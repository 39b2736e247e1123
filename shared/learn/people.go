package learn

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
)

// suggestPeople answers who wrote a mail whose sender is no contact: somebody
// who is known under another address, somebody new at a client, or nobody whom
// the office needs.
func suggestPeople(ctx context.Context, office Office, m Mail, by author) ([]Suggestion, error) {
	h, err := searchClients(ctx, office, m, by)
	if err != nil {
		return nil, err
	}
	parties := h.ranked()
	people, err := h.people(ctx, parties)
	if err != nil {
		return nil, err
	}
	var list []Suggestion
	var known, client float64
	for _, p := range people {
		known = max(known, p.score())
		list = append(list, Suggestion{Action: item.LinkContact, Contact: &p.contact, Score: p.score(), Reasons: p.reasons})
	}
	for _, p := range parties {
		client = max(client, p.score())
		s := h.newcomer()
		s.Client, s.Score, s.Reasons = p.client, p.score()*(1-known), p.reasons
		list = append(list, s)
	}
	nobody, err := unwanted(ctx, office, by, proofOf(m.Item), known == 0 && client == 0)
	if err != nil {
		return nil, err
	}
	left := nobody.score() * (1 - max(known, client))
	if n := phrases(by.own, seeking); n > 0 && known == 0 && client == 0 {
		s := h.newcomer()
		s.Score, s.Reasons = often(prospect, int64(n)), []Reason{reasonSeeking}
		list, left = append(list, s), left*(1-s.Score)
	}
	// That nothing is known of a stranger is no reason to refuse him for good.
	always := 0.3
	if slices.ContainsFunc(nobody.reasons, func(r Reason) bool { return r.Code != reasonAlone.Code }) {
		always = 0.7
	}
	if !Teaches(m.Item, directory.DismissSender) {
		always = 0
	}
	return append(list, dismissal(Sender, left*always, nobody.reasons...), dismissal(Once, left*(1-always), nobody.reasons...)), nil
}

// newcomer is the contact that can be made of a speaker.
func (h *clientSearch) newcomer() Suggestion {
	c := h.by.card
	name := cmp.Or(c.Name, strings.TrimSpace(h.by.from.Name))
	if name == "" {
		local, _, _ := strings.Cut(h.by.from.Email, "@")
		name = local
	}
	return Suggestion{Action: item.CreateContact, Name: name, Email: h.by.from.Email, Phone: c.Phone, Function: c.Function}
}

// A person is a contact who may have written.
type person struct {
	contact directory.Contact
	clues
}

// people are the contacts who may have written, each with what speaks for it.
func (h *clientSearch) people(ctx context.Context, parties []*candidate) ([]*person, error) {
	candidates := slices.Concat(h.named, h.near)
	if h.chat != nil {
		candidates = append(candidates, *h.chat)
	}
	var only *directory.Contact
	if len(parties) > 0 && parties[0].score() >= partName && !h.by.name.full() {
		of, err := h.office.ContactsOfClient(ctx, parties[0].id, maxContactsOfClient)
		if err != nil {
			return nil, err
		}
		candidates = append(candidates, of...)
		if len(of) == 1 && h.by.name.first == "" && h.by.domain() == "" {
			only = &of[0]
		}
	}
	slices.SortFunc(candidates, func(a, b directory.Contact) int { return strings.Compare(a.ID, b.ID) })
	candidates = slices.CompactFunc(candidates, func(a, b directory.Contact) bool { return a.ID == b.ID })
	n := map[likeness]float64{}
	for _, c := range candidates {
		n[h.alikeName(c)]++
	}
	var people []*person
	for _, c := range candidates {
		p := &person{contact: c}
		h.weigh(p, n, only)
		if p.score() > 0 {
			people = append(people, p)
		}
	}
	return people, nil
}

// alikeName compares the speaker's name with a contact's.
func (h *clientSearch) alikeName(c directory.Contact) likeness { return h.by.name.like(nameOf(c.Name)) }

// weigh notes what speaks for one contact.
func (h *clientSearch) weigh(p *person, n map[likeness]float64, only *directory.Contact) {
	alike := h.alikeName(p.contact)
	at := func(c directory.Contact) bool { return c.ID == p.contact.ID }
	near := slices.ContainsFunc(h.near, at)
	answers := h.chat != nil && h.chat.ID == p.contact.ID
	elsewhere := len(h.near) > 0 && !near && !h.belongs(p.contact)
	switch alike {
	case same:
		weight := sameName / n[same]
		if elsewhere {
			weight *= elsewhereFactor
		}
		p.add(weight, reasonSameName(p.contact))
	case initialAlike:
		p.add(sameInitial/n[initialAlike], reasonAlike(p.contact))
	case firstAlike:
		p.add(sameFirst/n[firstAlike], reasonAlike(p.contact))
	}
	if phone := h.by.card.Phone; phone != "" && plainPhone(phone) == plainPhone(p.contact.Phone) && (alike != different || h.by.name.first == "") {
		p.add(samePhone, reasonPhone(phone))
	}
	switch {
	case answers && alike != different:
		p.add(nameInChat, reasonChat)
	case answers && h.by.name.first == "":
		p.add(chatUnnamed, reasonChat)
	case answers:
		p.add(chatOtherName, reasonChat)
	}
	if only != nil && only.ID == p.contact.ID {
		p.add(sameFirst, reasonClientOf(*h.ranked()[0].client))
	}
	if alike == different {
		return
	}
	if near {
		p.add(nameAtDomain, reasonAtDomain(h.by.domain()))
	}
	for _, id := range p.contact.Clients {
		if party := h.candidates[id]; party.scored() > 0 && party.client != nil {
			p.add(nameAtClient*party.score(), reasonClientOf(*party.client))
		}
	}
}

// scored is score, also of no party.
func (p *candidate) scored() float64 {
	if p == nil {
		return 0
	}
	return p.score()
}

// belongs says whether something points to a client of the contact.
func (h *clientSearch) belongs(c directory.Contact) bool {
	return slices.ContainsFunc(c.Clients, func(id string) bool { return h.candidates[id].scored() > 0 })
}

// plainPhone is the end of a phone number, the same with a country code and
// without.
func plainPhone(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	return digits[max(0, len(digits)-9):]
}

// suggestPassedOn answers whose mail a colleague passed on, if he did.
func suggestPassedOn(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	f := m.Letter.Forwarded
	if f == nil || f.From == (mail.Address{}) {
		return []Suggestion{dismissal(Once, colleagueWrote, reasonColleague)}, nil
	}
	by := original(m)
	anyway := dismissal(Once, passedOnAnyway, reasonColleague)
	if m.Own != nil && m.Own(by.from.Email) {
		return []Suggestion{dismissal(Once, colleagueWrote, reasonColleague)}, nil
	}
	if by.from.Email != "" {
		c, known, err := office.ContactByAddress(ctx, by.from.Email)
		if err != nil {
			return nil, err
		}
		if known {
			return []Suggestion{{Action: item.LinkContact, Contact: &c, Score: originalSender, Reasons: []Reason{reasonForwarded}}, anyway}, nil
		}
	}
	list, err := suggestPeople(ctx, office, m, by)
	return append(list, anyway), err
}

// suggestNobody answers who wrote a mail without a sender: its signature may
// tell.
func suggestNobody(ctx context.Context, office Office, m Mail) ([]Suggestion, error) {
	nothing := dismissal(Once, doubted, reasonNobody)
	by := written(m)
	if by.name.first == "" || by.card == (mailtext.Card{}) {
		return []Suggestion{nothing}, nil
	}
	list, err := suggestPeople(ctx, office, m, by)
	list = slices.DeleteFunc(list, func(s Suggestion) bool {
		return s.Action == item.Dismiss && s.Scope == Sender || s.Action == item.CreateContact // a contact has an address
	})
	return append(list, nothing), err
}
