package chat

import (
	"context"
	"errors"
	"time"
)

// A Correction says that people brought a mail from a chat with one client into one with
// another, or gave its chat to another.
type Correction struct {
	Mail   string // its id; of a whole chat that of its first mail
	Was    string // id of the client
	Client string // id of the client now
	By     string // id of the person
	At     time.Time
	Undone bool // it was undone: the mail is back with the client Was
}

// errNotLearned means that a change is done but for what it teaches.
var errNotLearned = errors.New("what a change of chats teaches could not be stored")

// reportCorrection has the correction learned that a change makes, if it makes one.
func (s *Store) reportCorrection(ctx context.Context, ch Change) error {
	if s.correct == nil {
		return nil
	}
	from, err := s.load(ctx, ch.From)
	if err != nil {
		return ignoreNotFound(err)
	}
	c := Correction{Mail: ch.Mail, Was: from.Client, By: ch.Doer, At: ch.Begun, Undone: ch.Undone}
	switch ch.Kind {
	case ClientChanged:
		c.Mail, c.Was, c.Client = from.FirstMail(), ch.OldClient, ch.Client
	default:
		into, err := s.load(ctx, ch.Into)
		if err != nil {
			return ignoreNotFound(err)
		}
		if c.Client = into.Client; ch.Kind == Merged {
			c.Mail = from.FirstMail()
		}
	}
	if c.Was == c.Client {
		return nil
	}
	if err := s.correct(ctx, c); err != nil {
		return errors.Join(errNotLearned, err)
	}
	return nil
}

// mayWait says whether what is left of a change can be done later, by Resume.
func mayWait(err error) bool { return errors.Is(err, ErrLeaving) || errors.Is(err, errNotLearned) }
