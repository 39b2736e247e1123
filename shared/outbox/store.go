package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/table"
	"kantoorpost/shared/work"
)

// MaxBody is the longest text of a reply, in characters of HTML. A row holds twice
// as many.
const MaxBody = 200_000

// MaxRecipients is how many recipients a reply can have.
const MaxRecipients = 100

var (
	// ErrNotFound means that there is no such reply or draft.
	ErrNotFound = errors.New("no such reply")
	// ErrChanged means that somebody changed the reply since it was read.
	ErrChanged = errors.New("the reply was changed meanwhile")
	// ErrState means that the reply is in a state in which this cannot be done.
	ErrState = errors.New("the reply's state does not allow this")
	// ErrBody means that the text is longer than MaxBody, or not valid UTF-8.
	ErrBody = fmt.Errorf("the text of a reply has at most %d characters", MaxBody)
)

// A NewerError means that something came into the chat since the author began to
// write: incoming mail, or a reply of another member.
type NewerError struct{ Message chat.Message }

// Error implements error.
func (e *NewerError) Error() string { return "message " + e.Message.ID + " is newer" }

// A Store reads and changes replies and drafts in the table "mails".
type Store struct {
	// Work lists the replies that are to be sent, or their drafts in the mailbox to be
	// deleted.
	Work work.List
	// Files keeps what goes along with replies.
	Files Files

	table *table.Table
	chats *chat.Store
	// Now is the clock, which all instances share: claims end by it.
	Now func() time.Time
}

// NewStore returns a Store over the table of chats.
func NewStore(t *table.Table, chats *chat.Store) *Store {
	s := &Store{table: t, chats: chats, Now: t.Now}
	s.Work = work.List{Table: t, Prefix: workKey(""), First: firstSweep, Max: maxSweep, Now: s.now}
	chats.UseReplies(s)
	return s
}

func (s *Store) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

const (
	firstSweep = time.Minute // the job that was put with the reply has this long
	maxSweep   = time.Hour   // an outage can last
)

// work returns the row that says that a reply, which just changed, is still to be sent.
func (s *Store) work(r Reply) table.Row {
	next := s.now()
	switch {
	case r.State.IsWaiting() && r.LeavesAt.After(next):
		next = r.LeavesAt
	case r.State == Sending && r.NextTry.After(next):
		next = r.NextTry
	}
	return work.Entry{ID: r.ID, Reply: r.ID, Address: r.Address, Next: next.Add(firstSweep)}.Row(workKey(r.ID))
}

type body struct {
	HTML string `json:"html"`
}

type pointer struct {
	Reply string `json:"reply"`
	Said  string `json:"said,omitempty"` // of a request: New.Said
}

func replyKey(id string) string             { return "e|" + id }
func bodyKey(id string) string              { return "e|" + id + "|body" }
func messageIDKey(internetID string) string { return "e|id|" + ids.Hash(internetID) }
func (n New) requestKey() string            { return "e|key|" + ids.Hash(n.Reply.Chat, n.Reply.Author, n.Key) }
func indexKey(id string) string             { return "j|" + id }
func workKey(id string) string              { return "o|send|" + id }
func draftKey(chat, member string) string   { return "d|" + chat + "|" + member }

// document makes a row of a value of this package. Its columns are for searches in
// the Azure portal.
func document(key, etag string, v any, columns map[string]any) table.Row {
	r := table.Document(key, v, columns)
	r.ETag = etag
	return r
}

func (r Reply) row() table.Row {
	return document(replyKey(r.ID), r.etag, r, map[string]any{"state": string(r.State), "address": r.Address})
}

func (s *Store) get(ctx context.Context, key string, v any) (etag string, err error) {
	r, err := s.table.Get(ctx, key)
	if errors.Is(err, table.ErrNotFound) {
		return "", ErrNotFound
	}
	if err == nil {
		err = r.Document(v)
	}
	if err != nil {
		return "", fmt.Errorf("read row %s: %w", key, err)
	}
	return r.ETag, nil
}

// Load returns the reply with this id, or ErrNotFound.
func (s *Store) Load(ctx context.Context, id string) (r Reply, err error) {
	if !ids.IsTimed(id) {
		return Reply{}, ErrNotFound
	}
	r.etag, err = s.get(ctx, replyKey(id), &r)
	return r, err
}

// Get returns a reply of a chat, or of one that was merged into it, or ErrNotFound, also for
// one that was erased.
func (s *Store) Get(ctx context.Context, chatID, id string) (Reply, error) {
	r, err := s.Load(ctx, id)
	if r.Erased {
		return Reply{}, ErrNotFound
	}
	if err != nil || r.Chat == chatID {
		return r, err
	}
	its, err := s.chats.Get(ctx, r.Chat)
	if err == nil && its.ID != chatID {
		var c chat.Chat
		if c, err = s.chats.Get(ctx, chatID); err == nil && c.ID != its.ID {
			err = ErrNotFound
		}
	}
	if errors.Is(err, chat.ErrNotFound) {
		err = ErrNotFound
	}
	if err != nil {
		return Reply{}, err
	}
	return r, nil
}

// Body returns the text of a reply, as HTML.
func (s *Store) Body(ctx context.Context, id string) (string, error) {
	var b body
	_, err := s.get(ctx, bodyKey(id), &b)
	return b.HTML, err
}

// ByMessageID returns the reply that left as the mail with an internet message id.
// It says false when the mail is no reply of this office.
func (s *Store) ByMessageID(ctx context.Context, internetMessageID string) (Reply, bool, error) {
	return s.pointed(ctx, messageIDKey(internetMessageID), "")
}

func (s *Store) pointed(ctx context.Context, key, said string) (Reply, bool, error) {
	var p pointer
	_, err := s.get(ctx, key, &p)
	if err == nil && p.Said != "" && said != p.Said {
		err = chat.ErrKeyReused
	}
	var r Reply
	if err == nil {
		r, err = s.Load(ctx, p.Reply)
	}
	if errors.Is(err, ErrNotFound) {
		return Reply{}, false, nil
	}
	return r, err == nil, err
}

// A Query selects replies of a list.
type Query struct {
	State  State  // only in this state; "" for all
	Author string // only those of this member; "" for all
	Limit  int    // at most so many, 1 to 200
	After  string // continue after the reply with this id
}

// List returns replies that have not left or that need a person, newest first, and
// the id to continue after, "" at the end. A page may hold fewer than the limit and
// still have a next. It costs one query.
func (s *Store) List(ctx context.Context, q Query) (replies []Reply, next string, err error) {
	from := "j|"
	if q.After != "" {
		from += q.After + ids.Above
	}
	for from != "" && len(replies) < q.Limit {
		rows, more, err := s.table.Range(ctx, from, "j|"+ids.Above, q.Limit)
		if err != nil {
			return nil, "", fmt.Errorf("list replies: %w", err)
		}
		for _, row := range rows {
			var r Reply
			if err := row.Document(&r); err != nil {
				return nil, "", fmt.Errorf("read row %s: %w", row.Key, err)
			}
			if len(replies) == q.Limit {
				return replies, replies[q.Limit-1].ID, nil
			}
			if (q.State == "" || r.State == q.State) && (q.Author == "" || r.Author == q.Author) {
				replies = append(replies, r)
			}
		}
		from = more
	}
	if from != "" && len(replies) > 0 {
		next = replies[len(replies)-1].ID
	}
	return replies, next, nil
}

// message is the reply as a message of its chat.
func (r Reply) message() chat.Message {
	received := r.SentAt
	if received.IsZero() {
		received = r.LeavesAt
	}
	return chat.Message{
		ID: r.ID, Kind: chat.KindReply, Sequence: r.Sequence, Direction: chat.Out, State: string(r.State), By: r.Author,
		From: mail.Address{Email: r.Address}, To: Addresses(r.To), Cc: Addresses(r.Cc), Subject: r.Subject, Preview: r.Preview,
		Received: received, HasAttachments: len(r.Attachments) > 0, Shingles: r.Shingles, Alias: r.Alias, AliasRefused: r.AliasRefused,
		Erased: r.Erased,
	}
}

func validBody(html string) error {
	if !utf8.ValidString(html) || utf8.RuneCountInString(html) > MaxBody {
		return ErrBody
	}
	return nil
}

func (s *Store) audit(ctx context.Context, r Reply, action string, detail map[string]string) table.Op {
	by := audit.By(ctx)
	return audit.Op(audit.Entry{At: s.Now(), By: by, Action: action, Object: "reply " + r.ID, Detail: detail})
}
