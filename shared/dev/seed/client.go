// Package seed fills a running product with an office, through its HTTP API like
// any other client.
//
// It adds only what is missing, so that it can be repeated, and it does not know
// how the product stores the data.
package seed

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// A client calls the API as one person.
type client struct {
	base  string // "http://localhost:7071"
	email string
}

// A refusal is an error answer: https://www.rfc-editor.org/rfc/rfc9457.
type refusal struct {
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Existing string `json:"existing"` // id of the existing object, on 409
	request  string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s: %d %s: %s", r.request, r.Status, http.StatusText(r.Status), r.Detail)
}

// callTimeout is the longest time for one call: adding a connector tests its secret.
const callTimeout = time.Minute

func (c client) do(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.Header.Set("Authorization", "Bearer local:"+c.email)
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err // the error names the request
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if res.StatusCode > 299 {
		r := &refusal{request: method + " " + path}
		_ = json.Unmarshal(text, r) // an answer without a problem document still has a status
		r.Status = res.StatusCode
		return r
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// all lists everything below path, in pages.
func all[T any](ctx context.Context, c client, path string) ([]T, error) {
	var items []T
	for after := ""; ; {
		var page struct {
			Items []T
			Next  string
		}
		query := url.Values{"limit": {"200"}}
		if after != "" {
			query.Set("after", after)
		}
		if err := c.do(ctx, http.MethodGet, path+"?"+query.Encode(), nil, &page); err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
		if page.Next == "" {
			return items, nil
		}
		after = page.Next
	}
}

// add creates an object and returns its id.
func (c client) add(ctx context.Context, path string, in any) (id string, err error) {
	var out struct{ ID string }
	err = c.do(ctx, http.MethodPost, path, in, &out)
	return out.ID, err
}
