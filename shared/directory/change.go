package directory

import (
	"context"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

const (
	versionKey = "version"
	attempts   = 12 // of a change that other processes overtake
)

// The version row says how often the directory changed, and until when an
// import has it for itself.
type version struct {
	Version int64     `json:"version"`
	Import  string    `json:"import,omitempty"` // of which import
	Until   time.Time `json:"until,omitzero"`
	// Index is the indexVersion that all objects have their rows of; 0 when some
	// were saved before there were any.
	Index int `json:"index,omitempty"`
}

// next is the version after a change.
func (v version) next() version {
	if v.Version == 0 {
		v.Index = indexVersion // nothing was saved before
	}
	return version{Version: v.Version + 1, Index: v.Index}
}

// A change is one attempt to change the directory: what is read during it is
// still so when it is written.
type change struct {
	store   *Store
	version int64 // of the directory when it began
	// id is for the object that the change makes, token its revision. Both
	// stay the same over all attempts.
	id, token string
	order     []string
	ops       map[string]table.Op
	// freed are the keys that objects of this change give up, taken the unique
	// ones that they claim, with whose they become.
	freed map[string]bool
	taken map[string]string
	did   []auditChange
	// action is what the audit calls the change; "" for what happens to its
	// first object.
	action string
}

// change calls decide and writes what it put together, in one transaction with
// an entry of the audit. It begins again when somebody else's change came
// between. The entry is the same in all attempts: when it is there, an attempt
// took effect and lost its answer, and what decide did last is what happened.
func (s *Store) change(ctx context.Context, decide func(*change) error) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	id, token := ids.Random(), ids.Random()
	entry := audit.Entry{By: audit.By(ctx)}.Stamped()
	for attempt := 1; ; attempt++ {
		c := &change{store: s, id: id, token: token, ops: map[string]table.Op{}, freed: map[string]bool{}, taken: map[string]string{}}
		ops, err := s.prepare(ctx, c, entry, decide)
		if err != nil || len(ops) == 0 {
			// What was decided may rest on rows of before and after somebody
			// else's change.
			if now, errNow := s.Version(ctx); errNow != nil || now == c.version || attempt == attempts {
				return err
			}
		} else if err = s.write(ctx, ops, entry.ID); !overtaken(err) {
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

// write makes a transaction with the entry of the audit that has an id. It is
// made, too, when an attempt before made it and lost its answer.
func (s *Store) write(ctx context.Context, ops []table.Op, entry string) error {
	err := s.table.Write(ctx, ops...)
	if overtaken(err) {
		if done, errDone := audit.Written(ctx, s.table, entry); done || errDone != nil {
			return errDone
		}
	}
	if err != nil {
		err = fmt.Errorf("directory: %w", err)
	}
	return err
}

// overtaken says whether a transaction failed because another came between.
func overtaken(err error) bool {
	return errors.Is(err, table.ErrChanged) || errors.Is(err, table.ErrExists) || errors.Is(err, table.ErrNotFound)
}

// prepare returns the transaction of one attempt, nothing when there is nothing
// to change.
func (s *Store) prepare(ctx context.Context, c *change, entry audit.Entry, decide func(*change) error) ([]table.Op, error) {
	v, replace, err := s.versionRow(ctx)
	if err != nil {
		return nil, err
	}
	c.version = v.Version
	if err := v.open(); err != nil {
		return nil, err
	}
	if err := decide(c); err != nil || len(c.order) == 0 {
		return nil, err
	}
	next, err := replace(v.next())
	if err != nil {
		return nil, err
	}
	ops := append(make([]table.Op, 0, len(c.order)+2), next)
	for _, key := range c.order {
		ops = append(ops, c.ops[key])
	}
	ops = append(ops, audit.Op(c.entry(entry)))
	if len(ops) > table.MaxOps {
		return nil, &TooLarge{Rows: len(ops), Limit: table.MaxOps}
	}
	return ops, nil
}

// versionRow reads the version, and returns a function for the operation that
// replaces it unless it has changed since.
func (s *Store) versionRow(ctx context.Context) (v version, replace func(version) (table.Op, error), err error) {
	row, err := s.table.Get(ctx, versionKey)
	first := errors.Is(err, table.ErrNotFound)
	if err != nil && !first {
		return v, nil, fmt.Errorf("directory: %w", err)
	}
	if !first {
		if err := row.Unpack(&v); err != nil {
			return v, nil, fmt.Errorf("directory: row %s: %w", versionKey, err)
		}
	}
	return v, func(to version) (op table.Op, err error) {
		packed, err := table.Pack(versionKey, to)
		if err != nil {
			return op, fmt.Errorf("directory: %w", err)
		}
		if first {
			return table.Insert(packed), nil
		}
		packed.ETag = row.ETag
		return table.Replace(packed), nil
	}, nil
}

func (c *change) add(key string, op table.Op) {
	if _, again := c.ops[key]; !again {
		c.order = append(c.order, key)
	}
	c.ops[key] = op
}

func (c *change) delete(key string) {
	c.freed[key] = true
	c.add(key, table.Delete(table.Row{Key: key}))
}
