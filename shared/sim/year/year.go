// Package year makes years of realistic mail for an accountancy office, month by
// month, and says for each mail what a person would do with it. It does not know what
// the product does with the mail: the year is the same for every reader, and does
// not become easier towards its end.
package year

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/sim"
)

// Options say which year is made. The same options make the same year.
type Options struct {
	Seed   uint64
	Mails  int       // approximate number in a year, which decides the size of the office; default 1500
	Start  time.Time // the first day, in the first month; default January 2026
	Domain string    // of the office
	// Harsh adds the classes of mail that make an office's life hard: see class.go.
	Harsh   bool
	Without []Sort // classes that the harsh year leaves out
}

// An Office is the content of the office's own directory on the first day.
type Office struct {
	Members   []sim.Member // the first one is an administrator, the second a manager
	Roles     []string
	Teams     []sim.Team
	Clients   []sim.Client
	Contacts  []Contact
	Mailboxes []sim.Mailbox // those with a link are activated
}

// A Contact is a person in the directory.
type Contact struct {
	Person  string // as in Truth
	Name    string
	Emails  []string
	Clients []string // client numbers
}

// A Join is a client who signs up, with its contact: a new person, or a known one who
// from then on writes for one more client.
type Join struct {
	Client  sim.Client
	Contact Contact
}

// A Month holds the events of a month. The joins come before the mail.
type Month struct {
	Start time.Time
	Joins []Join
	Mails []Mail // oldest first
}

// A Mail is delivered to the tenant at its time. From is the sender in the envelope.
type Mail struct {
	At    time.Time
	From  string
	To    []string
	Raw   []byte
	Truth Truth
}

// A Kind says what should happen with a mail.
type Kind string

// The kinds of truth.
const (
	Chat    Kind = "chat"
	Dismiss Kind = "dismiss"
)

// A Sort says what a mail is, so that figures can be grouped by it.
type Sort string

// The sorts of mail.
const (
	Ordinary     Sort = "ordinary"        // from a person with one client, whom the office has met
	Newcomer     Sort = "newcomer"        // the first mail of a person
	Moved        Sort = "moved"           // the first mail from another address of a person
	ManyClients  Sort = "many-clients"    // from a person with several clients
	BrokenSPF    Sort = "broken-spf"      // genuine, but doubted by Exchange
	Forwarded    Sort = "forwarded"       // a client's mail that a colleague forwarded
	Scanner      Sort = "scanner"         // sent by a client's copier
	Newsletter   Sort = "newsletter"      // with a list id
	Bulk         Sort = "bulk"            // a newsletter without a list id
	Notification Sort = "notification"    // from a program
	Hidden       Sort = "hidden-program"  // from a program that does not say so
	Cold         Sort = "cold"            // advertising by strangers
	OutOfOffice  Sort = "out-of-office"   //
	Bounced      Sort = "bounce"          //
	Spoofed      Sort = "spoofed"         // from a stranger in the name of a contact or a colleague
	Internal     Sort = "among-ourselves" // from colleagues, about nothing
)

// A Truth says what a mail is, and what should happen with it.
type Truth struct {
	Kind     Kind
	Sort     Sort
	Person   string // of Chat and OutOfOffice: stable key of the writer; a person with a new employer has a new key
	Name     string // of Chat: the person's name
	Email    string // of Chat: the address that the person wrote from
	Client   string // of Chat: number of the mail's client
	Clients  []string
	Knowable bool     // a person who reads this mail and knows the office could tell the client
	Cue      Cue      // of ManyClients: what names the client
	Answer   bool     // of Chat: it answers a conversation, perhaps another person's of the client
	Any      bool     // of Chat: any contact is right, if the client is
	Portal   bool     // of Chat: a portal wrote, for many clients
	Certain  bool     // of Chat: a known person with one client writes about nothing else
	Fraud    bool     // of Dismiss: somebody pretends to be another
	Left     []string // numbers of clients for whom the person has ceased to write
}

// A Year makes one month after the other, without end.
type Year struct {
	o       Options
	random  *rand.Rand
	month   time.Time // the next one
	office  Office
	clients []*client
	people  []*person
	senders []*sender // senders of newsletters and notifications
	numbers int       // counts what was made, for unique names
	pending []event
	mails   []Mail // mails of the present month
	names   map[string]bool
	domains map[string]bool
	cast    cast
	joins   []Join // of the next month
}

// New makes the office of a year.
func New(o Options) *Year {
	o.Mails = cmp.Or(o.Mails, 1500)
	o.Domain = cmp.Or(o.Domain, "kantoor.example")
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	y := &Year{o: o, random: rand.New(rand.NewPCG(o.Seed, 0x6b61)), names: map[string]bool{}, domains: map[string]bool{}}
	y.month = time.Date(o.Start.Year(), o.Start.Month(), 1, 0, 0, 0, 0, time.UTC)
	y.found()
	if o.Harsh {
		y.harden()
	}
	return y
}

// Office returns the directory of the first day.
func (y *Year) Office() Office { return y.office }

// An event is a mail that will be written.
type event struct {
	at    time.Time
	write func(at time.Time)
}

// at plans a mail. A mail in a later month waits for that month.
func (y *Year) at(when time.Time, write func(time.Time)) {
	i, _ := slices.BinarySearchFunc(y.pending, when, func(e event, t time.Time) int {
		if e.at.After(t) {
			return 1
		}
		return -1
	})
	y.pending = slices.Insert(y.pending, i, event{when, write})
}

// Next makes the next month.
func (y *Year) Next() Month {
	m := Month{Start: y.month}
	end := y.month.AddDate(0, 1, 0)
	y.mails = nil
	var first []*person
	m.Joins, first = y.evolve()
	y.plan(first)
	m.Joins, y.joins = append(m.Joins, y.joins...), nil
	for len(y.pending) > 0 && y.pending[0].at.Before(end) {
		e := y.pending[0]
		y.pending = y.pending[1:]
		e.write(e.at)
	}
	m.Mails = y.mails
	y.month = end
	return m
}

// plan decides what is written in a month. Answers may come in the next month, as
// those to the last month come in this one.
func (y *Year) plan(first []*person) {
	total := float64(y.o.Mails) / 12 * season[y.month.Month()-1]
	if y.o.Harsh {
		total -= y.trouble(total)
	}
	y.noise(total)
	openings := y.about(total * shareLetters / 100 / (1 + meanAnswers))
	for _, p := range first {
		y.at(y.moment(), func(at time.Time) { y.open(p, at) })
		openings--
	}
	for range openings {
		if p := y.writer(); p != nil {
			y.at(y.moment(), func(at time.Time) { y.open(p, at) })
		}
	}
}

// moment returns a time in the working hours of a month.
func (y *Year) moment() time.Time {
	days := y.month.AddDate(0, 1, -1).Day()
	for {
		day := y.month.AddDate(0, 0, y.random.IntN(days))
		if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday {
			continue
		}
		return day.Add(7*time.Hour + 30*time.Minute + time.Duration(y.random.IntN(10*3600))*time.Second)
	}
}

// later returns a working time some days after another.
func (y *Year) later(at time.Time) time.Time {
	at = at.Add(time.Duration(2+y.random.IntN(70)) * time.Hour)
	at = time.Date(at.Year(), at.Month(), at.Day(), 8, 0, 0, 0,
		time.UTC).Add(time.Duration(y.random.IntN(9*3600))*time.Second).AddDate(0, 0, 1)
	for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
		at = at.AddDate(0, 0, 1)
	}
	return at
}

// about returns an integer with the mean x, so that small volumes add up.
func (y *Year) about(x float64) int {
	n := int(max(0, x))
	if y.random.Float64() < x-float64(n) {
		n++
	}
	return n
}

// often says whether something with this chance happens now.
func (y *Year) often(chance float64) bool { return y.random.Float64() < chance }

// number returns a new number.
func (y *Year) number() int { y.numbers++; return y.numbers }

// messageID returns a new id of the mail of a domain or an address.
func (y *Year) messageID(of string) string {
	return fmt.Sprintf("<%08x.%d@%s>", y.random.Uint32(), y.number(), of[strings.Index(of, "@")+1:])
}

// post adds a mail to the month.
func (y *Year) post(l draft, envelope string, t Truth) {
	y.mails = append(y.mails, Mail{At: l.at, From: envelope, To: l.to, Raw: l.raw(), Truth: t})
}

func pick[T any](y *Year, from []T) T { return from[y.random.IntN(len(from))] }

// weighted picks one of some by their weights; the zero value when there is none.
func weighted[T any](y *Year, from []T, weight func(T) float64) (none T) {
	total := 0.0
	for _, x := range from {
		total += weight(x)
	}
	at := y.random.Float64() * total
	for _, x := range from {
		if at -= weight(x); at < 0 {
			return x
		}
	}
	return none
}
