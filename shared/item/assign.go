package item

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/table"
	"kantoorpost/shared/teamwork"
)

// ErrNotWaiting means that a mail is no longer parked.
var ErrNotWaiting = errors.New("the mail does not wait any more")

// A Plan says who looks after a parked mail, and when; nil leaves what was.
type Plan struct {
	Assignee *string    // id of a team member, "" for nobody in particular
	Later    *time.Time // zero: now
}

// SetPlan changes the plan of a parked mail and returns the mail. A colleague to whom it
// is assigned gets a notice. Check refuses the change by its error, and is asked again
// when somebody else's change comes first. Errors: ErrNotFound, ErrNotWaiting, what check
// returns.
func (s *Store) SetPlan(ctx context.Context, id string, check func(Item) error, p Plan) (Item, error) {
	err := table.Repeat(ctx, s.table.Write, func() ([]table.Op, error) {
		it, err := s.Get(ctx, id)
		if err == nil {
			err = check(it)
		}
		if err == nil && it.State != Parked {
			err = ErrNotWaiting
		}
		if err != nil {
			return nil, err
		}
		planned, ops := it.plan(ctx, p, s.now())
		if len(ops) == 0 {
			return nil, nil
		}
		// The decision version stays that of the last decision.
		parked, err := s.table.Get(ctx, parkedKey(id))
		if err != nil && !errors.Is(err, table.ErrNotFound) {
			return nil, fmt.Errorf("plan mail %s: %w", id, err)
		}
		version, _ := parked.Props["decisionVersion"].(string)
		r := parkedRow(planned, version)
		write := table.Put(r) // somebody removed the row by hand
		if r.ETag = parked.ETag; r.ETag != "" {
			write = table.Replace(r)
		}
		return append(ops, table.Replace(mailRow(planned)), table.Put(viewRow(planned)), write,
			table.Put(listRow(waitingKey(planned.Mailbox, id), planned, summaryColumns(planned)))), nil
	}, table.ErrChanged, "plan mail %s", id)
	if err != nil {
		return Item{}, err
	}
	return s.Get(ctx, id)
}

// plan returns the mail with a plan, and the operations beside those of its rows; none
// when nothing changes.
func (it Item) plan(ctx context.Context, p Plan, now time.Time) (Item, []table.Op) {
	var ops []table.Op
	by, object := audit.By(ctx), "mail "+it.ID
	if p.Assignee != nil && *p.Assignee != it.Assignee {
		it.Assignee = *p.Assignee
		ops = append(ops, audit.Op(audit.Entry{By: by, Action: "mail.assign", Object: object, Mail: it.ID,
			Detail: map[string]string{"member": it.Assignee}}))
		if it.Assignee != "" && it.Assignee != by {
			ops = append(ops, teamwork.Op(it.Assignee, teamwork.Notice{Kind: teamwork.Assigned, Object: object, By: by, At: now}))
		}
	}
	if p.Later != nil && !p.Later.Equal(it.Later) {
		it.Later = p.Later.UTC().Truncate(time.Second)
		detail := map[string]string{}
		if !it.Later.IsZero() {
			detail["later"] = it.Later.Format(time.RFC3339)
		}
		ops = append(ops, audit.Op(audit.Entry{By: by, Action: "mail.later", Object: object, Mail: it.ID, Detail: detail}))
	}
	return it, ops
}
