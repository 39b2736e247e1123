package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/table"
)

// Files deletes the files that go with replies; one that is gone is no error.
type Files interface {
	Delete(ctx context.Context, upload string) error
}

// Of says whether a reply goes to a person.
func (r Reply) Of(p mail.Person) bool { return p.In(Addresses(r.To)) }

// Names says whether a reply to somebody else has an address of a person.
func (r Reply) Names(p mail.Person) bool { return p.In(Addresses(r.Recipients())) }

// Of says whether a draft is to or for a person.
func (d Draft) Of(p mail.Person) bool {
	return p.In(Addresses(d.To)) || p.In(Addresses(d.Cc)) || p.In(Addresses(d.Bcc))
}

// All returns replies of every state, newest first, and the id to continue after, "" at the end.
// It costs one query.
func (s *Store) All(ctx context.Context, after string, limit int) (all []Reply, next string, err error) {
	rows, more, err := s.table.Range(ctx, replyKey(after)+"\x00", replyKey("a"), limit) // ids begin with a digit
	for _, row := range rows {
		var r Reply
		if !ids.IsTimed(row.Key[len("e|"):]) {
			continue
		}
		if err = errors.Join(err, row.Document(&r)); err == nil {
			all = append(all, r)
		}
	}
	if err != nil {
		return nil, "", fmt.Errorf("read all replies: %w", err)
	}
	if more != "" {
		next = rows[len(rows)-1].Key[len("e|"):]
	}
	return all, next, nil
}

// AllDrafts returns drafts of all chats, and the key to continue after, "" at the end. It costs one query.
func (s *Store) AllDrafts(ctx context.Context, after string, limit int) (all []Draft, next string, err error) {
	rows, more, err := s.table.Range(ctx, "d|"+after+"\x00", "d|"+ids.Above, limit)
	for _, row := range rows {
		var d Draft
		err = errors.Join(err, row.Document(&d))
		all = append(all, d)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read all drafts: %w", err)
	}
	if more != "" {
		next = rows[len(rows)-1].Key[len("d|"):]
	}
	return all, next, nil
}

// Erase takes from a reply what it says and to whom it went, and deletes its files. One that
// has not left becomes a draft, which is deleted. Error: chat.ErrLeaving.
func (s *Store) Erase(ctx context.Context, id string) error {
	return s.rewrite(ctx, id, func(r Reply, c chat.Chat) (Reply, error) {
		switch {
		case r.State != Failed && r.State.CanTakeBack():
			if _, err := s.toDraft(ctx, r, c, "", ""); err != nil {
				return r, err
			}
			return r, errors.Join(s.EraseDraft(ctx, r.Chat, r.Author), ErrChanged) // it is read again
		case r.open():
			return r, chat.ErrLeaving
		}
		if err := s.deleteFiles(ctx, r.Attachments); err != nil {
			return r, err
		}
		return s.write(ctx, r, Reply{
			ID: r.ID, Chat: r.Chat, Mailbox: r.Mailbox, Address: r.Address, Mode: r.Mode, State: r.State, Author: r.Author, Created: r.Created,
			LeavesAt: r.LeavesAt, Sequence: r.Sequence, Sends: r.Sends, SentAt: r.SentAt, Dismissed: true, Erased: true,
		}, table.Put(document(bodyKey(id), "", body{}, nil)))
	})
}

// WithoutPerson takes the addresses of a person from a reply to somebody else. Error:
// chat.ErrLeaving.
func (s *Store) WithoutPerson(ctx context.Context, id string, p mail.Person) error {
	return s.rewrite(ctx, id, func(r Reply, _ chat.Chat) (Reply, error) {
		if r.open() {
			return r, chat.ErrLeaving
		}
		was, is := r, func(to Recipient) bool { return p(to.Email) }
		r.Cc = slices.DeleteFunc(slices.Clone(r.Cc), is)
		r.Bcc = slices.DeleteFunc(slices.Clone(r.Bcc), is)
		return s.write(ctx, was, r)
	})
}

// rewrite is change by the product itself, of a reply that may be gone.
func (s *Store) rewrite(ctx context.Context, id string, f func(Reply, chat.Chat) (Reply, error)) error {
	r, err := s.Load(ctx, id)
	if err == nil {
		_, err = s.change(ctx, r.Chat, id, "", func(chat.Chat) error { return nil }, f)
	}
	if err == nil || errors.Is(err, ErrNotFound) {
		return nil
	}
	return fmt.Errorf("erase reply %s: %w", id, err)
}

// EraseDrafts deletes the drafts in a chat, with their files.
func (s *Store) EraseDrafts(ctx context.Context, chatID string) error {
	drafts, err := s.drafts(ctx, chatID)
	for _, d := range drafts {
		err = errors.Join(err, s.EraseDraft(ctx, chatID, d.Member))
	}
	return err
}

// EraseDraft deletes the draft of a member in a chat, with its files.
func (s *Store) EraseDraft(ctx context.Context, chatID, member string) error {
	d, err := s.LoadDraft(ctx, chatID, member)
	if err == nil {
		err = s.deleteFiles(ctx, d.Attachments)
	}
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.DeleteDraft(ctx, chatID, member)
}

func (s *Store) deleteFiles(ctx context.Context, files []Attachment) error {
	for _, f := range files {
		if err := s.Files.Delete(ctx, f.Upload); err != nil {
			return err
		}
	}
	return nil
}
