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
	"kantoorpost/shared/teamwork"
)

// KindNote is the kind of message that team members write to each other. It never
// leaves the office.
const KindNote = "note"

// MaxNote is the longest note, in characters.
const MaxNote = 10_000

// MaxMentions is how many team members one note names at most.
const MaxMentions = 10

// ErrKeyReused means that an earlier request with the same key said something else.
var ErrKeyReused = errors.New("an earlier request with this key said something else")

// ErrNote means that the text of a note is empty, too long or not valid UTF-8, or that it
// names too many.
var ErrNote = fmt.Errorf("a note has 1 to %d characters and names at most %d", MaxNote, MaxMentions)

// A Note is what a team member writes to the others in a chat.
type Note struct {
	Text     string
	Mentions []string // ids of the team members whom it names; each gets a notice
}

func (n Note) preview() string {
	preview := []rune(n.Text)
	return string(preview[:min(len(preview), 255)])
}

func (n Note) check() error {
	if length := utf8.RuneCountInString(n.Text); length < 1 || length > MaxNote || !utf8.ValidString(n.Text) || len(n.Mentions) > MaxMentions {
		return ErrNote
	}
	return nil
}

// notices returns the operations that tell those whom a note names and an earlier form of
// it did not.
func notices(chat string, m Message, before []string) (ops []table.Op) {
	for _, member := range m.Mentions {
		if member != m.Author && !slices.Contains(before, member) {
			ops = append(ops, teamwork.Op(member, teamwork.Notice{Kind: teamwork.Mentioned, Object: "chat " + chat, By: m.Author, At: m.Received}))
		}
	}
	return ops
}

// AddNote adds a note of a team member to a chat and returns it. Repeated with the
// same key, it adds one note; each "" adds one. Errors: ErrNotFound, ErrNote,
// ErrKeyReused, what check returns.
func (s *Store) AddNote(ctx context.Context, id, member, key string, note Note, check Check, at time.Time) (Message, error) {
	note.Text = strings.TrimSpace(note.Text)
	if key == "" {
		key = rand.Text()
	}
	said := ids.Hash(append([]string{note.Text}, note.Mentions...)...)
	m := Message{
		Kind: KindNote, Author: member, Key: ids.Hash(member, key), From: mail.Address{}, Text: note.Text, Mentions: note.Mentions,
		Preview: note.preview(),
	}
	err := table.Repeat(ctx, s.table.Write, func() ([]table.Op, error) {
		c, err := s.Get(ctx, id)
		if err == nil {
			err = check(c)
		}
		if err == nil {
			err = note.check()
		}
		if err != nil {
			return nil, err
		}
		if first, ok, err := s.requested(ctx, m.Key, said, id, c.ID); ok || err != nil {
			m = first
			return nil, err
		}
		m.Received = c.after(at)
		m.ID = item.NewID(c.ID, m.Key, m.Received)
		c.Notes++
		ops, err := s.appendOwn(ctx, &c, &m, member)
		if err != nil {
			return nil, err
		}
		ops = append(ops, notices(c.ID, m, nil)...)
		return append(ops, table.Insert(row(requestKey(c.ID, m.Key), noteRequest{Message{ID: m.ID, Kind: KindNote}, said})),
			audit.Op(audit.Entry{By: member, Action: "chat.note", Object: "chat " + c.ID})), nil
	}, ErrChanged, "add a note to chat %s", id)
	if err != nil {
		return Message{}, err
	}
	return m, nil
}

// A noteRequest is the note that a request with a key wrote, without its text, in the form
// that an older version reads. Said is a hash of the request, "" in rows of such a version.
type noteRequest struct {
	Message
	Said string `json:"said,omitempty"`
}

// requested returns the note that a request with this key wrote in the chat that it named,
// or in the one that this was merged into.
func (s *Store) requested(ctx context.Context, key, said, named, now string) (Message, bool, error) {
	for _, chat := range slices.Compact([]string{named, now}) {
		var first noteRequest
		_, err := s.get(ctx, requestKey(chat, key), &first)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err == nil && first.Said != "" && first.Said != said {
			err = ErrKeyReused
		}
		if err != nil {
			return Message{}, false, err
		}
		m, err := s.Message(ctx, now, first.ID)
		if errors.Is(err, ErrNotFound) {
			return Message{ID: first.ID, Kind: KindNote}, true, nil // it was moved on
		}
		return m, err == nil, err
	}
	return Message{}, false, nil
}

func requestKey(chat, key string) string { return "y|" + chat + "|" + key }
