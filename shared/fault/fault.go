// Package fault gives an error a kind, which says what may be done about it:
// try again, try later, or give up. The code that calls the outside chooses the
// kind, and the code that runs work obeys it. This package knows neither.
package fault

import (
	"errors"
	"time"
)

// A Kind says what may be done about an error.
type Kind int

const (
	// KindRetry is the kind of every error without one: the work may be done
	// again at once.
	KindRetry Kind = iota
	// KindLater means that the outside is busy or closed for some time.
	KindLater
	// KindFinal means that the same attempt cannot succeed: a person must act,
	// or something outside must change.
	KindFinal
)

type classified struct {
	err   error
	kind  Kind
	after time.Duration
}

func (c *classified) Error() string { return c.err.Error() }
func (c *classified) Unwrap() error { return c.err }

// Later gives err the kind KindLater, with the time to wait. A zero or negative
// time means that the outside did not name one. Later(d, nil) is nil.
func Later(after time.Duration, err error) error {
	if err == nil {
		return nil
	}
	return &classified{err: err, kind: KindLater, after: max(after, 0)}
}

// Final gives err the kind KindFinal. Final(nil) is nil.
func Final(err error) error {
	if err == nil {
		return nil
	}
	return &classified{err: err, kind: KindFinal}
}

// Of returns the kind of err, the outermost one first, and for KindLater how
// long to wait (0: not known). An error without a kind, and nil, may be retried.
func Of(err error) (Kind, time.Duration) {
	var c *classified
	if errors.As(err, &c) {
		return c.kind, c.after
	}
	return KindRetry, 0
}
