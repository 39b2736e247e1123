package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kantoorpost/shared/item"
	"kantoorpost/shared/table"
)

// Inside returns the ids of the mails that are messages of a chat, newest first.
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

// Leave returns the operations that take a mail out of c, as if it had never
// come in; they hold only if nobody changed the chat since it was read. A chat
// whose only message it is goes with it. The mail with which a chat started
// must be the last to leave, since the chat has its id.
func (s *Store) RemoveMail(ctx context.Context, c Chat, it item.Item) ([]table.Op, error) {
	_, err := s.Message(ctx, c.ID, it.ID)
	isCopy := errors.Is(err, ErrNotFound) // it never had more than members
	if err != nil && !isCopy {
		return nil, err
	}
	if it.ID == c.ID && c.Messages > 1 {
		return nil, fmt.Errorf("mail %s started a chat that has others: those leave first", it.ID)
	}
	ops, err := s.unthreaded(ctx, c, it, isCopy)
	if err != nil {
		return nil, err
	}
	if isCopy {
		return append(ops, table.Replace(c.row())), nil
	}
	ops = append(ops, table.Delete(table.Row{Key: messageKey(c.ID, it.ID)}))
	last := c.Messages <= 1
	if last {
		// The same mail may begin this chat anew: it was not looked at then.
		if err := s.forget(ctx, c); err != nil {
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

// unthreaded returns the operations after which mail is not led to c by it any
// more. That other mail of its conversation is not either does little: what a
// mail answers is found by message id first.
func (s *Store) unthreaded(ctx context.Context, c Chat, it item.Item, isCopy bool) (ops []table.Op, err error) {
	var keys []string
	if it.InternetMessageID != "" && !isCopy {
		keys = append(keys, mailThread(it.InternetMessageID))
	}
	if it.ConversationID != "" {
		keys = append(keys, conversationThread(it.Mailbox, it.ConversationID))
	}
	for _, key := range keys {
		var t Thread
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
