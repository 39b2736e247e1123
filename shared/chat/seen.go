package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// seen says how much of a chat a member has seen. It is a row of its own, so that
// reading a chat does not change it for others, and sorts after the member's row
// of the chat, so that one query reads both.
type seen struct {
	ActivitySequence int64 `json:"activitySequence"` // of the chat, as the member saw it
	// Also are later activity numbers that the member has seen: of messages that were seen
	// in another chat and moved to this.
	Also []Span `json:"also,omitempty"`

	etag string // "" when the member never looked
}

// op returns the operation that stores v, if nobody did since it was read.
func (v seen) op(member, chat string) table.Op {
	r := row(seenKey(member, chat), v)
	if r.ETag = v.etag; r.ETag == "" {
		return table.Insert(r)
	}
	return table.Replace(r)
}

// plus returns v with some more activity numbers.
func (v seen) plus(more ...Span) seen {
	v.Also = joined(slices.Concat(v.Also, more)...)
	for len(v.Also) > 0 && v.Also[0].First <= v.ActivitySequence+1 {
		v.ActivitySequence, v.Also = max(v.ActivitySequence, v.Also[0].Last), v.Also[1:]
	}
	v.Also = v.Also[max(0, len(v.Also)-maxGone):]
	return v
}

const seenSuffix = "|seen"

func seenKey(member, chat string) string { return memberKey(member, chat) + seenSuffix }

func (s *Store) seen(ctx context.Context, member, chat string) (seen, error) {
	var v seen
	etag, err := s.get(ctx, seenKey(member, chat), &v)
	v.etag = etag
	return v, ignoreNotFound(err)
}

// Unread returns how much of c a member has not seen; 0 for a person who is no
// member of it. Which are places among the messages that count, the newest in the order
// of the chat first and from 1 on; nil when the newest are unread. It costs one table
// operation.
func (s *Store) Unread(ctx context.Context, c Chat, member string) (count int64, which []Span, err error) {
	if !slices.Contains(c.Members, member) {
		return 0, nil, nil
	}
	v, err := s.seen(ctx, member, c.ID)
	return c.unreadAfter(v), c.unreadAt(v), err
}

// MarkSeen notes that a member has seen c up to an activity sequence; 0 for all of
// c, as it was read. It writes nothing when that is known already, or when the
// person is no member.
func (s *Store) MarkSeen(ctx context.Context, c Chat, member string, sequence int64) error {
	if sequence == 0 {
		sequence = c.ActivitySequence
	}
	sequence = min(sequence, c.ActivitySequence)
	return table.Repeat(ctx, s.table.Write, func() ([]table.Op, error) {
		// The row is read before the chat: what is unread in the chat then, or comes later,
		// keeps it or changes it.
		unread, err := s.unreadBefore(ctx, c.ID, member)
		if err != nil {
			return nil, err
		}
		now, err := s.load(ctx, c.ID)
		if err != nil || !slices.Contains(now.Members, member) {
			return nil, ignoreNotFound(err)
		}
		before, err := s.seen(ctx, member, c.ID)
		after := before.plus(Span{1, sequence})
		if err != nil {
			return nil, err
		}
		var ops []table.Op
		left := now.unreadAfter(after)
		if left < now.unreadAfter(before) {
			ops = append(ops, after.op(member, c.ID))
		}
		switch {
		case unread.ETag != "" && left == 0:
			ops = append(ops, table.Delete(unread))
		case unread.ETag == "" && len(ops) > 0: // somebody who changes the chat may be about to write it
			ops = append(ops, table.Replace(now.row()))
		}
		return ops, nil
	}, ErrChanged, "note that %s has seen chat %s", member, c.ID)
}

// forgetSeen deletes what members have seen of c. When the deletion of c fails
// after that, all of c is unread once more.
func (s *Store) forgetSeen(ctx context.Context, c Chat) error {
	var ops []table.Op
	for _, m := range slices.Concat(c.Members, c.Removed) {
		r, err := s.table.Get(ctx, seenKey(m, c.ID))
		if errors.Is(err, table.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("forget who has seen chat %s: %w", c.ID, err)
		}
		ops = append(ops, table.Delete(table.Row{Key: r.Key}))
	}
	for part := range slices.Chunk(ops, table.MaxOps) {
		if err := s.table.Write(ctx, part...); err != nil {
			return fmt.Errorf("forget who has seen chat %s: %w", c.ID, err)
		}
	}
	return nil
}

// listOfMember lists the chats of a member. It skips the seen rows of chats that
// the member is no longer in.
func (s *Store) listOfMember(ctx context.Context, q Query) (chats []Chat, after string, err error) {
	prefix := memberKey(q.Member, "")
	from := prefix
	if q.After != "" {
		from = prefix + q.After + ids.Above
	}
	rows, more, err := s.table.Range(ctx, from, prefix+ids.Above, 2*q.Limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("list %s: %w", prefix, err)
	}
	last := ""
	for i, r := range rows {
		id, isSeen := strings.CutSuffix(r.Key[len(prefix):], seenSuffix)
		if isSeen {
			if n := len(chats); n > 0 && chats[n-1].ID == id {
				var v seen
				if err := r.Document(&v); err != nil {
					return nil, "", err
				}
				chats[n-1].Unread = chats[n-1].unreadAfter(v)
			}
			last = id
			continue
		}
		// The seen row of the last chat may come after the end of the page.
		if len(chats) == q.Limit || more != "" && i == len(rows)-1 {
			return chats, last, nil
		}
		c := Chat{}
		if err := r.Document(&c); err != nil {
			return nil, "", err
		}
		c.Unread = c.unreadAfter(seen{})
		chats, last = append(chats, c), id
	}
	if more == "" {
		last = ""
	}
	return chats, last, nil
}

// MarkUnread makes the newest of c unread for a member who had seen all of it. It writes
// nothing for a person who is no member, or for whom something is unread already.
func (s *Store) MarkUnread(ctx context.Context, c Chat, member string) error {
	return table.Repeat(ctx, s.table.Write, func() ([]table.Op, error) {
		c, err := s.load(ctx, c.ID)
		if err != nil {
			return nil, ignoreNotFound(err)
		}
		ops, err := s.MakeUnread(ctx, c, member)
		if len(ops) == 0 {
			return nil, err
		}
		return append(ops, table.Replace(c.row())), err
	}, ErrChanged, "make chat %s unread for %s", c.ID, member)
}
