package api

import (
	"context"
	"slices"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/sorting"
)

// maxRecent is how many mails that the model placed are shown.
const maxRecent = 20

func (a *api) placing(ctx context.Context) (wire.Placing, error) {
	out := wire.Placing{LeastBound: learn.LeastBound, Sure: learn.LeastSure, Recent: []wire.PlacedMail{}}
	rule, known, err := a.Directory.RuleFor(ctx, directory.SuggestedClient, directory.KindSuggested)
	if err != nil {
		return out, err
	}
	r := learn.RecordOf(rule)
	out.Mails, out.Right, out.Bound, out.Missing = r.Mails, r.Right, r.Bound, r.Missing()
	out.May, out.Off = rule.State == directory.RuleOn && r.Holds(), rule.State == directory.RuleOff
	if !known {
		return out, nil
	}
	out.Rule = rule.ID
	ids, err := a.Items.ByRule(ctx, rule.ID)
	if err != nil {
		return out, err
	}
	items, err := a.Items.Load(ctx, ids[:min(len(ids), maxRecent)])
	if err != nil {
		return out, err
	}
	visible, err := a.visibility(ctx)
	if err != nil {
		return out, err
	}
	for _, it := range items {
		if it.Placed == nil || !access.Can(actor(ctx), access.MailsRead, visible.Object(it.Mailbox)) {
			continue
		}
		p, err := a.placement(ctx, it)
		if err != nil {
			return out, err
		}
		out.Recent = append(out.Recent, wire.PlacedMail{
			Mail: it.ID, At: it.Decided, Subject: it.Subject, Corrected: slices.Contains(rule.FailedMails, it.ID), Placement: *p,
		})
	}
	sorting.By(out.Recent, func(a, b wire.PlacedMail) int { return b.At.Compare(a.At) })
	return out, nil
}

// placement says why the model chose the client of a mail; nil when it did not.
func (a *api) placement(ctx context.Context, it item.Item) (*wire.Placement, error) {
	if it.Placed == nil {
		return nil, nil
	}
	name, err := a.readName(ctx, "client", it.Placed.Client)
	if err != nil {
		return nil, err
	}
	p := &wire.Placement{Client: wire.Named{ID: it.Placed.Client, Name: name}, Chance: it.Placed.Chance, Reasons: []learn.Reason{}}
	for _, s := range it.Placed.Signs {
		p.Reasons = append(p.Reasons, learn.Reason(s))
	}
	return p, nil
}
