package year

import (
	"slices"
	"strings"
	"time"
)

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
		var people []*person
		name := y.say(firmNames[kind], "{s}", surname)
		domain := y.newDomain(name)
		for range 1 + y.random.IntN(3) {
			p := y.colleagueAt(name, domain)
			p.function = y.say(firmFunctions[kind])
			p.clients = []*client{pick(y, y.clients[:n])}
			if y.often(0.7) {
				y.enters(p)
			}
			people = append(people, p)
		}
		y.cast.firms = append(y.cast.firms, people)
	}
}

// thirdParty writes about the client at which the person is known, or about another
// one, which the mail then names.
func (y *Year) thirdParty(at time.Time) {
	p := pick(y, pick(y, y.cast.firms))
	c := pick(y, p.clients)
	if y.often(0.45) {
		c = y.another(p.clients...)
	}
	l := y.draft(p, at)
	l.says(y, firmSubjects, firmLines)
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
	var c *client
	stranger := p == nil || y.often(0.5)
	if stranger {
		c = y.another()
		p = y.stranger(y.invented()+" "+y.say(officeServices), c)
	} else {
		c = y.another(p.clients...)
	}
	l := y.draft(p, at)
	if y.matter(&l); stranger {
		l.lines = append(l.lines, y.say(numbered, "{n}", c.Number))
	} else {
		l.lines = append([]string{y.say(helpsOut, "{c}", y.call(c), "{n}", c.Number)}, l.lines...)
		y.newMatter(p)
		p.writesFor(c)
	}
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
	th := y.past(at, 30, func(t *pastThread) bool { return !t.client.broken && t.client.soft == "" })
	if th == nil {
		return
	}
	p := y.stranger(y.invented()+" "+pick(y, trades), th.client)
	l := y.draft(p, at)
	l.subject, l.lines = "RE: "+th.subject, []string{y.say(answersAll)}
	y.again(OutsiderAnswer, th, p, l).Any = true
}

// again goes on with an old conversation in mail of another sort.
func (y *Year) again(sort Sort, t *pastThread, p *person, l draft) *Truth {
	copied := *t.thread
	copied.sort, copied.ids = sort, slices.Clone(t.ids)
	l.answers, l.quote, l.to = t.ids, &t.quoted, t.to[:1]
	y.deliver(p, &copied, l, true, "")
	return &y.mails[len(y.mails)-1].Truth
}

// newMatter says that a person with one client writes for one more: the person is no
// longer an ordinary one.
func (y *Year) newMatter(p *person) {
	y.cast.movers[p] = p.clients[0]
	p.habits, p.usual = map[string]*client{}, map[string]map[string]int{}
}

// past returns a conversation whose last mail is at least some days old.
func (y *Year) past(at time.Time, days int, fits func(*pastThread) bool) *pastThread {
	return choose(y, slices.DeleteFunc(slices.Clone(y.cast.threads), func(t *pastThread) bool {
		return !t.quoted.at.Before(at.AddDate(0, 0, -days)) || t.by.gone || t.sort != "" || !fits(t)
	}))
}

// oldThread answers an old conversation with a matter of another client.
func (y *Year) oldThread(at time.Time) {
	th := y.past(at, 14, func(t *pastThread) bool { return t.by.met && !y.odd(t.by) })
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
		y.newMatter(p)
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
	th := y.past(at, 60, func(t *pastThread) bool { return t.by.met && !y.odd(t.by) && len(t.by.clients) == 1 })
	if th == nil {
		return
	}
	l := y.draft(th.by, at)
	l.subject = "Re: " + th.subject
	l.lines = append([]string{y.fill(y.say(nextYear), at)}, y.lines(pick(y, topics), at)...)
	y.again(RolledThread, th, th.by, l).Certain = true
}
