package directory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// A Tx reads and writes for one Change. It reads its own writes. Nothing is
// stored before the function of the Change has returned.
type Tx struct {
	ctx      context.Context
	c        *change
	contacts map[string]*staged[Contact]
	rules    map[string]*staged[Rule]
	order    []interface {
		release(context.Context, *change) error
		write(context.Context, *change) error
	}
	made bool // a contact was created
}

// Change makes several changes in one transaction: all or nothing, and serial
// with every other change of the directory. F may run more than once, and its
// last run counts. Errors: those of f; *Conflict, *TooLarge.
func (s *Store) Change(ctx context.Context, f func(*Tx) error) error {
	return s.change(ctx, func(c *change) error {
		t := &Tx{ctx: ctx, c: c, contacts: map[string]*staged[Contact]{}, rules: map[string]*staged[Rule]{}}
		if err := f(t); err != nil {
			return err
		}
		for _, d := range t.order {
			if err := d.release(ctx, c); err != nil {
				return err
			}
		}
		for _, d := range t.order {
			if err := d.write(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// A staged object has its state before and after the change; nil when it does
// not exist.
type staged[T Entity[T]] struct {
	was, now *T
	changed  bool
}

func (d *staged[T]) release(ctx context.Context, c *change) error {
	if !d.changed || d.was == nil {
		return nil
	}
	return release(ctx, c, d.was, d.now)
}

func (d *staged[T]) write(ctx context.Context, c *change) error {
	if !d.changed || d.now == nil {
		return nil
	}
	return write(ctx, c, d.was, *d.now)
}

// stagedOf returns the staged object with an id. It reads the object the first
// time.
func stagedOf[T Entity[T]](t *Tx, objects map[string]*staged[T], id string) (*staged[T], error) {
	if d := objects[id]; d != nil {
		return d, nil
	}
	d := &staged[T]{}
	v, err := get[T](t.ctx, t.c.store, id)
	switch {
	case err == nil:
		d.was, d.now = &v, &v
	case !errors.Is(err, ErrNotFound):
		return nil, err
	}
	objects[id] = d
	return d, nil
}

// set replaces the object of d.
func set[T Entity[T]](t *Tx, d *staged[T], now *T) {
	if !d.changed {
		t.order = append(t.order, d)
	}
	d.now, d.changed = now, true
}

// Contact returns the contact with an id, or ErrNotFound.
func (t *Tx) Contact(id string) (Contact, error) {
	d, err := stagedOf(t, t.contacts, id)
	if err != nil {
		return Contact{}, err
	}
	if d.now == nil {
		return Contact{}, notFound[Contact](id)
	}
	contact := *d.now
	contact.Learned = maps.Clone(contact.Learned)
	return contact, nil
}

// ContactByAddress returns the contact with an e-mail address.
func (t *Tx) ContactByAddress(address string) (Contact, bool, error) {
	address, err := ReceivedAddress(address)
	if err != nil {
		return Contact{}, false, nil
	}
	has := func(c Contact) bool { return slices.Contains(c.Emails, address) }
	for id, d := range t.contacts {
		if d.changed && d.now != nil && has(*d.now) {
			c, err := t.Contact(id)
			return c, err == nil, err
		}
	}
	found, ok, err := t.c.store.ContactByAddress(t.ctx, address)
	if err != nil || !ok {
		return Contact{}, false, err
	}
	c, err := t.Contact(found.ID)
	if errors.Is(err, ErrNotFound) || err == nil && !has(c) {
		return Contact{}, false, nil
	}
	return c, err == nil, err
}

// Client returns the client with an id, or ErrNotFound.
func (t *Tx) Client(id string) (Client, error) { return t.c.store.Client(t.ctx, id) }

// SaveContact creates a contact when c has no id, or replaces the one with its
// id, and returns it as saved. It checks c as CreateContact and UpdateContact
// do, but accepts addresses of received mail (ReceivedAddress): the caller
// checks typed ones. A revision of c must be that of the contact. One change
// creates at most one contact. Errors: ErrNotFound, ErrChanged, *Invalid.
func (t *Tx) SaveContact(c Contact) (Contact, error) {
	if c.ID == "" {
		if t.made {
			return c, errors.New("directory: one change makes one contact at most")
		}
		now, err := checkContact(t.ctx, t.c.store.has, c, Contact{}, received)
		if err != nil {
			return c, err
		}
		t.made = true
		now = now.with(t.c.id, t.c.token)
		d := &staged[Contact]{}
		t.contacts[now.ID] = d
		set(t, d, &now)
		return t.Contact(now.ID)
	}
	is, err := t.Contact(c.ID)
	if err != nil {
		return c, err
	}
	if c.Revision != "" && c.Revision != is.Revision {
		return c, fmt.Errorf("%s: %w", nameOf(c), ErrChanged)
	}
	c.Revision = is.Revision
	now, err := checkContact(t.ctx, t.c.store.has, c, is, received)
	if err != nil || reflect.DeepEqual(is, now) {
		return now, err
	}
	now = now.with(now.ID, t.c.token)
	set(t, t.contacts[now.ID], &now)
	return t.Contact(now.ID)
}

// DeleteContact removes a contact. Errors: ErrNotFound.
func (t *Tx) DeleteContact(id string) error {
	if _, err := t.Contact(id); err != nil {
		return err
	}
	set(t, t.contacts[id], nil)
	return nil
}

// Rule returns the rule of a kind about a key.
func (t *Tx) Rule(kind RuleKind, key string) (Rule, bool, error) {
	d, err := stagedOf(t, t.rules, RuleID(kind, key))
	if err != nil || d.now == nil {
		return Rule{}, false, err
	}
	return *d.now, true, nil
}

// SaveRule creates the rule of r's kind and key, or replaces it, and returns it
// as saved. The directory sets its id, its times and who changed it, and keeps
// the last 200 pieces of evidence. A revision of r must be that of the rule.
// Errors: ErrChanged, *Invalid.
func (t *Tx) SaveRule(r Rule) (Rule, error) {
	r, err := r.checked()
	if err != nil {
		return r, err
	}
	d, err := stagedOf(t, t.rules, r.ID)
	if err != nil {
		return r, err
	}
	if r.Revision != "" && (d.now == nil || r.Revision != d.now.Revision) {
		return r, fmt.Errorf("%s: %w", nameOf(r), ErrChanged)
	}
	if d.now != nil {
		r.Revision, r.Created, r.Changed, r.ChangedBy = d.now.Revision, d.now.Created, d.now.Changed, d.now.ChangedBy
		if reflect.DeepEqual(r, *d.now) {
			return r, nil
		}
	}
	if r, err = r.timed(t.ctx, d.now); err != nil {
		return r, err
	}
	r = r.with(r.ID, t.c.token)
	t.c.placing = r.Kind == SuggestedClient && (d.now == nil || d.now.State != r.State)
	set(t, d, &r)
	return r, nil
}
