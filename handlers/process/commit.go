package process

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/table"
)

// commit stores a decision in one transaction: chat, members, message, threads and
// the state of the mail, which must be unchanged since it was read.
func (r *run) commit(ctx context.Context, it item.Item, d decision) error {
	was, version := it.State, r.decisionVersion(it)
	ops, counted, err := r.apply(ctx, &it, d)
	if err != nil {
		return err
	}
	if counted != "" {
		ops = append(ops, item.CountOp(it.Decided, counted, 1))
	}
	err = r.Items.Commit(ctx, append(ops, it.Transition(was, version)...)...)
	if err == nil {
		r.decided(ctx, it, was)
	}
	return err
}

// apply brings a mail into the state that a decision gives it. It returns the
// operations on other rows than those of the mail, and how the decision counts, "" for
// not.
func (r *run) apply(ctx context.Context, it *item.Item, d decision) (ops []table.Op, counted item.Count, err error) {
	first := it.Attempts == 0
	it.Decided = time.Now().UTC()
	it.Attempts++
	if it.Reason = d.Reason; d.Reason != it.InitialReason {
		it.Detail = d.Detail
	}
	it.Facts, it.Rules, it.Placed, it.Lookups = d.Facts, d.Rules, d.Placed, d.Lookups
	if names, ok := r.records.files.has(it.ID); ok {
		it.Files = names // a later decision does not ask again
	}
	ops = it.DecidedBy()
	switch {
	case d.Dismiss:
		it.State = item.Dismissed
	case d.Reason != "":
		it.State = item.Parked
	case d.Join != nil:
		if len(d.Outcomes) > 0 {
			it.Class = item.DeliveryReport
		}
		c, more := d.Join.Join(*it, d.entry())
		it.State, it.Chat, it.Why = item.Processed, c.ID, d.Why
		ops = append(ops, more...)
		if d.By != "" && !d.Copy {
			if ops, err = r.Chats.SeenOwn(ctx, c, d.By, ops); err != nil {
				return nil, "", err
			}
		}
	default:
		c, more := chat.Start(cmp.Or(d.Start, it.ID), *it, d.Client, d.From.ID, d.From.Name, d.Members, d.ByMessageID)
		it.State, it.Chat, it.Why = item.Processed, c.ID, d.Why
		ops = append(ops, more...)
	}
	attempt := item.Attempt{At: it.Decided, By: r.by, State: it.State, Reason: it.Reason, Chat: it.Chat}
	if r.by != "" {
		attempt.Action = item.RetryAction
	}
	if n := len(it.Rules); n > 0 {
		attempt.Rule = it.Rules[n-1]
	}
	it.Note(attempt)
	switch {
	case first && it.State == item.Parked:
		counted = item.Waited
	case first && len(it.Rules) > 0:
		counted = item.Learned
	}
	return ops, counted, nil
}

// decided notes what follows from a decision that is stored.
func (r *run) decided(ctx context.Context, it item.Item, was item.State) {
	if it.Marked(was) && r.records.addresses[it.Mailbox].Categories {
		r.marks[it.Address] = append(r.marks[it.Address], it.ID)
	}
	slog.InfoContext(ctx, "decided", "state", it.State, "reason", it.Reason, "chat", it.Chat)
}

// mark puts jobs that show the decisions in Outlook. The tick finds the marks of a
// job that cannot be put.
func (r *run) mark(ctx context.Context) {
	for _, address := range slices.Sorted(maps.Keys(r.marks)) {
		for _, j := range job.Marks(address, "decided", r.marks[address]) {
			if err := r.Jobs.Put(ctx, j); err != nil {
				slog.WarnContext(ctx, "no job for marks in Outlook", "address", address, "error", err)
			}
		}
	}
}
