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
func (it Item) Settle(was State, basis string) []table.Op {
	it.cut()
	ops := []table.Op{
		table.Replace(packed(mailKey(it.ID), it, it.etag)),
		table.Put(pack(viewKey(it.Mailbox, it.ID), it)),
	}
	switch {
	case was == New && it.State != New:
		ops = append(ops, table.Delete(table.Row{Key: workKey(it.ID)}))
	case was != New && it.State == New:
		ops = append(ops, table.Put(pack(workKey(it.ID), Work{ID: it.ID, Address: it.Address, Next: it.Decided.Add(firstSweep)})))
	}
	switch {
	case it.State == Parked:
		parked := pack(parkedKey(it.ID), it)
		parked.Props["basis"] = basis
		ops = append(ops, table.Put(parked))
	case was == Parked:
		ops = append(ops, table.Delete(table.Row{Key: parkedKey(it.ID)}))
	}
	return ops
}

// Commit writes the operations of Settle, and others with them, in one
// transaction. That a row of open work or of a parked mail, which m describes
// as well, was removed by hand does not stand in the way of removing it.
func (s *Store) Commit(ctx context.Context, ops ...table.Op) error {
	for {
		err := s.table.Write(ctx, ops...)
		var op *table.OpError
		if !errors.Is(err, table.ErrNotFound) || !errors.As(err, &op) ||
			!strings.HasPrefix(op.Key, "w|") && !strings.HasPrefix(op.Key, "p|") {
			return err
		}
		rest := slices.DeleteFunc(slices.Clone(ops), func(o table.Op) bool { return o.Key() == op.Key })
		if len(rest) == len(ops) {
			return err
		}
		ops = rest
	}
}

// pack makes a row of a value of this package. All of them are plain structs,
// which encode.
func pack(key string, v any) table.Row {
	r, err := table.Pack(key, v)
	if err != nil {
		panic(fmt.Sprintf("row %s: %v", key, err))
	}
	return r
}

// packed is pack for a row that was read with this version.
func packed(key string, v any, etag string) table.Row {
	r := pack(key, v)
	r.ETag = etag
	return r
}
