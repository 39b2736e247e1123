package metrics

import (
	"context"
	"fmt"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/sorting"
	"kantoorpost/shared/table"
)

// Line is the message of the log line with the figures of a tick.
const Line = "tick"

// Every is how often figures are taken: at each tick.
const Every = 5 * time.Minute

// slots are the ticks of a week. The row of a slot is overwritten a week later, so that
// figures never take more than this many rows.
const slots = int64(7 * 24 * time.Hour / Every)

// Week is how long figures are kept.
const Week = time.Duration(slots) * Every

// Figures are all metrics of one tick.
type Figures struct {
	At      time.Time `json:"at"`
	Metrics []Metric  `json:"metrics"`
}

// Sum adds up the values of a metric; ok is false when it was not measured.
func (f Figures) Sum(name Name) (sum float64, ok bool) {
	for _, m := range f.Metrics {
		if m.Name == name {
			sum, ok = sum+m.Value, true
		}
	}
	return sum, ok
}

// Max is the largest value of a metric; ok is false when it was not measured.
func (f Figures) Max(name Name) (largest float64, ok bool) {
	for _, m := range f.Metrics {
		if m.Name == name {
			largest, ok = max(largest, m.Value), true
		}
	}
	return largest, ok
}

func slotKey(at time.Time) string {
	return fmt.Sprintf("tick|%04d", at.Unix()/int64(Every.Seconds())%slots)
}

// PutOp returns the operation that stores figures in the table "configuration":
//
//	tick|<slot>  -> the figures of a tick of the last week (Figures)
//
// Its columns are for searches in the Azure portal.
func PutOp(f Figures) table.Op {
	columns := map[string]any{"at": f.At.UTC()}
	for column, name := range map[string]Name{"depth": QueueDepth, "undecided": UndecidedMails, "waiting": WaitingMails,
		"failing": MailboxesFailing,
		"poison":  QueuePoison} {
		sum, _ := f.Sum(name)
		columns[column] = int64(sum)
	}
	return table.Put(table.Document(slotKey(f.At), f, columns))
}

// Since returns the figures from a time on, oldest first, at most those of a week. It
// costs one query for three days.
func Since(ctx context.Context, t *table.Table, from, now time.Time) (all []Figures, err error) {
	if week := now.Add(-Week + Every); from.Before(week) {
		from = week
	}
	bounds := [][2]string{{slotKey(from), slotKey(now) + ids.Above}}
	if bounds[0][0] > bounds[0][1] { // the week of the keys begins anew between the two
		bounds = [][2]string{{slotKey(from), "tick|" + ids.Above}, {"tick|0", slotKey(now) + ids.Above}}
	}
	for _, b := range bounds {
		for r, err := range t.Rows(ctx, b[0], b[1]) {
			if err != nil {
				return nil, fmt.Errorf("figures since %s: %w", from.Format(time.RFC3339), err)
			}
			var f Figures
			if r.Document(&f) == nil && !f.At.Before(from) && !f.At.After(now) {
				all = append(all, f)
			}
		}
	}
	sorting.By(all, func(a, b Figures) int { return a.At.Compare(b.At) })
	return all, nil
}
