package chat

import (
	"context"
	"maps"
	"slices"

	"kantoorpost/shared/table"
)

// countUnseen notes in ch which messages of from, among those that count and oldest first,
// the members of both chats have not seen yet: the one with an activity number, or all.
// Who moves them has seen them.
func (s *Store) countUnseen(ctx context.Context, ch *Change, from, into Chat, number *int64) error {
	var numbers []int64
	for n := int64(1); n <= from.ActivitySequence && number == nil; n++ {
		if !contains(from.Gone, n) {
			numbers = append(numbers, n)
		}
	}
	if number != nil {
		numbers = []int64{*number}
	}
	ch.Counted, ch.UnseenAt, ch.Unseen = int64(len(numbers)), map[string][]Span{}, map[string]int64{}
	for _, m := range into.Members {
		if !slices.Contains(from.Members, m) {
			continue
		}
		v, err := s.seen(ctx, m, from.ID)
		if err != nil {
			return err
		}
		ch.UnseenAt[m], ch.Unseen[m] = nil, 0
		for i, n := range numbers {
			if n > v.ActivitySequence && !contains(v.Also, n) {
				ch.UnseenAt[m] = append(ch.UnseenAt[m], Span{int64(i + 1), int64(i + 1)})
				ch.Unseen[m]++
			}
		}
		ch.UnseenAt[m] = joined(ch.UnseenAt[m]...)
	}
	if slices.Contains(into.Members, ch.Doer) {
		ch.UnseenAt[ch.Doer], ch.Unseen[ch.Doer] = nil, 0
	}
	return nil
}

// moveUnread makes what moved as unread, for the members of both chats, as it was in
// the chat that it left. What came into that meanwhile is unread.
func (s *Store) moveUnread(ctx context.Context, ch Change) error {
	if ch.Undone || len(ch.UnseenAt) == 0 {
		return nil
	}
	return table.Repeat(ctx, s.table.Write, func() ([]table.Op, error) {
		tag, err := s.get(ctx, openKey(ch.ID), &ch)
		if err != nil || ch.UnreadMoved {
			return nil, ignoreNotFound(err)
		}
		c, err := s.load(ctx, ch.Into)
		if err != nil {
			return nil, ignoreNotFound(err)
		}
		_, came, err := s.movedBy(ctx, ch.ID)
		if err != nil {
			return nil, err
		}
		ch.UnreadMoved = true
		open := ch.row(openKey(ch.ID))
		open.ETag = tag
		ops := []table.Op{table.Replace(open), table.Replace(c.row())}
		for _, m := range slices.Sorted(maps.Keys(ch.UnseenAt)) {
			v, err := s.seen(ctx, m, c.ID)
			if err != nil {
				return nil, err
			}
			var read []Span
			for i, number := range came[:min(len(came), int(ch.Counted))] {
				if !contains(ch.UnseenAt[m], int64(i+1)) {
					read = append(read, Span{number, number})
				}
			}
			if len(read) > 0 {
				ops = append(ops, v.plus(read...).op(m, c.ID))
			}
		}
		return ops, nil
	}, ErrChanged, "count what is unread in chat %s", ch.Into)
}

// seenFor returns up to where a member has seen c for whom so much is unread.
func (c Chat) seenFor(unread int64) int64 {
	number := c.ActivitySequence
	for number > 0 && c.unreadAfter(seen{ActivitySequence: number}) < unread {
		number--
	}
	return number
}
