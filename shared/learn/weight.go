package learn

import (
	"cmp"
	"maps"
	"slices"
)

// What one piece of evidence is worth: the chance that what it points to is
// right when nothing else is known. Independent pieces are combined, see clues.
const (
	// Who wrote it.
	sameName        = 0.80 // few offices know two people of one name
	sameInitial     = 0.45 // "J. Jansen" is often Jan, and sometimes Joost
	sameFirst       = 0.40 // "Jan", at the domain where one Jan is known
	samePhone       = 0.60 // a mobile number is one person's, a switchboard is not
	nameAtDomain    = 0.50 // beside a name: people change the part before the @
	nameAtClient    = 0.40 // beside a name: the mail is about a client of that person
	nameInChat      = 0.60 // beside a name: it answers that person
	chatUnnamed     = 0.35 // it answers that person, and has no name of its own
	chatOtherName   = 0.05 // it answers that person, under another name
	elsewhereFactor = 0.35 // a name at one client, a domain of another: a new job, or two people

	// Which client a stranger belongs to.
	domainAll     = 0.85 // everybody known at the domain belongs to it
	domainSome    = 0.60 // of those known at the domain, times their share
	domainTaught  = 0.70 // earlier decisions on the domain, times their share
	domainName    = 0.65 // the domain is called like it
	domainWord    = 0.30 // the domain has a word of its name
	labelled      = 0.90 // "klantnummer 1001"
	loose         = 0.45 // 1001, which may be anything
	registered    = 0.85 // its KvK or VAT number
	company       = 0.75 // the signature or display name says so
	named         = 0.70 // the text says its name
	recipient     = 0.45 // somebody of it is among the recipients
	answeredChat  = 0.60 // the mail answers its chat
	quotedFactor  = 0.50 // what somebody else wrote counts less
	companyFactor = 0.60 // a company whose name is alike, not the same

	// Which of a sender's own clients a mail is about. The sender's signature is
	// the same in all of his mail.
	partName        = 0.45 // a word that only this one's name has
	ownNumber       = 0.85 // a number that is one of theirs is seldom anything else
	signatureFactor = 0.25 // of whatever stands in the signature
	habit           = 0.80 // what earlier choices make likely, at most
	ownTeam         = 0.45 // the addressed team member works for it, and not for the others
	oneOfThem       = 0.30 // divided by how many there are

	// Whether anybody needs it.
	strangeAlone     = 0.40 // nothing ties the sender to any client
	acquisition      = 0.45 // one word of selling; two are twice that evidence
	prospect         = 0.75 // who says that he seeks an accountant is not to be missed
	unsubscribe      = 0.50 // people do not offer to be unsubscribed from
	machineAddress   = 0.60 // nobody reads no-reply
	dismissedBefore  = 0.50 // once; more is more
	releasedBefore   = 0.60 // once
	likelyOnce       = 0.90 // a bounce or an absence is over when it is read
	likelyList       = 0.75 // who does not want one newsletter, wants none of that list
	likelySender     = 0.65 // the same of a machine that names no list
	unlikely         = 0.08
	colleagueWrote   = 0.70 // a colleague who passes nothing on means the office
	passedOnAnyway   = 0.10
	originalSender   = 0.90 // who passes mail on wants it placed as its writer's
	contactWrote     = 0.25 // of a doubted mail: contacts have broken mail servers
	contactAnswers   = 0.85 // and know what was said in the chat
	trustedBefore    = 0.80
	phoneOfContact   = 0.50
	strangerDoubted  = 0.60 // who is doubted and unknown is seldom missed
	doubted          = 0.40 // Exchange is right more often than not
	alarming         = 0.80 // one phrase that hurries or asks for money: that is what fraud is for
	programOfContact = 0.60 // a contact's own software: invoices, scans, portals
	programAtClient  = 0.55 // the same, from an address of its own at a client's domain
	unreadContact    = 0.70
)

// leastScore is below which a suggestion only takes up space.
const leastScore = 0.02

// clues are pieces of evidence for one thing.
type clues struct {
	weights map[string]float64 // the heaviest of each group
	reasons []Reason
}

// groups are reasons that go together, so that only the heaviest counts: a
// domain is called like the client whose people are there.
var groups = map[string]string{
	"domain-rule": "same-domain", "domain-name": "same-domain",
	"word": "name", "name-part": "name",
	"is-contact": "trusted-before",
}

// add takes a piece of evidence into account. The same reason counts once.
func (c *clues) add(weight float64, why Reason) {
	if weight <= 0 || slices.ContainsFunc(c.reasons, func(r Reason) bool { return r.Code == why.Code }) {
		return
	}
	if c.weights == nil {
		c.weights = map[string]float64{}
	}
	group := cmp.Or(groups[why.Code], why.Code)
	c.weights[group] = max(c.weights[group], min(weight, 0.98))
	c.reasons = append(c.reasons, why)
}

// score is the chance that not all of the groups mislead, as if they had nothing
// to do with each other.
func (c *clues) score() float64 {
	misled := 1.0
	for _, group := range slices.Sorted(maps.Keys(c.weights)) { // in one order, so that sums are the same
		misled *= 1 - c.weights[group]
	}
	return 1 - misled
}
