package learn

import (
	"cmp"
	"math"
	"slices"

	"kantoorpost/shared/sorting"
)

// The weights of clues: the chance that a clue is right when nothing else is
// known. Independent clues are combined, see clues.
const (
	// Who wrote it.
	sameName        = 0.80 // few offices know two people of one name
	sameInitial     = 0.45 // "J. Jansen" is often Jan, and sometimes Joost
	sameFirst       = 0.40 // "Jan", at the domain where one Jan is known
	sameMailbox     = 0.95 // its address with a tag behind the name, which mail servers leave out
	formerColleague = 0.40 // has private affairs like everybody; most mail is meant for successors
	samePhone       = 0.60 // a mobile number is one person's, a switchboard is not
	nameAtDomain    = 0.50 // beside a name: people change the part before the @
	nameAtClient    = 0.40 // beside a name: the mail is about a client of that person
	nameInChat      = 0.60 // beside a name: it answers that person
	chatUnnamed     = 0.35 // it answers that person, and the author has no name
	chatOtherName   = 0.05 // it answers that person, under another name
	ownerShares     = 0.45 // its address, beside another name: a family, a desk
	ownerForwards   = 0.70 // the same, of an address that writes for others
	throughPortal   = 0.30 // times that, for "Piet Jansen via Ondertekenen": not he wrote it
	elsewhereFactor = 0.35 // a name at one client, a domain of another: a new job, or two people

	// Which client a stranger belongs to.
	domainAll      = 0.85 // all contacts at the domain belong to it
	domainSome     = 0.60 // times the share of the contacts at the domain who belong to it
	domainTaught   = 0.70 // times its share of earlier decisions on the domain
	domainName     = 0.65 // the domain has its name
	domainWord     = 0.30 // the domain has a word of its name
	labelled       = 0.90 // "klantnummer 1001"
	loose          = 0.45 // 1001, which may be anything
	registered     = 0.85 // its KvK or VAT number
	bankAccount    = 0.50 // its bank account: an invoice has that of whoever is paid
	company        = 0.75 // the signature or display name says so
	named          = 0.70 // the text says its name
	namedAbout     = 0.88 // the text says that it is about it, or for it
	recipient      = 0.45 // one of its contacts is among the recipients
	answeredChat   = 0.60 // the mail answers its chat
	employerFactor = 0.80 // for numbers in the signature: they belong to the employer of the writer
	quotedFactor   = 0.50 // for quoted text: somebody else wrote it
	namedNow       = 0.97 // the text says that its writer now works there, or that it took the company over
	namedAside     = 0.40 // the text compares with it, or says that its mail comes later
	namedFormerly  = 0.25 // the text says that its writer has left, or that it exists no more
	wordFactor     = 0.15 // for a company with a word of the name, and another one
	companyFactor  = 0.60 // for a company whose name is alike, not the same

	// Which of the sender's own clients a mail is about. A signature says little:
	// it is the same in all mail of its sender.
	partName        = 0.50 // a word that only this one's name has
	partTelling     = 0.75 // the same, of a word that is no trade
	ownPart         = 0.85 // the same, at a place that says what the mail is about
	ownNumber       = 0.85 // a number that is one of theirs is seldom anything else
	ownYear         = 0.65 // the same in brackets, when it may be a year
	signatureFactor = 0.25 // for clues in the signature
	sharedPart      = 0.70 // a word that two or three of them have, and the others not
	chosenBefore    = 0.60 // the most that earlier choices say
	chosenBeside    = 0.50 // times that, when the mail itself names one of them
	ownTeam         = 0.45 // the addressed team member works for it, and not for the others
	oneOfThem       = 0.30 // divided by how many there are
	kindWord        = 0.65 // a word of the trade that suits this kind of client and not the others; shared by those it suits
	misspelt        = 0.40 // a word that is nearly one of its name
	misspeltWhole   = 0.85 // the whole name, with a mistake or divided otherwise
	ownName         = 0.60 // the sender has the client's name, as private persons have
	namedFile       = 0.60 // an attachment has its name
	onBehalf        = 0.75 // the sender's display name is its name: portals write so
	numberFile      = 0.70 // its number in the name of a file
	chatOwnClient   = 0.50 // the mail answers its chat: people write about another client in an old conversation
	namedOwn        = 0.80 // the author's own words have its name
	replyFactor     = 0.60 // for the subject of an answer: it says what the conversation began with

	// Whether anybody needs the mail.
	strangeAlone     = 0.40 // nothing ties the sender to any client
	acquisition      = 0.45 // for each phrase of selling
	jobApplication   = 0.75 // it waits for whoever hires, and is no client's
	prospect         = 0.75 // a new client must not be missed
	announcement     = 0.60 // what is said to all is for nobody in particular
	unsubscribe      = 0.50 // people do not offer to unsubscribe
	machineAddress   = 0.60 // nobody reads no-reply
	dismissedBefore  = 0.50 // each time
	againFactor      = 0.70 // for each time that people dismissed mail of this sender which names no client
	releasedBefore   = 0.60 // each time
	likelyOnce       = 0.90 // a bounce or an absence needs no more than to be read
	likelyList       = 0.75 // people want all newsletters of a list or none
	likelySender     = 0.65 // the same for a program without a list
	unlikely         = 0.08
	colleagueWrote   = 0.70 // a colleague who forwards nothing writes to the office
	passedOnAnyway   = 0.10
	originalSender   = 0.90 // forwarded mail is its author's
	contactWrote     = 0.25 // a doubted mail may be genuine: contacts have broken mail servers
	contactAnswers   = 0.92 // contacts know what was said in the chat
	trustedBefore    = 0.80
	phoneOfContact   = 0.50
	strangerDoubted  = 0.60 // a doubted and unknown sender is seldom missed
	doubted          = 0.40 // Exchange is right more often than not
	alarming         = 0.80 // for each phrase that hurries or asks for money, as fraud does
	alarmingStranger = 0.40 // the same, of somebody whom nothing ties to a client
	programOfContact = 0.60 // the software of a contact: invoices, scans, portals
	programAtClient  = 0.55 // the same, at the domain of a client
	unreadContact    = 0.70
)

// doubtful is the least chance that a mail is false when a warning says so.
const doubtful = 0.6

// leastScore is the lowest score of a suggestion worth its place on the page.
const leastScore = 0.02

// clues are pieces of evidence for one thing.
type clues struct {
	found    []clue
	unfitted bool // no weights are fitted to mail that waits for such a reason
}

// A clue has the chance that it misleads, when nothing else is known.
type clue struct {
	group  string
	misled float64
	why    Reason
}

// groups are reasons that depend on each other, so only the strongest of a group
// counts: a client's domain often has the client's name.
var groups = map[string]string{
	"domain-rule": "same-domain", "domain-name": "same-domain",
	"word": "name", "name-part": "name", "name-like": "name", "name-signature": "name", "name-quote": "answers-chat",
	"own-name": "name-sender", "is-contact": "trusted-before", "often": "habit",
}

// add adds a piece of evidence that is right with a chance. Of one code the
// strongest counts.
func (c *clues) add(chance float64, why Reason) {
	if chance <= 0 {
		return
	}
	factor := 1.0
	if !c.unfitted {
		factor = model.evidence(why.Code)
	}
	n := clue{cmp.Or(groups[why.Code], why.Code), math.Pow(1-min(chance, 0.98), factor), why}
	for i, o := range c.found {
		if o.why.Code == why.Code {
			if n.misled < o.misled {
				c.found[i] = n
			}
			return
		}
	}
	c.found = append(c.found, n)
}

// score returns the chance that at least one of the groups is right, as if they
// were independent.
func (c *clues) score() float64 {
	misled := 1.0
	for i := range c.found {
		if c.counts(i) {
			misled *= c.found[i].misled
		}
	}
	return 1 - misled
}

// counts says whether a clue is the strongest of its group, the first of equals.
func (c *clues) counts(i int) bool {
	for j, o := range c.found {
		if o.group == c.found[i].group && (o.misled < c.found[i].misled || o.misled == c.found[i].misled && j < i) {
			return false
		}
	}
	return true
}

// reasons returns the reasons with their weights, the strongest first. It leaves out
// what a stronger one of its group says already, and what says next to nothing.
func (c *clues) reasons() []Reason {
	var list []Reason
	for i, n := range c.found {
		if n.why.Weight = 0; c.counts(i) {
			n.why.Weight = math.Round(-1000*math.Log(n.misled)) / 1000
		}
		list = append(list, n.why)
	}
	sorting.By(list, func(a, b Reason) int { return cmp.Compare(b.Weight, a.Weight) })
	return list[:min(len(list), max(1, slices.IndexFunc(append(list, Reason{}), func(r Reason) bool { return r.Weight < leastSaid })))]
}

// leastSaid is the least weight of a reason that is shown beside another one.
const leastSaid = 0.05

// has says whether there is a clue with a code.
func (c *clues) has(code string) bool {
	return slices.ContainsFunc(c.found, func(n clue) bool { return n.why.Code == code })
}
