package chat

import (
	"context"
	"maps"
	"slices"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/item"
	"kantoorpost/shared/table"
)

// A Move says which mail of a chat goes where: into another chat, or into a new one,
// of another client or of the same.
type Move struct {
	Chat, Message string
	Into          string // id of another chat, or "" for a new one
	Client        string // of a new chat: id of its client, or "" for that of the chat
	Contact       string // of a new chat: id of the contact who wrote the mail, "" for that of the chat
	ContactName   string
	Check         Check // is asked about both chats
	Members       Members
	At            time.Time
}

// Move moves one mail, with its copies at other addresses, and returns the chat where
// it is now. Later mail that answers it comes there too. The members of a new chat of
// the same client are those of the chat; of another client, those of the links. What
// is the only message goes as in Merge. Errors: ErrNotFound, ErrNotMail, ErrOnly,
// ErrSame, ErrLeaving, ErrNobody, what Check and Members return.
func (s *Store) Move(ctx context.Context, m Move) (Chat, error) {
	for range table.Tries(ctx) {
		ch := newChange(ctx, Moved, m.At)
		done, err := s.move(ctx, m, &ch)
		if err != nil {
			return Chat{}, err
		}
		if done {
			return s.finished(ctx, ch, ch.Into)
		}
	}
	return Chat{}, table.Overtaken(ErrChanged, "move mail %s of chat %s", m.Message, m.Chat)
}

func newChange(ctx context.Context, kind ChangeKind, at time.Time) Change {
	return Change{Kind: kind, By: audit.By(ctx), At: at.UTC().Truncate(time.Millisecond), Doer: audit.By(ctx)}
}

// finished finishes a change, as far as it need not wait, and returns a chat.
func (s *Store) finished(ctx context.Context, ch Change, id string) (Chat, error) {
	if ch.ID != "" {
		if err := s.finish(ctx, ch.ID); err != nil && !mayWait(err) {
			return Chat{}, err
		}
	}
	return s.Get(ctx, id)
}

// move tries the first transaction of a move, and says in ch where the mail goes. It
// says false when somebody else changed one of the chats.
func (s *Store) move(ctx context.Context, m Move, ch *Change) (bool, error) {
	c, err := s.Get(ctx, m.Chat)
	if err == nil {
		c, err = s.checked(ctx, c.ID, m.Check)
	}
	var target Chat
	if err == nil && m.Into != "" {
		target, err = s.target(ctx, c, m.Into, m.Check)
	}
	if err != nil {
		return false, err
	}
	all, tags, err := s.allMessages(ctx, c.ID)
	if err != nil {
		return false, err
	}
	at := slices.IndexFunc(all, func(x Message) bool { return x.ID == m.Message })
	if at < 0 {
		ch.Into = target.ID // of a repeated request
		_, err := s.Message(ctx, target.ID, m.Message)
		return err == nil, err
	}
	only := !slices.ContainsFunc(all, func(x Message) bool { return x.Kind != KindEvent && x.ID != m.Message })
	switch {
	case !all[at].IsMail():
		return false, ErrNotMail
	case slices.ContainsFunc(all, Message.mayStillLeave):
		return false, ErrLeaving
	case only && m.Into == "" && m.Client == "":
		return false, ErrOnly
	}
	mails, err := s.mailsOf(ctx, m.Message)
	if err != nil {
		return false, err
	}
	for _, it := range mails {
		ch.Received = append(ch.Received, it.Address)
	}
	ch.identify(&c, &target)
	if ch.New = m.Into == ""; ch.New {
		if target, err = s.newChat(ctx, m, *ch, c, all[at]); err != nil {
			return false, err
		}
	}
	if only {
		ch.Kind, ch.Received = Merged, nil
		return s.beginMerge(ctx, ch, c, target, m.Members, all)
	}
	ch.From, ch.Into, ch.Mail = c.ID, target.ID, m.Message
	if err := ch.receive(ctx, &target, ch.Received, m.Members); err != nil {
		return false, err
	}
	return s.beginMove(ctx, ch, c, target, all, tags, mails)
}

// beginMove writes the only transaction of a move: that of the mail Mail of ch, among all
// messages of c, to target.
func (s *Store) beginMove(ctx context.Context, ch *Change, c, target Chat, all []Message, tags map[string]string,
	mails []item.Item) (bool, error) {
	number := c.activityNumber(all, ch.Mail)
	if err := s.countUnseen(ctx, ch, c, target, &number); err != nil {
		return false, err
	}
	moving := all[slices.IndexFunc(all, func(x Message) bool { return x.ID == ch.Mail })]
	t := transfer{store: s, change: *ch, from: &c, to: &target}
	if err := t.carry(ctx, moving, tags[ch.Mail], number, mails); err != nil {
		return false, err
	}
	if err := t.carryThreads(ctx, mails, all); err != nil {
		return false, err
	}
	if moving.isActivity() && target.State == Closed {
		target.State, ch.Opened = Open, true
	}
	t.ops = append(t.ops, c.addEvent(*ch, Event{Action: EventMovedOut, Chat: target.ID}, moving.Subject),
		target.addEvent(*ch, Event{Action: EventMovedIn, Chat: c.ID}, moving.Subject))
	ch.Sequence = target.Sequence
	return s.beginPair(ctx, *ch, c, target, t.ops)
}

// beginPair begins a change of two chats.
func (s *Store) beginPair(ctx context.Context, ch Change, from, into Chat, ops []table.Op) (bool, error) {
	from.Change, into.Change = ch.ID, ch.ID
	put := table.Replace(into.row())
	if into.etag == "" {
		put = table.Insert(into.row())
	}
	return s.begin(ctx, ch, append(ops, table.Replace(from.row()), put))
}

// checked returns a chat that people are about to change, if check allows that.
func (s *Store) checked(ctx context.Context, id string, check Check) (Chat, error) {
	c, err := s.loadFinished(ctx, id)
	if err == nil {
		err = check(c)
	}
	if err == nil && c.Into != "" {
		err = ErrMerged
	}
	return c, err
}

// target returns the chat with an id into which messages of c go.
func (s *Store) target(ctx context.Context, c Chat, id string, check Check) (Chat, error) {
	into, err := s.Get(ctx, id)
	if err == nil {
		into, err = s.checked(ctx, into.ID, check)
	}
	if err == nil && into.ID == c.ID {
		err = ErrSame
	}
	return into, err
}

// newChat returns the new chat of a move, without messages.
func (s *Store) newChat(ctx context.Context, m Move, ch Change, from Chat, first Message) (Chat, error) {
	c := Chat{
		ID: ids.Timed(ch.At, ids.Hash("made", ch.ID)), Subject: first.Subject, Client: from.Client, Contact: from.Contact,
		ContactName: from.ContactName, Members: from.Members, Added: maps.Clone(from.Added), Removed: from.Removed,
		State: Open, Started: ch.At, Rearranged: ch.At, Began: m.Message, Last: first.Received, Preview: first.Preview, Verdict: first.Verdict,
	}
	if m.Contact != "" {
		c.Contact, c.ContactName = m.Contact, m.ContactName
	}
	if m.Client == "" || m.Client == from.Client {
		return c, nil
	}
	members, err := m.Members(ctx, m.Client, ch.Received)
	if err == nil && len(members) == 0 {
		err = ErrNobody
	}
	c.Client, c.Members, c.Added, c.Removed = m.Client, members[:min(len(members), MaxMembers)], nil, nil
	return c, err
}

// receive adds to a chat the addresses that received what comes into it, and the
// members whom they bring.
func (ch *Change) receive(ctx context.Context, c *Chat, addresses []string, members Members) error {
	ch.Addresses, ch.Joined = nil, nil
	for _, a := range addresses {
		if !slices.Contains(c.Addresses, a) && !slices.Contains(ch.Addresses, a) {
			ch.Addresses = append(ch.Addresses, a)
		}
	}
	c.Addresses = append(slices.Clip(c.Addresses), ch.Addresses...)
	if len(ch.Addresses) == 0 || ch.New {
		return nil
	}
	come, err := members(ctx, c.Client, ch.Addresses)
	if err != nil {
		return err
	}
	before := len(c.Members)
	c.join(come)
	ch.Joined = slices.Clone(c.Members[before:])
	return nil
}
