package item

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/index"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/table"
)

// ErrBusy means that a solution of the mail is being carried out.
var ErrBusy = errors.New("the mail is being solved")

// Of says whether the mail is a person's: he or she wrote it, a team member sent it to him or
// her, or it reports on such mail.
func (it Item) Of(p mail.Person) bool {
	if it.Report != nil {
		for _, r := range it.Report.Recipients {
			if p(r.Email) || p(r.Original) {
				return true
			}
		}
		if slices.ContainsFunc(it.Report.Addressed, p) {
			return true
		}
	}
	return p(it.From.Email) || p(it.SentBy) || it.Sent && (p.In(it.To) || p.In(it.Cc))
}

// Names says whether mail of somebody else has an address of a person.
func (it Item) Names(p mail.Person) bool {
	return p.In(it.To) || p.In(it.Cc) || p.In(it.AnswersTo) || p(it.ReplyTo)
}

// All returns mails of every state, those that team members sent too, newest first, and
// the id to continue after, "" at the end. It costs one query.
func (s *Store) All(ctx context.Context, after string, limit int) (all []Item, next string, err error) {
	rows, more, err := s.table.Range(ctx, mailKey(after)+"\x00", mailKey(ids.Above), limit)
	if err != nil {
		return nil, "", fmt.Errorf("read all mails: %w", err)
	}
	for _, r := range rows {
		if it, ok := readable(ctx, r); ok {
			all = append(all, it)
		}
	}
	if more != "" {
		next = rows[len(rows)-1].Key[len("m|"):]
	}
	return all, next, nil
}

// Erase deletes all rows of a mail but its identity, by which it is not stored a second time.
// The mail itself is the last: until then it can be repeated. Errors: ErrBusy.
func (s *Store) Erase(ctx context.Context, id string) error {
	return table.Repeat(ctx, s.table.Write, func() ([]table.Op, error) {
		it, err := s.Get(ctx, id)
		if errors.Is(err, ErrNotFound) {
			return nil, nil
		}
		if err == nil && it.Claim != nil {
			err = ErrBusy
		}
		if err == nil {
			err = s.table.WriteUnchanged(ctx, it.derived())
		}
		if err != nil {
			return nil, fmt.Errorf("erase mail %s: %w", id, err)
		}
		return []table.Op{table.Delete(table.Row{Key: mailKey(id), ETag: it.etag})}, nil
	}, table.ErrChanged, "erase mail %s", id)
}

// derived returns the operations that delete all that repeats, lists or finds the mail.
func (it *Item) derived() []table.Op {
	keys := []string{markKey(it.ID)}
	switch {
	case it.State == New:
		keys = append(keys, workKey(it.ID))
	case it.State == Parked:
		keys = append(keys, parkedKey(it.ID), waitingKey(it.Mailbox, it.ID))
		for _, key := range it.indexKeys() {
			keys = append(keys, indexRowKey(key, it.ID))
		}
	}
	if !it.Sent {
		keys = append(keys, viewKey(it.Mailbox, it.ID))
	}
	if it.InternetMessageID != "" {
		keys = append(keys, messageIDKey(it.InternetMessageID, it.ID))
	}
	for n := range it.BodyParts {
		keys = append(keys, bodyKey(it.ID, n))
	}
	ops := append(it.unindex(), it.Undecided()...)
	ops = append(ops, index.Index{Name: lookupIndex}.Delete(it.ID, index.Entry{Leading: it.Lookups})...)
	for _, key := range keys {
		ops = append(ops, table.Delete(table.Row{Key: key}))
	}
	return ops
}

// WithoutPerson takes the addresses of a person from mail of somebody else.
func (s *Store) WithoutPerson(ctx context.Context, id string, p mail.Person) error {
	return table.Repeat(ctx, s.Commit, func() ([]table.Op, error) {
		it, err := s.Get(ctx, id)
		if errors.Is(err, ErrNotFound) || err == nil && !it.Names(p) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		it.To, it.Cc, it.AnswersTo = p.OutOf(it.To), p.OutOf(it.Cc), p.OutOf(it.AnswersTo)
		if p(it.ReplyTo) {
			it.ReplyTo = ""
		}
		return it.Transition(it.State, ""), nil // a parked mail is decided again
	}, table.ErrChanged, "take a person from mail %s", id)
}
