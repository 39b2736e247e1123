package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// seen is how far a member has looked at a chat. It is a row of its own, so that
// looking changes nothing for others, and stands beside the member's own view,
// so that one query reads both.
type seen struct {
	ActivitySequence int64 `json:"activitySequence"` // what Chat.Woken was
}

const seenMark = "|seen"

func seenKey(member, chat string) string { return memberKey(member, chat) + seenMark }

func (s *Store) seen(ctx context.Context, member, chat string) (seen, error) {
	var v seen
	if _, err := s.get(ctx, seenKey(member, chat), &v); err != nil && !errors.Is(err, ErrNotFound) {
		return v, err
	}
	return v, nil
}

// Unread says how much of c a member has not looked at yet; nothing is unread
// for who takes no part. It costs one table operation.
func (s *Store) Unread(ctx context.Context, c Chat, member string) (int64, error) {
	if !slices.Contains(c.Members, member) {
		return 0, nil
	}
	v, err := s.seen(ctx, member, c.ID)
	return max(c.ActivitySequence-v.ActivitySequence, 0), err
}

// See notes that a member has looked at c as far as woken, what Chat.Woken was
// then; 0 for all of c, as it was read. It writes nothing when that is known
// already, or for who takes no part.
func (s *Store) See(ctx context.Context, c Chat, member string, woken int64) error {
	if woken == 0 {
		woken = c.ActivitySequence
	}
	woken = min(woken, c.ActivitySequence)
	unread, err := s.Unread(ctx, c, member)
	if err != nil || unread <= c.ActivitySequence-woken {
		return err
	}
	if err := s.table.Write(ctx, table.Put(row(seenKey(member, c.ID), seen{ActivitySequence: woken}, nil))); err != nil {
		return fmt.Errorf("note that %s has seen chat %s: %w", member, c.ID, err)
	}
	return nil
}

// forget lets nobody have seen c. When what it is for fails after that, all of c
// is unread once more.
func (s *Store) forget(ctx context.Context, c Chat) error {
	var ops []table.Op
	for _, m := range slices.Concat(c.Members, c.Removed) {
		r, err := s.table.Get(ctx, seenKey(m, c.ID))
		if errors.Is(err, table.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("forget who has seen chat %s: %w", c.ID, err)
		}
		ops = append(ops, table.Delete(table.Row{Key: r.Key}))
	}
	for part := range slices.Chunk(ops, table.MaxOps) {
		if err := s.table.Write(ctx, part...); err != nil {
			return fmt.Errorf("forget who has seen chat %s: %w", c.ID, err)
		}
	}
	return nil
}

// listOf lists the chats of a member. What the member has seen of a chat that he
// or she takes no part in any more is passed over.
func (s *Store) listOf(ctx context.Context, q Query) (chats []Chat, after string, err error) {
	prefix := memberKey(q.Member, "")
	from := prefix
	if q.After != "" {
		from = prefix + q.After + ids.Above
	}
	rows, more, err := s.table.Range(ctx, from, prefix+ids.Above, 2*q.Limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("list %s: %w", prefix, err)
	}
	last := ""
	for i, r := range rows {
		id, isSeen := strings.CutSuffix(r.Key[len(prefix):], seenMark)
		if isSeen {
			if n := len(chats); n > 0 && chats[n-1].ID == id {
				var v seen
				if err := r.Document(&v); err != nil {
					return nil, "", fmt.Errorf("read row %s: %w", r.Key, err)
				}
				chats[n-1].Unread = max(chats[n-1].ActivitySequence-v.ActivitySequence, 0)
			}
			last = id
			continue
		}
		// What is seen of the last row may stand behind the end.
		if len(chats) == q.Limit || more != "" && i == len(rows)-1 {
			return chats, last, nil
		}
		c := Chat{}
		if err := r.Document(&c); err != nil {
			return nil, "", fmt.Errorf("read row %s: %w", r.Key, err)
		}
		c.Unread = c.ActivitySequence
		chats, last = append(chats, c), id
	}
	if more == "" {
		last = ""
	}
	return chats, last, nil
}
