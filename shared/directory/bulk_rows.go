package directory

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"kantoorpost/shared/table"
)

// writeAll writes all changed objects. An object is written before those that
// refer to it. Administrators come first, so the office always has one.
func (b *Bulk) writeAll(ctx context.Context) error {
	w := newWriter(ctx, b)
	defer w.cancel(nil)
	administrates := func(m TeamMember) bool { return m.administrates() }
	queue(w, &b.members, administrates)
	if err := w.wait(); err != nil {
		return err
	}
	queue(w, &b.members, func(m TeamMember) bool { return !administrates(m) })
	queue(w, &b.roles, nil)
	queue(w, &b.clients, nil)
	if b.index {
		queueIndex(w, &b.clients)
		queueIndex(w, &b.contacts)
	}
	if err := w.wait(); err != nil {
		return err
	}
	queue(w, &b.contacts, nil)
	queue(w, &b.teams, nil)
	return w.wait()
}

// queue writes the changed objects, or those that choose selects.
func queue[T Entity[T]](w *writer, s *stagedObjects[T], choose func(T) bool) {
	for _, key := range s.changed {
		now := s.now[key]
		if choose != nil && !choose(now) {
			continue
		}
		var was *T
		if v, there := s.was[key]; there {
			was = &v
		}
		ops, err := replaced(w.ctx, w.bulk.store, was, now)
		if err != nil {
			w.cancel(err)
		}
		if w.ctx.Err() != nil {
			return
		}
		w.add(ops)
	}
}

// queueIndex writes the search rows of all objects that do not change otherwise.
func queueIndex[T Entity[T]](w *writer, s *stagedObjects[T]) {
	for key, v := range s.now {
		if revisionOf(v) == w.bulk.token {
			continue
		}
		if w.ctx.Err() != nil {
			return
		}
		row := pack(key, v)
		var ops []table.Op
		for _, d := range v.derived() {
			if d.index {
				row.Key = d.key
				ops = append(ops, table.Put(row))
			}
		}
		w.add(ops)
	}
}

// replaced returns the operations that write now, and the rows derived from it,
// in place of was (nil: there was none).
func replaced[T Entity[T]](ctx context.Context, s *Store, was *T, now T) ([]table.Op, error) {
	ops := rowsOf(pack(keyOfRow(now), now), was, now, nil)
	if was == nil {
		return ops, nil
	}
	kept := derivedKeys(&now)
	for _, d := range (*was).derived() {
		if kept[d.key] {
			continue
		}
		op, needed, err := s.dropped(ctx, d)
		if err != nil {
			return nil, err
		}
		if needed {
			ops = append(ops, op)
		}
	}
	return ops, nil
}

// A writer fills transactions with whole objects and writes several
// transactions at a time.
type writer struct {
	bulk   *Bulk
	ctx    context.Context // ends with the first error
	cancel context.CancelCauseFunc
	busy   *errgroup.Group
	ops    []table.Op
	bytes  int
}

func newWriter(ctx context.Context, b *Bulk) *writer {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &writer{bulk: b, ctx: ctx, cancel: cancel}
	w.begin()
	return w
}

// begin makes the group of the transactions up to the next wait.
func (w *writer) begin() {
	w.busy = new(errgroup.Group)
	w.busy.SetLimit(bulkAtOnce)
}

// add adds the operations of one object, which stay in one transaction.
func (w *writer) add(ops []table.Op) {
	bytes := 0
	for _, op := range ops {
		bytes += op.Size()
	}
	if len(w.ops)+len(ops) > table.MaxOps || w.bytes+bytes > table.MaxBytes {
		w.send()
	}
	w.ops, w.bytes = append(w.ops, ops...), w.bytes+bytes
}

// send writes the added operations. It waits while bulkAtOnce transactions are
// being written.
func (w *writer) send() {
	ops := w.ops
	w.ops, w.bytes = nil, 0
	if len(ops) == 0 {
		return
	}
	w.busy.Go(func() error {
		if w.ctx.Err() == nil {
			if err := w.bulk.transact(w.ctx, ops); err != nil {
				w.cancel(err)
			}
		}
		return nil
	})
}

// wait waits until everything that was added is written. Its error is the first
// alone: that one ended the import, and the others only follow from it.
func (w *writer) wait() error {
	w.send()
	_ = w.busy.Wait() // the error is the cause of w.ctx
	w.begin()
	return context.Cause(w.ctx)
}

// transact writes ops, which begin with an object's own row. It succeeds too if
// an earlier try wrote them and its answer was lost.
func (b *Bulk) transact(ctx context.Context, ops []table.Op) error {
	held, cancel, err := b.hold(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	err = b.store.table.Write(held, ops...)
	if err == nil {
		return nil
	}
	if errors.Is(err, table.ErrExists) || errors.Is(err, table.ErrNotFound) {
		first, _, errFirst := find[struct {
			Revision string `json:"revision"`
		}](held, b.store, ops[0].Key())
		if errFirst == nil && first.Revision == b.token {
			return nil
		}
	}
	return err
}
