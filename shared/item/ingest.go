package item

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kantoorpost/shared/table"
)

// An Arrival is a mail to be stored, with its text.
type Arrival struct {
	Item    Item
	Content string
}

// maxTransaction is how many bytes the rows of one transaction of Ingest may
// take. Table storage allows 4 MiB, with the envelope of every row.
const maxTransaction = 3 << 20

// Ingest stores mails that are not stored yet, in state New, and returns the ids
// of those that were new.
//
// Many mails go in one transaction. A body too large for that is written first,
// while no row refers to it: a run that dies in between writes it again. A mail
// is inserted, never replaced, so a second delivery, a repeated page or a second
// run at the same time cannot undo a decision.
func (s *Store) Ingest(ctx context.Context, arrivals []Arrival) ([]string, error) {
	now := s.now()
	var stored []string
	var b batch
	flush := func() error {
		ids, err := s.insert(ctx, b)
		stored = append(stored, ids...)
		b = batch{}
		return err
	}
	seen := map[string]bool{}
	for _, a := range arrivals {
		m, err := s.insertion(ctx, a, now)
		if err != nil {
			return stored, err
		}
		if seen[m.id] { // the same mail twice in one page
			continue
		}
		seen[m.id] = true
		if len(b.ops)+len(m.ops) >= table.MaxOps || b.size+m.size > maxTransaction {
			if err := flush(); err != nil {
				return stored, err
			}
		}
		b.add(m)
	}
	return stored, flush()
}

// An insertion holds the operations that store one mail.
type insertion struct {
	id, identityKey string
	sent            bool
	ops             []table.Op
	size            int // bytes
}

// A batch holds the mails of one transaction.
type batch struct {
	mails []insertion
	ops   []table.Op
	size  int // bytes
}

func (b *batch) add(m insertion) {
	b.mails = append(b.mails, m)
	b.ops = append(b.ops, m.ops...)
	b.size += m.size
}

// insertion returns the operations that store a. A body of several rows it
// writes itself: that may be too large for the transaction.
func (s *Store) insertion(ctx context.Context, a Arrival, now time.Time) (insertion, error) {
	it := a.Item
	it.ID = NewID(it.Mailbox, it.MessageID, it.Received)
	it.State, it.Stored = New, now
	it.cut()
	body, err := bodyRows(it.ID, a.Content)
	if err != nil {
		return insertion{}, err
	}
	it.BodyParts = int64(len(body))
	if len(body) > 1 {
		for _, r := range body {
			if err := s.table.Write(ctx, table.Put(r)); err != nil {
				return insertion{}, fmt.Errorf("store body of mail %s: %w", it.ID, err)
			}
		}
		body = nil
	}
	m := insertion{id: it.ID, identityKey: identityKey(it.Mailbox, it.MessageID), sent: it.Sent}
	m.ops = append(m.ops,
		table.Insert(table.Row{Key: m.identityKey, Props: map[string]any{"mail": it.ID}}),
		table.Insert(mailRow(it)),
		table.Insert(workRow(Work{ID: it.ID, Address: it.Address, Next: now.Add(firstSweep)})),
	)
	if !it.Sent {
		m.ops = append(m.ops, table.Insert(viewRow(it)))
	}
	if it.InternetMessageID != "" {
		m.ops = append(m.ops, table.Insert(table.Row{Key: messageIDKey(it.InternetMessageID, it.ID), Props: map[string]any{"mail": it.ID}}))
	}
	for _, r := range body {
		m.ops = append(m.ops, table.Put(r))
	}
	for _, op := range m.ops {
		m.size += op.Size()
	}
	return m, nil
}

// insert writes a batch, without the mails that turn out to be stored already,
// and returns the ids of those that it wrote.
func (s *Store) insert(ctx context.Context, b batch) ([]string, error) {
	for len(b.mails) > 0 {
		received := 0
		for _, m := range b.mails {
			if !m.sent {
				received++
			}
		}
		ops := slices.Clip(b.ops)
		if received > 0 {
			ops = append(ops, CountOp(s.now(), Stored, received))
		}
		err := s.table.Write(ctx, ops...)
		if err == nil {
			ids := make([]string, len(b.mails))
			for i, m := range b.mails {
				ids[i] = m.id
			}
			return ids, nil
		}
		if !errors.Is(err, table.ErrExists) {
			return nil, fmt.Errorf("store %d mails: %w", len(b.mails), err)
		}
		var rest batch
		for _, m := range b.mails {
			_, err := s.table.Get(ctx, m.identityKey)
			switch {
			case errors.Is(err, table.ErrNotFound):
				rest.add(m)
			case err != nil:
				return nil, fmt.Errorf("look for mail %s: %w", m.id, err)
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
