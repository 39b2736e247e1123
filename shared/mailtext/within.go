package mailtext

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// ErrTooSlow means that the text was not read: that took too long, or too many other
// texts that took too long are still being read.
var ErrTooSlow = errors.New("reading the text took too long")

// A PanicError means that reading a text panicked: a fault of this program.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("reading the text: %v", e.Value) }

// Limit is how long reading one mail may take. A mail of 1 MiB takes a tenth of it.
const Limit = 2 * time.Second

// ReadSafely is Read within Limit. Errors: ErrTooSlow, *PanicError.
func ReadSafely(contentType, content, subject string) (Text, error) {
	return Within(Limit, func() Text { return Read(contentType, content, subject) })
}

// maxAbandoned bounds the calls that still run although nobody waits for them. They
// cannot be stopped, and each takes a processor.
const maxAbandoned = 8

var abandoned atomic.Int64

// Within calls read and returns its value, or ErrTooSlow after d. A panic becomes a
// *PanicError. So no content of a mail can stop the caller.
//
// Every parser of mail has its own bound; this one is for the case that such a bound
// is wrong. While maxAbandoned calls run, Within returns ErrTooSlow at once.
func Within[T any](d time.Duration, read func() T) (T, error) {
	if abandoned.Load() >= maxAbandoned {
		var none T
		return none, ErrTooSlow
	}
	return Bounded(d, read)
}

// Bounded is Within without that last rule: other slow mail does not refuse it.
func Bounded[T any](d time.Duration, read func() T) (T, error) {
	var none T
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	var state atomic.Int32 // 0 while it runs, then ended or givenUp, whichever is first
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
	return none, ErrTooSlow
}
