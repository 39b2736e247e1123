package api

import (
	"context"
	"slices"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
)

func (a *api) retryMails(ctx context.Context, in *struct{ Body wire.RetryBody }) (*bodyOutput[wire.Retried], error) {
	var ids []string
	var err error
	switch b := in.Body; {
	case (len(b.Mails) == 0) == (b.Reason == ""):
		return nil, invalid("body", `either "mails" or "reason"`)
	case b.Reason != "":
		ids, err = a.parkedFor(ctx, item.Reason(b.Reason))
	default:
		ids, err = a.solvable(ctx, b.Mails, item.Item.Waits)
	}
	if err != nil || len(ids) == 0 {
		return bodyOf(wire.Retried{}, err)
	}
	r, err := a.Solver.Retry(ctx, actor(ctx).ID(), ids...)
	return bodyOf(wire.Retried{Asked: len(ids), Released: r.Released}, err)
}

// maxRead is for how many of the mails that are dismissed together it is read what was
// suggested: that takes up to 20 ms for each.
const maxRead = 20

func (a *api) dismissMails(ctx context.Context, in *struct{ Body wire.ManyBody }) (*bodyOutput[wire.Dismissed], error) {
	ids, err := a.solvable(ctx, in.Body.Mails, item.Item.Waits)
	if err != nil {
		return nil, err
	}
	who, err := a.person(ctx)
	if err != nil {
		return nil, err
	}
	read := 0
	first := func(ctx context.Context, it item.Item) *learn.Suggestion {
		if read++; read > maxRead {
			return nil
		}
		return a.firstSuggestion(ctx, it)
	}
	n, err := a.Solver.Dismiss(ctx, who, first, ids...)
	return bodyOf(wire.Dismissed{Dismissed: n}, err)
}

func (a *api) undoMails(ctx context.Context, in *struct{ Body wire.ManyBody }) (*bodyOutput[wire.Reopened], error) {
	ids, err := a.solvable(ctx, in.Body.Mails, func(it item.Item) bool { return it.State == item.Dismissed })
	if err != nil {
		return nil, err
	}
	who, err := a.person(ctx)
	if err != nil {
		return nil, err
	}
	n, err := a.Solver.UndoDismissals(ctx, who, ids...)
	return bodyOf(wire.Reopened{Reopened: n}, err)
}

// solvable are the given mails that fit and that the caller may solve, each
// once and in the given order. A mail that the caller may not see is skipped,
// as a missing one is.
func (a *api) solvable(ctx context.Context, ids []string, fits func(item.Item) bool) ([]string, error) {
	visible, err := a.visibility(ctx)
	if err != nil {
		return nil, err
	}
	ids = unique(ids)
	may := map[string]bool{}
	for part := range slices.Chunk(ids, 200) {
		items, err := a.Items.Load(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			may[it.ID] = fits(it) && access.Can(actor(ctx), access.MailsSolve, visible.Object(it.Mailbox))
		}
	}
	return slices.DeleteFunc(ids, func(id string) bool { return !may[id] }), nil
}

func unique(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		again := seen[id]
		seen[id] = true
		return again
	})
}

// parkedFor are the mails that wait for a reason and that the caller may
// solve, at most item.MaxWaiting.
func (a *api) parkedFor(ctx context.Context, reason item.Reason) ([]string, error) {
	if !slices.Contains(item.Reasons(), reason) {
		return nil, invalid("body.reason", "one of the reasons")
	}
	boxes, err := a.mailboxes(ctx, "")
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, box := range boxes {
		for q := (item.Query{Mailbox: box, State: item.Parked, Limit: 1000}); len(ids) < item.MaxWaiting; {
			items, next, err := a.Items.List(ctx, q)
			if err != nil {
				return nil, err
			}
			for _, it := range items {
				if it.Reason == reason {
					ids = append(ids, it.ID)
				}
			}
			if q.After = next; next == "" {
				break
			}
		}
	}
	return ids[:min(len(ids), item.MaxWaiting)], nil
}
