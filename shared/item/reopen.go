package item

import (
	"context"
	"errors"
	"fmt"

	"kantoorpost/shared/table"
)

// Reopen makes a parked mail open work again and returns it as it is now. A
// mail in another state is left as it is.
func (s *Store) Reopen(ctx context.Context, id string) (Item, error) {
	for {
		it, err := s.Get(ctx, id)
		if err != nil || it.State != Parked {
			return it, err
		}
		it.State, it.Decided = New, s.now()
		err = s.Commit(ctx, it.Settle(Parked, "")...)
		switch {
		case err == nil:
			return it, nil
		case ctx.Err() != nil, !errors.Is(err, table.ErrChanged) && !errors.Is(err, table.ErrNotFound):
			return Item{}, fmt.Errorf("reopen mail %s: %w", id, err)
		}
	}
}
