package learn

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/sorting"
)

// suggestPeople suggests who wrote a mail whose sender is no contact: a contact
// with a new address, a new contact of a client, or nobody whom the office
// needs.
func suggestPeople(ctx context.Context, office Office, m Mail, by author) ([]Suggestion, error) {
	cs, err := searchClients(ctx, office, m, by)
	if err != nil {
		return nil, err
	}
	clients := cs.ranked()
	people, err := cs.people(ctx, clients)
	if err != nil {
		return nil, err
	}
	// Whether it is somebody who is known comes first, then for which client a new person
	// writes, then whether anybody needs the mail.
	list, left := linksTo(people, by)
	ofClients, any := chosen(clients)
	nothing := len(list) == 0 && len(ofClients) == 0
	nobody, err := unwanted(ctx, office, by, proofOf(m.Item), nothing)
	if err != nil {
		return nil, err
	}
	if nobody.has("application") { // for work at the office, whoever else is named
		for i := range ofClients {
			ofClients[i].Score *= 1 - jobApplication
		}
		any *= 1 - jobApplication
	}
	for _, n := range ofClients {
		s := cs.newContact()
		s.Client, s.Score, s.Reasons = n.Client, left*n.Score, n.Reasons
		list = append(list, s)
	}
	list = offerPortal(list, m, directory.Rule{})
	for i, s := range list {
		if s.Action == item.CreateContact && s.Portal && cs.owner != nil { // it has the address
			list[i] = Suggestion{Action: item.LinkContact, Contact: cs.owner, Client: s.Client, Portal: true, Score: s.Score, Reasons: s.Reasons}
		}
	}
	left *= 1 - any
	reasons := nobody.reasons()
	if n := phrases(by.own, seeking); n > 0 && nothing {
		s := cs.newContact()
		s.Score, s.Reasons = left*often(prospect, int64(n)), []Reason{reason("prospect")}
		list, left = append(list, s), left-s.Score
	}
	if cs.former != "" && nothing {
		s := cs.newContact()
		reasons = []Reason{reason("former-colleague")}
		s.Name, s.Score, s.Reasons = cs.former, left*formerColleague, reasons
		list, left = append(list, s), left-s.Score
	}
	return append(list, nobodyNeeds(m, nobody, left*nobody.score(), reasons)...), nil
}

// linksTo suggests that people wrote the mail, and returns the chance that none of them did.
func linksTo(people []*person, by author) (list []Suggestion, left float64) {
	alone := make([]float64, len(people))
	for i, p := range people {
		if alone[i] = p.score(); portalName(by.from) != "" {
			alone[i] *= throughPortal
		}
	}
	left = 1
	for i, chance := range chances(alone) {
		list = append(list, Suggestion{Action: item.LinkContact, Contact: &people[i].contact, Score: chance, Reasons: people[i].reasons()})
		left -= chance
	}
	return list, left
}

// nobodyNeeds suggests to dismiss a mail, for always or once, with a chance for both together.
// An unknown sender is not refused for good only because nothing is known, and nobody
// applies for a job twice.
func nobodyNeeds(m Mail, signs *clues, chance float64, reasons []Reason) []Suggestion {
	always := 0.3
	switch {
	case !Teaches(m.Item, directory.DismissSender) || m.Item.Facts.Contact != "": // mail of a contact is dismissed once
		always = 0
	case signs.has("application"):
		always = 0.1
	case slices.ContainsFunc(reasons, func(r Reason) bool { return r.Code != "unconnected" }):
		always = 0.7
	}
	return []Suggestion{dismissal(Sender, chance*always, reasons...), dismissal(Once, chance*(1-always), reasons...)}
}

// newContact suggests to create a contact from the author.
func (cs *clientSearch) newContact() Suggestion {
	c := cs.by.card
	name := cmp.Or(c.Name, strings.TrimSpace(cs.by.from.Name))
	if name == "" {
		local, _, _ := strings.Cut(cs.by.from.Email, "@")
		name = local
	}
	return Suggestion{Action: item.CreateContact, Name: name, Email: cs.by.from.Email, Phone: c.Phone, Function: c.Function}
}

// A person is a contact who may have written the mail.
type person struct {
	contact directory.Contact
	clues
}

// people returns the contacts who may have written the mail, each with its
// clues.
func (cs *clientSearch) people(ctx context.Context, clients []*candidate) ([]*person, error) {
	candidates := slices.Concat(cs.named, cs.near)
	for _, c := range []*directory.Contact{cs.chat, cs.untagged} {
		if c != nil {
			candidates = append(candidates, *c)
		}
	}
	var only *directory.Contact
	if err := cs.readOwner(ctx); err != nil {
		return nil, err
	}
	taken := cs.owner
	if taken != nil {
		candidates = append(candidates, *taken)
		clients = slices.DeleteFunc(slices.Clone(clients), func(p *candidate) bool { return slices.Contains(taken.Clients, p.id) })
	}
	if len(clients) > 0 && clients[0].score() >= partName && (taken != nil || !cs.by.name.full()) {
		of, err := cs.office.ContactsOfClient(ctx, clients[0].id, maxContactsOfClient)
		if err != nil {
			return nil, err
		}
		candidates = append(candidates, of...)
		if len(of) == 1 && cs.by.name.first == "" && cs.by.domain() == "" {
			only = &of[0]
		}
	}
	sorting.By(candidates, func(a, b directory.Contact) int { return strings.Compare(a.ID, b.ID) })
	candidates = slices.CompactFunc(candidates, func(a, b directory.Contact) bool { return a.ID == b.ID })
	n := map[likeness]float64{}
	for _, c := range candidates {
		n[cs.alikeName(c)]++
	}
	var people []*person
	for _, c := range candidates {
		p := &person{contact: c}
		cs.weigh(p, n, only)
		if taken != nil {
			cs.weighShared(p, *taken, n[same] > 0)
		}
		if p.score() > 0 {
			people = append(people, p)
		}
	}
	return people, nil
}

// readOwner reads the contact who has the author's address, when another name than the
// contact's stands beside it.
func (cs *clientSearch) readOwner(ctx context.Context) error {
	id := cs.m.Item.Facts.Contact
	if cs.m.Item.Reason != item.UnknownSender || id == "" {
		return nil
	}
	return runLookups(ctx, []lookup{lookupOf(func(ctx context.Context) (directory.Contact, error) { return cs.office.Contact(ctx, id) },
		func(c directory.Contact) { cs.owner = &c })})
}

// weighShared adds the clues for mail from an address under another name than its
// owner's: the owner writes for others, as a portal does, or it is somebody of the
// client that the mail names. When known says that the office has a contact with the
// name beside the address, the owner seldom means himself.
func (cs *clientSearch) weighShared(p *person, owner directory.Contact, known bool) {
	if p.contact.ID == owner.ID {
		chance := ownerShares
		if writesForOthers(cs.m.Item) {
			chance = ownerForwards
		}
		if known && cs.alikeName(owner) != same {
			chance *= elsewhereFactor
		}
		p.add(chance, reason("own-address", owner.Name))
		return
	}
	for _, id := range p.contact.Clients {
		if client := cs.candidates[id]; client.scored() > 0 && client.client != nil {
			p.add(nameAtClient*client.score()/float64(len(p.contact.Clients)), reason("client", client.client.Name))
		}
	}
}

// alikeName compares the author's name with a contact's.
func (cs *clientSearch) alikeName(c directory.Contact) likeness {
	return cs.by.name.like(nameOf(c.Name))
}

// weigh adds the clues for one contact.
func (cs *clientSearch) weigh(p *person, n map[likeness]float64, only *directory.Contact) {
	alike := cs.alikeName(p.contact)
	if cs.untagged != nil && cs.untagged.ID == p.contact.ID {
		p.add(sameMailbox, reason("same-mailbox", p.contact.Name))
	}
	at := func(c directory.Contact) bool { return c.ID == p.contact.ID }
	near := slices.ContainsFunc(cs.near, at)
	answers := cs.chat != nil && cs.chat.ID == p.contact.ID
	elsewhere := (len(cs.near) > 0 && !near || cs.namesClient()) && !cs.belongs(p.contact)
	switch alike {
	case same:
		weight := sameName / n[same]
		if elsewhere {
			weight *= elsewhereFactor
		}
		p.add(weight, reason("same-name", p.contact.Name))
	case initialAlike:
		p.add(sameInitial/n[initialAlike], reason("alike-name", p.contact.Name))
	case firstAlike:
		p.add(sameFirst/n[firstAlike], reason("alike-name", p.contact.Name))
	}
	if phone := cs.by.card.Phone; phone != "" && plainPhone(phone) == plainPhone(p.contact.Phone) &&
		(alike != different || cs.by.name.first == "") {
		p.add(samePhone, reason("same-phone", phone))
	}
	switch {
	case answers && alike != different:
		p.add(nameInChat, reason("answers-chat"))
	case answers && cs.by.name.first == "":
		p.add(chatUnnamed, reason("answers-chat"))
	case answers:
		p.add(chatOtherName, reason("answers-chat"))
	}
	if only != nil && only.ID == p.contact.ID {
		p.add(sameFirst, reason("client", cs.ranked()[0].client.Name))
	}
	if alike == different {
		return
	}
	if near {
		p.add(nameAtDomain, reason("contact-domain", cs.by.domain()))
	}
	for _, id := range p.contact.Clients {
		if client := cs.candidates[id]; client.scored() > 0 && client.client != nil {
			p.add(nameAtClient*client.score(), reason("client", client.client.Name))
		}
	}
}

// scored returns the score, 0 for no candidate.
func (p *candidate) scored() float64 {
	if p == nil {
		return 0
	}
	return p.score()
}

// namesClient says whether the author names a client.
func (cs *clientSearch) namesClient() bool {
	for _, p := range cs.candidates {
		if p.has("name") || p.has("number") {
			return true
		}
	}
	return false
}

// belongs says whether a clue points to a client of the contact.
func (cs *clientSearch) belongs(c directory.Contact) bool {
	return slices.ContainsFunc(c.Clients, func(id string) bool { return cs.candidates[id].scored() > 0 })
}

// plainPhone returns the last nine digits of a phone number, which are the same
// with a country code and without.
func plainPhone(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	return digits[max(0, len(digits)-9):]
}
