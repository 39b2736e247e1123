package api

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/sorting"
)

func (a *api) registerLearning() {
	handle(a, access.RulesRead, apiTag("learning").op("get-learning", http.MethodGet, "/api/learning",
		"How much mail needs a hand, month by month"), func(ctx context.Context, in *struct {
		Months int `query:"months" minimum:"1" maximum:"36" default:"12" doc:"how many months, the current one included"`
		Weeks  int `query:"weeks" minimum:"0" maximum:"53" default:"0" doc:"how many weeks, the current one included"`
	}) (*bodyOutput[wire.Learning], error) {
		now := time.Now().UTC()
		out := wire.Learning{Months: []wire.LearningMonth{}}
		var all []periodFigures
		month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
		for n := in.Months - 1; n >= 0; n-- {
			from := month.AddDate(0, -n, 0)
			f, err := a.figures(ctx, from, from.AddDate(0, 1, 0), now)
			if err != nil {
				return nil, err
			}
			all = append(all, f)
			if f.Mails+f.HandActions > 0 || len(out.Months) > 0 {
				out.Months = append(out.Months, wire.LearningMonth{Month: from.Format("2006-01"), Figures: f.Figures})
			}
		}
		week := time.Date(now.Year(), now.Month(), now.Day()-int(now.Weekday()+6)%7, 0, 0, 0, 0, time.UTC)
		for n := in.Weeks - 1; n >= 0; n-- {
			from := week.AddDate(0, 0, -7*n)
			f, err := a.figures(ctx, from, from.AddDate(0, 0, 7), now)
			if err != nil {
				return nil, err
			}
			if f.Mails+f.HandActions > 0 || len(out.Weeks) > 0 {
				out.Weeks = append(out.Weeks, wire.LearningWeek{Week: from.Format(time.DateOnly), Figures: f.Figures})
			}
		}
		out.Calibration = calibration(all)
		var err error
		out.Placing, err = a.placing(ctx)
		return bodyOf(out, err)
	})
}

// periodFigures are the figures of a period, with what only their sum shows.
type periodFigures struct {
	wire.Figures
	suggested, right [item.ChanceSteps]int64 // first suggestions of mails that people solved, by the step of their chance
}

// A span is a period between two times.
type span struct{ from, until time.Time }

// figures are those of a month or a week. Those of a past period never
// change, so they are cached.
func (a *api) figures(ctx context.Context, from, until, now time.Time) (periodFigures, error) {
	if kept, ok := a.spans.Load(span{from, until}); ok {
		return kept.(periodFigures), nil
	}
	n, err := a.Items.Counts(ctx, from, until)
	if err != nil {
		return periodFigures{}, err
	}
	f := periodFigures{Figures: wire.Figures{
		Mails: n[item.Stored], Waited: n[item.Waited], HandActions: n[item.Hand],
		Automatic: max(0, n[item.Stored]-n[item.Waited]), Learned: n[item.Learned], Corrected: n[item.Corrected],
	}}
	for step := range item.ChanceSteps {
		f.suggested[step], f.right[step] = n[item.Suggested(step)], n[item.SuggestedRight(step)]
	}
	if f.Mails > 0 {
		f.Per100 = float64(f.HandActions*1000/f.Mails) / 10
	}
	if now.After(until.Add(time.Hour)) { // the clocks of instances differ a little
		a.spans.Store(span{from, until}, f)
	}
	return f, nil
}

// firstSuggestion is the first suggestion for a mail that waits, nil when there is
// none. A solution does not depend on it: when it is not known, it is not counted.
func (a *api) firstSuggestion(ctx context.Context, it item.Item) *learn.Suggestion {
	if it.State != item.Parked || it.Claim != nil {
		return nil
	}
	r, err := a.rank(ctx, it)
	if err != nil {
		slog.InfoContext(ctx, "first suggestion not known", "mail", it.ID, "error", err)
	}
	if len(r.may) == 0 {
		return nil
	}
	return &r.may[0]
}

// calibration adds up the first suggestions of some periods, without the steps of
// chance that none had.
func calibration(all []periodFigures) []wire.Calibrated {
	out := []wire.Calibrated{}
	for step := range item.ChanceSteps {
		c := wire.Calibrated{From: float64(step) / item.ChanceSteps, To: float64(step+1) / item.ChanceSteps}
		for _, f := range all {
			c.Suggested += f.suggested[step]
			c.Right += f.right[step]
		}
		if c.Suggested > 0 {
			out = append(out, c)
		}
	}
	return out
}

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
