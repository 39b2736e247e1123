package chat

import (
	"context"
	"slices"
	"time"

	"kantoorpost/shared/table"
)

// SetClient says to which client a chat belongs, and returns it; etag "" accepts any
// version. Its members are then those whom the links of its addresses bring for that
// client, and those whom people added. Errors: ErrNotFound, ErrMerged, ErrChanged,
// ErrNobody, what check and members return.
func (s *Store) SetClient(ctx context.Context, id, etag string, check Check, client string, members Members, at time.Time) (Chat, error) {
	for range table.Tries(ctx) {
		ch := newChange(ctx, ClientChanged, at)
		c, err := s.checked(ctx, id, check)
		if err != nil {
			return Chat{}, err
		}
		if etag != "" && etag != c.etag {
			return Chat{}, ErrChanged
		}
		if c.Client == client {
			return c, nil
		}
		come, err := members(ctx, client, c.Addresses)
		if err != nil {
			return Chat{}, err
		}
		ch.identify(&c)
		ch.From, ch.Client, ch.OldClient = c.ID, client, c.Client
		before := c.Members
		c.Members = slices.DeleteFunc(slices.Clone(before), func(m string) bool {
			_, byHand := c.Added[m]
			return !byHand && !slices.Contains(come, m)
		})
		kept := len(c.Members)
		c.join(come)
		ch.Joined = slices.Clone(c.Members[kept:])
		for _, m := range before {
			if !slices.Contains(c.Members, m) {
				ch.Left = append(ch.Left, m)
			}
		}
		if len(c.Members) == 0 {
			return Chat{}, ErrNobody
		}
		done, err := s.beginClient(ctx, ch, c, client)
		if err != nil {
			return Chat{}, err
		}
		if done {
			return s.finished(ctx, ch, id)
		}
		if etag != "" {
			return Chat{}, ErrChanged
		}
	}
	return Chat{}, table.Overtaken(ErrChanged, "give chat %s to client %s", id, client)
}

// beginClient begins a change of the client of c.
func (s *Store) beginClient(ctx context.Context, ch Change, c Chat, client string) (bool, error) {
	ops := []table.Op{table.Delete(table.Row{Key: clientKey(c.Client, c.ID)})}
	c.Client, c.Change = client, ch.ID
	ops = append(ops, c.addEvent(ch, Event{Action: EventClient, Client: client}, c.Subject), table.Put(row(clientKey(client, c.ID), c)))
	return s.begin(ctx, ch, append(ops, table.Replace(c.row())))
}

// mailsAtOnce is how many messages noteClient looks at for one transaction.
const mailsAtOnce = 4

// noteClient stores in the history of all mails of a chat that its client is another.
func (s *Store) noteClient(ctx context.Context, ch Change) error {
	c, err := s.load(ctx, ch.From)
	if err != nil {
		return ignoreNotFound(err)
	}
	all, _, err := s.allMessages(ctx, c.ID)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(slices.DeleteFunc(all, func(m Message) bool { return !m.IsMail() }), mailsAtOnce) {
		if err := s.noteClientWith(ctx, ch, c, part); err != nil {
			return err
		}
	}
	return nil
}

// noteClientWith stores with the mails of some messages of c that its client is another.
func (s *Store) noteClientWith(ctx context.Context, ch Change, c Chat, messages []Message) error {
	return table.Repeat(ctx, s.table.Write, func() ([]table.Op, error) {
		open, err := s.stillOpen(ctx, ch)
		if err != nil {
			return nil, err
		}
		t := transfer{ops: []table.Op{open}}
		for _, m := range messages {
			mails, err := s.mailsOf(ctx, m.ID)
			if err != nil {
				return nil, err
			}
			for _, it := range mails {
				n := len(it.History)
				if it.Chat == c.ID && t.first(it.ID) && (n == 0 || !it.History[n-1].At.Equal(ch.Begun)) {
					t.ops = append(t.ops, ch.noteMail(it, c.Client)...)
				}
			}
		}
		if len(t.ops) == 1 {
			return nil, nil // all were noted before
		}
		return t.ops, nil
	}, ErrChanged, "note the client of chat %s with its mails", c.ID)
}
