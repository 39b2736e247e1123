package directory

import (
	"context"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

const (
	versionKey = "version"
	attempts   = 12 // of a change, while other processes change the directory first
)

// The version row says how often the directory changed, and until when an
// import has locked it.
type version struct {
	Version int64     `json:"version"`
	Import  string    `json:"import,omitempty"` // the token of the import that has locked the directory
	Until   time.Time `json:"until,omitzero"`
	// Index is the indexVersion of the search rows that all objects have; 0 when
	// some objects have none.
	Index int `json:"index,omitempty"`
	// Clients is the Version that the last change of a client made; 0 when an older
	// release changed the directory last.
	Clients int64 `json:"clients,omitempty"`
}

// next returns the version after a change; clients says that it may change clients.
func (v version) next(clients bool) version {
	if v.Version == 0 {
		v.Index = indexVersion // nothing was saved before
	}
	to := version{Version: v.Version + 1, Index: v.Index, Clients: v.Clients}
	if clients || v.Clients == 0 {
		to.Clients = to.Version
	}
	return to
}

// A change is one attempt to change the directory. It is written only if
// nothing changed since it began to read.
type change struct {
	store   *Store
	version int64 // of the directory when the attempt began
	// id is for a new object, token the revision of all changed objects. Both
	// are the same in all attempts.
	id, token string
	order     []string
	ops       map[string]table.Op
	placing   bool // whether the model may place mail changes
	// freed are the row keys that objects of this change give up. taken has the
	// object that claims a unique row, by the row's key.
	freed map[string]bool
	taken map[string]string
	did   []auditChange
	// action is the audit's name of the change; "" means what happens to its
	// first object.
	action string
}

// change calls decide and writes its operations in one transaction with an
// entry of the audit. It starts again when another change came first. The entry
// is the same in all attempts: when it exists, an earlier attempt succeeded and
// its answer was lost, and the last call of decide says what happened.
func (s *Store) change(ctx context.Context, decide func(*change) error) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	id, token := ids.Random(), ids.Random()
	entry := audit.Entry{By: audit.By(ctx)}.Identified()
	for attempt := 1; ; attempt++ {
		c := &change{store: s, id: id, token: token, ops: map[string]table.Op{}, freed: map[string]bool{}, taken: map[string]string{}}
		ops, err := s.prepare(ctx, c, entry, decide)
		if err != nil || len(ops) == 0 {
			// The decision may rest on rows from before and after another change.
			if now, errNow := s.Version(ctx); errNow != nil || now == c.version || attempt == attempts {
				return err
			}
		} else if err = s.write(ctx, ops, entry.ID); !table.IsConflict(err) {
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

// write writes a transaction that contains the audit entry with an id. It
// succeeds too if an earlier attempt wrote it and its answer was lost.
func (s *Store) write(ctx context.Context, ops []table.Op, entry string) error {
	err := s.table.Write(ctx, ops...)
	if table.IsConflict(err) {
		if done, errDone := audit.Written(ctx, s.table, entry); done || errDone != nil {
			return errDone
		}
	}
	return err
}

// prepare returns the transaction of one attempt; no operations when nothing
// changes.
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
	clients := slices.ContainsFunc(c.order, func(key string) bool { return strings.HasPrefix(key, "client|") })
	ops := append(make([]table.Op, 0, len(c.order)+3), replace(v.next(clients)))
	for _, key := range c.order {
		ops = append(ops, c.ops[key])
	}
	changed := slices.Clip(c.order)
	if c.placing {
		changed = append(changed, placingKey)
	}
	ops = append(ops, table.Put(changedRow(v.Version+1, changed)), audit.Op(c.entry(entry)))
	if len(ops) > table.MaxOps {
		return nil, &TooLarge{Rows: len(ops), Limit: table.MaxOps}
	}
	return ops, nil
}

// versionRow reads the version, and returns a function for the operation that
// replaces it unless it has changed since.
func (s *Store) versionRow(ctx context.Context) (v version, replace func(version) table.Op, err error) {
	row, err := s.table.Get(ctx, versionKey)
	first := errors.Is(err, table.ErrNotFound)
	if err != nil && !first {
		return v, nil, err
	}
	if !first {
		if err := row.Unpack(&v); err != nil {
			return v, nil, err
		}
	}
	return v, func(to version) table.Op {
		packed := table.Pack(versionKey, to)
		if first {
			return table.Insert(packed)
		}
		packed.ETag = row.ETag
		return table.Replace(packed)
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
