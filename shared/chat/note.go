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

// KindNote is the kind of message that team members write to each other. It never
// leaves the office.
const KindNote = "note"

// MaxNote is the longest note, in characters.
const MaxNote = 10_000

// ErrNote means that the text of a note is empty, too long or not valid UTF-8.
var ErrNote = fmt.Errorf("a note has 1 to %d characters", MaxNote)

// AddNote adds a note of a team member to a chat and returns it. Repeated with the
// same key, it adds one note; each "" adds one. Errors: ErrNotFound, ErrNote, what
// check returns.
func (s *Store) AddNote(ctx context.Context, id, member, key, text string, check Check, at time.Time) (Message, error) {
	text = strings.TrimSpace(text)
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
		if err := check(c); err != nil {
			return Message{}, err
		}
		if n := utf8.RuneCountInString(text); n < 1 || n > MaxNote || !utf8.ValidString(text) {
			return Message{}, ErrNote
		}
		if first, ok, err := s.requested(ctx, m.Key, id, c.ID); ok || err != nil {
			return first, err
		}
		m.ID = item.NewID(c.ID, m.Key, m.Received)
		c.Notes++
		ops, err := s.appendOwn(ctx, &c, &m, member)
		if err != nil {
			return Message{}, err
		}
		ops = append(ops, table.Insert(row(requestKey(c.ID, m.Key), m, nil)), audit.Op(audit.Entry{By: member, Action: "chat.note", Object: "chat " + c.ID}))
		err = s.table.Write(ctx, ops...)
		if err == nil {
			return m, nil
		}
		if ctx.Err() != nil || !errors.Is(err, table.ErrChanged) && !errors.Is(err, table.ErrExists) && !errors.Is(err, table.ErrNotFound) {
			return Message{}, fmt.Errorf("add a note to chat %s: %w", id, err)
		}
	}
}

// requested returns the note that a request with this key wrote in one of these chats:
// the one that the request named, and the one that this was merged into.
func (s *Store) requested(ctx context.Context, key string, chats ...string) (first Message, ok bool, err error) {
	for _, chat := range slices.Compact(chats) {
		_, err := s.get(ctx, requestKey(chat, key), &first)
		if !errors.Is(err, ErrNotFound) {
			return first, err == nil, err
		}
	}
	return Message{}, false, nil
}

func requestKey(chat, key string) string { return "y|" + chat + "|" + key }
