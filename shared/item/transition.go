package item

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kantoorpost/shared/index"
	"kantoorpost/shared/table"
)

// Transition returns the operations that bring the mail from the state in which
// it was read to its present state; they fail if somebody changed the mail since.
// The version is that of the decision on a parked mail (see DecisionVersion).
//
// They belong in one transaction with the chat that the mail becomes part of.
func (it Item) Transition(was State, version string) []table.Op {
	it.cut()
	found := append(it.reindex(), it.rebase()...)
	ops := []table.Op{table.Replace(mailRow(it))}
	if !it.Sent {
		ops = append(ops, table.Put(viewRow(it)))
	}
	switch {
	case it.State != New && it.Claim == nil && (was == New || it.claimed):
		ops = append(ops, table.Delete(table.Row{Key: workKey(it.ID)}))
	case was != New && it.State == New:
		ops = append(ops, table.Put(it.work(it.Decided)))
	case was != New && it.Claim != nil && !it.claimed:
		ops = append(ops, table.Put(it.work(it.Claim.At)))
	}
	ops = append(ops, it.markOps(was)...)
	switch {
	case it.State == Parked:
		ops = append(ops, it.parkedOps(version)...)
	case was == Parked:
		ops = append(ops, table.Delete(table.Row{Key: parkedKey(it.ID)}), table.Delete(table.Row{Key: waitingKey(it.Mailbox, it.ID)}))
		for _, key := range it.indexKeys() {
			ops = append(ops, table.Delete(table.Row{Key: indexRowKey(key, it.ID)}))
		}
	}
	return append(ops, found...)
}

// parkedOps returns the operations by which a parked mail is listed and found.
func (it Item) parkedOps(version string) []table.Op {
	ops := []table.Op{table.Put(parkedRow(it, version)), table.Put(listRow(waitingKey(it.Mailbox, it.ID), it, summaryColumns(it)))}
	for _, key := range it.indexKeys() {
		ops = append(ops, table.Put(table.Row{Key: indexRowKey(key, it.ID), Props: map[string]any{"mail": it.ID}}))
	}
	return ops
}

// Commit writes the operations of Transition, and others with them, in one
// transaction. A row that is to be deleted may be gone already, removed by hand,
// when it only repeats what the m row says: open work, parked mail and the index.
func (s *Store) Commit(ctx context.Context, ops ...table.Op) error {
	for ops = index.Fit(ops); ; {
		err := s.table.Write(ctx, ops...)
		var op *table.OpError
		if !errors.Is(err, table.ErrNotFound) || !errors.As(err, &op) ||
			!strings.ContainsRune("wpqfrl", rune(op.Key[0])) {
			return err
		}
		rest := slices.DeleteFunc(slices.Clone(ops), func(o table.Op) bool { return o.Key() == op.Key })
		if len(rest) == len(ops) {
			return err
		}
		ops = rest
	}
}

// mailRow returns the row of the mail itself. Its columns are for searches in the Azure
// portal, and for queries that do not read the item.
func mailRow(it Item) table.Row {
	columns := map[string]any{
		"address": it.Address, "from": it.From.Email, "subject": it.Subject, "state": string(it.State), "reason": string(it.Reason),
	}
	if it.Received.Year() >= 1970 { // a table takes no time before 1601
		columns["received"] = it.Received.UTC()
	}
	if !it.Decided.IsZero() {
		columns["decided"] = it.Decided.UTC()
	}
	if it.State == Processed && it.Attempts == 1 && !it.Sent {
		columns["lagSeconds"] = max(0, int64(it.Decided.Sub(it.Received).Seconds()))
	}
	r := table.Document(mailKey(it.ID), it, columns)
	r.ETag = it.etag
	return r
}

func viewRow(it Item) table.Row { return listRow(viewKey(it.Mailbox, it.ID), it, nil) }

// listRow returns a row for lists, which do not need all of an item.
func listRow(key string, it Item, columns map[string]any) table.Row {
	it.Shingles, it.Lookups, it.Files, it.Says, it.Signed, it.Placed = nil, nil, nil, "", "", nil
	return table.Document(key, it, columns)
}

func parkedRow(it Item, version string) table.Row {
	columns := summaryColumns(it)
	columns["mailbox"], columns["decisionVersion"] = it.Mailbox, version
	if len(it.Lookups) > 0 {
		columns["basis"] = int64(len(it.Lookups))
	}
	return listRow(parkedKey(it.ID), it, columns)
}

// summaryColumns are the columns that Summaries reads instead of the item.
func summaryColumns(it Item) map[string]any {
	columns := map[string]any{"reason": string(it.Reason), "address": it.Address}
	if !it.Later.IsZero() {
		columns["later"] = it.Later
	}
	return columns
}
