package chat

import (
	"context"
	"fmt"
	"slices"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/sorting"
	"kantoorpost/shared/table"
)

// movedBy returns the ids of the messages that a change took into the other chat, and the
// activity numbers that they have there, in order.
func (s *Store) movedBy(ctx context.Context, change string) (messages []string, numbers []int64, err error) {
	prefix := movedKey(change, "")
	for r, err := range s.table.Rows(ctx, prefix, prefix+ids.Above) {
		if err != nil {
			return nil, nil, fmt.Errorf("list what change %s moved: %w", change, err)
		}
		var m moved
		if err := r.Document(&m); err != nil {
			return nil, nil, err
		}
		messages = append(messages, r.Key[len(prefix):])
		if m.Into > 0 {
			numbers = append(numbers, m.Into)
		}
	}
	slices.Sort(numbers)
	return messages, numbers, nil
}

// undoMerge undoes a merge: it brings back what the merge moved and is still there.
func (s *Store) undoMerge(ctx context.Context, ch Change) error {
	for range maxRounds {
		list, _, err := s.movedBy(ctx, ch.ID)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return s.finishUndoneMerge(ctx, ch)
		}
		all, tags, err := s.allMessages(ctx, ch.Into)
		if err != nil {
			return err
		}
		var back []Message
		var lost []table.Op
		for _, id := range list {
			i := slices.IndexFunc(all, func(m Message) bool { return m.ID == id })
			if i >= 0 {
				back = append(back, all[i])
			} else {
				lost = append(lost, table.Delete(table.Row{Key: movedKey(ch.ID, id)}))
			}
		}
		sorting.By(back, inOrder)
		if err := s.carryAll(ctx, ch, ch.Into, ch.From, back, tags); err != nil {
			return err
		}
		if len(back) > 0 {
			continue
		}
		for part := range slices.Chunk(lost, table.MaxOps) {
			if err := s.table.Write(ctx, part...); err != nil && !table.CanRepeat(ctx, err) {
				return fmt.Errorf("forget what change %s moved: %w", ch.ID, err)
			}
		}
	}
	return fmt.Errorf("undo the merge of chat %s: it changed %d times meanwhile", ch.From, maxRounds)
}

// finishUndoneMerge gives drafts back that answer messages which were brought back, and lets
// the chat that was made for a merge lead to the other again.
func (s *Store) finishUndoneMerge(ctx context.Context, ch Change) error {
	if s.replies != nil {
		_, tags, err := s.allMessages(ctx, ch.From)
		if err != nil {
			return err
		}
		err = s.replies.MoveDrafts(ctx, ch.Into, ch.From, func(message string) bool { return tags[message] != "" })
		if err != nil {
			return err
		}
	}
	if !ch.New {
		return nil
	}
	for range table.Tries(ctx) {
		done, err := s.leadTo(ctx, ch, ch.Into, ch.From)
		if err != nil || done {
			return err
		}
	}
	return table.Overtaken(ErrChanged, "let chat %s lead to chat %s again", ch.Into, ch.From)
}
