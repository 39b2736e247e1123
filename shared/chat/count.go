package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// An unread row, 1|<member>|<chat>, says that something of an open chat is unread for a member, so that
// his or her unread chats are counted without a look at the others. The transaction that makes
// a chat active writes the rows of all members blindly; MarkSeen deletes one only if nobody
// wrote it since the chat was read; what people rearrange is compared with what each member has
// seen (unreadOps).

// maxUnreadRows is of how many members a chat has such rows: those of more do not fit into the
// transaction that changes it, and it is not in their numbers.
const maxUnreadRows = 35

func unreadKey(member, chat string) string { return "1|" + member + "|" + chat }

func (c Chat) hasUnreadRows() bool { return c.State == Open && len(c.Members) <= maxUnreadRows }

func (c Chat) unreadRow(member string) table.Row {
	r := table.Row{Key: unreadKey(member, c.ID), Props: map[string]any{"chat": c.ID}}
	if !c.Later.IsZero() {
		r.Props["later"] = c.Later
	}
	return r
}

// newUnread returns the operations for what came into c since it was read: it is unread for
// all members, and all of c for those who joined.
func (c Chat) newUnread() (ops []table.Op) {
	members := c.joined
	if c.ActivitySequence > c.activityRead {
		members = c.Members
	}
	if !c.hasUnreadRows() || c.unreadAfter(seen{}) == 0 {
		return nil
	}
	for _, m := range members {
		ops = append(ops, table.Put(c.unreadRow(m)))
	}
	return ops
}

// unreadOps returns the operations after which the rows of the members of c, and of others
// who are none, say what is unread. They hold only together with the row of c.
func (s *Store) unreadOps(ctx context.Context, c Chat, others ...string) ([]table.Op, error) {
	all := slices.Concat(c.Members, slices.DeleteFunc(slices.Clone(others), func(m string) bool { return slices.Contains(c.Members, m) }))
	found := make([][]table.Op, len(all))
	var reads errgroup.Group
	reads.SetLimit(readsAtOnce)
	for i, m := range all {
		reads.Go(func() (err error) {
			found[i], err = s.unreadOp(ctx, c, m)
			return err
		})
	}
	err := reads.Wait()
	return slices.Concat(found...), err
}

// unreadOp is unreadOps for one.
func (s *Store) unreadOp(ctx context.Context, c Chat, member string) ([]table.Op, error) {
	before, err := s.unreadBefore(ctx, c.ID, member)
	if err != nil {
		return nil, err
	}
	wanted := c.hasUnreadRows() && c.Into == "" && slices.Contains(c.Members, member)
	if wanted {
		v, err := s.seen(ctx, member, c.ID)
		if err != nil {
			return nil, err
		}
		wanted = c.unreadAfter(v) > 0
	}
	now := c.unreadRow(member)
	now.ETag = before.ETag
	switch {
	case wanted && before.ETag == "":
		return []table.Op{table.Insert(now)}, nil
	case wanted: // also unchanged: who is about to delete it has to look again
		return []table.Op{table.Replace(now)}, nil
	case before.ETag != "":
		return []table.Op{table.Delete(before)}, nil
	}
	return nil, nil
}

// unreadBefore returns the row that says that something of a chat is unread for a member;
// without ETag when there is none.
func (s *Store) unreadBefore(ctx context.Context, chat, member string) (table.Row, error) {
	r, err := s.table.Get(ctx, unreadKey(member, chat))
	if err != nil && !errors.Is(err, table.ErrNotFound) {
		return table.Row{}, fmt.Errorf("read whether %s has read chat %s: %w", member, chat, err)
	}
	return r, nil
}

// CountUnread returns in how many open chats something is unread for a member, without those
// that wait for a moment after now; more says that there may be others. It costs one query.
func (s *Store) CountUnread(ctx context.Context, member string, now time.Time) (n int, more bool, err error) {
	prefix := unreadKey(member, "")
	rows, next, err := s.table.Columns(ctx, prefix, prefix+ids.Above, table.MaxRange, "later")
	if err != nil {
		return 0, false, fmt.Errorf("count the unread chats of %s: %w", member, err)
	}
	for _, r := range rows {
		if later, ok := r.Props["later"].(time.Time); !ok || !later.After(now) {
			n++
		}
	}
	return n, next != "", nil
}

// countOne writes the unread rows of a chat that an older version stored.
func (s *Store) countOne(ctx context.Context, c Chat) error {
	if c.State != Open {
		return nil
	}
	return s.countUnreadOf(ctx, c.ID)
}

// countUnreadOf writes the unread rows of the members of a chat. It deletes the rows of
// others, who are no members.
func (s *Store) countUnreadOf(ctx context.Context, id string, others ...string) error {
	return table.Repeat(ctx, s.table.Write, func() ([]table.Op, error) {
		c, err := s.Get(ctx, id)
		if err != nil || c.Change != "" { // a change that is finished writes them
			return nil, ignoreNotFound(err)
		}
		ops, err := s.unreadOps(ctx, c, others...)
		if len(ops) == 0 {
			return nil, err
		}
		return append(ops, table.Replace(c.row())), err
	}, ErrChanged, "count what is unread of chat %s", id)
}
