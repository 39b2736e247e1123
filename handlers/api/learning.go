package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/access"
	"kantoorpost/shared/item"
)

type (
	learningMonth struct {
		Month       string  `json:"month" example:"2026-11"`
		Mails       int64   `json:"mails" doc:"that came in"`
		Waited      int64   `json:"waited" doc:"that had to wait, for a person or for what a person solved elsewhere"`
		HandActions int64   `json:"handActions" doc:"solutions by people"`
		Per100      float64 `json:"per100" doc:"solutions by people for each hundred mails"`
		Automatic   int64   `json:"automatic" doc:"mails that were decided as soon as they came in"`
		Learned     int64   `json:"learned" doc:"of these, by what people had taught"`
		Corrected   int64   `json:"corrected" doc:"automatic decisions that people took back"`
	}
	learning struct {
		Months []learningMonth `json:"months" nullable:"false" doc:"oldest first, the current one last; months before the first mail are left out"`
	}
)

func (a *api) registerLearning() {
	handle(a, access.RulesRead, huma.Operation{
		OperationID: "get-learning", Method: http.MethodGet, Path: "/api/learning", Tags: []string{"learning"},
		Summary: "How much mail needs a hand, month by month",
	}, func(ctx context.Context, in *struct {
		Months int `query:"months" minimum:"1" maximum:"36" default:"12" doc:"how many months, the current one included"`
	}) (*struct{ Body learning }, error) {
		now := time.Now().UTC()
		first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
		out := learning{Months: []learningMonth{}}
		for n := in.Months - 1; n >= 0; n-- {
			from := first.AddDate(0, -n, 0)
			m, err := a.month(ctx, from, from.AddDate(0, 1, 0), now)
			if err != nil {
				return nil, err
			}
			if m.Mails+m.HandActions > 0 || len(out.Months) > 0 {
				out.Months = append(out.Months, m)
			}
		}
		return &struct{ Body learning }{out}, nil
	})
}

// month is what happened in a month. That of a month which is over never
// changes, so it is kept.
func (a *api) month(ctx context.Context, from, until, now time.Time) (learningMonth, error) {
	if kept, ok := a.months.Load(from); ok {
		return kept.(learningMonth), nil
	}
	n, err := a.Items.Counts(ctx, from, until)
	if err != nil {
		return learningMonth{}, err
	}
	m := learningMonth{
		Month: from.Format("2006-01"), Mails: n[item.Stored], Waited: n[item.Waited], HandActions: n[item.Hand],
		Automatic: max(0, n[item.Stored]-n[item.Waited]), Learned: n[item.Learned], Corrected: n[item.Corrected],
	}
	if m.Mails > 0 {
		m.Per100 = float64(m.HandActions*1000/m.Mails) / 10
	}
	if now.After(until.Add(time.Hour)) { // the clocks of instances differ a little
		a.months.Store(from, m)
	}
	return m, nil
}
