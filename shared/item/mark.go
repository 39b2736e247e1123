package item

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/table"
	"kantoorpost/shared/work"
)

// A Mark says that the categories of a mail in Outlook are still to be set. Each change
// of the mail's state renews it.
type Mark struct {
	ID       string    `json:"id"`       // of the mail
	Mailbox  string    `json:"mailbox"`  // that has the mail
	Address  string    `json:"address"`  // for people
	Message  string    `json:"message"`  // Item.MessageID; "" when the mail is gone
	State    State     `json:"state"`    // of the mail
	Next     time.Time `json:"next"`     // when the tick puts a job, if the mark is still there
	Attempts int64     `json:"attempts"` // that failed

	etag string
}

// firstMark is how long the job that was put with the decision has.
const firstMark = time.Minute

// Marked says whether the transition from a state to the present one also makes a
// Mark. A mail that is decided again has one too: its next state may be one that has
// no category, and the old one must go.
func (it Item) Marked(was State) bool {
	return it.State != was && it.MessageID != "" && (was != New || it.State != Dismissed)
}

// markOps returns the operation that has the mail marked in Outlook.
func (it Item) markOps(was State) []table.Op {
	if !it.Marked(was) {
		return nil
	}
	return []table.Op{table.Put(markRow(Mark{
		ID: it.ID, Mailbox: it.Mailbox, Address: it.Address, Message: it.MessageID, State: it.State, Next: it.Decided.Add(firstMark),
	}))}
}

// markRow returns what table.Pack makes of a mark.
func markRow(m Mark) table.Row {
	return table.Row{Key: markKey(m.ID), ETag: m.etag, Props: map[string]any{
		"id": m.ID, "mailbox": m.Mailbox, "address": m.Address, "message": m.Message, "state": string(m.State),
		"next": m.Next.Format(time.RFC3339Nano), "attempts": m.Attempts,
	}}
}

// DueMarks returns marks whose time has come, newest first, at most limit.
func (s *Store) DueMarks(ctx context.Context, limit int) ([]Mark, error) {
	now := s.now()
	var due []Mark
	err := s.eachMark(ctx, markKey(""), markKey("")+ids.Above, func(m Mark) bool {
		if !m.Next.After(now) {
			due = append(due, m)
		}
		return len(due) < limit
	})
	return due, err
}

// Marks returns the marks of these mails, whether they are due or not. Mails that
// arrived one after another cost one query together.
func (s *Store) Marks(ctx context.Context, mails []string) ([]Mark, error) {
	mails = slices.DeleteFunc(slices.Clone(mails), func(id string) bool { return !ids.IsTimed(id) })
	if len(mails) == 0 {
		return nil, nil
	}
	slices.Sort(mails)
	var found []Mark
	err := s.eachMark(ctx, markKey(mails[0]), markKey(mails[len(mails)-1])+ids.Above, func(m Mark) bool {
		if _, wanted := slices.BinarySearch(mails, m.ID); wanted {
			found = append(found, m)
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	return found, s.completeMarks(ctx, found)
}

// completeMarks adds the message and the state to marks that were made before marks had
// them.
func (s *Store) completeMarks(ctx context.Context, marks []Mark) error {
	var without []string
	for _, m := range marks {
		if m.State == "" {
			without = append(without, m.ID)
		}
	}
	items, err := s.Load(ctx, without)
	for i, m := range marks {
		for _, it := range items {
			if it.ID == m.ID && m.State == "" {
				marks[i].Message, marks[i].State = it.MessageID, it.State
			}
		}
	}
	return err
}

// eachMark calls do for each mark between two keys, until it returns false.
func (s *Store) eachMark(ctx context.Context, from, to string, do func(Mark) bool) error {
	for r, err := range s.table.Rows(ctx, from, to) {
		if err != nil {
			return fmt.Errorf("read marks for Outlook: %w", err)
		}
		var m Mark
		if err := r.Unpack(&m); err != nil || !ids.IsTimed(m.ID) || r.Key != markKey(m.ID) {
			continue // made by hand
		}
		m.etag = r.ETag
		if !do(m) {
			return nil
		}
	}
	return nil
}

// DropMarks removes marks that are done or of no use. One that was renewed since it
// was read stays, since the mail has another state.
func (s *Store) DropMarks(ctx context.Context, marks []Mark) error {
	var ops []table.Op
	for _, m := range marks {
		ops = append(ops, table.Delete(markRow(m)))
	}
	if err := s.table.WriteUnchanged(ctx, ops); err != nil {
		return fmt.Errorf("remove marks for Outlook: %w", err)
	}
	return nil
}

// PostponeMarks notes that these marks could not be set. Each time they wait twice
// as long as before, and at least for after.
func (s *Store) PostponeMarks(ctx context.Context, marks []Mark, after time.Duration) error {
	now := s.now()
	var ops []table.Op
	for _, m := range marks {
		m.Attempts++
		m.Next = now.Add(max(after, work.Wait(m.Attempts, firstMark, maxSweep)))
		ops = append(ops, table.Replace(markRow(m)))
	}
	if err := s.table.WriteUnchanged(ctx, ops); err != nil {
		return fmt.Errorf("postpone marks for Outlook: %w", err)
	}
	return nil
}
