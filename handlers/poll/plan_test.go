package poll

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/dev/cost"
	"kantoorpost/shared/table/tabletest"
)

// bound is the longest time between two readings of a mailbox: as many ticks as Graph needs
// for all of them, or as the office chose when that is more, and the spread of the jobs
// over a tick. It follows from the limits of Graph alone.
func bound(boxes int, lag, perCall time.Duration) time.Duration {
	calls := float64(boxes) * callsPerRead
	perTick := 0.9 * graphAtOnce * float64(tickEvery) / float64(perCall) // a tenth is for other work
	ticks := 1
	for calls/float64(ticks) > perTick {
		ticks *= 2
	}
	if ticks > 1 { // then quiet mailboxes wait, as long as the office chose
		ticks = max(ticks, int(lag/tickEvery))
	}
	spread := time.Duration(min(calls, perTick) * float64(perCall) / graphAtOnce)
	return time.Duration(ticks)*tickEvery + spread
}

// An office of any size is read within Graph's limit. A small one is read in every tick; in
// a large one quiet mailboxes wait as long as the office chose, and no longer. Run it with
// -v for a table.
//
// Mail that comes by chance within a time g between two readings waits g/2 in the median,
// within three standard errors of as many mails.
func TestLagByMailboxes(t *testing.T) {
	for _, size := range []struct {
		boxes, minutes int
		perCall        time.Duration
		instances      int // at least
	}{
		{60, 20, callTime, 1},
		{1_000, 20, callTime, 1},
		{4_000, 20, callTime, 1},
		{10_000, 20, callTime, 1},
		{10_000, 40, callTime, 1},
		{10_000, 5, callTime, 1}, // more than Graph can
		// Graph refuses calls: more instances run than the jobs need, or it is slow.
		{1_000, 20, callTime, 3},
		{10_000, 20, callTime, 3},
		{10_000, 20, 2 * callTime, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newTenant(t, size.boxes, size.perCall)
			w.least = size.instances
			tables := tabletest.Open(t, "configuration", "mailboxes")
			h := &Handler{Jobs: w, Connectors: connector.New(connector.Options{
				Configuration: tables.Table("configuration"), Mailboxes: tables.Table("mailboxes"),
			})}
			const hours = 4
			lag := time.Duration(size.minutes) * time.Minute
			w.run(h, hours, lag)
			most, refused := w.longest()
			g, share := bound(size.boxes, lag, size.perCall), float64(w.refused)/float64(w.calls)
			t.Logf("%6d mailboxes, at most %2d minutes, Graph %v: lag p50 %v, p95 %v; longest between two readings %v of %v; "+
				"%d calls a tick, %.1f %% refused, %d in a row; %d instances", size.boxes, size.minutes, size.perCall, w.lag(50), w.lag(95),
				most.Round(time.Second), g.Round(time.Second), w.calls/12/(hours-1), 100*share, refused, w.most)
			refuses := size.instances > 1 || size.perCall > callTime
			if refuses {
				// What Graph refuses is asked in the next tick, and no mailbox is refused more often
				// in a row than chance allows once in a million runs.
				if chance := math.Log(1e6*float64(w.calls)) / -math.Log(share); float64(refused) > chance {
					t.Errorf("%d mailboxes: one was refused %d times in a row, by chance %.0f", size.boxes, refused, chance)
				}
				g += time.Duration(refused) * tickEvery
			} else if refused > 0 || most > g {
				t.Errorf("%d mailboxes: Graph refuses %.1f %% of %d instances; longest %v, want %v", size.boxes, 100*share, w.most, most, g)
			}
			// The prices count what the plan reads.
			if want := cost.MailboxesPerTick(size.boxes) * callsPerRead; !refuses && math.Abs(float64(w.calls)/12/(hours-1)/want-1) > 0.15 {
				t.Errorf("%d mailboxes: %d calls a tick, the prices count %.0f", size.boxes, w.calls/12/(hours-1), want)
			}
			median := g/2 + time.Duration(3*float64(g)/2/math.Sqrt(float64(len(w.lags))))
			if w.lag(95) > g || w.lag(50) > median {
				t.Errorf("%d mailboxes: p95 %v, p50 %v, want at most %v, median %v", size.boxes, w.lag(95), w.lag(50), g, median)
			}
		})
	}
}

// host.json asks for the batch that the plan counts on.
func TestTheBatchIsThatOfHostJSON(t *testing.T) {
	text, err := os.ReadFile("../../host.json")
	if want := fmt.Sprintf(`"batchSize": %d,`, batchSize); err != nil || !strings.Contains(string(text), want) {
		t.Errorf("host.json has no %s: %v", want, err)
	}
}

// A mailbox is read in every tick again as soon as it has mail, and while it was never read
// to its end or failed. While all fit, each is.
func TestWhoIsReadInEachTick(t *testing.T) {
	now := time.Now()
	box := func(quiet time.Duration) connector.Mailbox {
		return connector.Mailbox{Cursor: connector.Cursor{DeltaLink: "link", LastRound: now.Add(-quiet)}}
	}
	many := slices.Repeat([]connector.Mailbox{box(20 * time.Hour)}, 6_000)
	p := planFor(many, now, 20*time.Minute, callsPerTick)
	fresh, answered, failed, begun, more := box(0), box(20*time.Hour), box(20*time.Hour), box(20*time.Hour), box(20*time.Hour)
	answered.Sent.LastRound = now
	failed.Cursor.Failures = 1
	begun.Cursor.DeltaLink = ""
	more.Cursor.Next = "page 2"
	for name, b := range map[string]connector.Mailbox{"mail came": fresh, "was answered": answered, "failed": failed, "never read": begun,
		"half read": more} {
		if n := p.interval(b); n != 1 {
			t.Errorf("a mailbox that %s is read in every %d. tick", name, n)
		}
	}
	if n := p.interval(many[0]); n < 2 || n > 4 || p.over {
		t.Errorf("a quiet mailbox is read in every %d. tick: %+v", n, p)
	}
	if n := planFor(many[:2_000], now, 20*time.Minute, callsPerTick).interval(many[0]); n != 1 {
		t.Errorf("a quiet mailbox of a small office is read in every %d. tick", n)
	}
}
