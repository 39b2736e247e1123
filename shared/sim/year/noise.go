package year

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A sender is a newsletter, or a program that sends mail.
type sender struct {
	name, email, list string
	subjects          []string
	weight            float64
	hidden, gone      bool
	program           bool
}

var (
	newsSubjects = []string{"Nieuwsbrief {m}", "De plannen van het kabinet", "Webinar: wat verandert er?", "Tien tips voor {m}",
		"Nieuw in {m}"}
	programSubjects = [][]string{
		{"Uw bestelling is onderweg", "Uw pakket is bezorgd"}, {"Er staat een nieuw bericht voor u klaar", "Nieuw bericht in uw berichtenbox"},
		{"Koppeling vernieuwd", "Import voltooid: {n}"}, {"Factuur {n}", "Herinnering factuur {n}"},
		{"Documenten zijn ondertekend ({n})", "Verzoek tot ondertekenen {n}"},
	}
	coldSubjects = []string{"Meer klanten voor uw kantoor", "Drie kandidaten voor uw team", "Bespaar op energie", "Uw website kan beter",
		"Samenwerking?", "Kennismaken"}
	coldLines = []string{"Wij helpen kantoren zoals het uwe aan meer omzet.", "Mag ik u deze week bellen?",
		"Bij {n} kantoren in de regio zijn wij al actief.", "Wij hebben nog drie plaatsen vrij.", "Heeft u mijn vorige bericht gezien?"}
)

// newList makes a newsletter, sometimes of a sender who has one already.
func (y *Year) newList() {
	lists := slices.DeleteFunc(slices.Clone(y.senders), func(s *sender) bool { return s.program || s.list == "" || s.gone })
	s := &sender{subjects: newsSubjects, weight: 0.5 + y.random.Float64()}
	if len(lists) > 0 && y.often(secondLists) {
		s.name, s.email = pick(y, lists).name, pick(y, lists).email
	} else {
		s.name = y.invented() + " " + pick(y, []string{"Actueel", "Nieuws", "Update", "Academie"})
		s.email = pick(y, []string{"nieuws", "info", "nieuwsbrief"}) + "@" + y.newDomain(s.name)
	}
	if !y.often(shareWithoutList) {
		s.list = fmt.Sprintf("%s <%d.%s>", s.name, y.number(), s.email[strings.Index(s.email, "@")+1:])
	}
	y.senders = append(y.senders, s)
}

func (y *Year) newProgram() {
	name := y.invented()
	y.senders = append(y.senders,
		&sender{program: true, name: name,
			email:    pick(y, []string{"noreply", "no-reply", "meldingen", "service"}) + "@" + y.newDomain(name+"online"),
			subjects: pick(y, programSubjects), hidden: y.often(shareHidden), weight: 0.5 + y.random.Float64()})
}

// noise plans the mail of a month that clients do not write.
func (y *Year) noise(total float64) {
	thousand := float64(y.o.Mails) / 1000
	for range y.about(listsNew * thousand / 12) {
		y.end(false)
		y.newList()
	}
	for range y.about(programsNew * thousand / 12) {
		y.end(true)
		y.newProgram()
	}
	for _, n := range []struct {
		share float64
		write func(time.Time)
	}{
		{shareNewsletters, func(at time.Time) { y.bulk(at, false) }}, {shareNotifications, func(at time.Time) { y.bulk(at, true) }},
		{shareCold / coldAgain, y.cold}, {shareOutOfOffice, y.outOfOffice}, {shareBounces, y.bounce}, {shareSpoofed, y.spoof},
		{shareInternal, y.internal},
		{shareScanner, y.scan},
	} {
		for range y.about(total * n.share / 100) {
			y.at(y.moment(), n.write)
		}
	}
}

// end ends one newsletter or program, so that their number stays the same.
func (y *Year) end(program bool) {
	if s := y.sender(program); s != nil {
		s.gone = true
	}
}

// sender returns an active newsletter or program; nil when there is none.
func (y *Year) sender(program bool) *sender {
	there := slices.DeleteFunc(slices.Clone(y.senders), func(s *sender) bool { return s.program != program || s.gone })
	return weighted(y, there, func(s *sender) float64 { return s.weight })
}

// junk adds a mail that needs no action.
func (y *Year) junk(sort Sort, l draft, envelope string) {
	if len(l.to) == 0 {
		l.to = []string{pick(y, []string{"info", "info", "administratie"}) + "@" + y.o.Domain}
	}
	l.id = y.messageID(l.email)
	l.subject = y.fill(l.subject, l.at)
	y.post(l, envelope, Truth{Kind: Dismiss, Sort: sort, Knowable: true})
}

// bulk adds a newsletter or a notification, sometimes a client's newsletter.
func (y *Year) bulk(at time.Time, program bool) {
	s := y.sender(program)
	if s == nil {
		return
	}
	l := draft{from: s.name, email: s.email, at: at, subject: pick(y, s.subjects), greeting: "Beste relatie,",
		lines: []string{"Lees verder op onze site."}, ending: "Afmelden kan onderaan.", program: gmail}
	sort, envelope := Newsletter, fmt.Sprintf("bounce-%d@verzendhuis.example", y.number())
	if writers := y.active(func(p *person) bool { return p.met && p.clients[0].newsletter && p.clients[0].main == p }); !program &&
		len(writers) > 0 && y.often(0.08) {
		p := pick(y, writers)
		domain := p.clients[0].domain
		s = &sender{email: p.email, list: p.clients[0].short + " <nieuws." + domain + ">"}
		l.from, l.email, l.subject, envelope = p.clients[0].short, p.email, "Nieuws van "+p.clients[0].short, p.email
	}
	switch {
	case program && s.hidden:
		sort, envelope = Hidden, s.email
		l.greeting, l.ending = "Geachte heer, mevrouw,", "Dit bericht is automatisch verstuurd."
	case program:
		sort, envelope = Notification, s.email
		l.headers = []string{"Auto-Submitted: auto-generated"}
		l.lines, l.ending = []string{"Log in om het te bekijken."}, "Dit bericht is automatisch verstuurd."
	case s.list == "":
		sort = Bulk
		l.headers = []string{"List-Unsubscribe: <https://verzendhuis.example/uit>", "Precedence: bulk"}
	default:
		l.headers = []string{"List-Id: " + s.list, "List-Unsubscribe: <https://verzendhuis.example/uit>"}
	}
	y.junk(sort, l, envelope)
}

// cold adds mail of a stranger who sells something, and asks again.
func (y *Year) cold(at time.Time) {
	name := y.fullName()
	from, subject := name[0]+" "+name[1], pick(y, coldSubjects)
	email := joined(name[0]) + "@" + y.newDomain(y.invented()+"sales")
	var write func(at time.Time, again bool)
	write = func(at time.Time, again bool) {
		l := draft{from: from, email: email, at: at, subject: subject, program: gmail, greeting: "Geachte heer/mevrouw,",
			lines: []string{y.fill(pick(y, coldLines), at), pick(y, coldLines[3:])}, ending: "Met vriendelijke groet,", signature: from}
		if again {
			l.subject = "Re: " + subject
		}
		y.junk(Cold, l, email)
		if y.often(1 - 1/coldAgain) {
			y.at(y.later(at.AddDate(0, 0, 3)), func(at time.Time) { write(at, true) })
		}
	}
	write(at, false)
}

func (y *Year) outOfOffice(at time.Time) {
	people := y.active(func(p *person) bool { return p.met })
	if len(people) == 0 {
		return
	}
	p := pick(y, people)
	y.junk(OutOfOffice, draft{from: p.name(), email: p.email, at: at,
		subject: pick(y, []string{"Automatisch antwoord: Re: vraag", "Afwezig: Re: stukken", "Out of office"}), greeting: "Beste,",
		answers: []string{y.messageID(y.o.Domain)},
		lines:   []string{"Ik ben afwezig en lees mijn mail na terugkomst."}, ending: "Groet,", signature: p.name(), program: outlook,
		headers: []string{"Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All"}}, "")
	y.mails[len(y.mails)-1].Truth.Person = p.key
}

func (y *Year) scan(at time.Time) {
	with := y.with(func(c *client) bool { return c.scanner != "" })
	if len(with) == 0 {
		return
	}
	c := pick(y, with)
	l := draft{from: "Scanner", email: c.scanner, at: at, id: y.messageID(c.domain), to: []string{"administratie@" + y.o.Domain},
		subject:  "Scan van apparaat " + fmt.Sprint(y.random.IntN(9000)),
		greeting: "Gescand document.", lines: []string{"Verzonden vanaf het apparaat van " + c.short + "."},
		headers: []string{"Auto-Submitted: auto-generated"}}
	from := c.scanner
	if c.broken {
		from = "spoofed@" + c.domain
	}
	y.post(l, from, Truth{Kind: Chat, Sort: Scanner, Person: "scanner " + c.Number, Name: "Scanner " + c.short, Email: c.scanner,
		Client: c.Number, Clients: []string{c.Number}, Knowable: true})
}

func (y *Year) internal(at time.Time) {
	m := y.office.Members[1+y.random.IntN(len(y.office.Members)-1)]
	y.junk(Internal, draft{from: m.Name, email: m.Email, at: at, to: []string{"info@" + y.o.Domain},
		subject:  pick(y, []string{"Lunch donderdag", "Sleutel kast", "Verjaardag", "Parkeren"}),
		greeting: "Hoi allemaal,", lines: []string{"Donderdag zijn we met zijn allen beneden."}, ending: "Groet,",
		signature: strings.Fields(m.Name)[0], program: outlook}, m.Email)
}

// spoof adds mail of a stranger in the name of a contact or a colleague.
func (y *Year) spoof(at time.Time) {
	l := draft{at: at, subject: pick(y, []string{"Gewijzigd rekeningnummer", "Spoed: betaling", "Openstaande factuur {n}"}),
		greeting: "Beste,",
		lines:    []string{"Wilt u dit vandaag nog verwerken? Ik ben telefonisch niet bereikbaar."}, ending: "Groet,"}
	people := y.active(func(p *person) bool { return p.met })
	if m := pick(y, y.office.Members[1:]); y.often(0.3) || len(people) == 0 {
		l.from, l.email = m.Name, m.Email
	} else {
		p := pick(y, people)
		l.from, l.email = p.name(), p.email
	}
	l.signature = l.from
	y.junk(Spoofed, l, fmt.Sprintf("x%d@spoofed.example", y.number()))
}

func (y *Year) bounce(at time.Time) {
	domain := "postbode.example"
	if c := pick(y, y.clients); c.domain != "" {
		domain = c.domain
	}
	to, boundary := pick(y, []string{"info", "loon"})+"@"+y.o.Domain, "verslag"
	raw := fmt.Sprintf("From: Mail Delivery System <mailer-daemon@%s>\r\nTo: %s\r\nSubject: Undelivered Mail Returned to Sender\r\nDate: "+
		"%s\r\nMessage-ID: %s\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: multipart/report; report-type=delivery-status; boundary=%q\r\n\r\n--%s\r\nContent-Type: text/plain\r\n\r\nThe mail "+
		"could not be delivered.\r\n--%s\r\nContent-Type: message/delivery-status\r\n\r\n"+
		"Reporting-MTA: dns; mx.%s\r\n\r\nFinal-Recipient: rfc822; oud%d@%s\r\nAction: failed\r\nStatus: 5.1.1\r\n--%s--\r\n",
		domain, to, at.Format(time.RFC1123Z), y.messageID(domain), boundary, boundary, boundary, domain, y.number(), domain, boundary)
	y.mails = append(y.mails, Mail{At: at, To: []string{to}, Raw: []byte(raw), Truth: Truth{Kind: Dismiss, Sort: Bounced, Knowable: true}})
}
