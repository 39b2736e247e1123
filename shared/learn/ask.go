package learn

import (
	"context"
	"sync"
)

// An ask is one question to the office.
type ask = func(context.Context) error

// askAll asks all questions at the same time, and returns the first error in
// their order.
func askAll(ctx context.Context, asks []ask) error {
	errs := make([]error, len(asks))
	var wg sync.WaitGroup
	for i, a := range asks {
		wg.Go(func() { errs[i] = a(ctx) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
