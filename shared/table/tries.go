package table

import (
	"context"
	"iter"
)

// MaxTries is how often a change is tried that others overtake. Two people change the same
// rows at the same moment; more tries mean that the rows contradict each other.
const MaxTries = 100

// Tries yields once for each try of a change: MaxTries times, but not again when ctx is done.
func Tries(ctx context.Context) iter.Seq[int] {
	return func(yield func(int) bool) {
		for try := 0; try < MaxTries && yield(try) && ctx.Err() == nil; try++ {
		}
	}
}
