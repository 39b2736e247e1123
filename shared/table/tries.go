package table

import (
	"context"
	"fmt"
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

// Repeat writes what plan plans, in one transaction; nothing for no operations. When others
// were faster, or the answer was lost, it asks plan again, which reads the rows again. After
// MaxTries the error is overtaken. Doing says what is being done, as for fmt.Errorf.
func Repeat(ctx context.Context, write func(context.Context, ...Op) error, plan func() ([]Op, error), overtaken error,
	doing string, args ...any) error {
	for range Tries(ctx) {
		ops, err := plan()
		if err != nil || len(ops) == 0 {
			return err
		}
		if err = write(ctx, ops...); err == nil {
			return nil
		}
		if !CanRepeat(ctx, err) {
			return fmt.Errorf("%s: %w", fmt.Sprintf(doing, args...), err)
		}
	}
	return Overtaken(overtaken, doing, args...)
}

// CanRepeat is IsConflict while there is time to repeat the change.
func CanRepeat(ctx context.Context, err error) bool { return ctx.Err() == nil && IsConflict(err) }

// Overtaken is the error of a change that was overtaken at every try: what was being done,
// as for fmt.Errorf, and err, which says what the others changed.
func Overtaken(err error, doing string, args ...any) error {
	return fmt.Errorf("%s: overtaken %d times: %w", fmt.Sprintf(doing, args...), MaxTries, err)
}
