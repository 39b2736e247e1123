package item

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"kantoorpost/shared/table"
)

// A parked mail is decided again when what it was decided under has changed:
// the directory, or what its address is linked with. That is its decisionVersion.
// settledKey holds the office's decisionVersion under which all parked mails have been
// decided, so that an unchanged office costs one look.
const settledKey = "s|parked"

// Basis is what a decision on a mail rests on, besides the mail: the version of
// the directory, and the link of the address that received it. It is a text
// that is only ever compared.
func DecisionVersion(directory int64, linkKind, linkID string) string {
	return fmt.Sprintf("%d/%s/%s", directory, linkKind, linkID)
}

// Outdated returns the ids of parked mails that were decided under another
// decisionVersion than their mailbox has now, at most limit. Whole is a text that
// changes whenever any mailbox's decisionVersion does: once nothing is outdated it is
// remembered, and the answer comes from one row until it changes.
func (s *Store) Outdated(ctx context.Context, whole string, decisionVersion func(mailbox string) string, limit int) ([]string, error) {
	settled, err := s.table.Get(ctx, settledKey)
	if err != nil && !errors.Is(err, table.ErrNotFound) {
		return nil, fmt.Errorf("read decisionVersion of parked mails: %w", err)
	}
	if err == nil && settled.Props["decisionVersion"] == whole {
		return nil, nil
	}
	var ids []string
	for from := "p|"; from != ""; {
		rows, next, err := s.table.Range(ctx, from, "p|"+above, 1000)
		if err != nil {
			return nil, fmt.Errorf("read parked mails: %w", err)
		}
		for _, r := range rows {
			id, box := r.Key[len("p|"):], fmt.Sprint(r.Props["mailbox"])
			if r.Props["decisionVersion"] != decisionVersion(box) && ValidID(id) {
				ids = append(ids, id)
			}
			if len(ids) == limit {
				return ids, nil
			}
		}
		from = next
	}
	if len(ids) == 0 {
		err := s.table.Write(ctx, table.Put(table.Row{Key: settledKey, Props: map[string]any{"decisionVersion": whole}}))
		if err != nil {
			return nil, fmt.Errorf("keep decisionVersion of parked mails: %w", err)
		}
	}
	return ids, nil
}

// Stamp notes under which decisionVersion these mails, by id, were decided, which are
// still parked for the same reason.
func (s *Store) SetDecisionVersion(ctx context.Context, decisionVersion map[string]string) error {
	if len(decisionVersion) == 0 {
		return nil
	}
	ids := slices.Sorted(maps.Keys(decisionVersion))
	var ops []table.Op
	from, to := parkedKey(ids[0]), parkedKey(ids[len(ids)-1])+above
	for from != "" {
		rows, next, err := s.table.Range(ctx, from, to, 1000)
		if err != nil {
			return fmt.Errorf("read %d parked mails: %w", len(ids), err)
		}
		for _, r := range rows {
			if b, ours := decisionVersion[r.Key[len("p|"):]]; ours && r.Props["decisionVersion"] != b {
				ops = append(ops, table.Merge(table.Row{Key: r.Key, ETag: r.ETag, Props: map[string]any{"decisionVersion": b}}))
			}
		}
		from = next
	}
	if err := s.writeUnchanged(ctx, ops); err != nil {
		return fmt.Errorf("stamp %d parked mails: %w", len(ids), err)
	}
	return nil
}

// A Brief is as much of a parked mail as it takes to count it.
type Summary struct {
	Reason  Reason
	Address string // that received it
}

// Briefs lists the parked mails of a mailbox, "" for all, newest first, at most
// 1,000, and where to go on, "" at the end. It costs one query, which reads a
// hundredth of what List would.
func (s *Store) Summaries(ctx context.Context, mailbox, from string) (mails []Summary, next string, err error) {
	prefix := "p|"
	if mailbox != "" {
		prefix = waitingKey(mailbox, "")
	}
	if from == "" {
		from = prefix
	}
	rows, next, err := s.table.Columns(ctx, from, prefix+above, table.MaxRange, "reason", "address")
	if err != nil {
		return nil, "", fmt.Errorf("count parked mails: %w", err)
	}
	for _, r := range rows {
		reason, _ := r.Props["reason"].(string)
		address, _ := r.Props["address"].(string)
		mails = append(mails, Summary{Reason(reason), address})
	}
	return mails, next, nil
}
