package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// Work says that a reply is still to be sent, or its draft in the mailbox to be
// deleted.
type Work struct {
	Reply    string    `json:"reply"`
	Address  string    `json:"address"`
	Next     time.Time `json:"next"`     // when the tick puts a new job, if the work is still open
	Attempts int64     `json:"attempts"` // jobs that the tick has put

	etag string
}

const (
	firstSweep = time.Minute // the job that was put with the reply has this long
	maxSweep   = time.Hour
)

// workOf returns the work of a reply that just changed.
func (s *Store) workOf(r Reply) Work {
	next := s.now()
	switch {
	case r.State.IsWaiting() && r.LeavesAt.After(next):
		next = r.LeavesAt
	case r.State == Sending && r.NextTry.After(next):
		next = r.NextTry
	}
	return Work{Reply: r.ID, Address: r.Address, Next: next.Add(firstSweep)}
}

func (w Work) row() table.Row {
	r := table.Pack(workKey(w.Reply), w)
	r.ETag = w.etag
	return r
}

// Due returns open work whose time has come, at most limit.
func (s *Store) Due(ctx context.Context, limit int) ([]Work, error) {
	now := s.now()
	var due []Work
	for r, err := range s.table.Rows(ctx, "o|send|", "o|send|"+ids.Above) {
		if err != nil {
			return nil, fmt.Errorf("read replies that are to leave: %w", err)
		}
		var w Work
		if err := r.Unpack(&w); err != nil || !ids.IsTimed(w.Reply) {
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

// Postpone notes that a job was put for this work. Each time it waits twice as long,
// at most an hour: an outage can last.
func (s *Store) Postpone(ctx context.Context, w Work) error {
	w.Attempts++
	w.Next = s.now().Add(min(firstSweep<<min(w.Attempts, 10), maxSweep))
	err := s.table.Write(ctx, table.Replace(w.row()))
	if errors.Is(err, table.ErrChanged) || errors.Is(err, table.ErrNotFound) {
		return nil // the reply changed meanwhile, and its work with it
	}
	if err != nil {
		return fmt.Errorf("postpone reply %s: %w", w.Reply, err)
	}
	return nil
}
