package item

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
)

// A parked mail is decided again when its decision version has changed: that of
// the directory, or the link of the address that received it.

// currentKey holds the decision version of all mailboxes together under which
// every parked mail has been decided: while nothing changes, a tick reads one row.
const currentKey = "s|parked"

// DecisionVersion names the data, besides the mail itself, that a decision rests
// on: the version of the directory, and the link of the address that received the
// mail. The text is only compared, never read.
func DecisionVersion(directory int64, linkKind, linkID string) string {
	return fmt.Sprintf("%d/%s/%s", directory, linkKind, linkID)
}

// Outdated returns the ids of parked mails that were decided under another
// decision version than their mailbox has now, at most limit. The text all must
// change when the version of any mailbox does: once no mail is outdated, all is
// stored, and Outdated reads one row until it changes.
func (s *Store) Outdated(ctx context.Context, all string, version func(mailbox string) string, limit int) ([]string, error) {
	current, err := s.table.Get(ctx, currentKey)
	if err != nil && !errors.Is(err, table.ErrNotFound) {
		return nil, fmt.Errorf("read decision version of parked mails: %w", err)
	}
	if err == nil && current.Props["decisionVersion"] == all {
		return nil, nil
	}
	var outdated []string
	for from := "p|"; from != ""; {
		rows, next, err := s.table.Range(ctx, from, "p|"+ids.Above, 1000)
		if err != nil {
			return nil, fmt.Errorf("read parked mails: %w", err)
		}
		for _, r := range rows {
			id, mailbox := r.Key[len("p|"):], fmt.Sprint(r.Props["mailbox"])
			if r.Props["decisionVersion"] != version(mailbox) && ids.IsTimed(id) {
				outdated = append(outdated, id)
			}
			if len(outdated) == limit {
				return outdated, nil
			}
		}
		from = next
	}
	if len(outdated) == 0 {
		err := s.table.Write(ctx, table.Put(table.Row{Key: currentKey, Props: map[string]any{"decisionVersion": all}}))
		if err != nil {
			return nil, fmt.Errorf("store decision version of parked mails: %w", err)
		}
	}
	return outdated, nil
}

// SetDecisionVersion stores the decision version of mails, by id, that were
// decided again and stay parked for the same reason.
func (s *Store) SetDecisionVersion(ctx context.Context, versions map[string]string) error {
	if len(versions) == 0 {
		return nil
	}
	mails := slices.Sorted(maps.Keys(versions))
	var ops []table.Op
	from, to := parkedKey(mails[0]), parkedKey(mails[len(mails)-1])+ids.Above
	for from != "" {
		rows, next, err := s.table.Range(ctx, from, to, 1000)
		if err != nil {
			return fmt.Errorf("read %d parked mails: %w", len(mails), err)
		}
		for _, r := range rows {
			if v, ok := versions[r.Key[len("p|"):]]; ok && r.Props["decisionVersion"] != v {
				ops = append(ops, table.Merge(table.Row{Key: r.Key, ETag: r.ETag, Props: map[string]any{"decisionVersion": v}}))
			}
		}
		from = next
	}
	if err := s.writeUnchanged(ctx, ops); err != nil {
		return fmt.Errorf("set decision version of %d parked mails: %w", len(mails), err)
	}
	return nil
}

// A Summary holds the fields by which parked mails are counted.
type Summary struct {
	ID       string
	Reason   Reason
	Address  string    // that received it
	Received time.Time // zero for a row that was made by hand
	Later    time.Time // before which nobody has to look at it
}

// Summaries lists the parked mails of a mailbox, "" for all, newest first, at
// most 1,000, and where to continue, "" at the end. It costs one query, which
// reads a hundredth of what List reads.
func (s *Store) Summaries(ctx context.Context, mailbox, from string) (mails []Summary, next string, err error) {
	prefix := "p|"
	if mailbox != "" {
		prefix = waitingKey(mailbox, "")
	}
	if from == "" {
		from = prefix
	}
	rows, next, err := s.table.Columns(ctx, from, prefix+ids.Above, table.MaxRange, "reason", "address", "later")
	if err != nil {
		return nil, "", fmt.Errorf("count parked mails: %w", err)
	}
	for _, r := range rows {
		reason, _ := r.Props["reason"].(string)
		address, _ := r.Props["address"].(string)
		later, _ := r.Props["later"].(time.Time)
		id := r.Key[len(prefix):]
		mails = append(mails, Summary{id, Reason(reason), address, ids.TimeOf(id), later})
	}
	return mails, next, nil
}
