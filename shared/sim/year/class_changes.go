package year

import (
	"fmt"
	"strings"
	"time"
)

// successor is another person behind an address that names a function.
func (y *Year) successor(at time.Time) {
	p := y.someone(func(p *person) bool {
		return p.clients[0].domain != "" && (y.often(0.3) || y.cast.successors[p][0] != "")
	})
	if p == nil {
		return
	}
	if y.cast.successors[p][0] == "" {
		y.cast.successors[p] = y.fullName()
	}
	name := y.cast.successors[p]
	l := y.draft(p, at)
	y.matter(&l)
	l.from = name[0] + " " + name[1]
	l.signature = l.from + "\n" + p.clients[0].Name
	l.lines = append([]string{y.say(succeeds, "{p}", p.first, "{c}", p.clients[0].short)}, l.lines...)
	y.converse(Successor, p, p.clients[0], l, true, func(t *Truth) { t.Any = true })
}

// namesake writes from a new address, with a name that two people have.
func (y *Year) namesake(at time.Time) {
	p := y.someone(func(p *person) bool { return p.private == "" })
	if p == nil {
		return
	}
	c := y.another(p.clients...)
	other := y.newPerson(c, [2]string{p.first, p.last}, y.privateAddress)
	other.weight = 0.3
	l := y.draft(other, at)
	y.matter(&l)
	l.from = p.name()
	known := y.often(0.7)
	if known {
		l.lines = append(l.lines, y.say(about, "{c}", y.call(c)))
	}
	y.converse(Namesake, other, c, l, known, nil)
}

// plusAddress writes from a contact's address with a label, or from a subdomain.
func (y *Year) plusAddress(at time.Time) {
	p := y.someone(func(p *person) bool { return !strings.Contains(p.email, "+") })
	if p == nil {
		return
	}
	l := y.draft(p, at)
	local, domain, _ := strings.Cut(p.email, "@")
	l.email = local + "+" + y.say(labels) + "@" + domain
	if strings.HasSuffix(domain, ".example") && y.often(0.5) {
		l.email = local + "@" + y.say(labels) + "." + domain
	}
	l.from = p.name()
	y.matter(&l)
	y.converse(PlusAddress, p, p.clients[0], l, true, nil)
}

// jobChanged moves a person to another client. The address stays.
func (y *Year) jobChanged(at time.Time) {
	p := choose(y, y.active(func(p *person) bool { return y.cast.movers[p] != nil && p.sort == JobChanged }))
	moves := p == nil || !y.often(0.6)
	if moves {
		if p = y.someone(func(p *person) bool { return p.clients[0].main != p }); p == nil {
			return
		}
		y.cast.movers[p] = p.clients[0]
		p.clients, p.sort, p.private = []*client{y.another(p.clients...)}, JobChanged, ""
	}
	old, c, l := y.cast.movers[p], p.clients[0], y.draft(p, at)
	y.matter(&l)
	if l.signature = p.name() + "\n" + c.Name; moves {
		l.lines = append([]string{y.say(newJob, "{c}", y.call(c), "{x}", old.short)}, l.lines...)
	}
	y.converse(JobChanged, p, c, l, true, func(t *Truth) { t.Left = []string{old.Number} })
}

// takenOver lets newcomers of a domain write for the client that took the company over.
func (y *Year) takenOver(at time.Time) {
	var old *client
	for _, c := range y.clients {
		if y.cast.taken[c.domain] != nil && c.domain != "" && y.often(0.6) {
			old = c
		}
	}
	if old == nil {
		old = choose(y, y.with(func(c *client) bool {
			return c.domain != "" && !c.shares && !c.broken && c.soft == "" && c.main != nil && y.cast.renamed[c] == ""
		}))
		if old == nil {
			return
		}
		y.cast.taken[old.domain] = y.another(old)
	}
	c := y.cast.taken[old.domain]
	if c == old {
		return
	}
	p := y.newPerson(old, y.fullName(), nil)
	p.clients, p.weight, p.sort = []*client{c}, 0.5, TakenOver
	l := y.draft(p, at)
	y.matter(&l)
	l.from, l.signature = p.name(), p.name()+"\n"+p.function+"\n"+c.Name
	l.lines = append([]string{y.say(takeover, "{c}", y.call(c), "{x}", old.short)}, l.lines...)
	y.converse(TakenOver, p, c, l, true, nil)
}

// renamed writes with a name and a domain that the directory does not know.
func (y *Year) renamed(at time.Time) {
	c := choose(y, y.with(func(c *client) bool {
		return c.domain != "" && !c.shares && !c.broken && c.soft == "" && c.main != nil && y.cast.taken[c.domain] == nil && c.scanner == ""
	}))
	if c == nil {
		return
	}
	name := y.cast.renamed[c]
	if name == "" {
		name = y.invented() + " " + pick(y, trades)
		y.cast.renamed[c] = name
	}
	p := y.newPerson(c, y.fullName(), func(n [2]string) string {
		return joined(n[0]) + fmt.Sprint(y.number()) + "@" + joined(name) + ".example"
	})
	p.weight, p.sort = 0.5, Renamed
	l := y.draft(p, at)
	y.matter(&l)
	l.from, l.signature = p.name(), p.name()+"\n"+name
	l.lines = append([]string{y.say(formerly, "{c}", c.short, "{x}", name)}, l.lines...)
	y.converse(Renamed, p, c, l, true, nil)
}
