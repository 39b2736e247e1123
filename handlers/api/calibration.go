package api

import (
	"context"
	"log/slog"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
)

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
