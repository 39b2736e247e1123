// Package teamwork keeps what team members see of each other's work: who looks at a
// mail, and what a colleague points out to one. It gives nobody a right to anything.
//
// Its rows are in the table "mails", so that a notice is written in the transaction of
// what it is about:
//
//	0|at|<member>       -> what the member looks at            (look)
//	0|to|<member>|<id>  -> a notice for the member, newest first (Notice)
package teamwork

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// A Kind says what a notice is about. Kinds are stored.
type Kind string

// The kinds of notices.
const (
	Mentioned Kind = "mentioned" // a colleague named the member in a note
	Assigned  Kind = "assigned"  // a colleague asks the member to look after it
)

// A Notice points something out to a team member, until he or she has seen it.
type Notice struct {
	ID     string    `json:"id"`
	Kind   Kind      `json:"kind"`
	Object string    `json:"object"` // "mail" or "chat", and its id
	By     string    `json:"by"`     // id of the colleague
	At     time.Time `json:"at"`
}

// MaxNotices is how many notices of a member a list has at most.
const MaxNotices = 100

// still is how long somebody who no longer says so is thought to look at a mail.
const still = 30 * time.Second

// look is a mail at which a member looks.
type look struct {
	Object string    `json:"object"`
	At     time.Time `json:"at"`
}

// A Store keeps these rows.
type Store struct{ table *table.Table }

// NewStore returns a Store over t, which also holds the mails and chats.
func NewStore(t *table.Table) *Store { return &Store{t} }

const lookPrefix = "0|at|"

func noticePrefix(member string) string { return "0|to|" + member + "|" }

// Op returns the operation that gives a member a notice.
func Op(member string, n Notice) table.Op {
	n.At = n.At.UTC().Truncate(time.Millisecond)
	n.ID = ids.Timed(n.At, ids.Hash(member, string(n.Kind), n.Object, n.By))
	return table.Put(table.Pack(noticePrefix(member)+n.ID, n))
}

// Notices returns what is pointed out to a member, newest first, at most MaxNotices. It
// costs one query.
func (s *Store) Notices(ctx context.Context, member string) ([]Notice, error) {
	rows, _, err := s.table.Range(ctx, noticePrefix(member), noticePrefix(member)+ids.Above, MaxNotices)
	if err != nil {
		return nil, fmt.Errorf("list notices of %s: %w", member, err)
	}
	notices := make([]Notice, 0, len(rows))
	for _, r := range rows {
		var n Notice
		if err := r.Unpack(&n); err != nil {
			return nil, fmt.Errorf("read row %s: %w", r.Key, err)
		}
		notices = append(notices, n)
	}
	return notices, nil
}

// Forget deletes a notice that its member has seen. One that is gone already is no error.
func (s *Store) Forget(ctx context.Context, member, id string) error {
	if !ids.IsTimed(id) {
		return nil
	}
	err := s.table.Write(ctx, table.Delete(table.Row{Key: noticePrefix(member) + id}))
	if err != nil && !errors.Is(err, table.ErrNotFound) {
		return fmt.Errorf("forget a notice of %s: %w", member, err)
	}
	return nil
}

// again is the age at which a look is written again.
const again = still / 3

// Look notes that a member looks at an object now, and returns the ids of the others who
// do. A member looks at one thing at a time, so there is one row for each member. The
// member "" is nobody whom others see. It costs a query, and a write every ten seconds.
func (s *Store) Look(ctx context.Context, member, object string, now time.Time) (others []string, err error) {
	known := member == ""
	for r, err := range s.table.Rows(ctx, lookPrefix, lookPrefix+ids.Above) {
		if err != nil {
			return nil, fmt.Errorf("find who looks at %s: %w", object, err)
		}
		var l look
		if err := r.Unpack(&l); err != nil {
			return nil, fmt.Errorf("read row %s: %w", r.Key, err)
		}
		who, age := r.Key[len(lookPrefix):], now.Sub(l.At)
		switch {
		case l.Object != object:
		case who == member:
			known = age < again
		case age < still:
			others = append(others, who)
		}
	}
	if known {
		return others, nil
	}
	if err := s.table.Write(ctx, table.Put(table.Pack(lookPrefix+member, look{object, now.UTC()}))); err != nil {
		return nil, fmt.Errorf("note that %s looks at %s: %w", member, object, err)
	}
	return others, nil
}
