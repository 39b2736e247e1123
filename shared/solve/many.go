package solve

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/table"
)

// Retry has waiting mails decided again, the first ones at once. By is the id of
// the person who asks. Retry may be repeated. When its jobs are lost, the tick
// decides the mails.
func (s *Service) Retry(ctx context.Context, by string, ids ...string) (Result, error) {
	// The audit entry comes first: nothing happens without it.
	e := audit.Entry{By: by, Action: "mail.retry", Detail: map[string]string{"mails": strconv.Itoa(len(ids))}}
	if len(ids) == 1 {
		e.Object, e.Mail, e.Detail = "mail "+ids[0], ids[0], nil
	}
	if err := s.Items.Commit(ctx, audit.Op(e)); err != nil {
		return Result{}, fmt.Errorf("note who retries %d mails: %w", len(ids), err)
	}
	if err := s.Items.InvalidateDecisions(ctx, ids); err != nil {
		return Result{}, err
	}
	released, pending, err := s.decideAll(ctx, "retry", by, ids)
	return Result{Released: released, Pending: pending}, err
}

// A Suggester returns what is suggested first for a mail; nil for nothing.
type Suggester func(context.Context, item.Item) *learn.Suggestion

// Dismiss dismisses several mails, each in a transaction of its own, and returns
// how many. It skips mail that no longer waits, that is being solved, or that the
// person may not dismiss. To dismiss a mail is evidence against what was suggested first.
func (s *Service) Dismiss(ctx context.Context, who Person, first Suggester, ids ...string) (int, error) {
	n := 0
	for _, id := range ids {
		done, err := s.dismissOne(ctx, who, first, id)
		if err != nil {
			return n, err
		}
		if done {
			n++
		}
	}
	return n, nil
}

func (s *Service) dismissOne(ctx context.Context, who Person, suggested Suggester, id string) (done bool, err error) {
	by := who.ID
	err = table.Repeat(ctx, s.Items.Commit, func() ([]table.Op, error) {
		done = false
		it, err := s.Items.Get(ctx, id)
		if errors.Is(err, item.ErrNotFound) {
			return nil, nil
		}
		if err != nil || !it.Waits() || it.Claim != nil || who.May(it, item.Dismiss) != nil {
			return nil, err
		}
		was, at, first := it.State, time.Now().UTC(), firstOf(suggested(ctx, it), item.Solution{Action: item.Dismiss})
		if first != nil && first.Sure {
			e := directory.Evidence{At: at, By: by, Mail: it.ID, Action: string(item.Dismiss)}
			if err := s.teachSuggested(ctx, e, first.Done); err != nil {
				return nil, err
			}
		}
		it.State, it.Reason, it.Facts, it.Decided = item.Dismissed, "", item.Facts{}, at
		it.Override.Action, it.Override.By, it.Override.At, it.Override.Rule, it.Override.First = item.Dismiss, by, at, "", first
		it.Note(item.Attempt{At: at, By: by, Action: item.Dismiss, State: it.State})
		ops := append(it.Transition(was, ""), item.CountOp(at, item.Hand, 1),
			audit.Op(audit.Entry{By: by, Action: "mail.dismiss", Object: "mail " + it.ID, Mail: it.ID}))
		done = true
		return append(ops, first.Counts(at)...), nil
	}, table.ErrChanged, "dismiss mail %s", id)
	return done && err == nil, err
}

// UndoDismissals undoes the dismissals of a person, each in a transaction of its
// own, and returns how many. It skips mail that another person dismissed or that
// has been solved since.
func (s *Service) UndoDismissals(ctx context.Context, who Person, ids ...string) (int, error) {
	mine := func(it item.Item) bool {
		return it.State == item.Dismissed && it.Override.Action == item.Dismiss && it.Override.By == who.ID && it.Override.Rule == "" &&
			who.May(it, item.UndoAction) == nil
	}
	var back []string
	for _, id := range ids {
		done, err := s.undoMail(ctx, id, undoing{by: who.ID, condition: mine})
		if err != nil {
			return 0, err
		}
		if done {
			back = append(back, id)
		}
	}
	_, err := s.decideAgain(ctx, "", back)
	return len(back), err
}
