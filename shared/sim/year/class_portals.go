package year

import (
	"fmt"
	"strings"
	"time"
)

// A portal sends mail for many clients from one address.
type portal struct {
	*person
	kind int // of portalKinds
}

// Where a portal names the client.
const (
	inDisplay = iota
	inSubject
	inText
	inFile
	clientPlaces // the number of places
)

// openPortals makes a portal of each kind. Nobody in the directory has its address.
func (y *Year) openPortals() {
	for kind := range portalKinds {
		name := y.say(portalKinds[kind].names) + pick(y, []string{"", " " + pick(y, inventedB), " NL"})
		domain := y.newDomain(name)
		p := &person{key: "portal " + name, first: name, email: pick(y, []string{"noreply", "mailer", "berichten", "service"}) + "@" + domain,
			outside: true, wrote: map[string]bool{}}
		y.cast.portals = append(y.cast.portals, &portal{p, kind})
	}
}

// portal sends a mail that names its client in one place.
func (y *Year) portal(at time.Time) {
	o := pick(y, y.cast.portals)
	k := portalKinds[o.kind]
	c := pick(y, y.clients)
	if c.domain == "" && y.often(0.5) {
		c = y.another()
	}
	id := y.messageID(o.email)
	l := y.printed(o.person, at, k.subjects, k.lines)
	l.id, l.ending, l.headers = id, y.say(portalEndings, "{p}", o.first), k.headers
	switch where := (o.kind + y.voice() + y.about(0.3)) % clientPlaces; where {
	case inDisplay:
		l.from = y.say(viaPortal, "{c}", y.call(c), "{p}", o.first)
	case inSubject:
		l.subject += y.say(subjectTails, "{c}", y.call(c), "{n}", c.Number)
	case inText:
		l.lines = append([]string{y.say(portalText, "{c}", y.call(c), "{k}", c.KvK, "{p}", personOf(c))}, l.lines...)
	case inFile:
		l.files = []file{y.fileOf(c)}
	}
	envelope := fmt.Sprintf("bounce-%d@mail.%s", y.number(), o.email[strings.Index(o.email, "@")+1:])
	if k.soft {
		envelope = fmt.Sprintf("bounce-%d@verzendhuis.example", y.number())
	}
	l.to = []string{pick(y, []string{"info", "administratie"}) + "@" + y.o.Domain}
	y.post(l, envelope, Truth{Kind: Chat, Sort: Portal, Person: o.key, Name: o.first, Email: o.email,
		Client: c.Number, Clients: []string{c.Number}, Knowable: true, Any: true, Portal: true})
}

// personOf returns the name of the person who leads a client.
func personOf(c *client) string {
	if c.main != nil {
		return c.main.name()
	}
	return c.short
}

func (y *Year) portalNotice(at time.Time) {
	o := pick(y, y.cast.portals)
	l := y.printed(o.person, at, noticeSubjects, noticeLines)
	l.ending, l.headers = y.say(portalEndings, "{p}", o.first), portalKinds[o.kind].headers
	y.junk(PortalNotice, l, fmt.Sprintf("bounce-%d@mail.%s", y.number(), o.email[strings.Index(o.email, "@")+1:]))
}

// A supplier sends invoices to clients by way of the office, and news and reminders
// that nobody needs.
type supplier struct {
	*person
	several bool
}

func (y *Year) nameSuppliers() {
	for i := range 4 {
		name := y.invented() + " " + y.say(supplies)
		p := &person{key: "supplier " + name, first: name,
			email: pick(y, []string{"facturen", "info", "klantenservice"}) + "@" + y.newDomain(name), outside: true,
			wrote: map[string]bool{}, firm: name}
		p.clients = []*client{y.another()}
		y.cast.suppliers = append(y.cast.suppliers, &supplier{p, i%2 == 1})
	}
}

// supplierInvoice sends an invoice that belongs to a client.
func (y *Year) supplierInvoice(at time.Time) {
	s := pick(y, y.cast.suppliers)
	c := s.clients[0]
	if s.several {
		c = y.another()
		s.writesFor(c)
	}
	l := y.printed(s.person, at, invoiceSubjects, invoiceLines)
	l.files = []file{{"factuur.pdf", "application/pdf"}}
	named := true
	if s.several || y.often(0.6) {
		l.lines = append(l.lines, y.say(invoiceFor, "{c}", y.call(c)))
	} else {
		named = s.met
	}
	s.met = true
	l.id, l.to = y.messageID(s.email), []string{"administratie@" + y.o.Domain}
	y.post(l, s.email, Truth{Kind: Chat, Sort: Supplier, Person: s.key, Name: s.first, Email: s.email,
		Client: c.Number, Clients: s.numbers(), Knowable: named, Any: true})
}

func (y *Year) supplierNews(at time.Time) {
	s := pick(y, y.cast.suppliers)
	l := y.printed(s.person, at, supplierSubjects, supplierLines)
	l.to = []string{"administratie@" + y.o.Domain}
	if y.often(0.4) {
		l.headers = []string{"List-Unsubscribe: <https://verzendhuis.example/uit>"}
	}
	y.junk(SupplierNews, l, s.email)
}
