// Package fault gives an error its verdict: try again, come back later, or
// never. It knows nothing about what failed; those who ask the outside decide,
// and those who run work obey.
package fault

import (
	"errors"
	"time"
)

// A Verdict says what may be done about an error.
type Verdict int

const (
	// Retry is the verdict of every error that carries none: the work may be
	// done again at once.
	Retry Verdict = iota
	// ComeBack means that the outside is busy or closed for a known time.
	ComeBack
	// Never means that doing the same again cannot help; a person or a
	// change elsewhere must.
	Never
)

type verdict struct {
	err   error
	kind  Verdict
	after time.Duration
}

func (v *verdict) Error() string { return v.err.Error() }
func (v *verdict) Unwrap() error { return v.err }

// Later marks err as one to come back for after the given time; a zero or
// negative time means that the outside did not say when. Later(d, nil) is nil.
func Later(after time.Duration, err error) error {
	if err == nil {
		return nil
	}
	return &verdict{err: err, kind: ComeBack, after: max(after, 0)}
}

// Final marks err as one that trying again cannot mend. Final(nil) is nil.
func Final(err error) error {
	if err == nil {
		return nil
	}
	return &verdict{err: err, kind: Never}
}

// Of returns the verdict that err carries, the outermost first, and for
// ComeBack how long to wait (0: not said). An error without a verdict, and
// nil, may be retried.
func Of(err error) (Verdict, time.Duration) {
	var v *verdict
	if errors.As(err, &v) {
		return v.kind, v.after
	}
	return Retry, 0
}
