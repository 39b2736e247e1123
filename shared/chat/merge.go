package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kantoorpost/shared/item"
	"kantoorpost/shared/sorting"
	"kantoorpost/shared/table"
)

// Merge brings all messages of a chat into another, and returns that. Later mail
// follows, and who asks for the chat gets the other. Members of the chat do not join
// the other by it. Repeated, it changes nothing. Errors: ErrNotFound, ErrSame,
// ErrMerged, ErrLeaving, what check and members return.
func (s *Store) Merge(ctx context.Context, id, into string, check Check, members Members, at time.Time) (Chat, error) {
	for range table.Tries(ctx) {
		ch := newChange(ctx, Merged, at)
		done, err := s.merge(ctx, &ch, id, into, check, members)
		if err != nil {
			return Chat{}, err
		}
		if done {
			return s.finished(ctx, ch, into)
		}
	}
	return Chat{}, table.Overtaken(ErrChanged, "merge chat %s into %s", id, into)
}

func (s *Store) merge(ctx context.Context, ch *Change, id, into string, check Check, members Members) (bool, error) {
	c, err := s.checked(ctx, id, check)
	if errors.Is(err, ErrMerged) && id != into {
		now, errNow := s.Get(ctx, id)
		target, errTarget := s.Get(ctx, into)
		if errNow == nil && errTarget == nil && now.ID == target.ID {
			return true, nil // a repeated request
		}
	}
	if err != nil {
		return false, err
	}
	target, err := s.target(ctx, c, into, check)
	if err != nil {
		return false, err
	}
	all, _, err := s.allMessages(ctx, c.ID)
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(all, Message.mayStillLeave) {
		return false, ErrLeaving
	}
	ch.identify(&c, &target)
	return s.beginMerge(ctx, ch, c, target, members, all)
}

// beginMerge writes the first transaction of a merge: it moves nothing yet.
func (s *Store) beginMerge(ctx context.Context, ch *Change, c, into Chat, members Members, all []Message) (bool, error) {
	ch.From, ch.Into = c.ID, into.ID
	if err := ch.receive(ctx, &into, c.Addresses, members); err != nil {
		return false, err
	}
	if into.State == Closed && slices.ContainsFunc(all, Message.isActivity) {
		into.State, ch.Opened = Open, true
	}
	count := int64(0)
	for _, m := range all {
		if m.Kind != KindEvent {
			count++
		}
	}
	if err := s.countUnseen(ctx, ch, c, into, nil); err != nil {
		return false, err
	}
	event := into.addEvent(*ch, Event{Action: EventMerged, Chat: c.ID, Count: count}, c.Subject)
	ch.Sequence = into.Sequence
	return s.beginPair(ctx, *ch, c, into, []table.Op{event})
}

// finishMerge moves all messages of a merge that are not moved yet, then turns the chat into
// one that was merged. It fails with ErrLeaving when a reply was written meanwhile and
// has not left.
func (s *Store) finishMerge(ctx context.Context, ch Change) error {
	for range maxRounds {
		all, tags, err := s.allMessages(ctx, ch.From)
		if err != nil {
			return err
		}
		moving := slices.DeleteFunc(slices.Clone(all), Message.mayStillLeave)
		sorting.By(moving, inOrder)
		if len(moving) > 0 {
			if err := s.carryAll(ctx, ch, ch.From, ch.Into, moving, tags); err != nil {
				return err
			}
			continue
		}
		if len(all) > 0 {
			return ErrLeaving
		}
		done, err := s.leadTo(ctx, ch, ch.From, ch.Into)
		if err != nil || done {
			return err
		}
	}
	return fmt.Errorf("merge chat %s: it changed %d times meanwhile", ch.From, maxRounds)
}

// maxRounds is how often a merge, or an undo of one, looks again at what is left.
const maxRounds = 100

// leadTo turns a chat without messages into one that was merged into another. It
// says false when somebody changed it meanwhile.
func (s *Store) leadTo(ctx context.Context, ch Change, from, into string) (bool, error) {
	open, err := s.stillOpen(ctx, ch)
	if err != nil {
		return false, err
	}
	c, err := s.load(ctx, from)
	if errors.Is(err, ErrNotFound) || err == nil && c.Into != "" {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	rest, _, err := s.allMessages(ctx, from)
	if err != nil || slices.ContainsFunc(rest, func(m Message) bool { return m.Kind != KindEvent }) {
		return false, err // something came in since they were listed
	}
	if s.replies != nil {
		if err := s.replies.MoveDrafts(ctx, from, into, func(string) bool { return true }); err != nil {
			return false, err
		}
	}
	c.Into, c.Preview = into, "" // what it showed is in the other chat, where its author may erase it
	err = s.table.Write(ctx, open, table.Replace(c.row()))
	if table.CanRepeat(ctx, err) {
		return false, nil
	}
	return err == nil, err
}

// carryBytes and carryOps limit one transaction of carryAll: what carries one message
// and its copies must still fit. CarryMessages is how many go into it at most.
const carryBytes, carryOps, carryMessages = table.MaxBytes / 2, table.MaxOps - 30, 20

// carryAll brings messages from one chat into another, in their order, in as many
// transactions as that takes. It ends early when somebody else changes one of the
// chats: the caller looks again.
func (s *Store) carryAll(ctx context.Context, ch Change, fromID, intoID string, messages []Message, tags map[string]string) error {
	for len(messages) > 0 {
		open, err := s.stillOpen(ctx, ch)
		if err != nil {
			return err
		}
		from, err := s.load(ctx, fromID)
		if err != nil {
			return err
		}
		into, err := s.load(ctx, intoID)
		if err != nil {
			return err
		}
		t := transfer{store: s, change: ch, from: &from, to: &into}
		done, err := t.carrySome(ctx, messages[:min(len(messages), carryMessages)], tags)
		if later := (*LaterError)(nil); errors.As(err, &later) {
			return nil // somebody else brought one back
		}
		if err != nil {
			return err
		}
		err = s.table.Write(ctx, append(t.ops, open, table.Replace(from.row()), table.Replace(into.row()))...)
		if table.CanRepeat(ctx, err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("bring messages of chat %s into chat %s: %w", fromID, intoID, err)
		}
		messages = messages[done:]
	}
	return nil
}

// carrySome collects what carries messages as far as one transaction holds it, and
// returns how many.
func (t *transfer) carrySome(ctx context.Context, messages []Message, tags map[string]string) (done int, err error) {
	mails, err := t.store.mailsOfEach(ctx, messages)
	if err != nil {
		return 0, err
	}
	size, measured := 0, 0
	for _, m := range messages {
		if len(t.ops) >= carryOps || size >= carryBytes {
			break
		}
		if err := t.carry(ctx, m, tags[m.ID], 0, mails[m.ID]); err != nil {
			return 0, err
		}
		if t.change.Undone {
			if err := t.redirectMail(ctx, mails[m.ID]); err != nil {
				return 0, err
			}
		}
		for ; measured < len(t.ops); measured++ {
			size += t.ops[measured].Size()
		}
		done++
	}
	return done, nil
}

// redirectMail lets answers to a mail find the chat to which it goes back.
func (t *transfer) redirectMail(ctx context.Context, mails []item.Item) error {
	if len(mails) == 0 || mails[0].InternetMessageID == "" {
		return nil
	}
	return t.redirect(ctx, mailThread(mails[0].InternetMessageID), mails[0].Fingerprint)
}
