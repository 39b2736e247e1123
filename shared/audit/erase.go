package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// Erase takes the details from an entry. Who did what, when and to which id stays.
func (l *Log) Erase(ctx context.Context, e Entry) error {
	for _, t := range l.tables {
		r, err := t.Get(ctx, prefix+e.ID)
		if errors.Is(err, table.ErrNotFound) {
			continue
		}
		if err == nil {
			e.Detail = nil
			bare := table.Pack(r.Key, e)
			bare.ETag = r.ETag
			err = t.Write(ctx, table.Replace(bare))
		}
		if err != nil {
			return fmt.Errorf("audit: erase entry %s: %w", e.ID, err)
		}
		return nil
	}
	return nil
}

// DeleteBefore deletes entries from before a time, at most a hundred in each table. Done says
// that there are no more. It costs one query for each table, and one transaction where there
// are some.
func (l *Log) DeleteBefore(ctx context.Context, at time.Time) (deleted int, done bool, err error) {
	done = true
	for _, t := range l.tables {
		rows, next, err := t.Columns(ctx, prefix+ids.Inverted(at), prefix+ids.Above, table.MaxOps, "id")
		ops := make([]table.Op, len(rows))
		for i, r := range rows {
			ops[i] = table.Delete(table.Row{Key: r.Key})
		}
		if err == nil {
			err = t.WriteUnchanged(ctx, ops)
		}
		if err != nil {
			return deleted, false, fmt.Errorf("audit: delete entries: %w", err)
		}
		deleted, done = deleted+len(rows), done && next == ""
	}
	return deleted, done, nil
}
