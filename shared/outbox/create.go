package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/table"
)

// A New is a reply that is written.
type New struct {
	// Reply holds what the author chose. Its LeavesAt is the earliest time at which
	// it leaves; an Approval makes it wait for a second person.
	Reply Reply
	HTML  string // its text, sanitised
	// Key makes one reply of a request that is repeated; "" makes one each time.
	Key string
	// Said is a hash of what the request says: another request with the same key is refused.
	Said  string
	Check chat.Check
}

// ByKey returns the reply that a request like that of n wrote: with its chat, "" when it
// begins one, its author and its key. Errors: chat.ErrKeyReused.
func (s *Store) ByKey(ctx context.Context, n New) (Reply, bool, error) {
	if n.Key == "" {
		return Reply{}, false, nil
	}
	return s.pointed(ctx, n.requestKey(), n.Said)
}

// Create adds a reply to its chat and deletes the draft of its author there. It
// returns the first reply when the key is repeated. Errors: ErrBody, *NewerError,
// chat.ErrNotFound, chat.ErrKeyReused, what Check returns.
func (s *Store) Create(ctx context.Context, n New) (Reply, error) {
	n.Key = cmp.Or(n.Key, ids.Random())
	for range table.Tries(ctx) {
		if r, ok, err := s.ByKey(ctx, n); ok || err != nil {
			return r, err
		}
		c, err := s.chats.Get(ctx, n.Reply.Chat)
		if err != nil {
			return Reply{}, err
		}
		if err := n.Check(c); err != nil {
			return Reply{}, err
		}
		n.Reply.Chat = c.ID // another one when the chat was merged
		if !n.Reply.Force {
			newer, err := s.newer(ctx, c, n.Reply)
			if err != nil {
				return Reply{}, err
			}
			if newer != nil {
				return Reply{}, &NewerError{Message: *newer}
			}
		}
		r, err := s.prepare(n)
		if err != nil {
			return Reply{}, err
		}
		ended, err := s.sentAnew(ctx, &c, r.Author)
		if err != nil {
			return Reply{}, err
		}
		_, m, ops := c.Append(r.message(), false)
		r.Sequence = m.Sequence
		if err = s.insert(ctx, r, n, append(ops, ended...)); err == nil {
			return s.Load(ctx, r.ID)
		}
		if !table.CanRepeat(ctx, err) {
			return Reply{}, fmt.Errorf("add a reply to chat %s: %w", c.ID, err)
		}
	}
	return Reply{}, table.Overtaken(ErrChanged, "add a reply to chat %s", n.Reply.Chat)
}

// sentAnew takes a reply for others out of c when its author now sends its draft, and returns
// the operations for that beside those of c.
func (s *Store) sentAnew(ctx context.Context, c *chat.Chat, author string) ([]table.Op, error) {
	d, err := s.LoadDraft(ctx, c.ID, author)
	if err != nil || d.Reply == "" {
		return nil, ignoreMissing(err)
	}
	r, err := s.Load(ctx, d.Reply)
	if err != nil || !r.ForOthers {
		return nil, ignoreMissing(err)
	}
	c.Messages--
	r.ForOthers = false
	ops := []table.Op{table.Replace(r.row()), chat.RemoveOp(c.ID, r.ID)}
	if !r.Dismissed {
		ops = append(ops, table.Delete(table.Row{Key: indexKey(r.ID)}))
	}
	return ops, nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// Start makes a chat with its first message, a reply that answers nothing. Begin is
// the chat without id, messages and times. A repeated key returns the first chat.
// Errors: ErrBody, chat.ErrKeyReused.
func (s *Store) Start(ctx context.Context, n New, begin chat.Chat) (chat.Chat, Reply, error) {
	n.Key = cmp.Or(n.Key, ids.Random())
	n.Reply.Chat = ""
	for range table.Tries(ctx) {
		if r, ok, err := s.ByKey(ctx, n); ok || err != nil {
			if err != nil {
				return chat.Chat{}, Reply{}, err
			}
			c, err := s.chats.Get(ctx, r.Chat)
			return c, r, err
		}
		r, err := s.prepare(n)
		if err != nil {
			return chat.Chat{}, Reply{}, err
		}
		begin.ID = ids.Timed(s.now(), ids.Hash("begun", r.Author, n.Key))
		r.Chat = begin.ID
		begin.Started, begin.Last, begin.Preview = s.now(), s.now(), r.Preview
		c, m, ops := begin.Begin(r.message())
		r.Sequence = m.Sequence
		if err = s.insert(ctx, r, n, ops); err == nil {
			if r, err = s.Load(ctx, r.ID); err != nil {
				return chat.Chat{}, Reply{}, err
			}
			c, err = s.chats.Get(ctx, c.ID)
			return c, r, err
		}
		if !table.CanRepeat(ctx, err) {
			return chat.Chat{}, Reply{}, fmt.Errorf("begin a chat: %w", err)
		}
	}
	return chat.Chat{}, Reply{}, table.Overtaken(ErrChanged, "begin a chat")
}

// prepare returns the reply of n with its id and its first state.
func (s *Store) prepare(n New) (Reply, error) {
	if err := validBody(n.HTML); err != nil {
		return Reply{}, err
	}
	r := n.Reply
	r.Shingles = mailtext.Shingles("html", n.HTML+"<br>"+r.Signature)
	r.Created = s.now()
	if r.LeavesAt = r.LeavesAt.UTC().Truncate(time.Millisecond); r.LeavesAt.Before(r.Created) {
		r.LeavesAt = r.Created
	}
	// The id has the time at which it leaves: lists of messages are in the order in
	// which they were on their way. A clock that differs from that of Exchange does not
	// put a reply before what it answers.
	at := r.LeavesAt
	if answered := ids.TimeOf(r.Answers); !at.After(answered) {
		at = answered.Add(time.Millisecond)
	}
	r.ID = ids.Timed(at, ids.Hash("reply", r.Chat, r.Author, n.Key))
	switch {
	case r.Approval != nil:
		r.State = Waiting
	case r.Scheduled:
		r.State = Scheduled
	default:
		r.State = Held
	}
	return r, nil
}

// insert writes the rows of a new reply with those of its chat.
func (s *Store) insert(ctx context.Context, r Reply, n New, ops []table.Op) error {
	ops = append(ops,
		table.Insert(r.row()),
		table.Insert(document(bodyKey(r.ID), "", body{n.HTML}, nil)),
		table.Insert(document(indexKey(r.ID), "", r, nil)),
		table.Insert(document(n.requestKey(), "", pointer{r.ID, n.Said}, nil)),
		s.audit(ctx, r, "reply.create", map[string]string{"chat": r.Chat, "state": string(r.State)}))
	if r.open() {
		ops = append(ops, table.Insert(s.work(r)))
	}
	if _, err := s.LoadDraft(ctx, r.Chat, r.Author); err == nil {
		ops = append(ops, table.Delete(table.Row{Key: draftKey(r.Chat, r.Author)}))
	} else if !errors.Is(err, ErrNotFound) {
		return err
	}
	return s.table.Write(ctx, ops...)
}

// Newer returns the newest message that came into the chat since the author of r
// began to write: incoming mail, or what another member sent or is about to send. It
// returns nil when there is none.
func (s *Store) Newer(ctx context.Context, r Reply) (*chat.Message, error) {
	c, err := s.chats.Get(ctx, r.Chat)
	if err != nil {
		return nil, err
	}
	return s.newer(ctx, c, r)
}

// newerPage is how many of the newest messages are looked at.
const newerPage = 200

func (s *Store) newer(ctx context.Context, c chat.Chat, r Reply) (*chat.Message, error) {
	if c.Sequence <= r.Since || r.ID != "" && c.Sequence == r.Sequence && r.Sequence == r.Since+1 {
		return nil, nil
	}
	messages, _, err := s.chats.Messages(ctx, c.ID, newerPage, "")
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		incoming := m.Kind == chat.KindMail && m.Direction != chat.Out
		other := (m.Kind == chat.KindReply || m.Kind == chat.KindMail && m.Direction == chat.Out) && m.By != r.Author
		if m.Sequence > r.Since && m.ID != r.ID && (incoming || other) {
			return &m, nil
		}
	}
	return nil, nil
}
