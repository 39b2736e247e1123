package sim

import (
	"strings"
	"time"
)

// An Office is the realistic accountancy office of the simulated tenant, as plain
// data: its members, clients, addresses, and the mail that waits for them. Nobody in
// it exists.
type Office struct {
	Members   []Member // the first one is an administrator
	Roles     []string
	Teams     []Team
	Clients   []Client
	Contacts  []Contact
	Mailboxes []Mailbox
	Mails     []Mail // oldest first
}

// A Member works at the office. Rights are "reader", "editor", "manager" or
// "administrator".
type Member struct{ Name, Email, Rights string }

// A Team is a process team; Members are e-mail addresses.
type Team struct {
	Name    string
	Members []string
}

// A Client of the office. Type is "organisation", "person", "internal" or
// "supplier"; KvK and VAT are empty for a private person.
type Client struct {
	Number, Type, Name string
	KvK, VAT           string // the Chamber of Commerce number and the btw-id
	Team               []Link // in order
}

// A Link says which member does what for a client.
type Link struct{ Member, Role string } // Member is an e-mail address

// A Contact writes mail to the office on behalf of clients.
type Contact struct {
	Name    string
	Emails  []string
	Clients []string // client numbers
}

// A Mailbox of the tenant. One with a Link is activated.
type Mailbox struct {
	Address, Name string
	Aliases       []string
	Shared        bool
	Link          *AddressLink
}

// An AddressLink says who answers mail to an activated address. Kind is "contact",
// "role" or "process-team". Name is the name of the role or the team; it is empty
// for a contact, since the address itself names the member.
type AddressLink struct{ Kind, Name string }

// A Mail is an argument of [Tenant.Deliver].
type Mail struct {
	Envelope Envelope
	Raw      []byte
}

// The roles that members have for a client.
const (
	roleManager   = "Relatiebeheerder"
	roleAssistant = "Assistent"
	rolePayroll   = "Loonadviseur"
	roleTax       = "Fiscalist"
)

// NewOffice makes the office Kantoor De Vries Accountants in a domain. The same
// arguments make the same office. Its mail was written in the weeks before now.
func NewOffice(domain string, now time.Time) Office {
	o := Office{
		Members: members(domain),
		Roles:   []string{roleManager, roleAssistant, rolePayroll, roleTax},
	}
	at := func(local string) string { return local + "@" + domain }
	o.Teams = []Team{
		{Name: "Loonadministratie", Members: []string{at("marloes"), at("kevin"), at("lotte")}},
		{Name: "Samenstel", Members: []string{at("pieter"), at("sander"), at("sophie"), at("thomas")}},
		{Name: "Fiscaal", Members: []string{at("ruben"), at("ayse"), at("annelies")}},
	}
	o.Clients = clients(domain)
	o.Contacts = contacts()
	o.Mailboxes = mailboxes(o.Members, at)
	o.Mails = mails(o, domain, now)
	return o
}

func members(domain string) []Member {
	var list []Member
	for _, m := range [][3]string{
		{"Willem de Vries", "willem", "administrator"},
		{"Annelies Bakker", "annelies", "manager"},
		{"Pieter Jansen", "pieter", "manager"},
		{"Fatima El Amrani", "fatima", "editor"},
		{"Sander Visser", "sander", "editor"},
		{"Marloes Smit", "marloes", "editor"},
		{"Kevin de Boer", "kevin", "editor"},
		{"Sophie Mulder", "sophie", "editor"},
		{"Ruben Dekker", "ruben", "editor"},
		{"Ayşe Yılmaz", "ayse", "editor"},
		{"Thomas van den Berg", "thomas", "reader"},
		{"Lotte Hendriks", "lotte", "reader"},
	} {
		list = append(list, Member{Name: m[0], Email: m[1] + "@" + domain, Rights: m[2]})
	}
	return list
}

// mailboxes returns the members' own mailboxes, the shared ones, and those that
// misbehave by their name. Six are activated, two of each kind.
func mailboxes(members []Member, at func(string) string) []Mailbox {
	var list []Mailbox
	for _, m := range members {
		box := Mailbox{Address: m.Email, Name: m.Name}
		if local, _, _ := strings.Cut(m.Email, "@"); local == "fatima" || local == "sander" {
			box.Link = &AddressLink{Kind: "contact"}
		}
		list = append(list, box)
	}
	return append(list,
		Mailbox{Address: at("info"), Name: "Info", Aliases: []string{at("kantoor"), at("contact")}, Shared: true,
			Link: &AddressLink{"role", roleManager}},
		Mailbox{Address: at("administratie"), Name: "Administratie", Aliases: []string{at("boekhouding")}, Shared: true,
			Link: &AddressLink{"role", roleAssistant}},
		Mailbox{Address: at("loon"), Name: "Loonadministratie", Aliases: []string{at("salaris")}, Shared: true,
			Link: &AddressLink{"process-team", "Loonadministratie"}},
		Mailbox{Address: at("fiscaal"), Name: "Fiscaal", Aliases: []string{at("belasting")}, Shared: true,
			Link: &AddressLink{"process-team", "Fiscaal"}},
		Mailbox{Address: at("facturen"), Name: "Facturen", Shared: true},
		Mailbox{Address: at("secretariaat"), Name: "Secretariaat", Shared: true},
		Mailbox{Address: at("throttled"), Name: "Wordt begrensd (429)", Shared: true},
		Mailbox{Address: at("resync"), Name: "Vergeet de delta-link (410)", Shared: true},
		Mailbox{Address: at("forbidden"), Name: "Zonder toestemming (403)", Shared: true},
		Mailbox{Address: at("unlicensed"), Name: "Zonder licentie (404)", Shared: true},
		Mailbox{Address: at("slow"), Name: "Antwoordt traag", Shared: true},
	)
}
