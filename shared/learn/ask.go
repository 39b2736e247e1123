package learn

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
)

// An ask is one question to the office.
type ask = func(context.Context) error

// asksAtOnce is how many questions about one mail are asked at the same time.
const asksAtOnce = 16

// askAll asks all questions, several at the same time. Each is asked to its end
// and all errors are joined: the first alone may be less telling than another.
func askAll(ctx context.Context, asks []ask) error {
	errs := make([]error, len(asks))
	var all errgroup.Group
	all.SetLimit(asksAtOnce)
	for i, a := range asks {
		all.Go(func() error {
			errs[i] = a(ctx)
			return nil
		})
	}
	_ = all.Wait() // the errors are in errs
	return errors.Join(errs...)
}
