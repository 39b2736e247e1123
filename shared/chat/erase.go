package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/index"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/table"
)

// Of says whether a message is a person's: he or she wrote it, or the office wrote it to him
// or her.
func (m Message) Of(p mail.Person) bool {
	return p(m.From.Email) || m.Direction == Out && p.In(m.To)
}

// Names says whether a message of somebody else has an address of a person.
func (m Message) Names(p mail.Person) bool { return p.In(m.To) || p.In(m.Cc) }

// All returns all chats, merged ones too, the last started first, and the id to continue
// after, "" at the end. It costs one query.
func (s *Store) All(ctx context.Context, after string, limit int) ([]Chat, string, error) {
	return list[Chat](ctx, s.table, "c|", limit, after)
}

// A Placed message is one with its chat.
type Placed struct {
	Chat string
	Message
}

// AllMessages returns messages of all chats, and the key to continue after, "" at the end. It
// costs one query.
func (s *Store) AllMessages(ctx context.Context, after string, limit int) (all []Placed, next string, err error) {
	const prefix = "x|"
	rows, more, err := s.table.Range(ctx, prefix+after+"\x00", prefix+ids.Above, limit)
	if err != nil {
		return nil, "", fmt.Errorf("read all messages: %w", err)
	}
	for _, r := range rows {
		id, _, _ := strings.Cut(r.Key[len(prefix):], "|")
		m := Placed{Chat: id}
		if err := r.Document(&m.Message); err != nil {
			return nil, "", err
		}
		all = append(all, m)
	}
	if more != "" {
		next = rows[len(rows)-1].Key[len(prefix):]
	}
	return all, next, nil
}

// IsBare says whether nothing is left to erase in what the chat itself says.
func (c Chat) IsBare() bool { return c.Indexed == bareIndex }

// bareIndex stands in Indexed of a chat that was erased, which no search finds.
const bareIndex = "erased"

// Erase takes from a chat what its messages say and who wrote them, and then what it says
// itself. Its rows stay, with times and counts, and no mail joins it any more. Errors:
// item.ErrBusy, ErrLeaving.
func (s *Store) Erase(ctx context.Context, id string) error {
	c, err := s.setErased(ctx, id, func(c *Chat) error {
		c.State = Closed
		return nil
	})
	if err != nil {
		return ignoreNotFound(err)
	}
	if err := s.each(ctx, id, func(m Message) error { return s.EraseMessage(ctx, id, m) }); err != nil {
		return err
	}
	if err := errors.Join(s.replies.EraseDrafts(ctx, id), s.eraseEvents(ctx, id, c.Subject)); err != nil {
		return err
	}
	for r, err := range s.table.Rows(ctx, requestKey(id, ""), requestKey(id, ids.Above)) { // an older version kept the notes there
		if err == nil {
			err = s.table.WriteUnchanged(ctx, []table.Op{table.Delete(table.Row{Key: r.Key})})
		}
		if err != nil {
			return err
		}
	}
	_, err = s.setErased(ctx, id, func(c *Chat) error {
		found := index.EntryOf(c.words(), item.Leads, nil)
		c.Subject, c.ContactName, c.Preview, c.First, c.Indexed = "", "", "", nil, bareIndex
		return s.table.WriteUnchanged(ctx, index.Index{Name: item.ChatIndex}.Delete(id, found))
	})
	return err
}

// setErased changes a chat that is being erased.
func (s *Store) setErased(ctx context.Context, id string, f func(*Chat) error) (c Chat, err error) {
	err = table.Repeat(ctx, s.table.Write, func() ([]table.Op, error) {
		if c, err = s.load(ctx, id); err == nil {
			err = f(&c)
		}
		if err != nil {
			return nil, err
		}
		if c.Erased.IsZero() {
			c.Erased = time.Now().UTC().Truncate(time.Second)
		}
		if c.Into != "" {
			return []table.Op{table.Replace(c.row())}, nil
		}
		unread, err := s.unreadOps(ctx, c)
		return append(c.rows(), unread...), err
	}, ErrChanged, "erase chat %s", id)
	return c, err
}

// each does f with the messages of a chat, newest first.
func (s *Store) each(ctx context.Context, id string, f func(Message) error) error {
	for after, more := "", true; more; more = after != "" {
		messages, next, err := s.Messages(ctx, id, 200, after)
		for _, m := range messages {
			if err == nil {
				err = f(m)
			}
		}
		if err != nil {
			return err
		}
		after = next
	}
	return nil
}

// eraseEvents erases the events that name a subject, in a chat that was rearranged and in
// those with which it exchanged messages.
func (s *Store) eraseEvents(ctx context.Context, id, subject string) error {
	c, err := s.load(ctx, id)
	if err != nil || c.Rearranged.IsZero() || subject == "" {
		return ignoreNotFound(err)
	}
	chats := []string{id, c.Into}
	for i := 0; i < len(chats); i++ {
		err := s.each(ctx, chats[i], func(m Message) error {
			if m.Event == nil || m.Subject != subject {
				return nil
			}
			if !slices.Contains(chats, m.Event.Chat) {
				chats = append(chats, m.Event.Chat)
			}
			return s.eraseText(ctx, chats[i], m)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// EraseMessage takes from a message of a chat what it says and who wrote it, with its mail and
// the copies of that, or its reply. Errors: item.ErrBusy, ErrLeaving.
func (s *Store) EraseMessage(ctx context.Context, chat string, m Message) error {
	if m.Erased {
		return nil
	}
	if m.IsMail() {
		mails, err := s.mailsOf(ctx, m.ID)
		if err != nil {
			return err
		}
		for _, it := range slices.Backward(mails) { // its own last: it leads to the copies
			if err := s.items.Erase(ctx, it.ID); err != nil {
				return err
			}
		}
	} else if m.Kind == KindReply {
		if err := s.replies.Erase(ctx, m.ID); err != nil {
			return err
		}
	}
	if err := s.eraseEvents(ctx, chat, m.Subject); err != nil {
		return err
	}
	return s.eraseText(ctx, chat, m)
}

// eraseText takes from the row of a message what it says.
func (s *Store) eraseText(ctx context.Context, chat string, m Message) error {
	return s.rewrite(ctx, chat, m.ID, m.Preview, func(m *Message) {
		*m = Message{ID: m.ID, Kind: m.Kind, Sequence: m.Sequence, Direction: m.Direction, State: m.State, By: m.By, Via: m.Via,
			Received: m.Received, SideConversation: m.SideConversation, Author: m.Author, Event: m.Event, Erased: true}
	})
}

// WithoutPerson takes the addresses of a person from a message of somebody else.
func (s *Store) WithoutPerson(ctx context.Context, chat, message string, p mail.Person) error {
	return s.rewrite(ctx, chat, message, "", func(m *Message) { m.To, m.Cc = p.OutOf(m.To), p.OutOf(m.Cc) })
}

// rewrite lets f change a message of a chat. The chat no longer shows the preview of a message
// that is erased.
func (s *Store) rewrite(ctx context.Context, chat, message, preview string, f func(*Message)) error {
	return table.Repeat(ctx, s.table.Write, func() ([]table.Op, error) {
		r, err := s.table.Get(ctx, messageKey(chat, message))
		if errors.Is(err, table.ErrNotFound) {
			return nil, nil // it was moved: the next pass finds it
		}
		var m Message
		if err == nil {
			err = r.Document(&m)
		}
		if err != nil {
			return nil, err
		}
		f(&m)
		changed := row(r.Key, m)
		changed.ETag = r.ETag
		ops := []table.Op{table.Replace(changed)}
		c, err := s.load(ctx, chat)
		if err == nil && m.Erased && preview != "" && c.Preview == preview {
			c.Preview = ""
			ops = append(ops, c.rows()...)
		}
		return ops, ignoreNotFound(err)
	}, ErrChanged, "erase message %s of chat %s", message, chat)
}
