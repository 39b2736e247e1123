package directory

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"kantoorpost/shared/table"
)

// save writes now, and the rows derived from it, in place of was (nil: there
// was none).
func save[T entity[T]](ctx context.Context, c *change, was *T, now T) error {
	if err := release(ctx, c, was, &now); err != nil {
		return err
	}
	return write(ctx, c, was, now)
}

// release gives up the rows of was that now does not have; all of them when now
// is nil. A change of several objects releases for all before it writes any, so
// that one can take what another gives up.
func release[T entity[T]](ctx context.Context, c *change, was, now *T) error {
	if was == nil {
		return nil
	}
	kept := map[string]bool{}
	if now != nil {
		for _, d := range (*now).derived() {
			kept[d.key] = true
		}
	} else {
		row, err := pack((*was).key(), *was)
		if err != nil {
			return err
		}
		c.note(row.Key, (*was).name(), row.Props, nil)
		c.delete(row.Key)
	}
	for _, d := range (*was).derived() {
		if kept[d.key] {
			continue
		}
		if d.lasting {
			c.add(d.key, table.Put(table.Row{Key: d.key, Props: map[string]any{}}))
			continue
		}
		if d.index {
			_, found, err := find[struct{}](ctx, c.store, d.key)
			if err != nil {
				return err
			}
			if !found {
				continue
			}
		}
		c.delete(d.key)
	}
	return nil
}

// write is the other half of save.
func write[T entity[T]](ctx context.Context, c *change, was *T, now T) error {
	had := map[string]bool{}
	row, err := pack(now.key(), now)
	if err != nil {
		return err
	}
	if was == nil {
		c.note(row.Key, now.name(), nil, row.Props)
		c.add(row.Key, table.Insert(row))
	} else {
		before, err := pack(row.Key, *was)
		if err != nil {
			return err
		}
		c.note(row.Key, now.name(), before.Props, row.Props)
		c.add(row.Key, table.Put(row))
		for _, d := range (*was).derived() {
			had[d.key] = true
		}
	}
	for _, d := range now.derived() {
		if d.lasting {
			c.add(d.key, table.Put(table.Row{Key: d.key, Props: map[string]any{}}))
			continue
		}
		copied := table.Row{Key: d.key, Props: map[string]any{"id": row.Props["id"]}}
		switch {
		case d.holds != nil:
			if copied, err = pack(d.key, d.holds); err != nil {
				return err
			}
		case d.copies:
			copied.Props = row.Props
		}
		if had[d.key] {
			if d.copies || d.index {
				c.add(d.key, table.Put(copied))
			}
			continue
		}
		if err := free(ctx, c, d, now.key()); err != nil {
			return err
		}
		if d.index || c.freed[d.key] {
			c.add(d.key, table.Put(copied))
		} else {
			c.add(d.key, table.Insert(copied))
		}
	}
	return nil
}

// free says whether nothing else has the unique value of d, or takes it in this
// change.
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

// create makes an object: build returns it without its id, after checking it.
func create[T entity[T]](ctx context.Context, s *Store, build func(*change) (T, error)) (made T, err error) {
	err = s.change(ctx, func(c *change) error {
		v, err := build(c)
		if err != nil {
			return err
		}
		made = v.revised(c.id, c.token)
		return save(ctx, c, nil, made)
	})
	return made, err
}

// update changes the object of a kind with an id. Revision "" means whatever its revision;
// an edit that changes nothing writes nothing. Edit replaces lists, it does not
// change them in place.
func update[T entity[T]](ctx context.Context, s *Store, kind, id, revision string, edit func(c *change, v T) (T, error)) (now T, err error) {
	err = s.change(ctx, func(c *change) error {
		was, err := current[T](ctx, c, kind, id, revision)
		if err != nil {
			now = was
			return err
		}
		now, err = edit(c, was)
		if err != nil || reflect.DeepEqual(was, now) {
			return err
		}
		now = now.revised("", c.token)
		return save(ctx, c, &was, now)
	})
	return now, err
}

// remove deletes the object of a kind with an id, and its derived rows, when
// allowed says that nothing needs it any more. Allowed may delete more in the
// same change.
func remove[T entity[T]](ctx context.Context, s *Store, kind, id, revision string, allowed func(*change, T) error) error {
	return s.change(ctx, func(c *change) error {
		was, err := current[T](ctx, c, kind, id, revision)
		if err != nil {
			return err
		}
		if err := release(ctx, c, &was, nil); err != nil {
			return err
		}
		return allowed(c, was)
	})
}

func current[T entity[T]](ctx context.Context, c *change, kind, id, revision string) (T, error) {
	v, err := get[T](ctx, c.store, kind, id)
	if err == nil && revision != "" && revision != v.revision() {
		err = fmt.Errorf("%s: %w", v.name(), ErrChanged)
	}
	return v, err
}

// newID returns 130 random bits as 26 lower-case letters and digits.
