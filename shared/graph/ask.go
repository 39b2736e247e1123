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

// requestTimeout is the longest time for one request, including its answer.
const requestTimeout = 30 * time.Second

// errSlow is the cause when that time is over, so that it differs from the end of
// the caller's own context.
var errSlow = errors.New("no answer in time")

// ask makes a request and passes its JSON answer to read. mailbox is "" for
// requests to the directory.
func (c *Client) ask(ctx context.Context, mailbox string, headers *abs.RequestHeaders, do send, read func(io.Reader) error) error {
	return c.withSlot(ctx, mailbox, func(ctx context.Context) error {
		return c.once(ctx, requestTimeout, headers, do, func(res *http.Response) error {
			if !answer.IsJSON(res.Header.Get("Content-Type")) {
				return fmt.Errorf("graph: %d with an answer that is not JSON", res.StatusCode)
			}
			return read(res.Body)
		})
	})
}

// tell makes a request whose success is all that counts, such as a change.
func (c *Client) tell(ctx context.Context, mailbox string, timeout time.Duration, headers *abs.RequestHeaders, do send) error {
	return c.withSlot(ctx, mailbox, func(ctx context.Context) error {
		return c.once(ctx, timeout, headers, do, func(res *http.Response) error {
			// A change has happened once there is a status, so an answer that breaks off
			// is no error. It is read so that the connection can be used again.
			_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, answer.MaxBody))
			return nil
		})
	})
}

// withSlot makes a request when the limiter allows it for its mailbox.
func (c *Client) withSlot(ctx context.Context, mailbox string, once func(context.Context) error) error {
	release, err := c.limit.acquire(ctx, mailbox)
	if err != nil {
		return fmt.Errorf("%w: %w", answer.ErrNotAsked, err)
	}
	defer release()
	err = once(ctx)
	var refused *Error
	if errors.As(err, &refused) && refused.Status == http.StatusUnauthorized {
		// A token can be refused before it expires, since clocks differ and it may
		// have been revoked. A second refusal is final.
		err = once(renew(ctx))
	}
	return err
}

// once makes one attempt at a request, and gives the error its kind.
func (c *Client) once(ctx context.Context, timeout time.Duration, headers *abs.RequestHeaders, do send,
	read func(*http.Response) error) error {
	timed, cancel := context.WithTimeoutCause(ctx, timeout, errSlow)
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
	return classify(ctx, timed, err)
}
