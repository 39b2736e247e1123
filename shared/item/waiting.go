package item

import (
	"context"
	"errors"
	"fmt"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// An IndexKey names a property that several mails share: solving one of them
// finds the others that wait.
type IndexKey string

// SentBy is the key of mail from an e-mail address.
func SentBy(email string) IndexKey { return IndexKey(ids.Hash("sender", email)) }

// SentFrom is the key of mail from the addresses of a domain.
func SentFrom(domain string) IndexKey { return IndexKey(ids.Hash("domain", domain)) }

// OnList is the key of mail that came through a mailing list.
func OnList(id string) IndexKey { return IndexKey(ids.Hash("list", id)) }

func (it Item) indexKeys() []string {
	var keys []string
	if it.From.Email != "" {
		keys = append(keys, string(SentBy(it.From.Email)))
		if domain := directory.Domain(it.From.Email); domain != "" {
			keys = append(keys, string(SentFrom(domain)))
		}
	}
	if it.ListID != "" {
		keys = append(keys, string(OnList(it.ListID)))
	}
	return keys
}

// MaxWaiting bounds the mails that one solution or one retry reads.
const MaxWaiting = 10_000

// Waiting returns the ids of the mails that wait and have a key, newest first,
// at most MaxWaiting.
func (s *Store) Waiting(ctx context.Context, key IndexKey) ([]string, error) {
	return s.ids(ctx, indexRowKey(string(key), ""), "waiting mail")
}

// ByRule returns the ids of the mails that a learned rule decided, newest first,
// at most MaxWaiting.
func (s *Store) ByRule(ctx context.Context, rule string) ([]string, error) {
	return s.ids(ctx, ruleKey(rule, ""), "mail decided by rule "+rule)
}

func (s *Store) ids(ctx context.Context, prefix, what string) (found []string, err error) {
	for r, err := range s.table.Rows(ctx, prefix, prefix+ids.Above) {
		if err != nil {
			return nil, fmt.Errorf("look for %s: %w", what, err)
		}
		if id := r.Key[len(prefix):]; ids.IsTimed(id) {
			found = append(found, id)
		}
		if len(found) == MaxWaiting {
			break
		}
	}
	return found, nil
}

// DecidedBy returns the operations that store which rules decided the mail, for
// ByRule.
func (it Item) DecidedBy() []table.Op {
	var ops []table.Op
	for _, rule := range it.Rules {
		ops = append(ops, table.Put(table.Row{Key: ruleKey(rule, it.ID), Props: map[string]any{"mail": it.ID}}))
	}
	return ops
}

// Undecided returns the operations that take DecidedBy back.
func (it Item) Undecided() []table.Op {
	var ops []table.Op
	for _, rule := range it.Rules {
		ops = append(ops, table.Delete(table.Row{Key: ruleKey(rule, it.ID)}))
	}
	return ops
}

// InvalidateDecisions lets the next tick decide these parked mails again. A retry
// calls it in case its jobs are lost. Mails that are not parked do not change.
func (s *Store) InvalidateDecisions(ctx context.Context, mails []string) error {
	ops := make([]table.Op, 0, len(mails))
	for _, id := range mails {
		if ids.IsTimed(id) {
			ops = append(ops, table.Merge(table.Row{Key: parkedKey(id), ETag: table.Any, Props: map[string]any{"decisionVersion": ""}}))
		}
	}
	if err := s.table.WriteUnchanged(ctx, ops); err != nil {
		return fmt.Errorf("retry %d mails: %w", len(mails), err)
	}
	err := s.table.Write(ctx, table.Merge(table.Row{Key: currentKey, ETag: table.Any, Props: map[string]any{"links": ""}}))
	if err != nil && !errors.Is(err, table.ErrNotFound) {
		return fmt.Errorf("retry %d mails: %w", len(mails), err)
	}
	return nil
}
