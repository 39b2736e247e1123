package year

import (
	"fmt"
	"strings"
	"time"
)

// softForged sends mail in the name of a contact, with the contact's own address, from
// the servers of a stranger. The domain publishes no policy, so Exchange does not
// doubt it.
func (y *Year) softForged(p *person, at time.Time) {
	l := y.draft(p, at)
	l.email = p.email
	l.subject, l.lines = y.fill(y.say(fraudSubjects), at),
		[]string{y.fill(y.say(fraudLines, "{c}", p.clients[0].short), at), y.say(fraudClosings)}
	if y.often(0.25) {
		if th := y.past(at, 3, func(t *pastThread) bool { return t.by == p }); th != nil {
			l.subject, l.quote = "Re: "+th.subject, &th.quoted // got from a stolen mailbox
		}
	}
	y.fraud(SoftForged, l, fmt.Sprintf("u%d@%s", y.number(), y.newDomain(y.invented()+"host")))
}

// softGenuine lets a client send its mail with another company's servers from now on.
func (y *Year) softGenuine(at time.Time) {
	with := y.with(func(c *client) bool {
		return c.domain != "" && !c.shares && !c.broken && c.soft == "" && c.scanner == ""
	})
	if c := choose(y, with); c != nil && y.often(0.5) {
		c.soft = y.newDomain("verzending" + y.invented())
	}
}

// fraud adds mail of somebody who pretends to be another.
func (y *Year) fraud(sort Sort, l draft, envelope string) {
	y.junk(sort, l, envelope)
	y.mails[len(y.mails)-1].Truth.Fraud = true
}

// lookAlike writes in the name of a contact, from an address that resembles his.
func (y *Year) lookAlike(at time.Time) {
	p := y.someone(func(p *person) bool { return p.clients[0].main == p || p.clients[0].domain != "" })
	if p == nil {
		return
	}
	l := y.draft(p, at)
	local, domain, _ := strings.Cut(p.email, "@")
	name, top, _ := strings.Cut(domain, ".")
	public := !strings.HasSuffix(domain, ".example")
	if public {
		l.email = resemble(local, y.random.IntN(4)) + "@" + domain
	} else {
		l.email = local + "@" + resemble(name, y.random.IntN(6)) + "." + top
	}
	l.from = p.name()
	l.signature = strings.ReplaceAll(l.signature, p.email, l.email)
	if public || y.often(0.6) {
		l.subject, l.lines = y.fill(y.say(fraudSubjects), at), []string{y.fill(y.say(fraudLines, "{c}", p.clients[0].short), at)}
	} else {
		y.matter(&l)
		l.lines = append(l.lines, y.say(fraudRequests))
	}
	y.fraud(LookAlike, l, l.email)
}

// resemble returns a name that looks like another.
func resemble(name string, how int) string {
	swaps := [][2]string{{"m", "rn"}, {"l", "1"}, {"i", "l"}, {"o", "0"}}
	for i := range swaps {
		if s := swaps[(how+i)%len(swaps)]; how < len(swaps) && strings.Contains(name[1:], s[0]) {
			at := strings.LastIndex(name, s[0])
			return name[:at] + s[1] + name[at+len(s[0]):]
		}
	}
	if how == 4 {
		return name + "-nl"
	}
	at := len(name) / 2
	return name[:at] + string(name[at]) + name[at:]
}

func (y *Year) bossFraud(at time.Time) {
	m := pick(y, y.office.Members[1:])
	l := draft{from: m.Name, at: at, program: phone, subject: y.say(bossSubjects), greeting: y.say(salutations),
		lines: []string{y.fill(y.say(bossLines), at)}, signature: strings.Fields(m.Name)[0]}
	l.email = fmt.Sprintf("%s.%d@%s", strings.ToLower(strings.Fields(m.Name)[0]), y.number(), pick(y, providers))
	y.fraud(BossFraud, l, l.email)
}

func (y *Year) fakeAuthority(at time.Time) {
	name := y.say(authorities)
	l := draft{from: name, at: at, program: gmail, subject: y.fill(y.say(authoritySubjects), at), greeting: y.say(salutations),
		lines: []string{y.fill(y.say(authorityLines), at)}, ending: name}
	l.email = pick(y, []string{"noreply", "info", "betalen"}) + "@" + y.newDomain(name+pick(y, inventedB))
	y.fraud(FakeAuthority, l, l.email)
}
