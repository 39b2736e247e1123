package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kantoorpost/shared/ids"
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

// HasWritten says whether team members wrote notes or replies in a chat.
func (s *Store) HasWritten(ctx context.Context, c Chat) (bool, error) {
	if c.Notes > 0 {
		return true, nil
	}
	all, _, err := s.allMessages(ctx, c.ID)
	return slices.ContainsFunc(all, func(m Message) bool { return m.Kind == KindNote || m.Kind == KindReply }), err
}

// RemoveMail returns the operations that remove a mail from c, as if it had never
// come in; they fail if somebody changed the chat since it was read. With its only
// message the chat itself is deleted.
func (s *Store) RemoveMail(ctx context.Context, c Chat, it item.Item) ([]table.Op, error) {
	_, err := s.Message(ctx, c.ID, it.ID)
	isCopy := errors.Is(err, ErrNotFound) // it added members and no message
	if err != nil && !isCopy {
		return nil, err
	}
	ops, err := s.deleteThreads(ctx, c, it, isCopy)
	if err != nil {
		return nil, err
	}
	if isCopy {
		return append(ops, table.Replace(c.row())), nil
	}
	all, _, err := s.allMessages(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	ops = append(ops, table.Delete(table.Row{Key: messageKey(c.ID, it.ID)}))
	rest := slices.DeleteFunc(slices.Clone(all), func(m Message) bool { return m.ID == it.ID })
	if slices.ContainsFunc(rest, func(m Message) bool { return m.Kind != KindEvent }) {
		c.withoutActivity(c.activityNumber(all, it.ID))
		c.recount(rest)
		unread, err := s.unreadOps(ctx, c)
		return slices.Concat(ops, c.rows(), unread), err
	}
	// The same mail may start this chat again, which nobody has seen then, and in
	// which nothing was done.
	if err := s.forgetSeen(ctx, c); err != nil {
		return nil, err
	}
	if err := s.forgetEvents(ctx, c.ID, rest); err != nil {
		return nil, err
	}
	ops = append(append(ops, c.unindex()...), table.Delete(c.row()), table.Delete(table.Row{Key: clientKey(c.Client, c.ID)}))
	for _, m := range c.Members {
		ops = append(ops, table.Delete(table.Row{Key: memberKey(m, c.ID)}))
	}
	members := c.Members
	c.Members = nil
	unread, err := s.unreadOps(ctx, c, members...)
	return append(ops, unread...), err
}

// forgetEvents deletes the events of a chat, and what Undo could undo there.
func (s *Store) forgetEvents(ctx context.Context, chat string, events []Message) error {
	var ops []table.Op
	for _, m := range events {
		ops = append(ops, table.Delete(table.Row{Key: messageKey(chat, m.ID)}))
	}
	rows, _, err := s.table.Columns(ctx, changeKey(chat, ""), changeKey(chat, ids.Above), table.MaxRange, "data")
	if err != nil {
		return fmt.Errorf("list the changes of chat %s: %w", chat, err)
	}
	for _, r := range rows {
		ops = append(ops, table.Delete(table.Row{Key: r.Key}))
	}
	for part := range slices.Chunk(ops, table.MaxOps) {
		if err := s.table.Write(ctx, part...); err != nil {
			return fmt.Errorf("forget what was done with chat %s: %w", chat, err)
		}
	}
	return nil
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
		default:
			leads, err := s.Get(ctx, t.Chat)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return nil, err
			}
			if err == nil && leads.ID == c.ID {
				ops = append(ops, table.Delete(table.Row{Key: key, ETag: etag}))
			}
		}
	}
	return ops, nil
}
