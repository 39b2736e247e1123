package directory

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"reflect"
	"strings"
	"time"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/table"
)

const (
	versionKey = "version"
	attempts   = 12 // of a change that other processes overtake
)

type version struct {
	Version int64 `json:"version"`
}

// A change is one attempt to change the directory: what is read during it is
// still so when it is written.
type change struct {
	store *Store
	// id is for the object that the change makes, token its revision. Both
	// stay the same over all attempts, so that an attempt that took effect and
	// lost its answer is recognised by the next.
	id, token string
	again     bool // an earlier attempt may have taken effect
	order     []string
	ops       map[string]table.Op
}

// change calls decide and writes what it put together, in one transaction. It
// begins again when somebody else's change came between.
func (s *Store) change(ctx context.Context, decide func(*change) error) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	id, token := newID(), newID()
	for attempt := 1; ; attempt++ {
		c := &change{store: s, id: id, token: token, again: attempt > 1, ops: map[string]table.Op{}}
		err := s.attempt(ctx, c, decide)
		overtaken := errors.Is(err, table.ErrChanged) || errors.Is(err, table.ErrExists) || errors.Is(err, table.ErrNotFound)
		if !overtaken {
			return err
		}
		if attempt == attempts {
			return fault.Later(time.Second, fmt.Errorf("overtaken %d times: %w", attempts, err))
		}
		wait := time.Duration(attempt)*10*time.Millisecond + mathrand.N(50*time.Millisecond)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (s *Store) attempt(ctx context.Context, c *change, decide func(*change) error) error {
	row, err := s.table.Get(ctx, versionKey)
	first := errors.Is(err, table.ErrNotFound)
	if err != nil && !first {
		return fmt.Errorf("directory: %w", err)
	}
	var v version
	if !first {
		if err := row.Unpack(&v); err != nil {
			return fmt.Errorf("directory: row %s: %w", versionKey, err)
		}
	}
	if err := decide(c); err != nil || len(c.order) == 0 {
		return err
	}
	next, err := table.Pack(versionKey, version{Version: v.Version + 1})
	if err != nil {
		return fmt.Errorf("directory: %w", err)
	}
	ops := make([]table.Op, 0, len(c.order)+1)
	if first {
		ops = append(ops, table.Insert(next))
	} else {
		next.ETag = row.ETag
		ops = append(ops, table.Replace(next))
	}
	for _, key := range c.order {
		ops = append(ops, c.ops[key])
	}
	if len(ops) > table.MaxOps {
		return &TooLarge{Rows: len(ops), Limit: table.MaxOps}
	}
	if err := s.table.Write(ctx, ops...); err != nil {
		return fmt.Errorf("directory: %w", err)
	}
	return nil
}

func (c *change) add(key string, op table.Op) {
	if _, again := c.ops[key]; !again {
		c.order = append(c.order, key)
	}
	c.ops[key] = op
}

func (c *change) delete(key string) {
	c.add(key, table.Delete(table.Row{Key: key}))
}

// save writes now, and the rows derived from it, in place of was (nil: there
// was none).
func save[T entity[T]](ctx context.Context, c *change, was *T, now T) error {
	var before []derivedRow
	if was != nil {
		before = (*was).derived()
	}
	stale := map[string]bool{}
	for _, d := range before {
		stale[d.key] = true
	}
	row, err := table.Pack(now.key(), now)
	if err != nil {
		return fmt.Errorf("directory: %s: %w", now.name(), err)
	}
	if was == nil {
		c.add(row.Key, table.Insert(row))
	} else {
		c.add(row.Key, table.Put(row))
	}
	for _, d := range now.derived() {
		copied := table.Row{Key: d.key, Props: row.Props}
		if !d.copies {
			copied.Props = map[string]any{"id": row.Props["id"]}
		}
		switch {
		case !stale[d.key]:
			if err := free(ctx, c, d); err != nil {
				return err
			}
			c.add(d.key, table.Insert(copied))
		case d.copies:
			c.add(d.key, table.Put(copied))
		}
		delete(stale, d.key)
	}
	for _, d := range before {
		if stale[d.key] {
			c.delete(d.key)
		}
	}
	return nil
}

// free says whether nothing else has the unique value of d.
func free(ctx context.Context, c *change, d derivedRow) error {
	if d.unique == "" {
		return nil
	}
	owner, found, err := find[struct {
		ID string `json:"id"`
	}](ctx, c.store, d.key)
	if err != nil || !found {
		return err
	}
	kind, _, _ := strings.Cut(d.key, "-")
	return &Conflict{Field: d.unique, Value: d.value, Kind: kinds[kind], ID: owner.ID}
}

// create makes an object: build returns it without its id, after checking it.
func create[T entity[T]](ctx context.Context, s *Store, build func(*change) (T, error)) (made T, err error) {
	err = s.change(ctx, func(c *change) error {
		v, err := build(c)
		if err != nil {
			return err
		}
		made = v.revised(c.id, c.token)
		if c.again {
			if _, found, err := find[T](ctx, s, made.key()); err != nil || found {
				return err
			}
		}
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
		if err != nil || was.revision() == c.token {
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
		if c.again && errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := allowed(c, was); err != nil {
			return err
		}
		c.delete(was.key())
		for _, d := range was.derived() {
			c.delete(d.key)
		}
		return nil
	})
}

func current[T entity[T]](ctx context.Context, c *change, kind, id, revision string) (T, error) {
	v, err := get[T](ctx, c.store, kind, id)
	if err == nil && revision != "" && revision != v.revision() && v.revision() != c.token {
		err = fmt.Errorf("%s: %w", v.name(), ErrChanged)
	}
	return v, err
}

// newID returns 130 random bits as 26 lower-case letters and digits.
func newID() string { return strings.ToLower(rand.Text()) }
