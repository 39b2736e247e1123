package item

import (
	"context"
	"fmt"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// lagWindow is how old a mail may be whose lag counts.
const lagWindow = 24 * time.Hour

// Lags returns how long mails that were decided since a time took from their arrival to
// their chat. Of mails that waited for a person it knows nothing. It costs one query and
// looks at the newest thousand mails of a day.
func (s *Store) Lags(ctx context.Context, since time.Time) (lags []time.Duration, err error) {
	rows, _, err := s.table.Columns(ctx, "m|", "m|"+ids.Inverted(s.now().Add(-lagWindow)), table.MaxRange, "decided", "lagSeconds")
	if err != nil {
		return nil, fmt.Errorf("read how long mails took: %w", err)
	}
	for _, r := range rows {
		lag, placed := r.Props["lagSeconds"].(int64)
		if decided, _ := r.Props["decided"].(time.Time); placed && !decided.Before(since) {
			lags = append(lags, time.Duration(lag)*time.Second)
		}
	}
	return lags, nil
}

// Undecided returns how many mails are stored and not decided, at most a thousand, and
// when the oldest of these was received. It costs one query.
func (s *Store) Undecided(ctx context.Context) (n int, oldest time.Time, err error) {
	rows, _, err := s.table.Columns(ctx, "w|", "w|"+ids.Above, table.MaxRange, "next")
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("count undecided mails: %w", err)
	}
	if len(rows) > 0 { // newest first
		oldest = ids.TimeOf(rows[len(rows)-1].Key[len("w|"):])
	}
	return len(rows), oldest, nil
}
