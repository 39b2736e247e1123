package chat

import (
	"context"
	"slices"
	"time"

	"kantoorpost/shared/table"
)

// Append returns c with a message that is no mail of a client, the message with its
// sequence, and the operations that store both; they fail if somebody changed the
// chat since it was read. Active says that the members should look at it.
func (c Chat) Append(m Message, active bool) (Chat, Message, []table.Op) {
	c.Messages++
	c.Sequence++
	m.Sequence = c.Sequence
	if active {
		c.ActivitySequence++
		c.Later = time.Time{}
		if !m.Received.Before(c.Last) {
			c.Last, c.Preview = m.Received, m.Preview
		}
	}
	return c, m, append(c.rows(), table.Insert(row(messageKey(c.ID, m.ID), m)))
}

// after returns at, or the first millisecond after the newest message of c that members look
// at when that is of the same second: what is written later has a later time.
func (c Chat) after(at time.Time) time.Time {
	at = at.UTC().Truncate(time.Millisecond)
	if early := c.Last.Sub(at); early >= 0 && early < time.Second {
		at = c.Last.Truncate(time.Millisecond).Add(time.Millisecond)
	}
	return at
}

// appendOwn appends what a team member wrote. A member who had seen everything has
// seen his or her own message.
func (s *Store) appendOwn(ctx context.Context, c *Chat, m *Message, member string) ([]table.Op, error) {
	var ops []table.Op
	*c, *m, ops = c.Append(*m, true)
	return s.SeenOwn(ctx, *c, member, ops)
}

// SeenOwn returns the operations ops, which add to c its newest message, so that the member who
// wrote it has seen it too, if he or she had seen all of c before.
func (s *Store) SeenOwn(ctx context.Context, c Chat, member string, ops []table.Op) ([]table.Op, error) {
	if !slices.Contains(c.Members, member) {
		return ops, nil
	}
	v, err := s.seen(ctx, member, c.ID)
	if err != nil || c.unreadAfter(v) != 1 {
		return ops, err
	}
	v.ActivitySequence, v.Also = c.ActivitySequence, nil
	unread := func(o table.Op) bool { return o.Key() == unreadKey(member, c.ID) }
	return append(slices.DeleteFunc(ops, unread), v.op(member, c.ID)), nil
}

// Sent returns the operations by which the other members of c get a reply to look
// at, now that it left; they fail if somebody changed the chat since it was read.
// Before that a reply is in the chat and no activity: its author can take it back.
func (s *Store) Sent(ctx context.Context, c Chat, m Message) ([]table.Op, error) {
	c.ActivitySequence++
	if !m.Received.Before(c.Last) {
		c.Last, c.Preview = m.Received, m.Preview
	}
	return s.SeenOwn(ctx, c, m.By, append(c.rows(), MessageOp(c.ID, m)))
}

// MessageOp returns the operation that replaces a message of a chat, such as a
// reply whose state changed.
func MessageOp(chat string, m Message) table.Op {
	return table.Put(row(messageKey(chat, m.ID), m))
}

// RemoveReply returns the operations that remove a reply which never left from c;
// they fail if somebody changed the chat since it was read.
func (c Chat) RemoveReply(reply string) []table.Op {
	c.Messages--
	return append(c.rows(), RemoveOp(c.ID, reply))
}

// RemoveOp returns the operation that removes a message of a chat, which counts one less.
func RemoveOp(chat, message string) table.Op {
	return table.Delete(table.Row{Key: messageKey(chat, message)})
}

// NameOp returns the operation by which answers to a mail that the office sent find
// its chat. Another mail that has the internet message id already keeps it.
func NameOp(chat, internetMessageID string) table.Op {
	return table.Put(row(mailThread(internetMessageID), thread{Chat: chat}))
}

// MakeUnread returns the operations after which a member of c has something to look
// at, such as a reply that failed; nil when that is so already.
func (s *Store) MakeUnread(ctx context.Context, c Chat, member string) ([]table.Op, error) {
	v, err := s.seen(ctx, member, c.ID)
	if err != nil || c.unreadAfter(v) > 0 || !slices.Contains(c.Members, member) {
		return nil, err
	}
	v.ActivitySequence, v.Also = c.seenFor(1), nil
	ops := []table.Op{v.op(member, c.ID)}
	if c.hasUnreadRows() && c.unreadAfter(v) > 0 {
		ops = append(ops, table.Put(c.unreadRow(member)))
	}
	return ops, nil
}

// Begin returns the chat c, which has no messages yet, with a message of the office
// as its first, the message with its sequence, and the operations that store both.
func (c Chat) Begin(m Message) (Chat, Message, []table.Op) {
	c.State, c.Messages, c.Sequence, m.Sequence = Open, 1, 1, 1
	ops := c.insert(m)
	return c, m, ops
}
