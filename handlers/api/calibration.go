package api

import (
	"context"
	"log/slog"

	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
)

// calibrated says how often first suggestions of some chance were right. When the
// chances are honest, the share that is right lies between From and To.
type calibrated struct {
	From      float64 `json:"from" doc:"the least chance, 0 to 1"`
	To        float64 `json:"to" doc:"the chance below which it is; 1 is in the last step"`
	Suggested int64   `json:"suggested" doc:"mails that a person solved, whose first suggestion had such a chance"`
	Right     int64   `json:"right" doc:"of these, those where the person did what was suggested first"`
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
func calibration(all []periodFigures) []calibrated {
	out := []calibrated{}
	for step := range item.ChanceSteps {
		c := calibrated{From: float64(step) / item.ChanceSteps, To: float64(step+1) / item.ChanceSteps}
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
