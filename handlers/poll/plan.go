package poll

import (
	"context"
	"hash/fnv"
	"log/slog"
	"math"
	"time"

	"kantoorpost/shared/connector"
)

// Graph answers four requests of an app at a time, each in about 300 ms: 4,000 in a tick.
// While all mailboxes fit into that, each is read in every tick. When they do not, those
// that are quiet are read in every second, fourth, … tick, up to the lag that the office
// chose: the longer quiet, the less often. How long a mailbox is quiet stands in its cursor,
// which mail moves, so that nothing is written to slow down, and the first mail makes the
// mailbox fast again, unless all must wait as long. A lost job costs a mailbox one turn.
//
// Intervals are powers of two, and the turns of a longer one are among those of each
// shorter one. So a mailbox whose interval changes never waits longer than the longest.

const (
	// callsPerTick leaves a tenth for mail that came, replies and people.
	// https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
	callsPerTick = int(0.9 * 4 * float64(tickEvery) / float64(callTime))
	callTime     = 300 * time.Millisecond
	callsPerRead = 1 + 1.0/sentEvery // inbox, and sometimes Sent Items
	// batchSize is that of host.json: the platform wants an instance for each so many jobs.
	// https://learn.microsoft.com/azure/azure-functions/functions-target-based-scaling
	batchSize = 8
	// ahead is how much work may be on the queue at once, as Graph answers it: a quarter of a
	// batch, since jobs share an instance and end late. A second instance would ask Graph
	// more than it allows an app, and be refused.
	ahead = time.Duration(batchSize / 4 * perFetch * callsPerRead * float64(callTime) / 4)
	// longest is the longest interval, in ticks, however many mailboxes there are.
	longest = 64
)

// A plan says in which ticks mailboxes are read.
type plan struct {
	now   time.Time
	quiet time.Duration // after which a mailbox is read in every second tick; after twice that in every fourth
	most  int           // longest interval, in ticks
	over  bool          // most is longer than the office chose
	calls int           // of Graph in a tick
}

// planFor returns the plan with the shortest longest interval, in which the fewest
// mailboxes wait. Each is read in every tick if that fits.
func planFor(due []connector.Mailbox, now time.Time, lag time.Duration, calls int) plan {
	p := plan{now: now, quiet: math.MaxInt64, most: max(1, int(lag/tickEvery)), calls: calls}
	if p.fits(due) {
		return p
	}
	for ; ; p.most, p.over = p.most*2, true {
		for p.quiet = 24 * time.Hour; p.quiet >= tickEvery; p.quiet /= 2 {
			if p.fits(due) {
				return p
			}
		}
		if p.quiet = 0; p.fits(due) || p.most >= longest {
			return p
		}
	}
}

func (p plan) fits(due []connector.Mailbox) bool {
	calls := 0.0
	for _, b := range due {
		calls += callsPerRead / float64(p.interval(b))
	}
	return calls <= float64(p.calls)
}

// interval is in which ticks a mailbox is read: 1 for each. One that was never read to its
// end, or that failed, is read when its time has come.
func (p plan) interval(b connector.Mailbox) int {
	if b.Cursor.DeltaLink == "" || b.Cursor.Next != "" || b.Cursor.Failures > 0 {
		return 1
	}
	last := b.Cursor.LastRound
	if b.Sent.LastRound.After(last) {
		last = b.Sent.LastRound
	}
	n := 1
	for after := p.quiet; n < p.most && p.now.Sub(last) >= after; after *= 2 {
		n *= 2
	}
	return n
}

// turn says whether a mailbox is read in a tick. Mailboxes are spread over the ticks.
func (p plan) turn(b connector.Mailbox, tick int) bool {
	n := p.interval(b)
	if n == 1 {
		return true
	}
	h := fnv.New32a()
	h.Write([]byte(b.Activation.ID))
	return (int(h.Sum32()>>8)+tick)%n == 0
}

// delay is how long a job waits that comes after some calls of Graph in its tick.
func delay(calls float64) time.Duration {
	return max(0, time.Duration(calls*float64(callTime)/4)-ahead)
}

func (p plan) log(ctx context.Context, due, asked int) {
	switch {
	case p.over:
		slog.WarnContext(ctx, "more mailboxes than Graph answers for within the lag that the office chose",
			"mailboxes", due, "read", asked, "minutes", p.most*int(tickEvery/time.Minute))
	case asked < due:
		slog.InfoContext(ctx, "quiet mailboxes are read less often", "mailboxes", due, "read", asked, "quiet", p.quiet)
	}
}
