package year

import (
	"fmt"
	"slices"
	"strings"

	"kantoorpost/shared/sim"
)

// A client, with what the year knows about it.
type client struct {
	sim.Client
	short      string // the name without its legal form
	surname    string // of the owner
	first      string // of a client who is a person, or of the one in a family
	domain     string // "" if it has no domain of its own
	shares     bool   // has the domain together with other clients
	broken     bool   // Exchange doubts its mail
	scanner    string // address of its copier
	newsletter bool   // it sends a newsletter
	soft       string // domain of the servers that send its mail, which Exchange cannot tell from a stranger's
	main       *person
}

const (
	roleManager   = "Relatiebeheerder"
	roleAssistant = "Assistent"
)

// found makes the office, its clients and the people who write for them.
func (y *Year) found() {
	at := func(local string) string { return local + "@" + y.o.Domain }
	o := &y.office
	o.Roles = []string{roleManager, roleAssistant}
	for i, name := range []string{"Beheer", "Margot Hofland", "Tjeerd Ruiter", "Nadia Boukhari", "Wessel Olthof", "Iris Kooiman",
		"Ravi Sewnath", "Gerda Planting"} {
		rights := []string{"administrator", "manager"}
		m := sim.Member{Name: name, Email: at(strings.ToLower(strings.Fields(name)[0])), Rights: "editor"}
		if i < len(rights) {
			m.Rights = rights[i]
		}
		o.Members = append(o.Members, m)
		if i > 0 {
			box := sim.Mailbox{Address: m.Email, Name: m.Name}
			if i <= 3 {
				box.Link = &sim.AddressLink{Kind: "contact"}
			}
			o.Mailboxes = append(o.Mailboxes, box)
		}
	}
	o.Teams = []sim.Team{{Name: "Loon", Members: []string{at("iris"), at("ravi")}},
		{Name: "Fiscaal", Members: []string{at("wessel"), at("gerda")}}}
	for _, b := range [][3]string{{"Info", "role", roleManager}, {"Administratie", "role", roleAssistant},
		{"Loon", "process-team", "Loon"}, {"Fiscaal", "process-team", "Fiscaal"}} {
		o.Mailboxes = append(o.Mailboxes, sim.Mailbox{Address: at(strings.ToLower(b[0])), Name: b[0], Shared: true,
			Link: &sim.AddressLink{Kind: b[1], Name: b[2]}})
	}
	for n := int(float64(y.o.Mails) / mailsPerClient); len(y.clients) < max(n, 8); {
		y.signUp()
	}
	for range max(1, len(y.clients)/perBookkeeper) {
		y.bookkeeper()
	}
	for _, c := range y.clients {
		o.Clients = append(o.Clients, c.Client)
	}
	for _, p := range y.people {
		if p.directory {
			y.enters(p)
		}
	}
	thousand := float64(y.o.Mails) / 1000
	for range max(2, y.about(listsAtStart*thousand)) {
		y.newList()
	}
	for range max(2, y.about(programsAtStart*thousand)) {
		y.newProgram()
	}
}

// signUp makes a client, or a group of them, and the people who write for it.
func (y *Year) signUp() {
	c := y.newClient("")
	if c.domain == "" {
		p := y.newPerson(c, y.surnamed(c.surname), y.privateAddress)
		p.directory, c.main = y.often(knownSmall), p
		return
	}
	owner := y.newPerson(c, y.surnamed(c.surname), nil)
	owner.directory, owner.function, owner.weight, c.main = y.often(knownMain), "Directeur", 2, owner
	if y.often(shareGroups) {
		for range 1 + y.random.IntN(2) {
			y.joinOwner(owner, y.newClient(c.domain))
		}
	}
	if y.often(sharePrivateToo) {
		y.joinOwner(owner, y.privateSelf(owner))
	}
	for _, c := range owner.clients {
		for range y.random.IntN(4) {
			if c.domain != "" {
				y.newPerson(c, y.fullName(), nil).directory = y.often(knownEmployee)
			}
		}
	}
}

func (y *Year) joinOwner(owner *person, c *client) {
	c.main, c.surname = owner, owner.last
	owner.clients = append(owner.clients, c)
	y.habit(owner, c)
}

// newClient makes a company, at an existing domain or at a new one.
func (y *Year) newClient(domain string) *client {
	c := &client{domain: domain, shares: domain != "", surname: y.surname()}
	trade := pick(y, trades)
	c.Type = "organisation"
	switch {
	case domain != "":
		c.short = strings.ToUpper(domain[:1]) + strings.TrimSuffix(domain[1:], ".example") + " " + pick(y, sisters)
		for n := 2; y.names[c.short]; n++ {
			c.short = fmt.Sprintf("%s %d", strings.TrimRight(c.short, " 0123456789"), n)
		}
		c.Name = c.short + " B.V."
		for _, o := range y.clients {
			if o.domain == domain {
				o.shares = true
			}
		}
	case y.often(shareOwnDomain):
		c.short = pick(y, []string{trade + " " + c.surname, trade + " " + pick(y, places), y.invented() + " " + trade})
		c.Name = c.short + pick(y, []string{" B.V.", " B.V.", " V.O.F.", ""})
		c.domain = y.newDomain(c.short)
	default:
		c.short = pick(y, []string{trade + " " + c.surname, c.surname + " " + pick(y, advice)})
		c.Name = c.short
	}
	y.names[c.short] = true
	c.KvK = fmt.Sprintf("%08d", 99_000_000+7*y.number())
	c.VAT = y.vat()
	c.broken = c.domain != "" && y.often(shareBroken)
	if c.domain != "" && y.often(shareScanning) {
		c.scanner = "scan@" + c.domain
	}
	c.newsletter = c.domain != "" && y.often(shareMailingList)
	return y.add(c)
}

// privateSelf makes a client of a company's owner, for the income tax.
func (y *Year) privateSelf(owner *person) *client {
	c := &client{short: owner.first[:1] + ". " + owner.last, surname: owner.last}
	c.Type, c.Name = "person", c.short
	return y.add(c)
}

// add gives a client its number and its team.
func (y *Year) add(c *client) *client {
	i := len(y.clients)
	c.Number = fmt.Sprint(1001 + i)
	members := y.office.Members
	c.Team = []sim.Link{{Member: members[1+i%3].Email, Role: roleManager}, {Member: members[4+i%4].Email, Role: roleAssistant}}
	y.clients = append(y.clients, c)
	return c
}

// vat returns a btw-id whose digits pass the eleven test.
func (y *Year) vat() string {
	for {
		n := 890_000_000 + y.random.IntN(9_000_000)
		sum, rest := -(n % 10), n/10
		for weight := 2; weight <= 9; weight++ {
			sum, rest = sum+weight*(rest%10), rest/10
		}
		id := fmt.Sprintf("NL%09dB01", n)
		if sum%11 == 0 && !y.names[id] {
			y.names[id] = true
			return id
		}
	}
}

// invented returns the name of no trade or person.
func (y *Year) invented() string { return pick(y, inventedA) + pick(y, inventedB) }

// newDomain returns an unused domain.
func (y *Year) newDomain(name string) string {
	base := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, plain(name))
	d := base + ".example"
	for n := 2; y.domains[d] || base == "spoofed"; n++ {
		d = fmt.Sprintf("%s%d.example", base, n)
	}
	y.domains[d] = true
	return d
}

// habit gives a person with several clients a usual topic for one of them.
func (y *Year) habit(p *person, c *client) {
	if p.habits == nil {
		p.habits = map[string]*client{}
		p.usual = map[string]map[string]int{}
		if len(p.clients) > 0 && p.clients[0] != c {
			y.habit(p, p.clients[0])
		}
	}
	if c.Type == "person" && p.habits["inkomstenbelasting"] == nil {
		p.habits["inkomstenbelasting"] = c
		return
	}
	var free []string
	for _, t := range topics {
		if t.habit && p.habits[t.name] == nil {
			free = append(free, t.name)
		}
	}
	if len(free) > 0 {
		p.habits[pick(y, free)] = c
	}
}

// bookkeeper makes a person with a firm of his own who writes for clients.
func (y *Year) bookkeeper() {
	name := y.fullName()
	firm := "Administratiekantoor " + name[1]
	p := y.newPerson(nil, name, func(n [2]string) string { return strings.ToLower(plain(n[0])) + "@" + y.newDomain("admkantoor"+n[1]) })
	p.bookkeeper, p.firm, p.function, p.directory = true, firm, pick(y, []string{"Boekhouder", "Administrateur", ""}), y.often(knownBookkeeper)
	for n := 3 + y.random.IntN(4); len(p.clients) < min(n, len(y.clients)/2); {
		y.takeOn(p, pick(y, y.clients))
	}
	p.weight = 0.9 * float64(len(p.clients))
}

// takeOn lets a bookkeeper write for one more company.
func (y *Year) takeOn(p *person, c *client) {
	if c.Type == "organisation" && !slices.Contains(p.clients, c) {
		p.clients = append(p.clients, c)
		y.habit(p, c)
	}
}
