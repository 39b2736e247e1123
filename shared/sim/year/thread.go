package year

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A thread is a conversation between a client and the office.
type thread struct {
	client  *client
	subject string
	ids     []string // of its mails, oldest first
	quoted  quoted   // the last of them
	to      []string
	sort    Sort // of its mails; "" when it follows from the writer
}

// A quoted mail is repeated below the mail that answers it.
type quoted struct {
	name, email, to, subject, text string
	at                             time.Time
}

// open starts a conversation of a person.
func (y *Year) open(p *person, at time.Time) {
	if p.gone {
		return
	}
	c, cue := p.clients[0], Cue("")
	if len(p.clients) > 1 {
		c, cue = pick(y, p.clients), y.cue(p.bookkeeper)
	}
	y.begin(p, c, cue, at)
}

// begin starts a conversation of a person about one of the person's clients.
func (y *Year) begin(p *person, c *client, cue Cue, at time.Time) {
	t := y.topic(p, c, cue)
	th := &thread{client: c, subject: y.fill(pick(y, t.subjects), at), sort: p.sort}
	l := y.draft(p, at)
	l.lines = y.lines(t, at)
	known := y.name(p, c, cue, t, th, &l)
	th.to = y.mailbox(t, c)
	l.to, l.subject = th.to, th.subject
	y.deliver(p, th, l, known, cue)
	y.goOn(p, th, at)
}

// goOn plans the next mail of a conversation, if there is one.
func (y *Year) goOn(p *person, th *thread, at time.Time) {
	if y.often(meanAnswers / (1 + meanAnswers)) {
		y.at(y.later(at), func(at time.Time) { y.answer(p, th, at) })
	}
}

// answer writes a person's answer to what the office wrote in between.
func (y *Year) answer(p *person, th *thread, at time.Time) {
	if y.often(answerByOther) {
		if others := y.active(func(o *person) bool { return o != p && slices.Contains(o.clients, th.client) }); len(others) > 0 {
			p = pick(y, others)
		}
	}
	if p.gone || !slices.Contains(p.clients, th.client) {
		return
	}
	asked := at.Add(-time.Duration(1+y.random.IntN(20)) * time.Hour)
	if asked.Before(th.quoted.at) {
		asked = th.quoted.at.Add(10 * time.Minute)
	}
	manager := y.office.Members[1]
	for _, m := range y.office.Members {
		if m.Email == th.client.Team[0].Member {
			manager = m
		}
	}
	reply := quoted{name: manager.Name, email: th.to[0], to: p.name(), subject: "Re: " + th.subject, at: asked,
		text: "Beste " + p.first + ",\n\n" + pick(y, asks) + "\n\nMet vriendelijke groet,\n\n" + manager.Name}
	if th.quoted.text != "" && y.often(0.7) {
		reply.text += "\n\n" + th.quoted.block()
	}
	th.ids = append(th.ids, y.messageID(y.o.Domain))
	l := y.draft(p, at)
	l.quote = &reply
	l.lines = []string{y.fill(pick(y, replies), at)}
	l.subject, l.to, l.answers = "Re: "+th.subject, th.to[:1], th.ids
	y.deliver(p, th, l, true, CueAnswer)
	y.goOn(p, th, at)
}

// deliver encodes a draft and adds it to the month, with its truth.
func (y *Year) deliver(p *person, th *thread, l draft, knowable bool, cue Cue) {
	truth := Truth{Kind: Chat, Person: p.key, Name: p.name(), Email: l.email, Client: th.client.Number, Clients: p.numbers(),
		Knowable: knowable,
		Answer:   len(th.ids) > 0}
	switch {
	case th.sort != "":
		truth.Sort = th.sort
	case !p.wrote[l.email] && (p.met || p.directory):
		truth.Sort = Moved
	case !p.wrote[l.email]:
		truth.Sort = Newcomer
	case th.client.broken && strings.HasSuffix(l.email, "@"+th.client.domain):
		truth.Sort = BrokenSPF
	case len(p.clients) > 1:
		truth.Sort = ManyClients
	default:
		truth.Sort, truth.Certain = Ordinary, true
	}
	if len(p.clients) > 1 {
		truth.Cue = cue
	}
	from := l.email
	if th.client.soft != "" && strings.HasSuffix(l.email, "@"+th.client.domain) {
		from, truth.Sort = fmt.Sprintf("b%d@%s", y.number(), th.client.soft), SoftGenuine
	}
	if th.client.broken && strings.HasSuffix(l.email, "@"+th.client.domain) {
		from = "spoofed@" + th.client.domain
	}
	p.wrote[l.email], p.met = true, true
	if th.sort == "" && len(th.ids) == 0 && y.often(shareForwarded/shareLetters*(1+meanAnswers)) && y.forward(th, l, truth) {
		return
	}
	l.id = y.messageID(l.email)
	th.ids = append(th.ids, l.id)
	th.quoted = quoted{name: p.name(), email: l.email, to: l.to[0], subject: l.subject, text: l.text(), at: l.at}
	y.post(l, from, truth)
	if y.o.Harsh && !p.outside {
		y.cast.threads = append(y.cast.threads, &pastThread{th, p})
	}
}

// forward sends the mail to a colleague whose mailbox is not read, who forwards it.
func (y *Year) forward(th *thread, l draft, truth Truth) bool {
	member := y.office.Members[4+y.random.IntN(4)]
	truth.Sort = Forwarded
	subject := pick(y, []string{"FW: ", "Fwd: ", "Doorst: "}) + l.subject
	q := quoted{name: truth.Name, email: l.email, to: member.Name, subject: l.subject, text: l.text(), at: l.at.Add(-time.Hour)}
	f := draft{from: member.Name, email: member.Email, at: l.at, to: th.to[:1], subject: subject, program: outlook, forwards: true, quote: &q,
		id:       y.messageID(y.o.Domain),
		lines:    []string{pick(y, []string{"Pakken jullie deze op?", "Ter info, graag afhandelen.", "Deze kwam bij mij binnen."})},
		greeting: "Hoi,",
		ending:   "Groet,", signature: strings.Fields(member.Name)[0]}
	y.post(f, member.Email, truth)
	th.ids, th.quoted = append(th.ids, y.messageID(y.o.Domain)), q
	return true
}

// mailbox returns the addresses to which a mail goes.
func (y *Year) mailbox(t topic, c *client) []string {
	at := func(local string) string { return local + "@" + y.o.Domain }
	to := at("info")
	switch r := y.random.Float64(); {
	case t.box != "" && r < 0.5:
		to = at(t.box)
	case r > 0.8:
		to = c.Team[0].Member // the manager, whose own address is activated
	}
	list := []string{to}
	if y.often(toTwoAddresses) {
		list = append(list, pick(y, []string{at("info"), at("administratie"), at("loon")}))
	}
	return slices.Compact(list)
}

// draft returns a draft of a person, without its content.
func (y *Year) draft(p *person, at time.Time) draft {
	l := draft{email: p.email, at: at, program: p.program, greeting: strings.ReplaceAll(pick(y, greetings), " {w}", ""),
		ending: pick(y, endings)}
	if y.o.Harsh {
		y.greet(&l)
	}
	if p.private != "" && (!p.wrote[p.private] || y.often(privateFraction)) {
		l.email, l.program = p.private, p.program%2*gmail
	}
	l.from = p.first
	if p.fullName {
		l.from = p.name()
	}
	l.signature = p.name()
	if l.email == p.private || !strings.HasSuffix(l.email, ".example") {
		l.signature = p.first
		if y.often(0.5) {
			l.signature = p.name()
		}
		if y.often(0.25) {
			l.signature += "\n" + p.phone
		}
		return l
	}
	for _, line := range []string{p.function, p.company()} {
		if line != "" {
			l.signature += "\n" + line
		}
	}
	if p.signs {
		l.signature += "\n\nT " + p.phone + "\nE " + p.email
	}
	if y.o.Harsh {
		y.sign(&l, p)
	}
	return l
}

// company returns the company in a person's signature.
func (p *person) company() string {
	switch {
	case !p.signs:
		return ""
	case p.firm != "":
		return p.firm
	}
	return p.clients[0].Name
}

// lines returns the text about a topic.
func (y *Year) lines(t topic, at time.Time) []string {
	var out []string
	for _, i := range y.random.Perm(len(t.lines))[:1+y.random.IntN(len(t.lines))] {
		out = append(out, y.fill(t.lines[i], at))
	}
	return out
}

// fill puts months, amounts and numbers into a text.
func (y *Year) fill(s string, at time.Time) string {
	before := at.AddDate(0, 0, -at.Day())
	amount := 100 + y.random.IntN(9900)
	number := fmt.Sprintf("%d-%04d", at.Year(), y.random.IntN(10000))
	if y.often(0.3) {
		number = fmt.Sprint(1000 + y.random.IntN(9000)) // as long as a client's number
	}
	euros := fmt.Sprint(amount)
	if amount >= 1000 {
		euros = fmt.Sprintf("%d.%03d", amount/1000, amount%1000)
	}
	return strings.NewReplacer("{m}", months[before.Month()-1], "{j}", fmt.Sprint(at.Year()-1), "{k}",
		fmt.Sprintf("Q%d", (int(before.Month())+2)/3),
		"{e}", fmt.Sprintf("€ %s,%02d", euros, y.random.IntN(100)), "{n}", number).Replace(s)
}
