package graph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"

	"kantoorpost/shared/graph/internal/answer"
)

// patience is how long one request may take, its answer included.
const patience = 30 * time.Second

// errSlow is the cause when patience ends, so that it differs from the end of
// the caller's own context.
var errSlow = fmt.Errorf("no answer within %s", patience)

// ask makes a request and lets read read its answer, which is JSON. mailbox is
// "" for questions to the directory.
func (c *Client) ask(ctx context.Context, mailbox string, headers *abs.RequestHeaders, do send, read func(io.Reader) error) error {
	release, err := c.limit.acquire(ctx, mailbox)
	if err != nil {
		return err
	}
	defer release()
	err = c.once(ctx, headers, do, read)
	var refused *Error
	if errors.As(err, &refused) && refused.Status == http.StatusUnauthorized {
		// A token can be refused before its time: clocks differ, and it may
		// have been withdrawn. A second refusal is meant.
		err = c.once(renew(ctx), headers, do, read)
	}
	return err
}

// once makes a request without a second try, and gives the error its verdict.
func (c *Client) once(ctx context.Context, headers *abs.RequestHeaders, do send, read func(io.Reader) error) error {
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
		switch {
		case res.StatusCode < 200 || res.StatusCode > 299:
			return nil, answer.Failure(res)
		case !answer.IsJSON(res.Header.Get("Content-Type")):
			return nil, fmt.Errorf("graph: %d with an answer that is not JSON", res.StatusCode)
		}
		return nil, read(res.Body)
	})
	err := do(timed, request{headers: headers, options: []abs.RequestOption{handler}})
	if err == nil && !answered {
		err = errors.New("graph: no response")
	}
	return verdict(ctx, timed, err)
}
