package year

import (
	"bytes"
	"context"
	"maps"
	"net/mail"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/must"
	"kantoorpost/shared/sim"
)

// all returns a whole year.
func all(o Options) (*Year, []Month) {
	y := New(o)
	var months []Month
	for range 12 {
		months = append(months, y.Next())
	}
	return y, months
}

func TestTheSameSeedMakesTheSameYear(t *testing.T) {
	_, a := all(Options{Seed: 3, Mails: 400})
	_, b := all(Options{Seed: 3, Mails: 400})
	_, c := all(Options{Seed: 4, Mails: 400})
	if !reflect.DeepEqual(a, b) || reflect.DeepEqual(a, c) {
		t.Error("a year does not follow from its seed")
	}
}

// The number of mails is about as requested. There are mails of every sort, in order,
// in their month and in working hours.
func TestVolumes(t *testing.T) {
	for _, mails := range []int{1500, 6000} {
		y, months := all(Options{Seed: 1, Mails: mails})
		n, sorts, cues := 0, map[Sort]int{}, map[Cue]int{}
		var last time.Time
		for _, m := range months {
			for _, mail := range m.Mails {
				n++
				sorts[mail.Truth.Sort]++
				cues[mail.Truth.Cue]++
				if mail.At.Before(last) || mail.At.Before(m.Start) || !mail.At.Before(m.Start.AddDate(0, 1, 0)) ||
					mail.At.Weekday() == time.Saturday || mail.At.Weekday() == time.Sunday {
					t.Fatalf("a mail at %v, after one at %v, in the month of %v", mail.At, last, m.Start)
				}
				last = mail.At
			}
		}
		t.Logf("%d mails, %d clients, %d people: %v %v", n, len(y.clients), len(y.people), sorts, cues)
		if n < mails*9/10 || n > mails*11/10 {
			t.Errorf("%d mails, want about %d", n, mails)
		}
		for _, s := range []Sort{Ordinary, Newcomer, Moved, ManyClients, BrokenSPF, Forwarded, Scanner, Newsletter, Bulk, Notification, Hidden,
			Cold, OutOfOffice, Bounced, Spoofed, Internal} {
			if sorts[s] == 0 {
				t.Errorf("no %s among %d mails", s, mails)
			}
		}
		for _, c := range []Cue{CueName, CueNumber, CueVAT, CueKvK, CueHabit, CueAnswer, CueNone} {
			if cues[c] == 0 && mails > 5000 {
				t.Errorf("nobody names a client by %s", c)
			}
		}
	}
}

// A later year is not easier: there are as many newcomers.
func TestNewcomersKeepComing(t *testing.T) {
	y := New(Options{Seed: 5, Mails: 3000})
	count := func() (n int) {
		for range 6 {
			for _, m := range y.Next().Mails {
				if s := m.Truth.Sort; s == Newcomer || s == Moved {
					n++
				}
			}
		}
		return n
	}
	count() // whom the directory did not know on the first day
	second, third, fourth := count(), count(), count()
	if third < second*7/10 || fourth < second*7/10 {
		t.Errorf("newcomers of three half years: %d, %d, %d", second, third, fourth)
	}
}

// The truth of a mail agrees with the directory, or with an earlier join.
func TestTruthHangsTogether(t *testing.T) {
	for _, harsh := range []bool{false, true} {
		hangsTogether(t, Options{Seed: 2, Mails: 1500, Harsh: harsh})
	}
}

func hangsTogether(t *testing.T, options Options) {
	t.Helper()
	y := New(options)
	o := y.Office()
	numbers, mailboxes, emails := map[string]bool{}, map[string]bool{}, map[string]string{}
	for _, c := range o.Clients {
		if numbers[c.Number] {
			t.Errorf("two clients %s", c.Number)
		}
		numbers[c.Number] = true
	}
	for _, b := range o.Mailboxes {
		mailboxes[b.Address] = true
	}
	for _, c := range o.Contacts {
		for _, e := range c.Emails {
			if emails[e] != "" {
				t.Errorf("%s belongs to %s and %s", e, emails[e], c.Person)
			}
			emails[e] = c.Person
		}
	}
	known, unknown, unknowable := 0, 0, 0
	for range 12 {
		m := y.Next()
		for _, j := range m.Joins {
			if numbers[j.Client.Number] || !slices.Contains(j.Contact.Clients, j.Client.Number) {
				t.Errorf("join of %v by %v", j.Client, j.Contact)
			}
			numbers[j.Client.Number] = true
		}
		for _, mail := range m.Mails {
			for _, to := range mail.To {
				if !mailboxes[to] {
					t.Errorf("a mail to %s", to)
				}
			}
			tr := mail.Truth
			if tr.Kind == Dismiss {
				continue
			}
			if !tr.Knowable {
				unknowable++
			}
			if !numbers[tr.Client] || tr.Name == "" || !slices.Contains(tr.Clients, tr.Client) || tr.Person == "" ||
				!strings.Contains(tr.Email, "@") {
				t.Errorf("truth %+v", tr)
			}
			switch who := emails[tr.Email]; who {
			case "":
				unknown++
				emails[tr.Email] = tr.Person
			case tr.Person:
				known++
			default:
				t.Errorf("%s belongs to %s and %s", tr.Email, who, tr.Person)
			}
		}
	}
	if known == 0 || unknown == 0 || unknowable == 0 {
		t.Errorf("%d mails from known addresses, %d from new ones, %d unknowable", known, unknown, unknowable)
	}
}

// Every mail can be parsed, and Exchange doubts the intended ones.
func TestMailArrives(t *testing.T) {
	for _, harsh := range []bool{false, true} {
		arrives(t, Options{Seed: 1, Mails: 1500, Harsh: harsh})
	}
}

func arrives(t *testing.T, options Options) {
	t.Helper()
	y, months := all(options)
	tenant := must.Get(sim.New(sim.Options{Domain: y.o.Domain, URL: "https://sim.example", Now: func() time.Time { return y.month }}))(t)
	defer tenant.Close()
	for _, b := range y.Office().Mailboxes {
		must.Get(tenant.AddMailbox(sim.MailboxOptions{Address: b.Address, Name: b.Name, Shared: b.Shared}))(t)
	}
	want := map[string]Mail{}
	for _, m := range months {
		for _, made := range m.Mails {
			read, err := mail.ReadMessage(bytes.NewReader(made.Raw))
			if err != nil {
				t.Fatalf("%v: %s", err, made.Raw)
			}
			id := read.Header.Get("Message-ID")
			if _, ok := want[id]; ok || id == "" {
				t.Errorf("message id %q occurs twice", id)
			}
			want[id] = made
			must.Do(t, tenant.Deliver(context.Background(), sim.Envelope{From: made.From, To: made.To}, made.Raw))
		}
	}
	got := map[string]bool{}
	for _, b := range y.Office().Mailboxes {
		for _, m := range tenant.Messages(b.Address) {
			made := want[m.InternetMessageID]
			got[m.InternetMessageID] = true
			doubted := false
			for _, h := range m.Headers {
				doubted = doubted || h.Name == "Authentication-Results" && strings.Contains(h.Value, "compauth=fail")
			}
			if s := made.Truth.Sort; doubted != (s == Spoofed || strings.HasPrefix(made.From, "spoofed@")) {
				t.Errorf("%s from %s: doubted %v", s, made.From, doubted)
			}
			if strings.Contains(m.Body.Content+m.Subject, "{") && !strings.Contains(m.Body.Content, "<style>") {
				t.Errorf("a gap in %q: %s", m.Subject, m.Body.Content)
			}
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d mails of %d arrived", len(got), len(slices.Collect(maps.Keys(want))))
	}
}
