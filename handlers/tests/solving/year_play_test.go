package solving_test

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/must"
	"kantoorpost/shared/sim/year"
)

// A play is an office that works through a year of mail: the product decides
// what it can, and a manager who knows the truth does the rest by hand, over
// the API, as far as possible in a way that teaches, or never so.
type play struct {
	*world
	seed     uint64
	learning bool
	clients  map[string]string // number → id
	contacts map[string]string // of people: key → id
	people   map[string]string // of contacts: id → key
	arrived  map[arrival]year.Truth
	months   []*tally
	sorts    map[year.Sort]*tally
	late     map[year.Sort]*tally // of the last quarter
	cues     map[year.Cue]*tally
	failed   []failure
	missed   map[string]int
	noticed  []mistake
	asked    map[string]int    // of portals: how many mails waited
	seen     map[string]bool   // addresses and domains that wrote
	offered  map[string]string // suggestions for mail, in words
	released map[string]bool   // senders of whose automated mail some was needed
	record   *record
	sum      uint32 // of the mails
}

// An arrival is how a mail of the API is found among those that were sent.
type arrival struct {
	address string
	at      int64
	from    string
}

// A tally counts what became of mails. A mail at two addresses is two.
type tally struct {
	mails, hands, automatic, byRule int
	wrong, knowable, dismissed      int // mistakes; those that a person would not have made; those that hide a mail
	stuck                           int // mails that nothing brings to their place
	asked, first, three             int // suggestions: how often the right one was the first, or among three
	frauds, trusted                 int // mail in somebody else's name that waited; the first suggestion was to believe it
	certain, needless               int // mail of known people with one client; how much of it waited
	floor                           int // mails that nobody could have placed without a look at them
}

func (t *tally) add(o tally) {
	t.mails += o.mails
	t.hands += o.hands
	t.automatic += o.automatic
	t.byRule += o.byRule
	t.wrong += o.wrong
	t.knowable += o.knowable
	t.dismissed += o.dismissed
	t.stuck += o.stuck
	t.asked += o.asked
	t.first += o.first
	t.three += o.three
	t.frauds += o.frauds
	t.trusted += o.trusted
	t.certain += o.certain
	t.needless += o.needless
	t.floor += o.floor
}

const manager = "margot@" + apptest.Domain

// playYear plays some years. It runs in a bubble of simulated time.
func playYear(t *testing.T, o year.Options, years int, learning bool, r *record, progress func(string)) *play {
	t.Helper()
	time.Sleep(time.Until(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
	o.Start, o.Domain = time.Now().UTC(), apptest.Domain
	y := year.New(o)
	p := &play{
		world: newWorld(t), seed: o.Seed, learning: learning, clients: map[string]string{}, contacts: map[string]string{},
		people:  map[string]string{},
		arrived: map[arrival]year.Truth{}, asked: map[string]int{}, released: map[string]bool{}, seen: map[string]bool{},
		offered: map[string]string{}, record: r, sorts: map[year.Sort]*tally{}, late: map[year.Sort]*tally{}, cues: map[year.Cue]*tally{},
		missed: map[string]int{},
	}
	p.found(y.Office())
	for range 12 * years {
		m := y.Next()
		if n := len(p.months); n > 0 && n%12 == 0 {
			p.renew(n / 12)
		}
		if len(p.months) == 12*years-3 {
			clear(p.late)
		}
		p.months = append(p.months, &tally{})
		for _, j := range m.Joins {
			p.join(j)
		}
		for len(m.Mails) > 0 {
			day := m.Mails[0].At.YearDay()
			n := slices.IndexFunc(m.Mails, func(x year.Mail) bool { return x.At.YearDay() != day })
			if n < 0 {
				n = len(m.Mails)
			}
			p.day(m.Mails[:n])
			m.Mails = m.Mails[n:]
		}
		last := p.months[len(p.months)-1]
		progress(fmt.Sprintf("%s: %d mails, %d by hand", m.Start.Format("2006-01"), last.mails, last.hands))
	}
	p.mendAll(time.Now().AddDate(1, 0, 0))
	if len(p.Poisoned) > 0 {
		t.Errorf("poisoned: %v", p.Poisoned)
	}
	return p
}

// day delivers the mail of a day, lets the product do its part, and then the
// manager his.
func (p *play) day(mails []year.Mail) {
	p.T.Helper()
	start, n := mails[0].At.Truncate(24*time.Hour), 0
	for _, m := range mails {
		time.Sleep(time.Until(m.At))
		p.Send(m.From, m.To, string(m.Raw))
		p.sum = crc32.Update(p.sum, crc32.IEEETable, m.Raw)
		head := must.Get(mail.ReadMessage(bytes.NewReader(m.Raw)))(p.T)
		from := must.Get(mail.ParseAddress(head.Header.Get("From")))(p.T)
		n += len(m.To)
		for _, to := range m.To {
			p.arrived[arrival{to, time.Now().Unix(), strings.ToLower(from.Address)}] = m.Truth
		}
	}
	time.Sleep(time.Until(start.Add(18 * time.Hour)))
	p.Tick()
	today := p.today(start, n)
	hands := map[string]int{}
	for _, m := range slices.Backward(today) { // the oldest first
		hands[m["id"].(string)] = p.solve(m)
	}
	for _, m := range today {
		p.judge(m["id"].(string), hands[m["id"].(string)])
	}
	p.mendAll(time.Now())
	p.Answered = nil
}

// today are the last mails that arrived, the newest first.
func (p *play) today(since time.Time, n int) []object {
	p.T.Helper()
	var found []object
	for next := ""; len(found) < n; {
		page := p.Must("GET", fmt.Sprintf("/api/mails?limit=%d&after=%s", min(200, n-len(found)), next), nil)
		for _, m := range page["items"].([]any) {
			found = append(found, m.(object))
		}
		if next, _ = page["next"].(string); next == "" {
			break
		}
	}
	if len(found) != n || p.received(found[n-1]).Before(since) {
		p.T.Fatalf("%d mails since %v, want %d", len(found), since, n)
	}
	return found
}

func (p *play) received(m object) time.Time {
	p.T.Helper()
	at := must.Get(time.Parse(time.RFC3339, m["received"].(string)))(p.T)
	return at
}

// truth is what was sent as this mail.
func (p *play) truth(m object) year.Truth {
	p.T.Helper()
	truth, ok := p.arrived[arrival{m["address"].(string), p.received(m).Unix(), strings.ToLower(m["from"].(object)["email"].(string))}]
	if !ok {
		p.T.Fatalf("nobody sent %v", m)
	}
	return truth
}
