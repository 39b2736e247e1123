package chat

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"kantoorpost/shared/item"
	"kantoorpost/shared/table"
)

// moved says what a message was in the chat from which a change took it, so that it
// is the same again when that is undone.
type moved struct {
	Sequence int64 `json:"sequence,omitempty"`
	Activity int64 `json:"activity,omitempty"` // activity number in the chat that it left, 0 for none
	Into     int64 `json:"into,omitempty"`     // activity number in the chat that it came into, 0 for none
}

// A transfer collects the operations that bring messages from one chat into another.
type transfer struct {
	store    *Store
	change   Change
	from, to *Chat
	ops      []table.Op
	touched  map[string]bool // ids of mails and keys of threads that ops change already
}

// first says whether ops do not change a mail or a thread yet, and notes that they do.
func (t *transfer) first(what string) bool {
	if t.touched == nil {
		t.touched = map[string]bool{}
	}
	first := !t.touched[what]
	t.touched[what] = true
	return first
}

// carry brings one message over, with what is kept about it elsewhere: its mail and
// the copies of that, or its reply. Tag is the version of its row. Number is its
// activity number in the chat that it leaves, if that goes on.
func (t *transfer) carry(ctx context.Context, m Message, tag string, number int64, mails []item.Item) error {
	key := movedKey(t.change.ID, m.ID)
	t.ops = append(t.ops, table.Delete(table.Row{Key: messageKey(t.from.ID, m.ID), ETag: tag}))
	if t.change.Undone {
		var was moved
		rowTag, err := t.store.get(ctx, key, &was)
		if errors.Is(err, ErrNotFound) {
			return &LaterError{LaterMoved}
		}
		if err != nil {
			return err
		}
		t.ops = append(t.ops, table.Delete(table.Row{Key: key, ETag: rowTag}))
		t.from.withoutActivity(was.Into)
		if m.isActivity() && was.Activity > 0 {
			t.to.withActivity(was.Activity)
		}
		m.Sequence = was.Sequence
	} else {
		was := moved{Sequence: m.Sequence, Activity: number}
		t.from.withoutActivity(number)
		t.to.Sequence++
		m.Sequence = t.to.Sequence
		if m.isActivity() {
			t.to.ActivitySequence++
			was.Into = t.to.ActivitySequence
			if m.Received.After(t.to.Last) {
				t.to.Last, t.to.Preview = m.Received, m.Preview
			}
		}
		t.ops = append(t.ops, table.Insert(row(key, was)))
	}
	if m.Kind != KindEvent {
		t.from.Messages--
		t.to.Messages++
	}
	if m.Kind == KindNote {
		t.from.Notes--
		t.to.Notes++
	}
	t.ops = append(t.ops, table.Insert(row(messageKey(t.to.ID, m.ID), m)))
	for _, it := range mails {
		if it.Chat == t.from.ID && t.first(it.ID) {
			it.Chat = t.to.ID
			t.ops = append(t.ops, t.change.noteMail(it, t.to.Client)...)
		}
	}
	if m.Kind != KindReply || t.store.replies == nil {
		return nil
	}
	ops, err := t.store.replies.MoveOps(ctx, m.ID, t.to.ID, m.Sequence)
	t.ops = append(t.ops, ops...)
	return err
}

// mailsOf returns the mail of a message, and its copies at other addresses. It is
// empty when the mail is gone.
func (s *Store) mailsOf(ctx context.Context, id string) ([]item.Item, error) {
	it, err := s.items.Get(ctx, id)
	if errors.Is(err, item.ErrNotFound) {
		return nil, nil
	}
	if err != nil || it.InternetMessageID == "" {
		return []item.Item{it}, err
	}
	mails := []item.Item{it}
	others, err := s.items.ByMessageID(ctx, it.InternetMessageID)
	for _, other := range others {
		if other.ID != it.ID && other.Chat == it.Chat && other.Fingerprint == it.Fingerprint {
			mails = append(mails, other)
		}
	}
	return mails, err
}

// readsAtOnce is how many mails are read at the same time.
const readsAtOnce = 8

// mailsOfEach returns the mails of messages, by the ids of these.
func (s *Store) mailsOfEach(ctx context.Context, messages []Message) (map[string][]item.Item, error) {
	found, errs := make([][]item.Item, len(messages)), make([]error, len(messages))
	var reads errgroup.Group
	reads.SetLimit(readsAtOnce)
	for i, m := range messages {
		if m.IsMail() {
			reads.Go(func() error {
				found[i], errs[i] = s.mailsOf(ctx, m.ID)
				return nil
			})
		}
	}
	_ = reads.Wait() // the errors are in errs
	byID := make(map[string][]item.Item, len(messages))
	for i, m := range messages {
		byID[m.ID] = found[i]
	}
	return byID, errors.Join(errs...)
}

// noteMail returns the operations that store a mail with the change in its history.
func (ch Change) noteMail(it item.Item, client string) []table.Op {
	a := item.Attempt{At: ch.Begun, By: ch.Doer, Action: item.MoveAction, State: it.State, Chat: it.Chat, Client: client}
	switch {
	case ch.Undone:
		a.Action = item.UndoMoveAction
	case ch.Kind == ClientChanged:
		a.Action = item.SetClientAction
	}
	it.Note(a)
	return it.Transition(it.State, "")
}

// carryThreads lets later mail that answers these mails find the chat to which they
// went. A conversation in a mailbox follows only when no mail that stays, among all,
// is newer in it.
func (t *transfer) carryThreads(ctx context.Context, mails []item.Item, all []Message) error {
	keys := map[string]string{} // with the fingerprint of the thread
	for _, it := range mails {
		if it.InternetMessageID != "" {
			keys[mailThread(it.InternetMessageID)] = it.Fingerprint
		}
		if it.ConversationID == "" {
			continue
		}
		stays, err := t.store.continues(ctx, it, mails[0].ID, all)
		if err != nil {
			return err
		}
		if !stays {
			keys[conversationThread(it.Mailbox, it.ConversationID)] = ""
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if err := t.redirect(ctx, key, keys[key]); err != nil {
			return err
		}
	}
	return nil
}

// redirect lets a thread that leads to the chat that messages leave lead to the other.
func (t *transfer) redirect(ctx context.Context, key, fingerprint string) error {
	if !t.first(key) {
		return nil
	}
	var now thread
	tag, err := t.store.get(ctx, key, &now)
	if err != nil || now.Fingerprint != fingerprint {
		return ignoreNotFound(err)
	}
	c, err := t.store.Get(ctx, now.Chat)
	if err != nil || c.ID != t.from.ID {
		return ignoreNotFound(err)
	}
	now.Chat = t.to.ID
	r := row(key, now)
	r.ETag = tag
	t.ops = append(t.ops, table.Replace(r))
	return nil
}

// newerRead is how many newer messages are looked at for whether they belong to a
// conversation.
const newerRead = 200

// continues says whether one of the messages of a chat, other than the one with this
// id, is newer than it and of its conversation.
func (s *Store) continues(ctx context.Context, it item.Item, id string, all []Message) (bool, error) {
	var newer []string
	for _, m := range all {
		if m.IsMail() && m.ID != id && m.Received.After(it.Received) {
			newer = append(newer, m.ID)
		}
	}
	items, err := s.items.Load(ctx, newer[:min(len(newer), newerRead)])
	if err != nil {
		return false, fmt.Errorf("read newer mails of the conversation of mail %s: %w", it.ID, err)
	}
	return slices.ContainsFunc(items, func(other item.Item) bool {
		return other.Mailbox == it.Mailbox && other.ConversationID == it.ConversationID
	}), nil
}

// stillReceive returns the addresses of c without those, of some, that none of its
// mails and replies needs any more. One stays.
func (s *Store) stillReceive(ctx context.Context, c Chat, all []Message, some []string) ([]string, error) {
	missing := slices.DeleteFunc(slices.Clone(some), func(a string) bool { return !slices.Contains(c.Addresses, a) })
	found := func(address string) {
		missing = slices.DeleteFunc(missing, func(a string) bool { return a == address })
	}
	var mails []string
	for _, m := range all {
		if m.Kind == KindReply {
			found(m.From.Email)
		}
		if m.IsMail() {
			mails = append(mails, m.ID)
		}
	}
	var named []string // by internet message id
	for part := range slices.Chunk(mails, 50) {
		if len(missing) == 0 {
			return c.Addresses, nil
		}
		items, err := s.items.Load(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			found(it.Address)
			if it.InternetMessageID != "" {
				named = append(named, it.InternetMessageID)
			}
		}
	}
	for _, id := range named {
		if len(missing) == 0 {
			return c.Addresses, nil
		}
		copies, err := s.items.ByMessageID(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, it := range copies {
			if it.Chat == c.ID {
				found(it.Address)
			}
		}
	}
	rest := slices.DeleteFunc(slices.Clone(c.Addresses), func(a string) bool { return slices.Contains(missing, a) })
	if len(rest) == 0 {
		return c.Addresses, nil
	}
	return rest, nil
}
