package chat

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/table"
)

// KindNote is a message that team members write to each other: it never leaves
// the office.
const KindNote = "note"

// MaxNote is how long a note can be, in characters.
const MaxNote = 10_000

// ErrNote means that a text is no note: it is empty, too long or not valid UTF-8.
var ErrNote = fmt.Errorf("a note has 1 to %d characters", MaxNote)

// Write adds a note of a team member to a chat and returns it. Repeating it with
// the same key writes it once; "" is a key of its own. Errors: ErrNotFound,
// ErrNote.
func (s *Store) Write(ctx context.Context, id, member, key, text string, at time.Time) (Message, error) {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < 1 || n > MaxNote || !utf8.ValidString(text) {
		return Message{}, ErrNote
	}
	if key == "" {
		key = rand.Text()
	}
	preview := []rune(text)
	m := Message{
		Kind: KindNote, Author: member, Key: ids.Hash(member, key), From: mail.Address{}, Text: text,
		Preview: string(preview[:min(len(preview), 255)]), Received: at.UTC().Truncate(time.Millisecond),
	}
	for {
		c, err := s.Get(ctx, id)
		if err != nil {
			return Message{}, err
		}
		// A note has the place of its key, so that a second request finds the first.
		said := keyKey(c.ID, m.Key)
		var first Message
		if _, err := s.get(ctx, said, &first); err == nil {
			return first, nil
		} else if !errors.Is(err, ErrNotFound) {
			return Message{}, err
		}
		m.ID = item.NewID(c.ID, m.Key, m.Received)
		c.Messages++
		c.Written++
		c.ActivitySequence++
		c.Last, c.Preview = m.Received, m.Preview
		ops := append(c.rows(), table.Insert(row(messageKey(c.ID, m.ID), m, nil)), table.Insert(row(said, m, nil)),
			audit.Op(audit.Entry{By: member, Action: "chat.note", Object: "chat " + c.ID}))
		// Who had seen all before has seen what he or she writes.
		if slices.Contains(c.Members, member) {
			before, err := s.seen(ctx, member, c.ID)
			if err != nil {
				return Message{}, err
			}
			if before.ActivitySequence == c.ActivitySequence-1 {
				ops = append(ops, table.Put(row(seenKey(member, c.ID), seen{ActivitySequence: c.ActivitySequence}, nil)))
			}
		}
		err = s.table.Write(ctx, ops...)
		if err == nil {
			return m, nil
		}
		if ctx.Err() != nil || !errors.Is(err, table.ErrChanged) && !errors.Is(err, table.ErrExists) && !errors.Is(err, table.ErrNotFound) {
			return Message{}, fmt.Errorf("write a note in chat %s: %w", id, err)
		}
	}
}

func keyKey(chat, key string) string { return "y|" + chat + "|" + key }
