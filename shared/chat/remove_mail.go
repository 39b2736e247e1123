package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kantoorpost/shared/item"
	"kantoorpost/shared/table"
)

// MailIDs returns the ids of the messages of a chat, newest first. That of a mail
// is the mail's.
func (s *Store) MailIDs(ctx context.Context, chat string) (ids []string, err error) {
	for after := ""; ; {
		messages, next, err := s.Messages(ctx, chat, 200, after)
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			ids = append(ids, m.ID)
		}
		if after = next; after == "" {
			return ids, nil
		}
	}
}

// RemoveMail returns the operations that remove a mail from c, as if it had never
// come in; they fail if somebody changed the chat since it was read. With its only
// message the chat itself is deleted. The first mail of a chat must be the last to
// be removed, since the chat has its id.
func (s *Store) RemoveMail(ctx context.Context, c Chat, it item.Item) ([]table.Op, error) {
	_, err := s.Message(ctx, c.ID, it.ID)
	isCopy := errors.Is(err, ErrNotFound) // it added members and no message
	if err != nil && !isCopy {
		return nil, err
	}
	if it.ID == c.ID && c.Messages > 1 {
		return nil, fmt.Errorf("remove mail %s, which started its chat: %d other messages are still there", it.ID, c.Messages-1)
	}
	ops, err := s.deleteThreads(ctx, c, it, isCopy)
	if err != nil {
		return nil, err
	}
	if isCopy {
		return append(ops, table.Replace(c.row())), nil
	}
	ops = append(ops, table.Delete(table.Row{Key: messageKey(c.ID, it.ID)}))
	last := c.Messages <= 1
	if last {
		// The same mail may start this chat again, which nobody has seen then.
		if err := s.forgetSeen(ctx, c); err != nil {
			return nil, err
		}
		ops = append(ops, table.Delete(c.row()), table.Delete(table.Row{Key: clientKey(c.Client, c.ID)}))
		for _, m := range c.Members {
			ops = append(ops, table.Delete(table.Row{Key: memberKey(m, c.ID)}))
		}
		return ops, nil
	}
	c.Messages--
	rest, _, err := s.Messages(ctx, c.ID, 2, "")
	if err != nil {
		return nil, err
	}
	rest = slices.DeleteFunc(rest, func(m Message) bool { return m.ID == it.ID })
	if len(rest) > 0 {
		c.Last, c.Preview = rest[0].Received, rest[0].Preview
	}
	return append(ops, c.rows()...), nil
}

// deleteThreads returns the operations after which later mail does not find c by
// this mail any more. Later mail of its conversation then does not either, which
// does little harm: a mail finds its chat by message ids first.
func (s *Store) deleteThreads(ctx context.Context, c Chat, it item.Item, isCopy bool) (ops []table.Op, err error) {
	var keys []string
	if it.InternetMessageID != "" && !isCopy {
		keys = append(keys, mailThread(it.InternetMessageID))
	}
	if it.ConversationID != "" {
		keys = append(keys, conversationThread(it.Mailbox, it.ConversationID))
	}
	for _, key := range keys {
		var t thread
		etag, err := s.get(ctx, key, &t)
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return nil, err
		case t.Chat == c.ID:
			ops = append(ops, table.Delete(table.Row{Key: key, ETag: etag}))
		}
	}
	return ops, nil
}
