package year

import (
	"fmt"
	"strings"
	"time"
)

// privateNamed makes a client who is a person, named as offices do.
func (y *Year) privateNamed() *client {
	name := y.fullName()
	c := &client{surname: name[1], first: name[0]}
	c.Type = "person"
	c.Name = y.say(privateNames, "{i}", name[0][:1], "{f}", name[0], "{s}", name[1], "{l}", strings.ToUpper(name[1][:1])+name[1][1:])
	c.short = name[0] + " " + name[1]
	return c
}

// privateClient writes as an unknown person with the name of a client.
func (y *Year) privateClient(at time.Time) {
	c := pick(y, y.cast.private)
	if c.main == nil {
		c.main = y.newPerson(c, [2]string{c.first, c.surname}, y.privateAddress)
		c.main.weight, c.main.sort = 0.5, PrivateClient
	}
	if c.main.gone {
		return
	}
	l := y.draft(c.main, at)
	if c.main.met && y.often(0.4) {
		c.main.email = y.privateAddress([2]string{c.first, c.surname})
		l.email = c.main.email
	}
	l.from, l.signature = c.short, c.first+" "+c.surname
	if y.often(0.3) {
		l.from = c.first[:1] + ". " + c.surname
	}
	l.says(y, privateSubjects, privateLines)
	y.converse(PrivateClient, c.main, c, l, true, nil)
}

// ownerSignsUp makes an owner a client as well, for the income tax.
func (y *Year) ownerSignsUp() {
	p := choose(y, y.active(func(p *person) bool {
		return len(p.clients) == 1 && p.clients[0].main == p && p.clients[0].Type == "organisation" && !y.odd(p)
	}))
	if p == nil {
		return
	}
	c := y.privateSelf(p)
	y.joinOwner(p, c)
	p.directory, p.wrote[p.email] = true, true
	y.joins = append(y.joins, Join{c.Client, p.contact()})
}

// ownerPrivate writes about the company or about the owner's own taxes. The matter
// tells which.
func (y *Year) ownerPrivate(at time.Time) {
	p := choose(y, y.active(func(p *person) bool { return len(p.clients) > 1 && p.clients[len(p.clients)-1].Type == "person" }))
	if p == nil {
		return
	}
	l := y.draft(p, at)
	c := p.clients[0]
	if y.often(0.5) {
		c = p.clients[len(p.clients)-1]
		l.says(y, ownSubjects, ownLines)
	} else {
		l.says(y, companySubjects, companyLines)
	}
	companies := 0
	for _, c := range p.clients {
		if c.Type == "organisation" {
			companies++
		}
	}
	y.converse(OwnerPrivate, p, c, l, c.Type == "person" || companies == 1, nil)
}

// fileOf returns a file whose name tells a client.
func (y *Year) fileOf(c *client) file {
	name := y.say(fileNames, "{c}", c.short, "{u}", strings.ReplaceAll(strings.ToUpper(c.short), " ", "_"), "{d}",
		strings.ReplaceAll(plain(c.short), " ", "-"), "{n}", c.Number)
	return file{name, "application/pdf"}
}

func (y *Year) fileName(p *person, at time.Time) {
	c := pick(y, p.clients)
	l := y.draft(p, at)
	l.subject, l.lines, l.files = y.fill(y.say(bareSubjects), at), []string{y.say(bareLines)}, []file{y.fileOf(c)}
	y.converse(FileName, p, c, l, true, nil)
}

// misspelt names one of a person's clients with an error.
func (y *Year) misspelt(p *person, at time.Time) {
	c := pick(y, p.clients)
	l := y.draft(p, at)
	l.subject, l.lines = y.fill(y.say(bareSubjects), at), []string{y.say(bareLines)}
	wrong := y.spoil(c.short)
	if y.often(0.5) {
		l.subject += " " + wrong
	} else {
		l.lines = append(l.lines, y.say(about, "{c}", wrong))
	}
	y.converse(Misspelt, p, c, l, true, nil)
}

// spoil writes a name with an error in its longest word.
func (y *Year) spoil(name string) string {
	words := strings.Fields(name)
	longest := 0
	for i, w := range words {
		if len(w) >= len(words[longest]) {
			longest = i
		}
	}
	w := []byte(words[longest])
	if len(w) < 5 {
		return name
	}
	switch i := 1 + y.random.IntN(len(w)-3); y.random.IntN(4) {
	case 0:
		w[i], w[i+1] = w[i+1], w[i]
	case 1:
		w = append(w[:i], w[i+1:]...)
	case 2:
		w = append(w[:i+1], w[i:]...)
	default:
		w[i] = "aeiourtns"[y.random.IntN(9)]
	}
	words[longest] = string(w)
	if y.often(0.3) {
		return strings.Join(words, "")
	}
	return strings.Join(words, " ")
}

// foreign writes in another language.
func (y *Year) foreign(p *person, at time.Time) {
	c := pick(y, p.clients)
	language := pick(y, languages)
	l := y.draft(p, at)
	l.greeting, l.ending = language.greeting, language.ending
	l.says(y, language.subjects, language.lines)
	if len(p.clients) > 1 {
		l.lines = append(l.lines, strings.ReplaceAll(language.about, "{c}", y.call(c)))
	}
	y.converse(Foreign, p, c, l, true, certainOf(p))
}

func (y *Year) application(at time.Time) {
	name := y.fullName()
	from := name[0] + " " + name[1]
	l := draft{from: from, email: y.privateAddress(name), at: at, program: y.random.IntN(programs), greeting: y.say(formalGreetings),
		subject: y.fill(y.say(applicationSubjects), at),
		lines:   []string{y.say(applicationLines)}, ending: y.say(farewells), signature: from,
		files: []file{{y.say(applicationFiles, "{s}", name[1]), "application/pdf"}}}
	y.junk(Application, l, l.email)
}

// newFamily makes two people with one address, and a client each.
func (y *Year) newFamily() *person {
	surname := y.surname()
	p := &person{key: fmt.Sprintf("family %d", y.number()), first: "Fam.", last: surname, outside: true, wrote: map[string]bool{},
		program: y.random.IntN(programs)}
	p.email = y.privateAddress([2]string{"familie", surname})
	for range 2 {
		name := y.surnamed(surname)
		c := &client{surname: surname, first: name[0]}
		c.Type = "organisation"
		c.short = name[0] + " " + surname + " " + pick(y, advice)
		c.Name = c.short
		c.KvK, c.VAT = fmt.Sprintf("%08d", 99_000_000+7*y.number()), y.vat()
		p.clients = append(p.clients, y.add(c))
	}
	y.enters(p)
	return p
}

// family is a mail of one of two people with one address. Who signs tells the client.
func (y *Year) family(at time.Time) {
	p := pick(y, y.cast.families)
	c := pick(y, p.clients)
	l := y.draft(p, at)
	l.from = pick(y, []string{"Fam. " + p.last, c.first + " " + p.last, p.clients[0].first + " & " + p.clients[1].first})
	l.signature = c.first
	y.matter(&l)
	y.converse(Family, p, c, l, true, nil)
}

// mentionsOther writes about its own client, and tells something about another one.
func (y *Year) mentionsOther(p *person, at time.Time) {
	l := y.draft(p, at)
	y.matter(&l)
	other := y.another(p.clients...)
	l.lines = append(l.lines, y.fill(y.say(business, "{x}", other.short), at))
	y.converse(MentionsOther, p, p.clients[0], l, true, nil)
}

// passedInvoice passes on the invoice of a supplier who is a client as well.
func (y *Year) passedInvoice(p *person, at time.Time) {
	other, c := y.another(p.clients...), p.clients[0]
	l := y.draft(p, at)
	subject := y.fill("Factuur {n}", at)
	q := quoted{name: other.short, email: "administratie@" + other.domain, to: p.name(), subject: subject, at: at.Add(-3 * time.Hour),
		text: y.fill(y.say(invoiceTexts, "{x}", other.Name, "{k}", other.KvK, "{v}", other.VAT, "{c}", c.Name), at)}
	if other.domain == "" {
		q.email = "facturen@" + joined(other.short) + ".example"
	}
	l.subject, l.quote, l.forwards, l.files = "Fwd: "+subject, &q, true, []file{{"factuur.pdf", "application/pdf"}}
	l.lines = nil
	if y.often(0.6) {
		l.lines = []string{y.say(passing)}
	}
	y.converse(PassedInvoice, p, c, l, true, certainOf(p))
}

// photoOnly sends pictures and nothing else.
func (y *Year) photoOnly(at time.Time) {
	p := y.someone(nil)
	if y.often(0.3) {
		p = y.several()
	}
	if p == nil {
		return
	}
	l := y.draft(p, at)
	l.greeting, l.ending, l.signature = "", "", y.say([]string{"", "Sent from my Galaxy", "Verzonden vanaf Outlook voor iOS"})
	l.subject = y.say([]string{"", "IMG_20{n}.jpg", "Foto", "bonnetjes", "Scan", ""}, "{n}", fmt.Sprint(100+y.number()))
	l.files = []file{{fmt.Sprintf("IMG_%04d.jpg", y.random.IntN(9999)), "image/jpeg"},
		{fmt.Sprintf("20260%d14_%06d.jpg", 1+y.random.IntN(9), y.random.IntN(235959)), "image/jpeg"}}
	y.converse(PhotoOnly, p, pick(y, p.clients), l, len(p.clients) == 1, certainOf(p))
}

// chatExport sends a conversation with somebody else, who is at another client.
func (y *Year) chatExport(at time.Time) {
	p, other := y.someone(nil), y.someone(nil)
	if p == nil || other == p {
		return
	}
	l := y.draft(p, at)
	l.greeting, l.ending, l.signature = "", "", ""
	l.subject = y.say(exportSubjects, "{p}", other.name())
	l.lines = []string{y.say(exportLines)}
	l.files = []file{{"WhatsApp-chat met " + other.name() + ".txt", "text/plain"}}
	y.converse(ChatExport, p, p.clients[0], l, true, certainOf(p))
}

func (y *Year) invitation(p *person, at time.Time) {
	c := pick(y, p.clients)
	l := y.draft(p, at)
	l.subject = y.fill(y.say(meetings, "{c}", y.call(c)), at)
	l.lines, l.greeting, l.ending = []string{y.say(meetingLines)}, "", ""
	when := at.AddDate(0, 0, 7).Format("20060102T150000Z")
	l.calendar = fmt.Sprintf("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:%d@%s\r\nDTSTAMP:%s\r\nDTSTART:%s\r\nSUMMARY:%s\r\nORGANIZER:mailto:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		y.number(), "agenda.example", at.Format("20060102T150405Z"), when, l.subject, l.email)
	y.converse(Invitation, p, c, l, true, nil)
}
