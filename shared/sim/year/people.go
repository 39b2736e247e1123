package year

import (
	"fmt"
	"slices"
	"strings"
)

// A person writes for clients. After a change of employer, it is another person.
type person struct {
	key         string
	first, last string
	email       string // the present address
	private     string // a second address that is used sometimes
	clients     []*client
	bookkeeper  bool
	firm        string // of a bookkeeper or another outsider
	outside     bool   // knows clients, and is none
	sort        Sort   // of what the person writes; "" when it follows from the person
	function    string
	phone       string
	program     int  // the program that writes the mail
	fullName    bool // shown in From
	signs       bool // with the company in the signature
	weight      float64
	directory   bool // in the directory on the first day, or since the client signed up
	met         bool // has written before
	wrote       map[string]bool
	gone        bool
	habits      map[string]*client        // the client for which a topic is usual
	usual       map[string]map[string]int // topic → client → number of mails
}

func (p *person) name() string { return p.first + " " + p.last }

func (p *person) contact() Contact {
	return Contact{Person: p.key, Name: p.name(), Emails: []string{p.email}, Clients: p.numbers()}
}

func (p *person) numbers() []string {
	var out []string
	for _, c := range p.clients {
		out = append(out, c.Number)
	}
	return out
}

// newPerson makes a person who writes for a client. The function address makes the
// address; by default it is at the client's domain.
func (y *Year) newPerson(c *client, name [2]string, address func([2]string) string) *person {
	p := &person{
		key: fmt.Sprintf("p%04d", y.number()), first: name[0], last: name[1], weight: 1, wrote: map[string]bool{},
		phone:    fmt.Sprintf("0%02d-%03d %04d", 10+y.random.IntN(80), 100+y.random.IntN(900), y.random.IntN(10000)),
		program:  y.random.IntN(programs),
		fullName: y.often(showsFullName), signs: y.often(companyBeneath), function: pick(y, functions),
	}
	if c != nil {
		p.clients = []*client{c}
	}
	if y.often(0.5) {
		p.phone = fmt.Sprintf("06 - %04d %04d", 1000+y.random.IntN(5000), y.random.IntN(10000))
	}
	if address == nil {
		p.email = y.workAddress(c, name)
	} else {
		p.email, p.function = address(name), ""
		p.signs = p.signs && y.often(0.3)
	}
	y.people = append(y.people, p)
	return p
}

// addressForms returns what companies make of a name in an address.
func addressForms(name [2]string) []string {
	first, last := joined(name[0]), joined(name[1])
	return []string{first, first[:1] + "." + last, first + "." + last}
}

// workAddress returns an unused address at a client's domain.
func (y *Year) workAddress(c *client, name [2]string) string {
	forms := addressForms(name)
	start := len(c.short) % 3
	if y.often(0.08) { // an address that does not name its owner
		forms, start = []string{"administratie", "kantoor", "finance"}, y.random.IntN(3)
	}
	for i := 0; ; i++ {
		a := forms[(start+i)%3] + "@" + c.domain
		if i >= 3 {
			a = fmt.Sprintf("%s.%s%d@%s", joined(name[0]), joined(name[1]), i, c.domain)
		}
		if !y.names[a] {
			y.names[a] = true
			return a
		}
	}
}

// privateAddress returns an unused address at a public provider.
func (y *Year) privateAddress(name [2]string) string {
	first, last := joined(name[0]), joined(name[1])
	for {
		a := pick(y, []string{first + "." + last, first[:1] + last, first + last + fmt.Sprint(60+y.random.IntN(40)),
			fmt.Sprintf("%s%d", first, 1960+y.random.IntN(45))}) + "@" + pick(y, providers)
		if !y.names[a] {
			y.names[a] = true
			return a
		}
		last += fmt.Sprint(y.random.IntN(90))
	}
}

// evolve changes the writers for a month. New writers write in that month.
func (y *Year) evolve() (joins []Join, first []*person) {
	n := float64(len(y.clients)-y.cast.silent) / 12
	for range y.about(newClients * n) {
		j, p := y.join()
		joins, first = append(joins, j), append(first, p...)
	}
	companies := y.with(func(c *client) bool { return c.domain != "" })
	for range y.about(newEmployees * float64(len(companies)) / 12) {
		c := pick(y, companies)
		p := y.newPerson(c, y.fullName(), nil)
		first = append(first, p)
		if y.often(replaces) {
			if old := y.active(func(old *person) bool {
				return old != p && !old.bookkeeper && len(old.clients) == 1 && old.clients[0] == c && c.main != old
			}); len(old) > 0 {
				old[0].gone = true
			}
		}
	}
	for range y.about(newRelatives * n) {
		c := pick(y, y.clients)
		name := y.fullName()
		if y.often(0.5) {
			name[1] = c.surname
		}
		first = append(first, y.newPerson(c, name, y.privateAddress))
	}
	active := y.active(func(p *person) bool { return !p.bookkeeper })
	for range y.about(usesPrivate * n) {
		p := pick(y, active)
		if p.private == "" && strings.HasSuffix(p.email, ".example") {
			p.private = y.privateAddress([2]string{p.first, p.last})
			first = append(first, p)
		}
	}
	for range y.about(addressChanges * float64(len(active)) / 12) {
		p := pick(y, active)
		if c := p.clients[0]; strings.HasSuffix(p.email, "@"+c.domain) && c.domain != "" {
			p.email = y.workAddress(c, [2]string{p.first, p.last})
		} else {
			p.email = y.privateAddress([2]string{p.first, p.last})
		}
		first = append(first, p)
	}
	for range y.about(domainChanges * float64(len(companies)) / 12) {
		y.rename(pick(y, companies))
	}
	for range y.about(jobChanges * float64(len(active)) / 12) {
		if p := y.changeJob(pick(y, active), companies); p != nil {
			first = append(first, p)
		}
	}
	for range y.about(clientTakenOver * float64(len(y.clients)) / perBookkeeper / 12) {
		if keepers := y.active(func(p *person) bool { return p.bookkeeper }); len(keepers) > 0 {
			y.takeOn(pick(y, keepers), pick(y, y.clients))
		}
	}
	return joins, first
}

// join lets a client sign up: with a new person, or another company of a known one.
func (y *Year) join() (Join, []*person) {
	owners := y.active(func(p *person) bool {
		return len(p.clients) > 0 && p.clients[0].main == p && p.clients[0].domain != "" && len(p.clients) < 4
	})
	if y.often(newSister) && len(owners) > 0 {
		owner := pick(y, owners)
		c := y.newClient(owner.clients[0].domain)
		y.joinOwner(owner, c)
		owner.directory, owner.wrote[owner.email] = true, true
		first := []*person{owner}
		if y.often(0.5) {
			first = append(first, y.newPerson(c, y.fullName(), nil))
		}
		return Join{c.Client, owner.contact()}, first
	}
	c := y.newClient("")
	var address func([2]string) string
	if c.domain == "" {
		address = y.privateAddress
	}
	p := y.newPerson(c, y.surnamed(c.surname), address)
	p.directory, p.weight, c.main, p.wrote[p.email] = true, 2, p, true
	first := []*person{p}
	for range y.random.IntN(3) {
		if c.domain != "" {
			first = append(first, y.newPerson(c, y.fullName(), nil))
		}
	}
	return Join{c.Client, p.contact()}, first
}

// rename gives a client, and all who write from its domain, another domain.
func (y *Year) rename(c *client) {
	from, to := "@"+c.domain, y.newDomain(c.surname+"groep")
	for _, o := range y.clients {
		if "@"+o.domain == from {
			o.domain = to
			if o.scanner != "" {
				o.scanner = "scan@" + to
			}
		}
	}
	for _, p := range y.people {
		if local, ok := strings.CutSuffix(p.email, from); ok {
			p.email = local + "@" + to
		}
	}
}

// changeJob moves an employee to another client.
func (y *Year) changeJob(p *person, companies []*client) *person {
	old, c := p.clients[0], pick(y, companies)
	if len(p.clients) > 1 || old.main == p || old == c || old.domain == "" || old.domain == c.domain {
		return nil
	}
	p.gone = true
	n := y.newPerson(c, [2]string{p.first, p.last}, nil)
	n.program, n.fullName = p.program, p.fullName
	return n
}

func (y *Year) with(ok func(*client) bool) []*client {
	return slices.DeleteFunc(slices.Clone(y.clients), func(c *client) bool { return !ok(c) })
}

func (y *Year) active(ok func(*person) bool) []*person {
	return slices.DeleteFunc(slices.Clone(y.people), func(p *person) bool { return p.gone || !ok(p) })
}

// writer returns a person who starts a conversation.
func (y *Year) writer() *person {
	return weighted(y, y.active(func(*person) bool { return true }), func(p *person) float64 { return p.weight })
}

// fullName returns an unused name, or sometimes a name that another person has.
func (y *Year) fullName() [2]string { return y.surnamed(y.surname()) }

func (y *Year) surname() string {
	return pick(y, prefixes) + pick(y, surnameA) + pick(y, surnameB)
}

func (y *Year) surnamed(surname string) [2]string {
	for {
		name := [2]string{pick(y, firstNames), surname}
		if full := name[0] + " " + surname; !y.names[full] || y.often(namesakes) {
			y.names[full] = true
			return name
		}
		if y.often(0.02) {
			surname = y.surname()
		}
	}
}
