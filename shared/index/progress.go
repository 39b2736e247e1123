package index

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"kantoorpost/shared/table"
)

// A Progress says how far the rows that an older version stored, without index rows, are
// indexed. Until all are, no search may rest on the index.
type Progress struct {
	Table *table.Table
	Name  string
	done  atomic.Bool
}

func (p *Progress) key() string { return "l|progress|" + p.Name }

// Done says whether all rows are indexed. It costs a read until they are.
func (p *Progress) Done(ctx context.Context) (bool, error) {
	if p.done.Load() {
		return true, nil
	}
	_, done, err := p.at(ctx)
	return done, err
}

// at returns the id of the last row that is indexed, and whether all are.
func (p *Progress) at(ctx context.Context) (id string, done bool, err error) {
	r, err := p.Table.Get(ctx, p.key())
	if errors.Is(err, table.ErrNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read how far %s are indexed: %w", p.Name, err)
	}
	id, _ = r.Props["at"].(string)
	p.done.Store(id == "")
	return id, id == "", nil
}

// Run has step index the rows that are left: some after the one with the id at, "" for the
// first. Step returns the last of them, "" at the end, and whether there were any. An office
// without rows stores nothing, so that one can still be imported: rows are indexed as they come.
func (p *Progress) Run(ctx context.Context, step func(at string) (next string, some bool, err error)) error {
	at, done, err := p.at(ctx)
	for first := at == ""; !done && err == nil; first = false {
		var some bool
		if at, some, err = step(at); err != nil {
			return err
		}
		if done = at == ""; done && first && !some {
			break
		}
		err = p.Table.Write(ctx, table.Put(table.Row{Key: p.key(), Props: map[string]any{"at": at}}))
	}
	if err != nil {
		return fmt.Errorf("index %s: %w", p.Name, err)
	}
	p.done.Store(true)
	return nil
}
