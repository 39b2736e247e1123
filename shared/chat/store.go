package chat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/index"
	"kantoorpost/shared/item"
	"kantoorpost/shared/sorting"
	"kantoorpost/shared/table"
)

// A Store reads and changes chats in the table "mails". The operations of Start
// and Join are written together with the mail.
type Store struct {
	table    *table.Table
	items    *item.Store
	replies  Replies
	progress *index.Progress // of the words of chats
	counted  *index.Progress // of the unread rows
	correct  func(context.Context, Correction) error
}

// Replies keeps the replies of chats, which are messages too.
type Replies interface {
	// MoveOps returns the operations after which a reply is a message of another
	// chat, with this sequence; they fail if somebody changes it meanwhile.
	MoveOps(ctx context.Context, reply, chat string, sequence int64) ([]table.Op, error)
	// MoveDrafts gives drafts of replies to another chat, those that answer one of
	// these messages, or all. A draft stays when its author has one in the other.
	MoveDrafts(ctx context.Context, from, into string, answers func(message string) bool) error
	// Erase takes from a reply what it says and to whom it went. Error: ErrLeaving.
	Erase(ctx context.Context, reply string) error
	// EraseDrafts deletes the drafts in a chat.
	EraseDrafts(ctx context.Context, chat string) error
}

// NewStore returns a Store over t, which also holds the mails.
func NewStore(t *table.Table) *Store {
	return &Store{table: t, items: item.NewStore(t), progress: &index.Progress{Table: t, Name: "chats"},
		counted: &index.Progress{Table: t, Name: "unread"}}
}

// UseReplies says who keeps the replies of chats.
func (s *Store) UseReplies(r Replies) { s.replies = r }

// UseCorrections says who learns from corrections. It may be called more than once with
// each of them. While it fails the change is unfinished, and Resume calls it again.
func (s *Store) UseCorrections(learn func(context.Context, Correction) error) { s.correct = learn }

// ErrNotFound means that there is no such chat, message or thread.
var ErrNotFound = errors.New("no such chat")

// maxMerges is how many merges Get follows.
const maxMerges = 100

// Get returns the chat with this id, or the one that it was merged into, or
// ErrNotFound.
func (s *Store) Get(ctx context.Context, id string) (Chat, error) {
	for range maxMerges {
		c, err := s.load(ctx, id)
		if err != nil || c.Into == "" {
			return c, err
		}
		id = c.Into
	}
	return Chat{}, fmt.Errorf("chat %s was merged more than %d times", id, maxMerges)
}

// FreeID returns the id for the chat that begins with a mail: that of the mail, unless
// a chat that the mail left, or one that was merged, has it.
func (s *Store) FreeID(ctx context.Context, it item.Item) (string, error) {
	id := it.ID
	for n := range table.Tries(ctx) {
		_, err := s.load(ctx, id)
		if errors.Is(err, ErrNotFound) {
			return id, nil
		}
		if err != nil {
			return "", err
		}
		id = ids.Timed(it.Received, ids.Hash("again", it.ID, strconv.Itoa(n+1)))
	}
	return "", table.Overtaken(ErrChanged, "find an id for the chat of mail %s", it.ID)
}

// load returns the chat with this id, merged or not, or ErrNotFound.
func (s *Store) load(ctx context.Context, id string) (Chat, error) {
	if !ids.IsTimed(id) {
		return Chat{}, ErrNotFound
	}
	var c Chat
	etag, err := s.get(ctx, chatKey(id), &c)
	c.etag, c.activityRead = etag, c.ActivitySequence
	return c, err
}

func (s *Store) get(ctx context.Context, key string, into any) (etag string, err error) {
	r, err := s.table.Get(ctx, key)
	if errors.Is(err, table.ErrNotFound) {
		return "", ErrNotFound
	}
	if err == nil {
		err = r.Document(into)
	}
	if err != nil {
		return "", fmt.Errorf("read row %s: %w", key, err)
	}
	return r.ETag, nil
}

// A Query selects the chats of a list.
type Query struct {
	Member string // only those of this team member
	Client string // only those of this client; not together with Member
	Limit  int    // at most so many, 1 to 200
	After  string // continue after the chat with this id
}

// List returns chats, the last started first, and the id to continue after, ""
// at the end. It costs one query. Only those of a member have Unread. A page of all
// chats may be shorter than Limit, or empty, while more follow.
func (s *Store) List(ctx context.Context, q Query) (chats []Chat, after string, err error) {
	prefix := "c|"
	switch {
	case q.Member != "":
		return s.listOfMember(ctx, q)
	case q.Client != "":
		prefix = clientKey(q.Client, "")
	}
	chats, after, err = list[Chat](ctx, s.table, prefix, q.Limit, q.After)
	return slices.DeleteFunc(chats, func(c Chat) bool { return c.Into != "" }), after, err
}

// perClient is how many of the last chats of a client OfContact reads.
const perClient = 100

// OfContact returns the chats of a contact among the last hundred of each of
// these clients. It costs one query for each client.
func (s *Store) OfContact(ctx context.Context, contact string, clients []string) (chats []Chat, err error) {
	for _, client := range clients {
		last, _, err := s.List(ctx, Query{Client: client, Limit: perClient})
		if err != nil {
			return nil, err
		}
		for _, c := range last {
			if c.Contact == contact {
				chats = append(chats, c)
			}
		}
	}
	return chats, nil
}

// The limits of what VerdictsOf reads.
const (
	verdictClients, verdictChats = 3, 4
	verdictMessages              = 50 // of one chat
)

// VerdictsOf returns what Exchange said of earlier mail of a contact from an address,
// chat by chat, the last first. It costs at most seven queries.
func (s *Store) VerdictsOf(ctx context.Context, contact string, clients []string, email string) (verdicts []item.Verdict, err error) {
	chats, err := s.OfContact(ctx, contact, clients[:min(len(clients), verdictClients)])
	if err != nil {
		return nil, err
	}
	for _, c := range chats[:min(len(chats), verdictChats)] {
		messages, _, err := s.Messages(ctx, c.ID, verdictMessages, "")
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			if m.IsMail() && m.Verdict != "" && strings.EqualFold(m.From.Email, email) {
				verdicts = append(verdicts, m.Verdict)
			}
		}
	}
	return verdicts, nil
}

// Messages returns the messages of a chat, newest first, and the id to continue
// after, "" at the end. It costs one query. In a page, a reply stands where it left, which
// its id does not know yet; those of one millisecond are in the order in which they came
// into the chat, since Graph gives mail the time in whole seconds. So a page is shorter where
// it would divide those of one millisecond, unless they fill it.
func (s *Store) Messages(ctx context.Context, chat string, limit int, after string) ([]Message, string, error) {
	messages, next, err := list[Message](ctx, s.table, messageKey(chat, ""), limit+1, after)
	if n := limit; len(messages) > n {
		for n > 0 && ids.TimeOf(messages[n].ID).Equal(ids.TimeOf(messages[n-1].ID)) {
			n--
		}
		messages = messages[:cmp.Or(n, limit)]
		next = messages[len(messages)-1].ID
	}
	sorting.By(messages, func(a, b Message) int {
		return cmp.Or(b.Received.Compare(a.Received), cmp.Compare(b.Sequence, a.Sequence))
	})
	return messages, next, err
}

// Message returns one message of a chat, or ErrNotFound.
func (s *Store) Message(ctx context.Context, chat, id string) (Message, error) {
	var m Message
	if !ids.IsTimed(chat) || !ids.IsTimed(id) {
		return m, ErrNotFound
	}
	_, err := s.get(ctx, messageKey(chat, id), &m)
	return m, err
}

func list[T any](ctx context.Context, t *table.Table, prefix string, limit int, after string) (out []T, next string, err error) {
	from := prefix
	if after != "" {
		from = prefix + after + ids.Above // the key after it: no id continues another
	}
	rows, more, err := t.Range(ctx, from, prefix+ids.Above, limit)
	if err != nil {
		return nil, "", fmt.Errorf("list %s: %w", prefix, err)
	}
	for _, r := range rows {
		var v T
		if err := r.Document(&v); err != nil {
			return nil, "", err
		}
		out = append(out, v)
	}
	if more != "" && len(rows) > 0 {
		next = rows[len(rows)-1].Key[len(prefix):]
	}
	return out, next, nil
}
