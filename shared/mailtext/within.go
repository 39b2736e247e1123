package mailtext

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// ErrCostly means that reading a text was given up: it took too long, or too
// many others are still being read that did.
var ErrCostly = errors.New("reading the text took too long")

// A PanicError means that reading a text met a mistake in our own code.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("reading the text: %v", e.Value) }

// Limit is how long reading one mail may take; one of 1 MiB takes a tenth of it.
const Limit = 2 * time.Second

// ReadSafely is Read within Limit. Errors: ErrCostly, *PanicError.
func ReadSafely(contentType, content, subject string) (Text, error) {
	return Within(Limit, func() Text { return Read(contentType, content, subject) })
}

// maxAbandoned is how many readings may go on that nobody waits for anymore.
// Nothing can stop one, and each takes a processor.
const maxAbandoned = 8

var abandoned atomic.Int64

// Within calls read, which reads what a stranger wrote, and returns its value,
// or after d ErrCostly. A panic is a *PanicError. Whatever a mail holds, the
// caller goes on.
//
// Every parser of mail has its own bound; this one holds when such a bound is
// wrong. When maxAbandoned readings go on, nothing is read: it is ErrCostly too.
func Within[T any](d time.Duration, read func() T) (T, error) {
	if abandoned.Load() >= maxAbandoned {
		var none T
		return none, ErrCostly
	}
	return Bounded(d, read)
}

// Bounded is Within for what must not be left out because other mail is slow.
func Bounded[T any](d time.Duration, read func() T) (T, error) {
	var none T
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	var state atomic.Int32 // running, then whoever is first: ended or given up
	const ended, givenUp = 1, 2
	go func() {
		var o outcome
		defer func() {
			if p := recover(); p != nil {
				o = outcome{err: &PanicError{p, debug.Stack()}}
			}
			if !state.CompareAndSwap(0, ended) {
				abandoned.Add(-1)
			}
			done <- o
		}()
		o.value = read()
	}()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case o := <-done:
		return o.value, o.err
	case <-timer.C:
	}
	abandoned.Add(1)
	if !state.CompareAndSwap(0, givenUp) { // it ended just now
		abandoned.Add(-1)
		o := <-done
		return o.value, o.err
	}
	return none, ErrCostly
}
