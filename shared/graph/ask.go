package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"

	"kantoorpost/shared/graph/answer"
)

// patience is how long one request may take, its answer included.
const patience = 30 * time.Second

// errSlow is the cause when patience ends, so that it differs from the end of
// the caller's own context.
var errSlow = errors.New("no answer in time")

// ask makes a request and lets read read its answer, which is JSON. mailbox is
// "" for questions to the directory.
func (c *Client) ask(ctx context.Context, mailbox string, headers *abs.RequestHeaders, do send, read func(io.Reader) error) error {
	return c.inTurn(ctx, mailbox, func(ctx context.Context) error {
		return c.once(ctx, patience, headers, do, func(res *http.Response) error {
			if !answer.IsJSON(res.Header.Get("Content-Type")) {
				return fmt.Errorf("graph: %d with an answer that is not JSON", res.StatusCode)
			}
			return read(res.Body)
		})
	})
}

// inTurn makes a request when it is its mailbox' turn.
func (c *Client) inTurn(ctx context.Context, mailbox string, once func(context.Context) error) error {
	release, err := c.limit.acquire(ctx, mailbox)
	if err != nil {
		return err
	}
	defer release()
	err = once(ctx)
	var refused *Error
	if errors.As(err, &refused) && refused.Status == http.StatusUnauthorized {
		// A token can be refused before its time: clocks differ, and it may
		// have been withdrawn. A second refusal is meant.
		err = once(renew(ctx))
	}
	return err
}

// once makes a request without a second try, and gives the error its verdict.
// The answer is one that Graph gives to who may.
func (c *Client) once(ctx context.Context, patience time.Duration, headers *abs.RequestHeaders, do send, read func(*http.Response) error) error {
	timed, cancel := context.WithTimeoutCause(ctx, patience, errSlow)
	defer cancel()
	answered := false
	handler := abs.NewRequestHandlerOption()
	handler.SetResponseHandler(func(response any, _ abs.ErrorMappings) (any, error) {
		res, ok := response.(*http.Response)
		if !ok || res == nil {
			return nil, errors.New("graph: no response")
		}
		defer res.Body.Close()
		answered = true
		if res.StatusCode < 200 || res.StatusCode > 299 {
			return nil, answer.Failure(res)
		}
		return nil, read(res)
	})
	err := do(timed, request{headers: headers, options: []abs.RequestOption{handler}})
	if err == nil && !answered {
		err = errors.New("graph: no response")
	}
	return verdict(ctx, timed, err)
}
