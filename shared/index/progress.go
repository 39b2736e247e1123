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
	_, done, err := p.At(ctx)
	return done, err
}

// At returns the id of the last row that is indexed, and whether all are.
func (p *Progress) At(ctx context.Context) (id string, done bool, err error) {
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

// Nothing says that there are no rows yet: they are all indexed as they come. It stores
// nothing, so that an office can still be imported.
func (p *Progress) Nothing() { p.done.Store(true) }

// Save stores At; "" means that all rows are indexed.
func (p *Progress) Save(ctx context.Context, id string) error {
	if err := p.Table.Write(ctx, table.Put(table.Row{Key: p.key(), Props: map[string]any{"at": id}})); err != nil {
		return fmt.Errorf("store how far %s are indexed: %w", p.Name, err)
	}
	p.done.Store(id == "")
	return nil
}
