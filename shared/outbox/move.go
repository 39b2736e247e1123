package outbox

import (
	"context"
	"errors"
	"fmt"

	"kantoorpost/shared/table"
)

// MoveOps returns the operations after which a reply is a message of another chat, with
// this sequence; none when the reply is gone. They fail if somebody changes the reply
// meanwhile.
func (s *Store) MoveOps(ctx context.Context, reply, chatID string, sequence int64) ([]table.Op, error) {
	r, err := s.Load(ctx, reply)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r.Chat, r.Sequence = chatID, sequence
	ops := []table.Op{table.Replace(r.row())}
	if r.listed() {
		ops = append(ops, table.Put(document(indexKey(r.ID), "", r, nil)))
	}
	return ops, nil
}

// MoveDrafts gives the drafts in a chat to another: those that answer a message for
// which answers says true. A draft stays when its author has one in the other chat.
func (s *Store) MoveDrafts(ctx context.Context, from, into string, answers func(message string) bool) error {
	drafts, err := s.drafts(ctx, from)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if !answers(d.Answers) {
			continue
		}
		before := d.row()
		d.Chat, d.etag = into, ""
		err := s.table.Write(ctx, table.Insert(d.row()), table.Delete(table.Row{Key: before.Key, ETag: before.ETag}))
		if err != nil && !table.CanRepeat(ctx, err) {
			return fmt.Errorf("give the draft of %s in chat %s to chat %s: %w", d.Member, from, into, err)
		}
	}
	return nil
}
