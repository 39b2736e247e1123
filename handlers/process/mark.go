package process

import (
	"context"
	"log/slog"
	"maps"
	"slices"

	"kantoorpost/shared/job"
)

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
