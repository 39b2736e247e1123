package chat

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// unseen returns how much of what a change moves each member of both chats has not
// seen yet: of the message with an activity number, or of all. Who moves it has seen
// it.
func (s *Store) unseen(ctx context.Context, from, into Chat, ch Change, number *int64) (map[string]int64, error) {
	unseen := map[string]int64{}
	for _, m := range into.Members {
		if !slices.Contains(from.Members, m) {
			continue
		}
		v, err := s.seen(ctx, m, from.ID)
		if err != nil {
			return nil, err
		}
		switch {
		case number == nil:
			unseen[m] = from.unreadAfter(v.ActivitySequence)
		case *number > v.ActivitySequence:
			unseen[m] = 1
		default:
			unseen[m] = 0
		}
	}
	if slices.Contains(into.Members, ch.Doer) {
		unseen[ch.Doer] = 0
	}
	return unseen, nil
}

// settleSeen makes what moved as unread, for the members of both chats, as it was in
// the chat that it left.
func (s *Store) settleSeen(ctx context.Context, ch Change) error {
	if ch.Undone || len(ch.Unseen) == 0 {
		return nil
	}
	for range table.Tries(ctx) {
		tag, err := s.get(ctx, openKey(ch.ID), &ch)
		if err != nil || ch.Settled {
			return ignoreNotFound(err)
		}
		c, err := s.load(ctx, ch.Into)
		if err != nil {
			return ignoreNotFound(err)
		}
		came, err := s.activityOf(ctx, ch.ID)
		if err != nil {
			return err
		}
		ch.Settled = true
		open := ch.row(openKey(ch.ID))
		open.ETag = tag
		ops := []table.Op{table.Replace(open), table.Replace(c.row())}
		for _, m := range slices.Sorted(maps.Keys(ch.Unseen)) {
			v, err := s.seen(ctx, m, c.ID)
			if err != nil {
				return err
			}
			unread := c.unreadAfter(v.ActivitySequence) + ch.Unseen[m]
			for _, number := range came {
				if number > v.ActivitySequence {
					unread--
				}
			}
			// No further than needed: what left the chat and comes back was not seen.
			number := v.ActivitySequence
			for c.unreadAfter(number) > unread {
				number++
			}
			if number > v.ActivitySequence {
				ops = append(ops, table.Put(row(seenKey(m, c.ID), seen{ActivitySequence: number}, nil)))
			}
		}
		if err = s.table.Write(ctx, ops...); err == nil || !isConflict(ctx, err) {
			return err
		}
	}
	return fmt.Errorf("count what is unread in chat %s: %w", ch.Into, ErrChanged)
}

// seenFor returns up to where a member has seen c for whom so much is unread.
func (c Chat) seenFor(unread int64) int64 {
	number := c.ActivitySequence
	for number > 0 && c.unreadAfter(number) < unread {
		number--
	}
	return number
}

// activityOf returns the activity numbers that what a change moved has where it came.
func (s *Store) activityOf(ctx context.Context, change string) (numbers []int64, err error) {
	prefix := movedKey(change, "")
	for from := prefix; from != ""; {
		rows, next, err := s.table.Range(ctx, from, prefix+ids.Above, table.MaxRange)
		if err != nil {
			return nil, fmt.Errorf("read what change %s moved: %w", change, err)
		}
		for _, r := range rows {
			var m moved
			if err := r.Document(&m); err != nil {
				return nil, fmt.Errorf("read row %s: %w", r.Key, err)
			}
			if m.Into > 0 {
				numbers = append(numbers, m.Into)
			}
		}
		from = next
	}
	return numbers, nil
}
