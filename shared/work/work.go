// Package work lists what still waits for a job: mails that are not decided and replies
// that are to be sent. The tick puts a new job when the first one was lost or failed.
package work

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// An Entry says that something is still to be done.
type Entry struct {
	ID       string    `json:"id"`              // of the mail or the reply
	Reply    string    `json:"reply,omitempty"` // the same: the former release knows a reply by it
	Address  string    `json:"address"`
	Next     time.Time `json:"next"`     // when the tick puts a new job, if the entry is still there
	Attempts int64     `json:"attempts"` // jobs that the tick has put

	etag string
}

// Row returns the row of an entry.
func (e Entry) Row(key string) table.Row {
	r := table.Pack(key, e)
	r.ETag = e.etag
	return r
}

// A List is the open work of one kind.
type List struct {
	Table      *table.Table
	Prefix     string        // of row keys: the id follows
	First, Max time.Duration // how long an entry waits at first, and at most
	Now        func() time.Time
}

// Due returns entries whose time has come, newest first, at most limit.
func (l List) Due(ctx context.Context, limit int) ([]Entry, error) {
	now := l.Now()
	var due []Entry
	for r, err := range l.Table.Rows(ctx, l.Prefix, l.Prefix+ids.Above) {
		if err != nil {
			return nil, fmt.Errorf("read open work %s: %w", l.Prefix, err)
		}
		var e Entry
		if err := r.Unpack(&e); err != nil || !ids.IsTimed(r.Key[len(l.Prefix):]) {
			continue // made by hand
		}
		e.ID, e.etag = strings.TrimPrefix(r.Key, l.Prefix), r.ETag
		if !e.Next.After(now) {
			due = append(due, e)
		}
		if len(due) == limit {
			break
		}
	}
	return due, nil
}

// Postpone notes that jobs were put for these entries. One that changed meanwhile stays
// as it is.
func (l List) Postpone(ctx context.Context, entries []Entry) error {
	now := l.Now()
	var ops []table.Op
	for _, e := range entries {
		e.Attempts++
		e.Next = now.Add(Wait(e.Attempts, l.First, l.Max))
		ops = append(ops, table.Replace(e.Row(l.Prefix+e.ID)))
	}
	if err := l.Table.WriteUnchanged(ctx, ops); err != nil {
		return fmt.Errorf("postpone open work %s: %w", l.Prefix, err)
	}
	return nil
}

// Wait returns how long to wait after so many attempts: each time twice as long, so that
// work that cannot succeed costs less and less.
func Wait(attempts int64, first, longest time.Duration) time.Duration {
	return min(first<<min(attempts, 10), longest)
}
