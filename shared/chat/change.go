package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/table"
)

// ErrChanged means that somebody changed the chat since it was read.
var ErrChanged = errors.New("the chat was changed meanwhile")

// ErrMembers means that a list of members is empty, is too long, names a member
// twice, or changes more than one transaction holds.
var ErrMembers = fmt.Errorf("a chat has 1 to %d members, each once", MaxMembers)

// A Check refuses a change of a chat by its error. It is asked about the chat as it
// was read for the write, and again when somebody else's change comes first: a
// right that ends in between is not used.
type Check func(Chat) error

// SetState closes or opens a chat and returns it; etag "" accepts any version.
// Errors: ErrNotFound, ErrChanged, what check returns.
func (s *Store) SetState(ctx context.Context, id, etag string, check Check, state State) (Chat, error) {
	return s.change(ctx, id, etag, check, func(c *Chat) ([]table.Op, *audit.Entry, error) {
		if c.State == state {
			return nil, nil, nil
		}
		c.State = state
		action := "chat.close"
		if state == Open {
			action = "chat.open"
		}
		return nil, &audit.Entry{Action: action}, nil
	})
}

// SetMembers replaces the members of a chat, and returns it; etag "" accepts any
// version. A member who is removed no longer has the chat, and later mail does not
// bring him or her back. Errors: ErrNotFound, ErrMerged, ErrChanged, ErrMembers, what
// check returns.
func (s *Store) SetMembers(ctx context.Context, id, etag string, check Check, members []string, at time.Time) (Chat, error) {
	return s.change(ctx, id, etag, check, func(c *Chat) (ops []table.Op, e *audit.Entry, err error) {
		if c.ID != id {
			return nil, nil, ErrMerged // the members are meant for another chat than this
		}
		if n := len(members); n < 1 || n > MaxMembers || len(slices.Compact(slices.Sorted(slices.Values(members)))) != n ||
			slices.Contains(members, "") {
			return nil, nil, ErrMembers
		}
		var kept, added, removed []string
		byHand := map[string]ByHand{}
		for _, m := range c.Members {
			if !slices.Contains(members, m) {
				removed = append(removed, m)
				ops = append(ops, table.Delete(table.Row{Key: memberKey(m, c.ID)}))
				continue
			}
			kept = append(kept, m)
			if by, ok := c.Added[m]; ok {
				byHand[m] = by
			}
		}
		for _, m := range members {
			if !slices.Contains(kept, m) {
				added = append(added, m)
				byHand[m] = ByHand{By: audit.By(ctx), At: at.UTC().Truncate(time.Millisecond)}
			}
		}
		if len(added)+len(removed) == 0 {
			return nil, nil, nil
		}
		c.Members, c.Added = append(kept, added...), byHand
		c.Removed = slices.DeleteFunc(slices.Concat(c.Removed, removed), func(m string) bool { return slices.Contains(c.Members, m) })
		c.Removed = c.Removed[max(0, len(c.Removed)-MaxMembers):]
		e = &audit.Entry{Action: "chat.members", Detail: map[string]string{}}
		for name, ids := range map[string][]string{"added": added, "removed": removed} {
			if len(ids) > 0 {
				e.Detail[name] = strings.Join(ids, " ")
			}
		}
		return ops, e, nil
	})
}

// change lets f change a chat, and writes all its rows with an entry of the audit.
// A nil entry means that nothing changes.
func (s *Store) change(ctx context.Context, id, etag string, check Check, f func(*Chat) ([]table.Op, *audit.Entry, error)) (Chat, error) {
	var later []string // the members whose unread rows are written after the change
	err := table.Repeat(ctx, s.table.Write, func() ([]table.Op, error) {
		c, err := s.Get(ctx, id)
		if err == nil {
			err = check(c)
		}
		if err == nil && etag != "" && etag != c.etag {
			err = ErrChanged
		}
		if err != nil {
			return nil, err
		}
		later = nil
		members := c.Members
		ops, e, err := f(&c)
		if err != nil || e == nil {
			return nil, err
		}
		unread, err := s.unreadOps(ctx, c, members...)
		if err != nil {
			return nil, err
		}
		e.By, e.Object = audit.By(ctx), "chat "+c.ID
		ops = append(slices.Concat(ops, c.rows()), audit.Op(*e))
		if len(ops) > table.MaxOps {
			return nil, ErrMembers
		}
		if len(ops)+len(unread) > table.MaxOps { // many members became others
			later = members
			return ops, nil
		}
		return append(ops, unread...), nil
	}, ErrChanged, "change chat %s", id)
	if err == nil && later != nil {
		err = s.countUnreadOf(ctx, id, later...)
	}
	if err != nil {
		return Chat{}, err
	}
	return s.Get(ctx, id)
}
