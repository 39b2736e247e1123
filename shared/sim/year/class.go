package year

import (
	"slices"
	"strings"
	"time"
)

// A class is a kind of mail that makes an office's life hard. Only the harsh year has
// it. Each mail of a class has the class as its Sort.
type class struct {
	sort  Sort
	group string
	share float64 // of a hundred mails; there is no public count
	write func(y *Year, at time.Time)
}

// The sorts of mail of the harsh year.
const (
	LargeBookkeeper Sort = "bookkeeper-large"   // a person with thirty to fifty clients
	ThirdParty      Sort = "third-party"        // notary, lawyer, bank: known at one client, also writes about others
	HandOver        Sort = "hand-over"          // another office hands a client's books over
	Debt            Sort = "debt-collector"     // a stranger writes about a client's debt
	NamedUnlinked   Sort = "named-unlinked"     // names a client exactly with which the sender has no link
	Assistant       Sort = "assistant"          // a secretary of several people, in the name of one
	SoftForged      Sort = "soft-forged"        // a contact's own address, from servers of a stranger
	SoftGenuine     Sort = "soft-genuine"       // genuine, and looks the same to Exchange
	LookAlike       Sort = "look-alike"         // a contact's name with a domain that resembles his
	BossFraud       Sort = "boss-fraud"         // a stranger in a colleague's name
	FakeAuthority   Sort = "fake-authority"     // a stranger in the name of a bank or the tax office
	JobChanged      Sort = "job-changed"        // works for another client now, and keeps the address
	TakenOver       Sort = "taken-over"         // the company at this domain belongs to another client now
	Renamed         Sort = "renamed"            // a client with another name and domain
	OldThread       Sort = "old-thread"         // another client's matter in an old conversation
	RolledThread    Sort = "rolled-thread"      // another matter of the same client in last year's conversation
	OutsiderAnswer  Sort = "outsider-answer"    // a client's supplier answers all in a conversation
	Portal          Sort = "portal"             // writes for many clients, and names one
	PortalNotice    Sort = "portal-notice"      // of a portal, about nobody
	Supplier        Sort = "invoice-among-news" // of a client's supplier
	SupplierNews    Sort = "news-of-supplier"   // of the same sender
	PrivateClient   Sort = "private-client"     // an unknown person with a client's name
	OwnerPrivate    Sort = "owner-private"      // an owner's company and private matters
	FileName        Sort = "file-name"          // only a file's name tells the client
	Misspelt        Sort = "misspelt"           //
	Foreign         Sort = "foreign"            // in English, German, Polish or Turkish
	Application     Sort = "application"        // of somebody who wants a job
	Family          Sort = "family-mailbox"     // two people with a client each
	MentionsOther   Sort = "mentions-other"     // about its own client, with another's name
	PassedInvoice   Sort = "passed-invoice"     // a client passes a supplier's invoice on, and the supplier is a client
	PhotoOnly       Sort = "photo-only"         // no text at all
	ChatExport      Sort = "chat-export"        // of a messenger
	Invitation      Sort = "invitation"         // to a meeting
	Successor       Sort = "successor"          // another person behind the address of a function
	Namesake        Sort = "namesake"           // two contacts have the writer's name
	PlusAddress     Sort = "plus-address"       // of a contact, with a label
)

var classes = []class{
	{LargeBookkeeper, "a bookkeeper with thirty to fifty clients", 4, (*Year).largeBookkeeper},

	{ThirdParty, outsiders, 2, (*Year).thirdParty}, {HandOver, outsiders, 0.4, (*Year).handOver}, {Debt, outsiders, 0.5, (*Year).debt},
	{NamedUnlinked, outsiders, 0.8, (*Year).namedUnlinked}, {Assistant, outsiders, 0.8, (*Year).assistant},
	{OutsiderAnswer, outsiders, 0.5, (*Year).outsiderAnswer},

	{SoftForged, frauds, 1, by(anyone, (*Year).softForged)}, {LookAlike, frauds, 1, (*Year).lookAlike},
	{BossFraud, frauds, 0.4, (*Year).bossFraud},
	{FakeAuthority, frauds, 0.5, (*Year).fakeAuthority},

	{JobChanged, changes, 0.5, (*Year).jobChanged}, {TakenOver, changes, 0.5, (*Year).takenOver}, {Renamed, changes, 0.4, (*Year).renamed},
	{Successor, changes, 0.5, (*Year).successor}, {Namesake, changes, 0.4, (*Year).namesake}, {PlusAddress, changes, 0.4, (*Year).plusAddress},
	{SoftGenuine, changes, 0.15, (*Year).softGenuine},

	{OldThread, threads, 1.2, (*Year).oldThread}, {RolledThread, threads, 1, (*Year).rolledThread},

	{Portal, portals, 5, (*Year).portal}, {PortalNotice, portals, 0.8, (*Year).portalNotice}, {Supplier, portals, 1, (*Year).supplierInvoice},
	{SupplierNews, portals, 1.4, (*Year).supplierNews},

	{PrivateClient, several, 0.8, (*Year).privateClient}, {OwnerPrivate, several, 1.2, (*Year).ownerPrivate},
	{Family, several, 0.8, (*Year).family},
	{FileName, several, 1.2, by((*Year).several, (*Year).fileName)}, {Misspelt, several, 1.2, by((*Year).several, (*Year).misspelt)},

	{Foreign, forms, 1.2, by(severalOrOne, (*Year).foreign)}, {MentionsOther, forms, 1.2, by(anyone, (*Year).mentionsOther)},
	{PassedInvoice, forms, 1.2, by(anyone, (*Year).passedInvoice)},
	{PhotoOnly, forms, 1, (*Year).photoOnly}, {ChatExport, forms, 0.4, (*Year).chatExport},
	{Invitation, forms, 0.6, by(severalOrOne, (*Year).invitation)},
	{Application, forms, 0.8, (*Year).application},
}

// by lets a person write whom find returns, if there is one.
func by(find func(*Year) *person, write func(*Year, *person, time.Time)) func(*Year, time.Time) {
	return func(y *Year, at time.Time) {
		if p := find(y); p != nil {
			write(y, p, at)
		}
	}
}

func anyone(y *Year) *person { return y.someone(nil) }

func severalOrOne(y *Year) *person {
	if p := y.several(); p != nil && !y.often(0.5) {
		return p
	}
	return y.someone(nil)
}

// The groups of classes.
const (
	outsiders = "notaries, assistants and others about a client"
	frauds    = "fraud in a known name"
	changes   = "other names, jobs, owners and addresses"
	threads   = "old conversations with another matter"
	portals   = "portals and suppliers"
	several   = "owners, families, misspelt and hidden names"
	forms     = "photos, invitations, other languages, mentions of others"
	rest      = "all other mail"
)

// Group returns the group of a sort of mail, in words.
func Group(s Sort) string {
	for _, c := range classes {
		if c.sort == s {
			return c.group
		}
	}
	return rest
}

// Classes returns the classes of the harsh year.
func Classes() (sorts []Sort) {
	for _, c := range classes {
		sorts = append(sorts, c.sort)
	}
	return sorts
}

// A cast holds who plays in the classes, and what they have played.
type cast struct {
	threads    []*pastThread
	large      *person
	firms      [][]*person // third parties
	portals    []*portal
	suppliers  []*supplier
	assistants []*person
	families   []*person
	movers     map[*person]*client // who changed jobs, with the former client
	taken      map[string]*client  // domain → the client that took the company over
	renamed    map[*client]string  // → the new name
	successors map[*person][2]string
	private    []*client // clients who are persons, and whom nobody in the directory writes for
	silent     int       // clients who never write themselves
}

type pastThread struct {
	*thread
	by *person
}

// harden makes an office harsh on its first day.
func (y *Year) harden() {
	y.cast = cast{movers: map[*person]*client{}, taken: map[string]*client{}, renamed: map[*client]string{},
		successors: map[*person][2]string{}}
	before := len(y.clients)
	y.hireBookkeeper()
	y.nameFirms(before)
	y.openPortals()
	y.nameSuppliers()
	for range max(3, before/15) {
		y.cast.private = append(y.cast.private, y.add(y.privateNamed()))
		y.cast.families = append(y.cast.families, y.newFamily())
	}
	for range max(1, before/40) {
		c := pick(y, y.with(func(c *client) bool { return c.domain != "" && !c.broken && c.scanner == "" && !c.shares }))
		c.soft = y.newDomain("verzending" + y.invented())
	}
	for range max(2, before/40) {
		p := y.outsider(y.surname() + " " + y.say(officeServices))
		p.function = ""
		y.cast.assistants = append(y.cast.assistants, p)
	}
	for _, c := range y.clients[before:] {
		y.office.Clients = append(y.office.Clients, c.Client)
	}
}

// trouble plans the mails of the classes in a month, and returns about how many.
func (y *Year) trouble(total float64) float64 {
	sum := 0.0
	if y.often(0.4) {
		y.ownerSignsUp()
	}
	for _, c := range classes {
		if slices.Contains(y.o.Without, c.sort) {
			continue
		}
		sum += total * c.share / 100 * (1 + meanAnswers/2) // many go on
		for range y.about(total * c.share / 100) {
			y.at(y.moment(), func(at time.Time) { c.write(y, at) })
		}
	}
	return sum
}

// outsider makes a person who knows clients and is none, with a firm.
func (y *Year) outsider(firm string) *person {
	return y.colleagueAt(firm, y.newDomain(firm))
}

// colleagueAt makes one more person of a firm.
func (y *Year) colleagueAt(firm, domain string) *person {
	name := y.fullName()
	p := y.newPerson(nil, name, func(n [2]string) string {
		return pick(y, addressForms(n)) + "@" + domain
	})
	y.people = y.people[:len(y.people)-1] // never opens a conversation by himself
	p.firm, p.outside, p.weight, p.signs = firm, true, 0, y.often(0.8)
	for n := 2; y.names[p.email]; n++ {
		p.email = strings.Replace(p.email, "@", string(rune('0'+n))+"@", 1)
	}
	y.names[p.email] = true
	return p
}

// enters puts a person into the directory of the first day.
func (y *Year) enters(p *person) {
	p.directory, p.wrote[p.email] = true, true
	y.office.Contacts = append(y.office.Contacts, p.contact())
}

// writesFor adds a client to those that a person writes for.
func (p *person) writesFor(c *client) {
	if !slices.Contains(p.clients, c) {
		p.clients = append(p.clients, c)
	}
}

// someone returns a client's person whom the office has met and who writes for one
// client only; nil when there is none. Nothing is odd about the person's mail.
func (y *Year) someone(fits func(*person) bool) *person {
	return choose(y, y.active(func(p *person) bool {
		return p.met && len(p.clients) == 1 && !p.outside && p.wrote[p.email] && !y.odd(p) && (fits == nil || fits(p))
	}))
}

// odd says whether another class makes a person's ordinary mail hard.
func (y *Year) odd(p *person) bool {
	c := p.clients[0]
	return c.soft != "" || c.broken || y.cast.movers[p] != nil || y.cast.taken[c.domain] != nil && c.domain != "" || y.cast.renamed[c] != ""
}

// several returns a person whom the office has met and who writes for several clients.
func (y *Year) several() *person {
	return choose(y, y.active(func(p *person) bool { return p.met && len(p.clients) > 1 && !y.odd(p) }))
}

// another returns a company that is none of these.
func (y *Year) another(not ...*client) *client {
	for {
		if c := pick(y, y.clients); c.Type == "organisation" && !slices.Contains(not, c) && y.cast.renamed[c] == "" {
			return c
		}
	}
}

func choose[T any](y *Year, from []*T) *T {
	if len(from) == 0 {
		return nil
	}
	return pick(y, from)
}

// converse writes a mail of a class, and perhaps the answers that follow it. Change
// adds to the truth of the first mail.
func (y *Year) converse(sort Sort, p *person, c *client, l draft, knowable bool, change func(*Truth)) {
	th := &thread{client: c, subject: l.subject, sort: sort}
	if len(l.to) == 0 {
		l.to = y.mailbox(topic{}, c)
	}
	th.to = l.to
	y.deliver(p, th, l, knowable, "")
	if t := &y.mails[len(y.mails)-1].Truth; change != nil {
		change(t)
	}
	y.goOn(p, th, l.at)
}

// certainOf says that a mail is of a known person with one client, if it is.
func certainOf(p *person) func(*Truth) { return func(t *Truth) { t.Certain = len(p.clients) == 1 } }

// matter fills a draft with an ordinary matter.
func (y *Year) matter(l *draft) {
	t := pick(y, topics)
	l.subject, l.lines = y.fill(pick(y, t.subjects), l.at), append(l.lines, y.lines(t, l.at)...)
}
