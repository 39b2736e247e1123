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

// ChanceSteps is how many steps of chance the counts of first suggestions have.
const ChanceSteps = 10

// Suggested is the count of mails whose first suggestion, when somebody solved it,
// had a chance in a step: 0 for less than 10 %, 9 for 90 % and more. They are stored.
func Suggested(step int) Count { return Count(fmt.Sprint("suggested-", step)) }

// SuggestedRight is the count of those of Suggested where it was what was done.
func SuggestedRight(step int) Count { return Count(fmt.Sprint("suggested-right-", step)) }

// Counts returns the operations that count a first suggestion, with the solution.
func (f *First) Counts(at time.Time) []table.Op {
	if f == nil {
		return nil
	}
	step := min(int(f.Chance*ChanceSteps), ChanceSteps-1)
	ops := []table.Op{CountOp(at, Suggested(step), 1)}
	if f.Done {
		ops = append(ops, CountOp(at, SuggestedRight(step), 1))
	}
	return ops
}

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
	return table.Insert(table.Pack("g|"+ids.Timed(at, ids.Random()), Tally{c, int64(n)}))
}

// Counts adds up the events from one time until before another.
func (s *Store) Counts(ctx context.Context, from, until time.Time) (map[Count]int64, error) {
	sums := map[Count]int64{}
	// Later times sort first. The key of a time sorts before all events of that time.
	first, end := tallyTime(until.Add(-time.Millisecond)), tallyTime(from.Add(-time.Millisecond))
	for r, err := range s.table.Rows(ctx, first, end) {
		if err != nil {
			return nil, fmt.Errorf("count what happened since %s: %w", from.Format(time.DateOnly), err)
		}
		var t Tally
		if r.Unpack(&t) == nil {
			sums[t.Count] += t.N
		}
	}
	return sums, nil
}
