package chat

import (
	"context"
	"errors"
	"slices"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// May refuses to undo a change by its error. The chats are those that the change was
// about, the one that lost messages first. Without a change to undo it is asked about
// the zero Change and the chat.
type May func(ch Change, chats ...Chat) error

// Undo undoes the newest change of a chat by Move, Merge or SetClient, and returns the
// chat; etag "" accepts any version. Errors: ErrNotFound, ErrChanged, ErrNothing,
// *LaterError, what may returns.
func (s *Store) Undo(ctx context.Context, id, etag string, may May, doer string, at time.Time) (Chat, error) {
	first := ""
	for range table.Tries(ctx) {
		c, err := s.Get(ctx, id)
		if err == nil {
			c, err = s.loadFinished(ctx, c.ID)
		}
		if err != nil {
			return Chat{}, err
		}
		if c.Into != "" {
			continue // merged since it was found
		}
		ch, ok, err := s.newestChange(ctx, c.ID, "")
		if err != nil {
			return Chat{}, err
		}
		if !ok {
			if err := may(Change{}, c); err != nil {
				return Chat{}, err
			}
			return Chat{}, ErrNothing
		}
		if first == "" {
			first = ch.ID
		}
		chats, err := s.changed(ctx, ch)
		if err != nil {
			return Chat{}, err
		}
		if err := may(ch, chats...); err != nil {
			return Chat{}, err
		}
		switch {
		case etag != "" && etag != c.etag:
			return Chat{}, ErrChanged
		case first != ch.ID:
			return Chat{}, &LaterError{LaterChange}
		}
		ch.Undone, ch.Doer, ch.Begun = true, doer, at.UTC().Truncate(time.Millisecond)
		done, err := s.undo(ctx, ch, chats)
		if err != nil {
			return Chat{}, err
		}
		if done {
			return s.finished(ctx, ch, id)
		}
	}
	return Chat{}, table.Overtaken(ErrChanged, "undo the last change of chat %s", id)
}

// newestChange returns the newest change of a chat, or the one before another.
func (s *Store) newestChange(ctx context.Context, chat, before string) (Change, bool, error) {
	from := changeKey(chat, "")
	if before != "" {
		from = changeKey(chat, before) + ids.Above
	}
	rows, _, err := s.table.Range(ctx, from, changeKey(chat, ids.Above), 1)
	if err != nil || len(rows) == 0 {
		return Change{}, false, err
	}
	var ch Change
	if err := rows[0].Document(&ch); err != nil {
		return Change{}, false, err
	}
	return ch, true, nil
}

// changed returns the chats of a change, after changes of them that broke off were
// finished.
func (s *Store) changed(ctx context.Context, ch Change) (chats []Chat, err error) {
	for _, id := range []string{ch.From, ch.Into} {
		if id == "" {
			continue
		}
		c, err := s.loadFinished(ctx, id)
		if errors.Is(err, ErrNotFound) {
			return nil, &LaterError{LaterChange}
		}
		if err != nil {
			return nil, err
		}
		chats = append(chats, c)
	}
	return chats, nil
}

// undo tries the first transaction of undoing a change.
func (s *Store) undo(ctx context.Context, ch Change, chats []Chat) (bool, error) {
	if ch.Kind == ClientChanged {
		c := chats[0]
		if c.Client != ch.Client || c.Into != "" {
			return false, &LaterError{LaterChange}
		}
		c.leave(ch.Joined)
		c.join(ch.Left)
		if len(c.Members) == 0 {
			return false, ErrNobody
		}
		return s.beginClient(ctx, ch, c, ch.OldClient)
	}
	from, into := chats[0], chats[1]
	merged := ""
	if ch.Kind == Merged {
		merged = into.ID
	}
	if from.Into != merged || into.Into != "" {
		return false, &LaterError{LaterChange}
	}
	all, tags, err := s.allMessages(ctx, into.ID)
	if err != nil {
		return false, err
	}
	if err := s.checkLater(ctx, ch, all); err != nil {
		return false, err
	}
	into.leave(ch.Joined)
	if ch.Opened {
		into.State = Closed
	}
	if ch.Kind == Merged {
		from.Into = ""
		into.Addresses = slices.DeleteFunc(slices.Clone(into.Addresses), func(a string) bool { return slices.Contains(ch.Addresses, a) })
		return s.beginPair(ctx, ch, from, into, []table.Op{into.addEvent(ch, Event{Action: EventMerged, Chat: from.ID}, from.Subject)})
	}
	return s.undoMove(ctx, ch, from, into, all, tags)
}

func (s *Store) undoMove(ctx context.Context, ch Change, from, into Chat, all []Message, tags map[string]string) (bool, error) {
	m := all[slices.IndexFunc(all, func(m Message) bool { return m.ID == ch.Mail })]
	mails, err := s.mailsOf(ctx, m.ID)
	if err != nil {
		return false, err
	}
	for _, a := range ch.Received {
		if !slices.Contains(from.Addresses, a) {
			from.Addresses = append(slices.Clip(from.Addresses), a)
		}
	}
	t := transfer{store: s, change: ch, from: &into, to: &from}
	if err := t.carry(ctx, m, tags[m.ID], 0, mails); err != nil {
		return false, err
	}
	if err := t.carryThreads(ctx, mails, all); err != nil {
		return false, err
	}
	t.ops = append(t.ops, from.addEvent(ch, Event{Action: EventMovedOut, Chat: into.ID}, m.Subject))
	if ch.New {
		into.Into = from.ID
	} else {
		t.ops = append(t.ops, into.addEvent(ch, Event{Action: EventMovedIn, Chat: from.ID}, m.Subject))
	}
	return s.beginPair(ctx, ch, from, into, t.ops)
}

// checkLater returns a *LaterError when what happened since a change makes undoing it
// wrong. All are the messages of the chat that messages came into.
func (s *Store) checkLater(ctx context.Context, ch Change, all []Message) error {
	known := map[string]bool{ch.Mail: true}
	if ch.Kind == Merged {
		list, _, err := s.movedBy(ctx, ch.ID)
		if err != nil {
			return err
		}
		for _, id := range list {
			known[id] = true
		}
	} else if !slices.ContainsFunc(all, func(m Message) bool { return m.ID == ch.Mail }) {
		return &LaterError{LaterMoved}
	}
	for later := ""; ; {
		other, ok, err := s.newestChange(ctx, ch.Into, later)
		if err != nil {
			return err
		}
		if !ok || other.ID == ch.ID {
			break
		}
		if ch.New || other.Kind == Merged {
			return &LaterError{LaterChange}
		}
		later = other.ID
		known[other.Mail] = true // it did not come in, somebody moved it
	}
	for _, m := range all {
		counts := m.Kind == KindMail || m.Kind == KindReply || ch.New && m.Kind != KindEvent
		if counts && m.Sequence > ch.Sequence && !known[m.ID] {
			return &LaterError{LaterMessages}
		}
	}
	return nil
}

// leave removes members of c, but not those whom a person added.
func (c *Chat) leave(members []string) {
	c.Members = slices.DeleteFunc(slices.Clone(c.Members), func(m string) bool {
		_, byHand := c.Added[m]
		return slices.Contains(members, m) && !byHand
	})
}

// LastChange returns the change of a chat that Undo would undo. It costs one query.
func (s *Store) LastChange(ctx context.Context, chat string) (Change, bool, error) {
	return s.newestChange(ctx, chat, "")
}
