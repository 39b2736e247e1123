package chat

import (
	"context"
	"errors"
	"strings"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/table"
)

// ErrAuthor means that a note is another's: only its author changes it.
var ErrAuthor = errors.New("only its author changes a note")

// EditNote replaces the text of a member's own note and returns it. Errors: ErrNotFound,
// ErrAuthor, ErrNote, what check returns.
func (s *Store) EditNote(ctx context.Context, id, note, member string, n Note, check Check, at time.Time) (Message, error) {
	n.Text = strings.TrimSpace(n.Text)
	if err := n.check(); err != nil {
		return Message{}, err
	}
	return s.changeNote(ctx, id, note, member, check, "chat.note-edit", func(m *Message) []table.Op {
		before := m.Mentions
		m.Text, m.Preview, m.Mentions, m.Edited = n.Text, n.preview(), n.Mentions, at.UTC().Truncate(time.Millisecond)
		told := *m
		told.Received = m.Edited
		return notices(id, told, before)
	})
}

// DeleteNote erases the text of a member's own note. That there was one stays, so that
// what others have seen keeps its count. Errors: ErrNotFound, ErrAuthor, what check
// returns.
func (s *Store) DeleteNote(ctx context.Context, id, note, member string, check Check) error {
	_, err := s.changeNote(ctx, id, note, member, check, "chat.note-delete", func(m *Message) []table.Op {
		m.Text, m.Preview, m.Mentions, m.Deleted = "", "", nil, true
		return nil
	})
	return err
}

// changeNote lets f change a note, and the chat where it shows the start of the note.
func (s *Store) changeNote(ctx context.Context, id, note, member string, check Check, action string,
	f func(*Message) []table.Op) (Message, error) {
	var m Message
	err := table.Repeat(ctx, s.table.Write, func() ([]table.Op, error) {
		c, err := s.Get(ctx, id)
		if err == nil {
			err = check(c)
		}
		if err == nil {
			m, err = s.Message(ctx, c.ID, note)
		}
		switch {
		case err != nil:
			return nil, err
		case m.Kind != KindNote || m.Deleted:
			return nil, ErrNotFound
		case m.Author != member:
			return nil, ErrAuthor
		}
		before := m.Preview
		ops := f(&m)
		if c.Last.Equal(m.Received) && c.Preview == before {
			c.Preview = m.Preview
		}
		ops = append(ops, MessageOp(c.ID, m), audit.Op(audit.Entry{By: member, Action: action, Object: "chat " + c.ID}))
		return append(ops, c.rows()...), nil
	}, ErrChanged, "change a note in chat %s", id)
	if err != nil {
		return Message{}, err
	}
	return m, nil
}
