package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
)

// An Error is a refusal of Graph: status, code, request id and how long to wait.
// It comes with a kind of package fault.
type Error = answer.Error

// ErrNoMailbox means that the tenant has no mailbox with an address.
var ErrNoMailbox = errors.New("graph: no mailbox has this address")

// classify gives the error of a request its kind: a lasting refusal is final, a
// busy service is for later, and any other request may be tried again.
// https://learn.microsoft.com/graph/errors
func classify(ctx, timed context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("graph: %w", ctx.Err())
	}
	if errors.Is(context.Cause(timed), errSlow) {
		return fmt.Errorf("graph: %w", errSlow)
	}
	var refused *Error
	if errors.As(err, &refused) {
		return refusal(refused)
	}
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err // without the address, which is long and names people
	}
	return fmt.Errorf("graph: %w", err)
}

func refusal(e *Error) error {
	switch {
	case e.Status == http.StatusTooManyRequests:
		return fault.Later(e.RetryAfter, e)
	case e.Status >= 500 && e.RetryAfter > 0:
		return fault.Later(e.RetryAfter, e)
	case answer.IsGone(e):
		return e
	case e.Status == http.StatusRequestTimeout, e.Status == http.StatusConflict, e.Status == http.StatusLocked:
		return e
	case e.Status >= 400 && e.Status < 500:
		return fault.Final(e)
	}
	return e
}
