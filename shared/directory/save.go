package directory

import (
	"context"
	"strings"

	"kantoorpost/shared/table"
)

// save writes now, and the rows derived from it, in place of was (nil for a new
// object).
func save[T Entity[T]](ctx context.Context, c *change, was *T, now T) error {
	if err := release(ctx, c, was, &now); err != nil {
		return err
	}
	return write(ctx, c, was, now)
}

// release deletes the rows of was that now does not have; all of them when now
// is nil. A change of several objects releases the rows of all before it writes
// any, so an object can take a value that another gives up.
func release[T Entity[T]](ctx context.Context, c *change, was, now *T) error {
	if was == nil {
		return nil
	}
	kept := derivedKeys(now)
	if now == nil {
		key := keyOfRow(*was)
		c.note(key, nameOf(*was), pack(key, *was).Props, nil)
		c.delete(key)
	}
	for _, d := range (*was).derived() {
		if kept[d.key] {
			continue
		}
		op, needed, err := c.store.dropped(ctx, d)
		if err != nil {
			return err
		}
		if needed {
			c.freed[d.key] = !d.lasting
			c.add(d.key, op)
		}
	}
	return nil
}

// dropped returns the operation for a derived row that its object no longer has,
// if one is needed.
func (s *Store) dropped(ctx context.Context, d derivedRow) (op table.Op, needed bool, err error) {
	if d.lasting {
		return table.Put(table.Row{Key: d.key, Props: map[string]any{}}), true, nil
	}
	if d.index { // may be missing
		_, found, err := find[struct{}](ctx, s, d.key)
		if err != nil || !found {
			return op, false, err
		}
	}
	return table.Delete(table.Row{Key: d.key}), true, nil
}

// write writes now, and the rows derived from it. What was has more must have
// been released.
func write[T Entity[T]](ctx context.Context, c *change, was *T, now T) error {
	row := pack(keyOfRow(now), now)
	var before table.Row
	if was != nil {
		before = pack(row.Key, *was)
	}
	c.note(row.Key, nameOf(now), before.Props, row.Props)
	had := derivedKeys(was)
	for _, d := range now.derived() {
		if !had[d.key] {
			if err := free(ctx, c, d, row.Key); err != nil {
				return err
			}
		}
	}
	for _, op := range rowsOf(row, was, now, c.freed) {
		c.add(op.Key(), op)
	}
	return nil
}

// rowsOf returns the operations that write row, which is now packed, and the rows
// derived from now, in place of those of was (nil: there was none). A new row is
// inserted, so that nothing is overwritten. Rows of an index may be there
// already, and so may those that the same transaction freed.
func rowsOf[T Entity[T]](row table.Row, was *T, now T, freed map[string]bool) []table.Op {
	ops := []table.Op{table.Insert(row)}
	if was != nil {
		ops[0] = table.Put(row)
	}
	had := derivedKeys(was)
	for _, d := range now.derived() {
		derived := table.Row{Key: d.key, Props: map[string]any{"id": row.Props["id"]}}
		switch {
		case d.lasting:
			derived.Props = map[string]any{}
		case d.holds != nil:
			derived = pack(d.key, d.holds)
		case d.copies:
			derived.Props = row.Props
		}
		switch {
		case d.lasting || d.index || freed[d.key] || had[d.key] && d.copies:
			ops = append(ops, table.Put(derived))
		case !had[d.key]:
			ops = append(ops, table.Insert(derived))
		}
	}
	return ops
}

func derivedKeys[T Entity[T]](v *T) map[string]bool {
	keys := map[string]bool{}
	if v != nil {
		for _, d := range (*v).derived() {
			keys[d.key] = true
		}
	}
	return keys
}

// free returns a *Conflict if another object has the unique value of d, or
// takes it in this change.
func free(ctx context.Context, c *change, d derivedRow, owner string) error {
	if d.unique == "" {
		return nil
	}
	kind, _, _ := strings.Cut(d.key, "-")
	if other, taken := c.taken[d.key]; taken && other != owner {
		return &Conflict{Field: d.unique, Value: d.value, Kind: kinds[kind].word, ID: other[strings.LastIndexByte(other, '|')+1:]}
	}
	c.taken[d.key] = owner
	if c.freed[d.key] {
		return nil
	}
	other, found, err := find[struct {
		ID string `json:"id"`
	}](ctx, c.store, d.key)
	if err != nil || !found {
		return err
	}
	return &Conflict{Field: d.unique, Value: d.value, Kind: kinds[kind].word, ID: other.ID}
}
