package learn

import (
	"context"
	"errors"
	"testing"
)

// A question that fails neither cancels the others nor hides their errors.
func TestAskAll(t *testing.T) {
	one, two := errors.New("one"), errors.New("two")
	asked := make([]bool, 3*asksAtOnce)
	var asks []ask
	for i := range asked {
		asks = append(asks, func(ctx context.Context) error {
			asked[i] = ctx.Err() == nil
			switch i {
			case 0:
				return one
			case len(asked) - 1:
				return two
			}
			return nil
		})
	}
	if err := askAll(t.Context(), asks); !errors.Is(err, one) || !errors.Is(err, two) {
		t.Errorf("error %v, want both", err)
	}
	for i, ok := range asked {
		if !ok {
			t.Errorf("question %d was cancelled", i)
		}
	}
}
