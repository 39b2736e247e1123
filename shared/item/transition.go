package item

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kantoorpost/shared/table"
)

// Settle returns the operations that bring the mail from the state in which it
// was read to what it says now; they hold only if nobody changed it since.
// Basis says under which directory and configuration a parked mail was
// decided (see Store.Outdated).
//
// They belong in one transaction with the chat that the mail becomes part of.
func (it Item) Transition(was State, decisionVersion string) []table.Op {
	it.cut()
	ops := []table.Op{
		table.Replace(mailRow(it)),
		table.Put(viewRow(it)),
	}
	switch {
	case it.State != New && it.Claim == nil && (was == New || it.claimed):
		ops = append(ops, table.Delete(table.Row{Key: workKey(it.ID)}))
	case was != New && it.State == New:
		ops = append(ops, table.Put(workRow(Work{ID: it.ID, Address: it.Address, Next: it.Decided.Add(firstSweep)})))
	case was != New && it.Claim != nil && !it.claimed:
		ops = append(ops, table.Put(workRow(Work{ID: it.ID, Address: it.Address, Next: it.Claim.At.Add(firstSweep)})))
	}
	switch {
	case it.State == Parked:
		ops = append(ops, table.Put(parkedRow(it, decisionVersion)), table.Put(row(waitingKey(it.Mailbox, it.ID), it, counted(it))))
		for _, h := range it.indexKeys() {
			ops = append(ops, table.Put(table.Row{Key: indexRowKey(h, it.ID), Props: map[string]any{"mail": it.ID}}))
		}
	case was == Parked:
		ops = append(ops, table.Delete(table.Row{Key: parkedKey(it.ID)}), table.Delete(table.Row{Key: waitingKey(it.Mailbox, it.ID)}))
		for _, h := range it.indexKeys() {
			ops = append(ops, table.Delete(table.Row{Key: indexRowKey(h, it.ID)}))
		}
	}
	return ops
}

// Commit writes the operations of Settle, and others with them, in one
// transaction. That a row which m describes as well, of open work or of a parked
// mail, was removed by hand does not stand in the way of removing it.
func (s *Store) Commit(ctx context.Context, ops ...table.Op) error {
	for {
		err := s.table.Write(ctx, ops...)
		var op *table.OpError
		if !errors.Is(err, table.ErrNotFound) || !errors.As(err, &op) ||
			!strings.ContainsRune("wpqfr", rune(op.Key[0])) {
			return err
		}
		rest := slices.DeleteFunc(slices.Clone(ops), func(o table.Op) bool { return o.Key() == op.Key })
		if len(rest) == len(ops) {
			return err
		}
		ops = rest
	}
}

// row makes a row of an item. Beside the item stand the few things that people
// look for in the portal, and those that are read without it.
func row(key string, it Item, beside map[string]any) table.Row {
	r, err := table.Document(key, it, beside)
	if err != nil {
		panic(fmt.Sprintf("row %s: %v", key, err)) // a plain struct encodes
	}
	return r
}

func mailRow(it Item) table.Row {
	r := row(mailKey(it.ID), it, map[string]any{
		"address": it.Address, "from": it.From.Email, "subject": it.Subject, "state": string(it.State), "reason": string(it.Reason),
	})
	r.ETag = it.etag
	return r
}

func viewRow(it Item) table.Row { return row(viewKey(it.Mailbox, it.ID), it, nil) }

func parkedRow(it Item, decisionVersion string) table.Row {
	beside := counted(it)
	beside["mailbox"], beside["decisionVersion"] = it.Mailbox, decisionVersion
	return row(parkedKey(it.ID), it, beside)
}

// counted is what Briefs reads of a parked mail without reading all of it.
func counted(it Item) map[string]any {
	return map[string]any{"reason": string(it.Reason), "address": it.Address}
}
