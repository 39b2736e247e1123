package item

import (
	"context"
	"fmt"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// A Count names an event that is counted, so that the office sees how much it
// learns.
type Count string

// The counts. They are stored.
const (
	Stored    Count = "stored"    // mails that came in
	Waited    Count = "waited"    // mails that were parked, each once
	Hand      Count = "hand"      // solutions by people
	Learned   Count = "learned"   // mails that a learned rule decided
	Corrected Count = "corrected" // mails that a learned rule decided and a person took back
)

// A Tally says how often something happened at a time. It is inserted in the
// transaction of the event: each event is counted once.
type Tally struct {
	Count Count `json:"count"`
	N     int64 `json:"n"`
}

func tallyTime(at time.Time) string {
	return "g|" + ids.Inverted(at)
}

// CountOp returns the operation that counts n events.
func CountOp(at time.Time, c Count, n int) table.Op {
	r, err := table.Pack("g|"+ids.Timed(at, ids.Random()), Tally{c, int64(n)})
	if err != nil {
		panic(fmt.Sprintf("tally: %v", err)) // a plain struct packs
	}
	return table.Insert(r)
}

// Counts adds up the events from one time until before another.
func (s *Store) Counts(ctx context.Context, from, until time.Time) (map[Count]int64, error) {
	sums := map[Count]int64{}
	// Later times sort first. The key of a time sorts before all events of that time.
	for at, to := tallyTime(until.Add(-time.Millisecond)), tallyTime(from.Add(-time.Millisecond)); at != ""; {
		rows, next, err := s.table.Range(ctx, at, to, table.MaxRange)
		if err != nil {
			return nil, fmt.Errorf("count what happened since %s: %w", from.Format(time.DateOnly), err)
		}
		for _, r := range rows {
			var t Tally
			if r.Unpack(&t) == nil {
				sums[t.Count] += t.N
			}
		}
		at = next
	}
	return sums, nil
}
