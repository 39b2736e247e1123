package item

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/index"
	"kantoorpost/shared/table"
	"kantoorpost/shared/work"
)

// A Store keeps items in the table "mails".
type Store struct {
	// Work lists the mails that are not decided, or whose claim is to be finished.
	Work work.List

	table    *table.Table
	now      func() time.Time
	progress *index.Progress
}

// NewStore returns a Store over t.
func NewStore(t *table.Table) *Store {
	now := func() time.Time { return time.Now().UTC() }
	return &Store{
		Work:  work.List{Table: t, Prefix: workKey(""), First: firstSweep, Max: maxSweep, Now: now},
		table: t, now: now, progress: &index.Progress{Table: t, Name: "mails"},
	}
}

const (
	firstSweep = 4 * time.Minute // the job that fetch put has this long
	maxSweep   = 6 * time.Hour
)

// work returns the row that says that the mail is still to be decided, or its claim to be
// finished.
func (it Item) work(since time.Time) table.Row {
	return work.Entry{ID: it.ID, Address: it.Address, Next: since.Add(firstSweep)}.Row(workKey(it.ID))
}

var (
	// ErrNotFound means that there is no such mail.
	ErrNotFound = errors.New("no such mail")
	// ErrUnreadable means that somebody has damaged the row of a mail.
	ErrUnreadable = errors.New("the row of a mail is damaged")
)

// Get returns the mail with this id, or ErrNotFound.
func (s *Store) Get(ctx context.Context, id string) (Item, error) {
	if !ids.IsTimed(id) {
		return Item{}, ErrNotFound
	}
	r, err := s.table.Get(ctx, mailKey(id))
	if errors.Is(err, table.ErrNotFound) {
		return Item{}, ErrNotFound
	}
	if err != nil {
		return Item{}, fmt.Errorf("read mail %s: %w", id, err)
	}
	return unpack(r)
}

// readsAtOnce is how many mails Load reads at the same time.
const readsAtOnce = 8

// Load returns the mails with these ids, oldest first, without those that do not
// exist or were damaged by hand. Mails that arrived one after another cost one
// query together.
func (s *Store) Load(ctx context.Context, mails []string) ([]Item, error) {
	mails = slices.DeleteFunc(slices.Clone(mails), func(id string) bool { return !ids.IsTimed(id) })
	slices.Sort(mails)
	mails = slices.Compact(mails)
	if len(mails) == 0 {
		return nil, nil
	}
	found := make(map[string]Item, len(mails))
	if len(mails) > 1 {
		rows, _, err := s.table.Range(ctx, mailKey(mails[0]), mailKey(mails[len(mails)-1])+ids.Above, min(4*len(mails), 1000))
		if err != nil {
			return nil, fmt.Errorf("read %d mails: %w", len(mails), err)
		}
		for _, r := range rows {
			id := r.Key[len("m|"):]
			if _, wanted := slices.BinarySearch(mails, id); !wanted {
				continue
			}
			if it, ok := readable(ctx, r); ok {
				found[id] = it
			}
		}
	}
	missing := slices.DeleteFunc(slices.Clone(mails), func(id string) bool { _, ok := found[id]; return ok })
	var mu sync.Mutex
	var reads errgroup.Group
	reads.SetLimit(readsAtOnce)
	for _, id := range missing {
		reads.Go(func() error {
			it, err := s.Get(ctx, id)
			if errors.Is(err, ErrNotFound) || errors.Is(err, ErrUnreadable) {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			found[id] = it
			return err
		})
	}
	if err := reads.Wait(); err != nil {
		return nil, err
	}
	items := make([]Item, 0, len(mails))
	for _, id := range slices.Backward(mails) {
		if it, ok := found[id]; ok {
			items = append(items, it)
		}
	}
	return items, nil
}

// ByMessageID returns the mails with this internet message id, oldest first, at
// most ten. Several are copies at several addresses.
func (s *Store) ByMessageID(ctx context.Context, internetMessageID string) ([]Item, error) {
	prefix := messageIDKey(internetMessageID, "")
	rows, _, err := s.table.Range(ctx, prefix, prefix+ids.Above, 10)
	if err != nil {
		return nil, fmt.Errorf("look for a mail by its internet message id: %w", err)
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.Key[len(prefix):])
	}
	return s.Load(ctx, ids)
}

// A Query selects the mails of a list.
type Query struct {
	Mailbox string // only of this mailbox; "" for all
	State   State  // only in this state; "" for all
	Limit   int    // at most so many, 1 to 200
	After   string // continue after the mail with this id
}

// List returns mails, newest first, and the id to continue after, "" at the
// end. It costs one query. A page may be shorter than Limit, or empty, while more
// follow.
func (s *Store) List(ctx context.Context, q Query) (items []Item, after string, err error) {
	prefix := "m|"
	switch {
	case q.Mailbox != "" && q.State == Parked:
		prefix = waitingKey(q.Mailbox, "")
	case q.Mailbox != "":
		prefix = viewKey(q.Mailbox, "")
	case q.State == Parked:
		prefix = "p|"
	}
	from := prefix
	if q.After != "" {
		from = prefix + q.After + ids.Above // the key after it: no id continues another
	}
	rows, next, err := s.table.Range(ctx, from, prefix+ids.Above, q.Limit)
	if err != nil {
		return nil, "", fmt.Errorf("list mails: %w", err)
	}
	for _, r := range rows {
		if it, ok := readable(ctx, r); ok && !it.Sent && (q.State == "" || it.State == q.State) {
			items = append(items, it)
		}
	}
	if next != "" && len(rows) > 0 {
		after = rows[len(rows)-1].Key[len(prefix):]
	}
	return items, after, nil
}

// readable decodes a row that may have been damaged by hand: one such row must
// not hide all others.
func readable(ctx context.Context, r table.Row) (Item, bool) {
	it, err := unpack(r)
	if err != nil {
		slog.ErrorContext(ctx, "a mail cannot be read", "error", err)
	}
	return it, err == nil
}

func unpack(r table.Row) (Item, error) {
	var it Item
	if err := r.Document(&it); err != nil {
		return Item{}, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	it.etag, it.claimed, it.was, it.wasReason, it.wasLookups = r.ETag, it.Claim != nil, it.State, it.Reason, it.Lookups
	return it, nil
}
