package chat

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
)

// Answered returns the chat that a mail answers, if there is one: that of a mail
// whose message id it names, or that of its conversation in Exchange. Named says
// that it is the former. A conversation alone proves little: Exchange also joins
// mails that only share a subject, those of a forger too. So it does not count when
// the sender is doubted. A chat that is gone is no answer.
func (s *Store) Answered(ctx context.Context, it item.Item) (c Chat, named, ok bool, err error) {
	messageIDs := it.Answers()
	for _, id := range messageIDs {
		if c, _, ok, err := s.threaded(ctx, mailThread(id)); err != nil || ok {
			return c, ok, ok, err
		}
	}
	// A person's mail that names no message id starts a chat. A program's often
	// names none, and cannot start anything in the chat that it joins.
	doubted := it.Verdict == item.VerdictFail && !it.Override.Releases(item.SenderNotVerified)
	if len(messageIDs) == 0 && it.Class == "" || it.ConversationID == "" || doubted {
		return Chat{}, false, false, nil
	}
	c, ok, err = s.InConversation(ctx, it.Mailbox, it.ConversationID)
	return c, false, ok, err
}

// InConversation returns the chat of a conversation in a mailbox, if there is one.
func (s *Store) InConversation(ctx context.Context, mailbox, conversation string) (Chat, bool, error) {
	if conversation == "" {
		return Chat{}, false, nil
	}
	c, _, ok, err := s.threaded(ctx, conversationThread(mailbox, conversation))
	return c, ok, err
}

// maxTookPart bounds the messages of a chat that TookPart reads.
const maxTookPart = 1000

// TookPart says whether an e-mail address stood in From, To or Cc of a mail of the
// chat, or in To or Cc of a reply that left. It costs a query for each two hundred
// messages.
func (s *Store) TookPart(ctx context.Context, chat, email string) (bool, error) {
	is := func(a mail.Address) bool { return email != "" && strings.EqualFold(a.Email, email) }
	for read, after := 0, ""; read < maxTookPart; {
		messages, next, err := s.Messages(ctx, chat, 200, after)
		if err != nil {
			return false, err
		}
		for _, m := range messages {
			if m.Kind == KindNote || m.Kind == KindEvent || !m.left() {
				continue
			}
			if is(m.From) || slices.ContainsFunc(m.To, is) || slices.ContainsFunc(m.Cc, is) {
				return true, nil
			}
		}
		if read, after = read+len(messages), next; after == "" {
			break
		}
	}
	return false, nil
}

// left says whether a message came in or left the office: a reply that waits, failed or
// was taken back did not.
func (m Message) left() bool {
	return m.Kind != KindReply || m.State == replySent || m.State == replyBounced || m.State == replyUnknown
}

// Copied looks for a mail with the internet message id of it. Taken says that one
// was placed already; same, that it is a copy of this mail, received at another
// address, in chat c.
func (s *Store) Copied(ctx context.Context, it item.Item) (c Chat, taken, same bool, err error) {
	c, t, ok, err := s.threaded(ctx, mailThread(it.InternetMessageID))
	return c, t.Chat != "", ok && t.Fingerprint == it.Fingerprint, err
}

// threaded returns the thread with a key, empty when there is none, and its
// chat, if that still exists and was not erased.
func (s *Store) threaded(ctx context.Context, key string) (Chat, thread, bool, error) {
	var t thread
	if _, err := s.get(ctx, key, &t); err != nil {
		return Chat{}, thread{}, false, ignoreNotFound(err)
	}
	c, err := s.Get(ctx, t.Chat)
	return c, t, err == nil && c.Erased.IsZero(), ignoreNotFound(err)
}

// ignoreNotFound turns ErrNotFound into nil.
func ignoreNotFound(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
