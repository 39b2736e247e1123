package directory

import (
	"context"
	"fmt"
	"reflect"
)

// A Kind keeps the objects of one kind: T says what their rows are, and the fields what
// else differs from other kinds.
type Kind[T Entity[T]] struct {
	store *Store
	list  func(context.Context, *Store, Query) (Page[T], error)
	// check returns an object in its stored form. Was is the object before the change,
	// zero for a new one.
	check checker[T]
	// referrers refer to objects of this kind: one is not deleted while there are any.
	referrers []referrer
	// deleting may refuse to delete an object, and may delete more with it. Nil allows it.
	deleting func(context.Context, *change, T) error
}

type checker[T Entity[T]] func(ctx context.Context, c *change, now, was T) (T, error)

// A referrer is a kind of objects that refer to others: the first part of the keys of their
// rows, before the id of the other, and the word for one.
type referrer struct{ rows, kind string }

// Word is the word for one object, such as team member.
func (k Kind[T]) Word() string { return kinds[kindOf[T]()].word }

// Identity returns the id and the revision of an object.
func (k Kind[T]) Identity(v T) (id, revision string) {
	_, id, revision = v.identity()
	return id, revision
}

// Get returns the object with an id, or ErrNotFound, with one table operation.
func (k Kind[T]) Get(ctx context.Context, id string) (T, error) { return get[T](ctx, k.store, id) }

// List lists objects in the order of their names or numbers.
func (k Kind[T]) List(ctx context.Context, q Query) (Page[T], error) { return k.list(ctx, k.store, q) }

// Create adds an object and returns it. It always gets a new id. Errors: *Invalid,
// *Conflict, *TooLarge.
func (k Kind[T]) Create(ctx context.Context, v T) (made T, err error) {
	err = k.store.change(ctx, func(c *change) error {
		var none T
		now, err := k.check(ctx, c, v, none)
		if err != nil {
			return err
		}
		made = now.with(c.id, c.token)
		return save(ctx, c, nil, made)
	})
	return made, err
}

// Update changes an object; revision "" means any revision. An edit without a change
// writes nothing, and none changes the id or the revision. Errors: ErrNotFound,
// ErrChanged, *Invalid, *Conflict, *TooLarge; ErrLastAdministrator.
func (k Kind[T]) Update(ctx context.Context, id, revision string, edit func(*T) error) (T, error) {
	return k.update(ctx, id, revision, edit, k.check)
}

func (k Kind[T]) update(ctx context.Context, id, revision string, edit func(*T) error, check checker[T]) (now T, err error) {
	err = k.store.change(ctx, func(c *change) error {
		was, err := current[T](ctx, c, id, revision)
		now = was
		if err != nil {
			return err
		}
		edited, err := copied(was)
		if err != nil {
			return err
		}
		if err := edit(&edited); err != nil {
			return err
		}
		now, err = check(ctx, c, edited.with(id, revisionOf(was)), was)
		if err != nil || reflect.DeepEqual(was, now) {
			return err
		}
		now = now.with(id, c.token)
		return save(ctx, c, &was, now)
	})
	return now, err
}

// Delete removes an object; revision "" means any revision. Errors: ErrNotFound,
// ErrChanged; *InUse while others refer to it; ErrLastAdministrator.
func (k Kind[T]) Delete(ctx context.Context, id, revision string) error {
	return k.store.change(ctx, func(c *change) error {
		was, err := current[T](ctx, c, id, revision)
		if err != nil {
			return err
		}
		for _, by := range k.referrers {
			ids, err := k.store.lastParts(ctx, keyOf(by.rows, id)+"|", maxReferrers)
			if err != nil {
				return err
			}
			if len(ids) > 0 {
				return &InUse{What: nameOf(was), Kind: by.kind, IDs: ids}
			}
		}
		if err := release(ctx, c, &was, nil); err != nil || k.deleting == nil {
			return err
		}
		return k.deleting(ctx, c, was)
	})
}

// maxReferrers is how many of the objects that refer to another an InUse error names.
const maxReferrers = 5

func current[T Entity[T]](ctx context.Context, c *change, id, revision string) (T, error) {
	v, err := get[T](ctx, c.store, id)
	if err == nil && revision != "" && revision != revisionOf(v) {
		err = fmt.Errorf("%s: %w", nameOf(v), ErrChanged)
	}
	return v, err
}

// copied returns a copy of v that shares nothing with it.
func copied[T Entity[T]](v T) (c T, err error) {
	err = unpack(pack(keyOfRow(v), v), &c)
	return c, err
}
