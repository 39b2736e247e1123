package item

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kantoorpost/shared/table"
)

// An Arrival is a mail to be stored, with its text.
type Arrival struct {
	Item    Item
	Content string
}

// Ingested says what became of arrivals.
type Ingested struct {
	Stored    int      // how many are new
	Undecided []string // ids of those in state New: they need a process job
}

// A Prepared is a mail that is about to be stored, with the rows of its text.
type Prepared struct {
	Item
	body []table.Row
}

// Prepare returns the mail of an arrival in state New, with its id.
func (s *Store) Prepare(a Arrival) (Prepared, error) {
	m := Prepared{Item: a.Item}
	m.ID = NewID(m.Mailbox, m.MessageID, m.Received)
	m.State, m.Stored = New, s.now()
	m.cut()
	var err error
	if m.body, err = bodyRows(m.ID, a.Content); err != nil {
		return Prepared{}, err
	}
	m.BodyParts = int64(len(m.body))
	return m, nil
}

// OneStep tells whether Insertion stores all of the mail.
func (m Prepared) OneStep() bool { return len(m.body) <= 1 }

// Insertion returns the operations that store the mail in its present state; they fail
// when it is stored already. A text of several rows is not among them: it may be too
// large for the transaction. The version is as in Transition.
func (m Prepared) Insertion(version string) []table.Op {
	found := append(m.reindex(), m.rebase()...)
	ops := []table.Op{
		table.Insert(table.Row{Key: identityKey(m.Mailbox, m.MessageID), Props: map[string]any{"mail": m.ID}}),
		table.Insert(mailRow(m.Item)),
	}
	if !m.Sent {
		ops = append(ops, table.Insert(viewRow(m.Item)))
	}
	if m.InternetMessageID != "" {
		ops = append(ops, table.Insert(table.Row{Key: messageIDKey(m.InternetMessageID, m.ID), Props: map[string]any{"mail": m.ID}}))
	}
	if m.OneStep() {
		for _, r := range m.body {
			ops = append(ops, table.Put(r))
		}
	}
	if m.State == New {
		return append(ops, table.Insert(m.work(m.Stored)))
	}
	ops = append(ops, m.markOps(New)...)
	if m.State == Parked {
		ops = append(ops, m.parkedOps(version)...)
	}
	return append(ops, found...)
}

// Ingest stores mails that are not stored yet, in state New, and returns the ids
// of those that were new.
//
// Many mails go in one transaction. A body too large for that is written first,
// while no row refers to it: a run that dies in between writes it again. A mail
// is inserted, never replaced, so a second delivery, a repeated page or a second
// run at the same time cannot undo a decision.
func (s *Store) Ingest(ctx context.Context, arrivals []Arrival) ([]string, error) {
	var stored []string
	var b insertions
	flush := func() error {
		ids, err := s.insert(ctx, b)
		stored = append(stored, ids...)
		b = insertions{}
		return err
	}
	seen := map[string]bool{}
	for _, a := range arrivals {
		m, err := s.Prepare(a)
		if err != nil {
			return stored, err
		}
		if seen[m.ID] { // the same mail twice in one page
			continue
		}
		seen[m.ID] = true
		if !m.OneStep() {
			for _, r := range m.body {
				if err := s.table.Write(ctx, table.Put(r)); err != nil {
					return stored, fmt.Errorf("store body of mail %s: %w", m.ID, err)
				}
			}
		}
		ops := m.Insertion("")
		if !b.batch.Room(ops, 1) {
			if err := flush(); err != nil {
				return stored, err
			}
		}
		b.add(m.Item, ops)
	}
	return stored, flush()
}

// An insertion holds the operations that store one mail.
type insertion struct {
	Item
	ops []table.Op
}

// insertions are the mails of one transaction.
type insertions struct {
	mails []insertion
	batch table.Batch
}

func (b *insertions) add(it Item, ops []table.Op) {
	b.mails = append(b.mails, insertion{it, ops})
	b.batch.Add(ops)
}

// insert writes a batch, without the mails that turn out to be stored already,
// and returns the ids of those that it wrote.
func (s *Store) insert(ctx context.Context, b insertions) ([]string, error) {
	for len(b.mails) > 0 {
		received := 0
		for _, m := range b.mails {
			if !m.Sent {
				received++
			}
		}
		ops := slices.Clip(b.batch.Ops())
		if received > 0 {
			ops = append(ops, CountOp(s.now(), Stored, received))
		}
		err := s.table.Write(ctx, ops...)
		if err == nil {
			ids := make([]string, len(b.mails))
			for i, m := range b.mails {
				ids[i] = m.ID
			}
			return ids, nil
		}
		if !errors.Is(err, table.ErrExists) {
			return nil, fmt.Errorf("store %d mails: %w", len(b.mails), err)
		}
		var rest insertions
		for _, m := range b.mails {
			known, err := s.Known(ctx, m.Mailbox, m.MessageID)
			if err != nil {
				return nil, err
			}
			if !known {
				rest.add(m.Item, m.ops)
			}
		}
		if len(rest.mails) == len(b.mails) {
			// Another row than an identity exists already: do not loop on it.
			return nil, fmt.Errorf("store %d mails: none of them is stored, and yet: %w", len(b.mails), err)
		}
		b = rest
	}
	return nil, nil
}

// Known tells whether the mail with this immutable id is stored.
func (s *Store) Known(ctx context.Context, mailbox, messageID string) (bool, error) {
	_, err := s.table.Get(ctx, identityKey(mailbox, messageID))
	if errors.Is(err, table.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for a mail of mailbox %s: %w", mailbox, err)
	}
	return true, nil
}

// Forget deletes a sent mail that turned out to belong to no chat, with all its rows.
// One that is gone is no error.
func (s *Store) Forget(ctx context.Context, it Item) error {
	keys := []string{workKey(it.ID), identityKey(it.Mailbox, it.MessageID)}
	if it.InternetMessageID != "" {
		keys = append(keys, messageIDKey(it.InternetMessageID, it.ID))
	}
	for n := range it.BodyParts {
		keys = append(keys, bodyKey(it.ID, n))
	}
	for _, key := range append(keys, mailKey(it.ID)) { // the mail itself last: until then it can be repeated
		if err := s.table.Write(ctx, table.Delete(table.Row{Key: key})); err != nil && !errors.Is(err, table.ErrNotFound) {
			return fmt.Errorf("forget sent mail %s: %w", it.ID, err)
		}
	}
	return nil
}
