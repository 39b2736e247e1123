package cost

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

// Every meter has a price, a unit and a source, and every meter is used.
func TestPrices(t *testing.T) {
	p, err := ListPrices()
	if err != nil || p.Date == "" || p.Currency == "" {
		t.Fatal(p, err)
	}
	all := p.Of(Office{Mailboxes: 10_000, MailsPerDay: 20, MemoryMB: 2048})
	for name, price := range p.Prices {
		if price.Price <= 0 || price.Unit == "" || !strings.HasPrefix(price.Source, "https://azure.microsoft.com/pricing/") {
			t.Errorf("%s: %+v", name, price)
		}
		without := Prices{Prices: map[string]Price{}}
		for other, kept := range p.Prices {
			if other != name {
				without.Prices[other] = kept
			}
		}
		if e := without.Of(Office{Mailboxes: 10_000, MailsPerDay: 20, MemoryMB: 2048}); e == all {
			t.Errorf("%s costs nothing", name)
		}
	}
}

// A small office pays nothing for compute and logs, since each has a free part. A
// large office pays about as much for each mailbox at every size.
func TestCostOfSizes(t *testing.T) {
	p := must.Get(ListPrices())(t)
	if e := p.Of(Office{Mailboxes: 50, MailsPerDay: 20, MemoryMB: 512}); e.Compute != 0 || e.Logs != 0 || e.Total() <= 0 {
		t.Errorf("50 mailboxes: %+v", e)
	}
	free := map[string]Price{}
	for name, price := range p.Prices {
		price.Free = 0
		free[name] = price
	}
	p.Prices = free
	per := func(n int) float64 {
		return p.Of(Office{Mailboxes: n, MailsPerDay: 20, MemoryMB: 512}).Total() / float64(n)
	}
	if ratio := per(2_500) / per(1_000); ratio > 1.05 || ratio < 0.8 {
		t.Errorf("a mailbox costs %.4f of 1,000, %.4f of 2,500", per(1_000), per(2_500))
	}
	// Quiet mailboxes of a large office are read less often: Graph answers for no more.
	for n, want := range map[int]float64{1_000: 1_000, 10_000: 4 * 0.9 * 300 / 0.3 / PollGraphCalls} {
		o := Office{Mailboxes: n, MemoryMB: 512}
		if e := p.Of(o); math.Abs(e.GraphCalls/PollGraphCalls/(30*24*12)-want) > 1 {
			t.Errorf("%d mailboxes: %.0f are read in a tick, want %.0f", n, e.GraphCalls/PollGraphCalls/(30*24*12), want)
		}
	}
	if small, large := p.Of(Office{Mailboxes: 100, MemoryMB: 512}),
		p.Of(Office{Mailboxes: 100, MemoryMB: 2048}); large.GBSeconds != 4*small.GBSeconds {
		t.Errorf("%v GB-s with 512 MB, %v with 2048", small.GBSeconds, large.GBSeconds)
	}
}

// The table has a line for each size, and the worst case is what its words say.
func TestWrite(t *testing.T) {
	p, err := ListPrices()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = p.Write(&out, 20, 512)
	if err != nil || strings.Count(out.String(), "\n") != 16 || !strings.Contains(out.String(), "reads a day") ||
		!strings.Contains(out.String(), "articles about the list") ||
		!strings.Contains(out.String(), "in EUR") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if got, one := p.Worst(7, 40, 1024), p.Worst(1, 1, 1024); got <= 250*one {
		t.Errorf("280 instances cost %.0f, one %.2f", got, one)
	}
}
