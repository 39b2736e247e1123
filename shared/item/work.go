package item

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// Work says that a mail is still to be decided, or its claim to be finished.
type Work struct {
	ID       string    `json:"id"`
	Address  string    `json:"address"`
	Next     time.Time `json:"next"`     // when the tick puts a new job, if the work is still open
	Attempts int64     `json:"attempts"` // jobs that the tick has put

	etag string
}

func workRow(w Work) table.Row {
	r := table.Pack(workKey(w.ID), w)
	r.ETag = w.etag
	return r
}

const (
	firstSweep = 4 * time.Minute // the job that fetch put has this long
	maxSweep   = 6 * time.Hour
)

// OpenWork returns work that has been open for too long, newest first, at most
// limit.
func (s *Store) OpenWork(ctx context.Context, limit int) ([]Work, error) {
	now := s.now()
	var due []Work
	for r, err := range s.table.Rows(ctx, "w|", "w|"+ids.Above) {
		if err != nil {
			return nil, fmt.Errorf("read open work: %w", err)
		}
		var w Work
		if err := r.Unpack(&w); err != nil || !ids.IsTimed(w.ID) {
			continue // made by hand
		}
		w.etag = r.ETag
		if !w.Next.After(now) {
			due = append(due, w)
		}
		if len(due) == limit {
			break
		}
	}
	return due, nil
}

// Postpone notes that jobs were put for this work. Each time it waits twice as
// long as before, so that work that cannot succeed costs less and less.
func (s *Store) Postpone(ctx context.Context, work []Work) error {
	now := s.now()
	var ops []table.Op
	for _, w := range work {
		w.Attempts++
		w.Next = now.Add(min(firstSweep<<min(w.Attempts, 10), maxSweep))
		ops = append(ops, table.Replace(workRow(w)))
	}
	if err := s.writeUnchanged(ctx, ops); err != nil {
		return fmt.Errorf("postpone work: %w", err)
	}
	return nil
}

// writeUnchanged writes those of ops whose rows are unchanged since they were
// read, and skips the others.
func (s *Store) writeUnchanged(ctx context.Context, ops []table.Op) error {
	for len(ops) > 0 {
		part := slices.Clone(ops[:min(len(ops), table.MaxOps)])
		ops = ops[len(part):]
		for len(part) > 0 {
			err := s.table.Write(ctx, part...)
			var failed *table.OpError
			if errors.As(err, &failed) && failed.Index >= 0 && (errors.Is(err, table.ErrChanged) || errors.Is(err, table.ErrNotFound)) {
				part = slices.Delete(part, failed.Index, failed.Index+1)
				continue
			}
			if err != nil {
				return err
			}
			break
		}
	}
	return nil
}
