package directory

import (
	"context"
	"fmt"
	"slices"
)

// has says whether there is a row with a key: in the table, or in a Bulk.
type has func(ctx context.Context, key string) (bool, error)

func (s *Store) has(ctx context.Context, key string) (bool, error) {
	_, found, err := find[struct{}](ctx, s, key)
	return found, err
}

// references returns ids of objects, each once. Those that a field did not have before must
// exist.
func references[T Entity[T]](ctx context.Context, in has, field string, all, had []string) ([]string, error) {
	ids := make([]string, 0, len(all))
	for i, id := range all {
		if slices.Contains(ids, id) {
			continue
		}
		if !slices.Contains(had, id) {
			if err := exists[T](ctx, in, id, fmt.Sprintf("%s[%d]", field, i)); err != nil {
				return nil, err
			}
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// exists returns an *Invalid error for a field that names an object that does
// not exist.
func exists[T Entity[T]](ctx context.Context, in has, id, field string) (err error) {
	found := false
	if isID(id) {
		found, err = in(ctx, keyOf(kindOf[T](), id))
	}
	if err == nil && !found {
		err = &Invalid{Field: field, Expected: "the id of a " + kinds[kindOf[T]()].word}
	}
	return err
}
