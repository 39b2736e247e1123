package item

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kantoorpost/shared/table"
)

// An Arrival is a mail to be stored, with what it says.
type Arrival struct {
	Item    Item
	Content string
}

// transaction is how many bytes one transaction of Ingest may take: the limit
// is 4 MiB with the envelope of every row.
const transaction = 3 << 20

// Ingest stores mails that are not stored yet, in state New or, with a Bar, to
// be parked by the next decision, and returns the ids of those that were new.
//
// Many mails go in one transaction. A body too large for that is written
// before, where nothing refers to it: a run that dies in between repeats it.
// That a mail is inserted and never replaced is what keeps a second delivery,
// a replayed page or a second run at the same time from undoing a decision.
func (s *Store) Ingest(ctx context.Context, arrivals []Arrival) ([]string, error) {
	now := s.now()
	var stored []string
	var batch group
	flush := func() error {
		ids, err := s.insert(ctx, batch)
		stored = append(stored, ids...)
		batch = group{}
		return err
	}
	seen := map[string]bool{}
	for _, a := range arrivals {
		n, err := s.rows(ctx, a, now)
		if err != nil {
			return stored, err
		}
		if seen[n.id] { // the same mail twice in one page
			continue
		}
		seen[n.id] = true
		if len(batch.ops)+len(n.ops) >= table.MaxOps || batch.size+n.size > transaction {
			if err := flush(); err != nil {
				return stored, err
			}
		}
		batch.add(n)
	}
	return stored, flush()
}

// one is a mail as the rows that keep it.
type one struct {
	id, identity string
	ops          []table.Op
	size         int
}

// group is mails that go in one transaction.
type group struct {
	mails []one
	ops   []table.Op
	size  int
}

func (g *group) add(n one) {
	g.mails = append(g.mails, n)
	g.ops = append(g.ops, n.ops...)
	g.size += n.size
}

// rows returns what is to be inserted for a, after writing apart what is too
// large to go with it.
func (s *Store) rows(ctx context.Context, a Arrival, now time.Time) (one, error) {
	it := a.Item
	it.ID = NewID(it.Mailbox, it.MessageID, it.Received)
	it.State, it.Stored = New, now
	it.cut()
	body, err := bodyRows(it.ID, a.Content)
	if err != nil {
		return one{}, err
	}
	it.BodyParts = int64(len(body))
	if len(body) > 1 {
		for _, r := range body {
			if err := s.table.Write(ctx, table.Put(r)); err != nil {
				return one{}, fmt.Errorf("store body of mail %s: %w", it.ID, err)
			}
		}
		body = nil
	}
	identity := identityKey(it.Mailbox, it.MessageID)
	n := one{id: it.ID, identity: identity}
	n.ops = append(n.ops,
		table.Insert(table.Row{Key: identity, Props: map[string]any{"mail": it.ID}}),
		table.Insert(mailRow(it)),
		table.Insert(viewRow(it)),
		table.Insert(workRow(Work{ID: it.ID, Address: it.Address, Next: now.Add(firstSweep)})),
	)
	if it.InternetMessageID != "" {
		n.ops = append(n.ops, table.Insert(table.Row{Key: namedKey(it.InternetMessageID, it.ID), Props: map[string]any{"mail": it.ID}}))
	}
	for _, r := range body {
		n.ops = append(n.ops, table.Put(r))
	}
	for _, op := range n.ops {
		n.size += op.Size()
	}
	return n, nil
}

// insert writes a group, leaving out those mails that turn out to be there.
func (s *Store) insert(ctx context.Context, g group) ([]string, error) {
	for len(g.mails) > 0 {
		err := s.table.Write(ctx, append(slices.Clip(g.ops), CountOp(s.now(), Stored, len(g.mails)))...)
		if err == nil {
			ids := make([]string, len(g.mails))
			for i, n := range g.mails {
				ids[i] = n.id
			}
			return ids, nil
		}
		if !errors.Is(err, table.ErrExists) {
			return nil, fmt.Errorf("store %d mails: %w", len(g.mails), err)
		}
		var rest group
		for _, n := range g.mails {
			_, err := s.table.Get(ctx, n.identity)
			switch {
			case errors.Is(err, table.ErrNotFound):
				rest.add(n)
			case err != nil:
				return nil, fmt.Errorf("look for mail %s: %w", n.id, err)
			}
		}
		if len(rest.mails) == len(g.mails) {
			// Something of ours is in the way that is no mail: never loop on it.
			return nil, fmt.Errorf("store %d mails: none of them is there, and yet: %w", len(g.mails), err)
		}
		g = rest
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
