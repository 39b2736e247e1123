package sim

import (
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
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

// officeFiles are the tables and the mails of the office, with {domain} for the
// tenant's domain, and {month}, {lastMonth}, {quarter} and {year} for the times that
// the mails mention.
//
//go:embed office
var officeFiles embed.FS

// officeWords fills in the domain and the times; {year} is the last one that ended.
type officeWords struct{ *strings.Replacer }

func newOfficeWords(domain string, now time.Time) officeWords {
	month := dutch.names.Replace(now.Month().String())
	lastMonth := dutch.names.Replace(now.AddDate(0, 0, -now.Day()).Month().String())
	return officeWords{strings.NewReplacer("{domain}", domain, "{month}", month, "{lastMonth}", lastMonth,
		"{quarter}", strings.Fields("vierde eerste tweede derde")[(now.Month()-1)/3]+" kwartaal", "{year}", strconv.Itoa(now.Year()-1))}
}

// read returns a file of the office. It panics if there is none.
func (w officeWords) read(name string) string {
	text, err := officeFiles.ReadFile("office/" + name)
	if err != nil {
		panic(err)
	}
	return w.Replace(string(text))
}

// table returns the lines of a table of the office, without its heading.
func (w officeWords) table(name string) [][]string {
	rows, err := csv.NewReader(strings.NewReader(w.read(name + ".csv"))).ReadAll()
	if err != nil {
		panic(fmt.Errorf("table %s of the office: %w", name, err))
	}
	return rows[1:]
}

// NewOffice makes the office Kantoor De Vries Accountants in a domain. The same
// arguments make the same office. Its mail was written in the weeks before now.
func NewOffice(domain string, now time.Time) Office {
	var o Office
	w := newOfficeWords(domain, now)
	roles := map[string]string{} // of the members for clients
	for _, r := range w.table("members") {
		o.Members = append(o.Members, Member{Name: r[0], Email: r[1], Rights: r[2]})
		roles[r[1]] = r[3]
	}
	for _, r := range w.table("roles") {
		o.Roles = append(o.Roles, r[0])
	}
	for _, r := range w.table("teams") {
		o.Teams = append(o.Teams, Team{Name: r[0], Members: strings.Fields(r[1])})
	}
	for _, r := range w.table("clients") {
		c := Client{Number: r[0], Type: r[1], Name: r[2], KvK: r[3], VAT: r[4]}
		for local := range strings.FieldsSeq(r[5]) {
			email := local + "@" + domain
			c.Team = append(c.Team, Link{Member: email, Role: roles[email]})
		}
		o.Clients = append(o.Clients, c)
	}
	for _, r := range w.table("contacts") {
		o.Contacts = append(o.Contacts, Contact{Name: r[0], Emails: strings.Fields(r[1]), Clients: strings.Fields(r[2])})
	}
	for _, r := range w.table("mailboxes") {
		box := Mailbox{Address: r[0], Name: r[1], Shared: r[2] != "", Aliases: strings.Fields(r[3])}
		if r[4] != "" {
			box.Link = &AddressLink{Kind: r[4], Name: r[5]}
		}
		o.Mailboxes = append(o.Mailboxes, box)
	}
	o.Mails = w.mails(now)
	return o
}
