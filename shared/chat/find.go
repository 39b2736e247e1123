package chat

import (
	"context"
	"errors"

	"kantoorpost/shared/item"
)

// Answered returns the chat that a mail answers, if there is one. It looks first
// for the mails that this one names, then for the conversation that Exchange has
// put it in. That alone would not do: Exchange also joins mails that merely have
// the same subject, and so it does for a forger: it proves nothing of mail whose
// sender is doubted. A chat that is gone is no answer.
func (s *Store) Answered(ctx context.Context, it item.Item) (Chat, bool, error) {
	named := it.Answers()
	for _, id := range named {
		if c, _, ok, err := s.threaded(ctx, mailThread(id)); err != nil || ok {
			return c, ok, err
		}
	}
	// Mail that a program wrote often names nothing, and starts nothing in the
	// chat where it ends up.
	doubted := it.Verdict == item.VerdictFail && !it.Override.Releases(item.SenderNotVerified)
	if len(named) == 0 && it.Class == "" || it.ConversationID == "" || doubted {
		return Chat{}, false, nil
	}
	c, _, ok, err := s.threaded(ctx, conversationThread(it.Mailbox, it.ConversationID))
	return c, ok, err
}

// Copied tells about the internet message id of a mail: whether a mail with that
// id was placed already, and the chat that has it, if that mail is this one,
// received at another address.
func (s *Store) Copied(ctx context.Context, it item.Item) (c Chat, taken, same bool, err error) {
	c, t, ok, err := s.threaded(ctx, mailThread(it.InternetMessageID))
	return c, t.Chat != "", ok && t.Fingerprint == it.Fingerprint, err
}

// threaded returns the thread with a key, empty when there is none, and its
// chat, if that is still there.
func (s *Store) threaded(ctx context.Context, key string) (Chat, Thread, bool, error) {
	var t Thread
	if _, err := s.get(ctx, key, &t); err != nil {
		return Chat{}, Thread{}, false, orGone(err)
	}
	c, err := s.Get(ctx, t.Chat)
	return c, t, err == nil, orGone(err)
}

// orGone turns ErrNotFound into no error.
func orGone(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
