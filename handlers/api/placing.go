package api

import (
	"context"
	"slices"
	"time"

	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/sorting"
)

type (
	// placement says why the model chose the client of a mail.
	placement struct {
		Client  named          `json:"client"`
		Chance  float64        `json:"chance" doc:"that it is right, 0 to 1"`
		Reasons []learn.Reason `json:"reasons" nullable:"false" doc:"the heaviest first"`
	}
	placedMail struct {
		Mail      string    `json:"mail" doc:"its id"`
		At        time.Time `json:"at" doc:"when it was placed"`
		Subject   string    `json:"subject"`
		Corrected bool      `json:"corrected" doc:"whether somebody moved it to another client since"`
		placement
	}
	// placing says whether the model may place mail by itself, and what it placed.
	placing struct {
		May        bool         `json:"may"`
		Off        bool         `json:"off" doc:"whether a manager switched it off"`
		Rule       string       `json:"rule,omitempty" doc:"id of the rule that holds the record; empty before the first sure suggestion"`
		Mails      int          `json:"mails" doc:"sure suggestions that people solved since they last corrected one, that one included"`
		Right      int          `json:"right" doc:"of these, those that people followed"`
		Bound      float64      `json:"bound" doc:"the lower bound of the share that is right, 0 to 1 (Wilson, z = 1.64)"`
		LeastBound float64      `json:"leastBound" doc:"from which on the model may place mail"`
		Sure       float64      `json:"sure" doc:"the least chance of a sure suggestion"`
		Missing    int          `json:"missing" doc:"how many sure suggestions more must be right before it may"`
		Recent     []placedMail `json:"recent" nullable:"false" doc:"what it placed last, the newest first, at most 20; only what you may see"`
	}
)

// maxRecent is how many mails that the model placed are shown.
const maxRecent = 20

func (a *api) placing(ctx context.Context) (placing, error) {
	out := placing{LeastBound: learn.LeastBound, Sure: learn.LeastSure, Recent: []placedMail{}}
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
		out.Recent = append(out.Recent, placedMail{
			Mail: it.ID, At: it.Decided, Subject: it.Subject, Corrected: slices.Contains(rule.FailedMails, it.ID), placement: *p,
		})
	}
	sorting.By(out.Recent, func(a, b placedMail) int { return b.At.Compare(a.At) })
	return out, nil
}

// placement says why the model chose the client of a mail; nil when it did not.
func (a *api) placement(ctx context.Context, it item.Item) (*placement, error) {
	if it.Placed == nil {
		return nil, nil
	}
	name, err := a.readName(ctx, "client", it.Placed.Client)
	if err != nil {
		return nil, err
	}
	p := &placement{Client: named{it.Placed.Client, name}, Chance: it.Placed.Chance, Reasons: []learn.Reason{}}
	for _, s := range it.Placed.Signs {
		p.Reasons = append(p.Reasons, learn.Reason(s))
	}
	return p, nil
}
