package year

import (
	"strings"
	"time"
)

// A firm has people who write about clients that it serves as well.
type firm struct {
	kind   int // of firmKinds
	people []*person
}

// hireBookkeeper makes a bookkeeper with thirty to fifty clients, most of whom never
// write themselves.
func (y *Year) hireBookkeeper() {
	name := y.fullName()
	p := y.outsider(y.say(bookkeeping, "{s}", name[1]))
	p.bookkeeper, p.sort, p.directory = true, LargeBookkeeper, true
	for n := 30 + y.random.IntN(19); len(p.clients) < n; {
		c := y.newClient("")
		c.domain, c.broken, c.scanner, c.newsletter = "", false, "", false
		y.cast.silent++
		p.clients = append(p.clients, c)
		y.habit(p, c)
	}
	y.cast.large = p
	y.enters(p)
}

func (y *Year) largeBookkeeper(at time.Time) {
	p := y.cast.large
	y.begin(p, pick(y, p.clients), y.cue(true), at)
}

// nameFirms makes notaries, lawyers, banks and advisers. Each person is known at one
// of the first n clients.
func (y *Year) nameFirms(n int) {
	for i := range max(3, n/15) {
		kind := i % len(firmNames)
		surname := y.surname()
		f := firm{kind: kind}
		name := y.say(firmNames[kind], "{s}", surname)
		domain := y.newDomain(name)
		for range 1 + y.random.IntN(3) {
			p := y.colleagueAt(name, domain)
			p.function = y.say(firmFunctions[kind])
			p.clients = []*client{pick(y, y.clients[:n])}
			if y.often(0.7) {
				y.enters(p)
			}
			f.people = append(f.people, p)
		}
		y.cast.firms = append(y.cast.firms, f)
	}
}

// thirdParty writes about the client at which the person is known, or about another
// one, which the mail then names.
func (y *Year) thirdParty(at time.Time) {
	f := pick(y, y.cast.firms)
	p := pick(y, f.people)
	c := pick(y, p.clients)
	if y.often(0.45) {
		c = y.another(p.clients...)
	}
	l := y.draft(p, at)
	l.subject, l.lines = y.fill(y.say(firmSubjects), at), []string{y.fill(y.say(firmLines), at)}
	named := true
	switch r := y.random.Float64(); {
	case len(p.clients) == 1 && c == p.clients[0] && r < 0.4:
		named = p.met || p.directory
	case r < 0.65:
		l.subject = y.say(inRe, "{c}", y.call(c), "{t}", l.subject)
	case r < 0.85:
		l.lines = append(l.lines, y.say(about, "{c}", y.call(c)))
	case r < 0.95:
		l.lines = append(l.lines, y.say(numbered, "{n}", c.Number))
	default:
		l.files = []file{y.fileOf(c)}
	}
	p.writesFor(c)
	y.converse(ThirdParty, p, c, l, named, nil)
}

// stranger makes a person of an unknown firm who writes about a client.
func (y *Year) stranger(firm string, c *client) *person {
	p := y.outsider(firm)
	p.clients = []*client{c}
	return p
}

func (y *Year) handOver(at time.Time) {
	c := y.another()
	p := y.stranger(y.say(otherOffices, "{s}", y.surname()), c)
	l := y.draft(p, at)
	l.subject, l.lines = y.say(handOverSubjects, "{c}", y.call(c)), []string{y.say(handOverLines, "{c}", y.call(c))}
	y.converse(HandOver, p, c, l, true, nil)
}

func (y *Year) debt(at time.Time) {
	c := y.another()
	p := y.stranger(y.say(collectors, "{s}", y.surname()), c)
	l := y.draft(p, at)
	l.subject, l.lines = y.fill(y.say(debtSubjects, "{c}", y.call(c)), at), []string{y.fill(y.say(debtLines, "{c}", y.call(c)), at)}
	y.converse(Debt, p, c, l, true, nil)
}

// namedUnlinked writes about a client by its number, as a stranger or as a person of
// another client.
func (y *Year) namedUnlinked(at time.Time) {
	p := y.someone(nil)
	if p == nil || y.often(0.5) {
		c := y.another()
		p = y.stranger(pick(y, inventedA)+pick(y, inventedB)+" "+y.say(officeServices), c)
		l := y.draft(p, at)
		y.matter(&l)
		l.lines = append(l.lines, y.say(numbered, "{n}", c.Number))
		y.converse(NamedUnlinked, p, c, l, true, nil)
		return
	}
	c := y.another(p.clients...)
	l := y.draft(p, at)
	y.matter(&l)
	l.lines = append([]string{y.say(helpsOut, "{c}", y.call(c), "{n}", c.Number)}, l.lines...)
	y.cast.movers[p] = p.clients[0] // no longer an ordinary person
	p.writesFor(c)
	p.habits, p.usual = map[string]*client{}, map[string]map[string]int{}
	y.converse(NamedUnlinked, p, c, l, true, nil)
}

// assistant is a secretary who writes in the name of one person, and then another.
func (y *Year) assistant(at time.Time) {
	p := pick(y, y.cast.assistants)
	boss := y.someone(func(b *person) bool { return b.clients[0].main == b })
	if boss == nil {
		return
	}
	c := boss.clients[0]
	l := y.draft(p, at)
	y.matter(&l)
	l.lines = append([]string{y.say(onBehalf, "{p}", boss.name(), "{c}", y.call(c))}, l.lines...)
	if y.often(0.3) {
		l.from = y.say(fromBehalf, "{p}", boss.name(), "{a}", p.first)
	}
	p.writesFor(c)
	y.converse(Assistant, p, c, l, true, nil)
}

// outsiderAnswer is an answer of a client's supplier, who got the office's mail too.
func (y *Year) outsiderAnswer(at time.Time) {
	th := y.past(at, 30, func(t pastThread) bool { return !t.client.broken && t.client.soft == "" })
	if th == nil {
		return
	}
	p := y.stranger(pick(y, inventedA)+pick(y, inventedB)+" "+pick(y, trades), th.client)
	l := y.draft(p, at)
	l.subject, l.answers, l.quote, l.to = "RE: "+th.subject, th.ids, &th.quoted, th.to[:1]
	l.lines = []string{y.say(answersAll)}
	copied := *th.thread
	copied.sort, copied.ids = OutsiderAnswer, append([]string{}, th.ids...)
	y.deliver(p, &copied, l, true, "")
	y.mails[len(y.mails)-1].Truth.Any = true
}

// past returns a conversation whose last mail is at least some days old.
func (y *Year) past(at time.Time, days int, fits func(pastThread) bool) *pastThread {
	var found []pastThread
	for _, t := range y.cast.threads {
		if t.quoted.at.Before(at.AddDate(0, 0, -days)) && !t.by.gone && t.sort == "" && fits(t) {
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		return nil
	}
	t := pick(y, found)
	return &t
}

// oldThread answers an old conversation with a matter of another client.
func (y *Year) oldThread(at time.Time) {
	th := y.past(at, 14, func(t pastThread) bool { return t.by.met && !y.odd(t.by) })
	if th == nil {
		return
	}
	p, c := th.by, y.another(th.client)
	if len(p.clients) > 1 && y.often(0.7) {
		for c = pick(y, p.clients); c == th.client; {
			c = pick(y, p.clients)
		}
	}
	if len(p.clients) == 1 {
		y.cast.movers[p] = p.clients[0]
		p.habits, p.usual = map[string]*client{}, map[string]map[string]int{}
	}
	p.writesFor(c)
	l := y.draft(p, at)
	l.subject, l.answers, l.quote, l.to = "Re: "+strings.TrimPrefix(th.subject, "Re: "), th.ids, &th.quoted, th.to[:1]
	what := y.call(c)
	switch {
	case c.Type == "person" || y.often(0.6):
		what += " (" + y.say(numberWords) + " " + c.Number + ")"
	case y.often(0.3) && c.KvK != "":
		what += ", KvK " + c.KvK
	}
	l.lines = append([]string{y.say(otherMatter, "{c}", what)}, y.lines(pick(y, topics), at)...)
	next := &thread{client: c, subject: th.subject, to: th.to, sort: OldThread, ids: append([]string{}, th.ids...)}
	y.deliver(p, next, l, true, CueName)
	y.mails[len(y.mails)-1].Truth.Answer = false
	y.goOn(p, next, at)
}

// rolledThread answers an old conversation with another matter of the same client.
func (y *Year) rolledThread(at time.Time) {
	th := y.past(at, 60, func(t pastThread) bool { return t.by.met && !y.odd(t.by) && len(t.by.clients) == 1 })
	if th == nil {
		return
	}
	l := y.draft(th.by, at)
	l.subject, l.answers, l.quote, l.to = "Re: "+th.subject, th.ids, &th.quoted, th.to[:1]
	l.lines = append([]string{y.fill(y.say(nextYear), at)}, y.lines(pick(y, topics), at)...)
	copied := *th.thread
	copied.sort, copied.ids = RolledThread, append([]string{}, th.ids...)
	y.deliver(th.by, &copied, l, true, "")
	y.mails[len(y.mails)-1].Truth.Certain = true
}
