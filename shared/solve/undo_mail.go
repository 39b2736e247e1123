package solve

import (
	"context"
	"errors"
	"slices"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/table"
)

// An undoing says how mails come back to open work.
type undoing struct {
	by        string // id of the person
	noRules   bool   // no learned rule decides them again
	ask       string // id of the mail that then waits for a person; "" for none
	condition func(item.Item) bool
}

// undoMails brings mails from their chats back to open work, and returns the ids of
// all that came back. With the first mail of a chat the chat is deleted, and its
// other mails come back too. A chat in which people wrote keeps its mail.
func (s *Service) undoMails(ctx context.Context, ids []string, u undoing) (back []string, err error) {
	var errs []error
	for _, id := range ids {
		all, err := s.dependents(ctx, id)
		if err != nil {
			return back, err
		}
		for _, id := range all {
			done, err := s.undoMail(ctx, id, u)
			if err != nil {
				errs = append(errs, err)
				break
			}
			if done {
				back = append(back, id)
			}
		}
	}
	return unique(back), errors.Join(errs...)
}

// dependents returns the mails that are removed from a chat together with one, in
// order: all of a chat that it started, copies before their originals, and the
// first mail of the chat last.
func (s *Service) dependents(ctx context.Context, id string) ([]string, error) {
	it, err := s.Items.Get(ctx, id)
	if errors.Is(err, item.ErrNotFound) {
		return nil, nil
	}
	if err != nil || it.Chat == "" {
		return []string{id}, err
	}
	removed := []string{id}
	if it.Chat == id {
		if removed, err = s.Chats.MailIDs(ctx, it.Chat); err != nil {
			return nil, err
		}
	}
	var all []string
	for _, m := range removed {
		original, err := s.Items.Get(ctx, m)
		if errors.Is(err, item.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if original.InternetMessageID != "" {
			copies, err := s.Items.ByMessageID(ctx, original.InternetMessageID)
			if err != nil {
				return nil, err
			}
			for _, other := range copies {
				if other.ID != m && other.ID != it.Chat && other.Chat == it.Chat {
					all = append(all, other.ID)
				}
			}
		}
		if m != it.Chat {
			all = append(all, m)
		}
	}
	if it.Chat == id {
		all = append(all, id)
	}
	return unique(all), nil
}

// anyMail is the condition of undoMail that every mail fulfils.
func anyMail(item.Item) bool { return true }

// undoMail brings one mail back to open work, if it fulfils the condition when it is
// changed and nobody is solving it.
func (s *Service) undoMail(ctx context.Context, id string, u undoing) (done bool, err error) {
	err = table.Repeat(ctx, s.Items.Commit, func() ([]table.Op, error) {
		done = false
		it, err := s.Items.Get(ctx, id)
		if errors.Is(err, item.ErrNotFound) {
			return nil, nil
		}
		if err != nil || it.Claim != nil || !u.condition(it) {
			return nil, err
		}
		ops, err := s.removeFromChat(ctx, it)
		if hasNotes := (*HasNotes)(nil); errors.As(err, &hasNotes) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		at := time.Now().UTC()
		automatic := it.Override.Action == "" && !it.Waits()
		ops = append(ops, it.Undecided()...)
		was := it.State
		it.State, it.Decided, it.Reason, it.Chat, it.Why, it.Rules, it.Placed, it.Facts = item.New, at, "", "", "", nil, nil, item.Facts{}
		it.Override = item.Override{NoRules: u.noRules || it.Override.Ask, Ask: u.ask == it.ID || it.Override.Ask}
		it.Note(item.Attempt{At: at, By: u.by, Action: item.UndoAction, State: item.New})
		ops = append(ops, it.Transition(was, "")...)
		ops = append(ops, audit.Op(audit.Entry{By: u.by, Action: "mail.undo", Object: "mail " + it.ID, Mail: it.ID}))
		if automatic {
			ops = append(ops, item.CountOp(at, item.Corrected, 1))
		}
		done = true
		return ops, nil
	}, table.ErrChanged, "undo mail %s", id)
	return done && err == nil, err
}

func (s *Service) removeFromChat(ctx context.Context, it item.Item) ([]table.Op, error) {
	if it.Chat == "" {
		return nil, nil
	}
	c, err := s.Chats.Get(ctx, it.Chat)
	if errors.Is(err, chat.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	wrote, err := s.Chats.HasWritten(ctx, c)
	if err != nil {
		return nil, err
	}
	if wrote {
		return nil, &HasNotes{[]string{c.ID}}
	}
	return s.Chats.RemoveMail(ctx, c, it)
}

// decideAgain has mails decided that came back. The result holds one of them.
func (s *Service) decideAgain(ctx context.Context, mail string, ids []string) (Result, error) {
	// The oldest first: others may answer it.
	ids = slices.Clone(ids)
	slices.Sort(ids)
	slices.Reverse(ids)
	_, pending, err := s.decideAll(ctx, "undone", "", ids)
	if err != nil {
		return Result{}, err
	}
	r := Result{Released: len(ids), Pending: pending}
	if mail != "" {
		r.Mail, err = s.Items.Get(ctx, mail)
	}
	return r, err
}
