package directory

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"kantoorpost/shared/table"
)

// save writes now, and the rows derived from it, in place of was (nil for a new
// object).
func save[T entity[T]](ctx context.Context, c *change, was *T, now T) error {
	if err := release(ctx, c, was, &now); err != nil {
		return err
	}
	return write(ctx, c, was, now)
}

// release deletes the rows of was that now does not have; all of them when now
// is nil. A change of several objects releases the rows of all before it writes
// any, so an object can take a value that another gives up.
func release[T entity[T]](ctx context.Context, c *change, was, now *T) error {
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
func write[T entity[T]](ctx context.Context, c *change, was *T, now T) error {
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
func rowsOf[T entity[T]](row table.Row, was *T, now T, freed map[string]bool) []table.Op {
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

func derivedKeys[T entity[T]](v *T) map[string]bool {
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
		return &Conflict{Field: d.unique, Value: d.value, Kind: kinds[kind], ID: other[strings.LastIndexByte(other, '|')+1:]}
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
	return &Conflict{Field: d.unique, Value: d.value, Kind: kinds[kind], ID: other.ID}
}

// A checker returns an object in its stored form. Was is the object before the change,
// zero for a new one.
type checker[T entity[T]] func(c *change, now, was T) (T, error)

// create adds an object. It always gets a new id.
func create[T entity[T]](ctx context.Context, s *Store, v T, check checker[T]) (made T, err error) {
	err = s.change(ctx, func(c *change) error {
		var none T
		now, err := check(c, v, none)
		if err != nil {
			return err
		}
		made = now.with(c.id, c.token)
		return save(ctx, c, nil, made)
	})
	return made, err
}

// update changes the object with an id; revision "" means any revision. An edit without
// a change writes nothing. Edit must replace lists, not change them in place. The id and
// the revision do not change by it.
func update[T entity[T]](ctx context.Context, s *Store, id, revision string, edit func(*T) error, check checker[T]) (now T, err error) {
	err = s.change(ctx, func(c *change) error {
		was, err := current[T](ctx, c, id, revision)
		now = was
		if err != nil {
			return err
		}
		edited := was
		if err := edit(&edited); err != nil {
			return err
		}
		now, err = check(c, edited.with(id, revisionOf(was)), was)
		if err != nil || reflect.DeepEqual(was, now) {
			return err
		}
		now = now.with(id, c.token)
		return save(ctx, c, &was, now)
	})
	return now, err
}

// remove deletes the object with an id, and its derived rows, unless allowed returns an
// error. allowed may delete more in the same change; nil allows it.
func remove[T entity[T]](ctx context.Context, s *Store, id, revision string, allowed func(*change, T) error) error {
	return s.change(ctx, func(c *change) error {
		was, err := current[T](ctx, c, id, revision)
		if err == nil {
			err = release(ctx, c, &was, nil)
		}
		if err != nil || allowed == nil {
			return err
		}
		return allowed(c, was)
	})
}

func current[T entity[T]](ctx context.Context, c *change, id, revision string) (T, error) {
	v, err := get[T](ctx, c.store, id)
	if err == nil && revision != "" && revision != revisionOf(v) {
		err = fmt.Errorf("%s: %w", nameOf(v), ErrChanged)
	}
	return v, err
}
