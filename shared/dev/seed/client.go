// Package seed fills a running product with an office, over its own HTTP API
// as any client of it would.
//
// It looks before it adds, so that doing it again changes nothing, and it knows
// nothing of how the product keeps what it is given.
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

// client speaks to the API as one person.
type client struct {
	base  string // "http://localhost:7071"
	email string
}

// refusal is an answer that is no success: https://www.rfc-editor.org/rfc/rfc9457.
type refusal struct {
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Existing string `json:"existing"` // the id of what is there already, on 409
	request  string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s: %d %s: %s", r.request, r.Status, http.StatusText(r.Status), r.Detail)
}

// patience is how long one call may take: adding a connector tries its secret.
const patience = time.Minute

func (c client) do(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
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
		return err // it names the request
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if res.StatusCode > 299 {
		r := &refusal{request: method + " " + path}
		_ = json.Unmarshal(text, r) // what is no problem document still has a status
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

// all lists everything below path, page by page.
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

// add makes an object and answers its id.
func (c client) add(ctx context.Context, path string, in any) (id string, err error) {
	var out struct{ ID string }
	err = c.do(ctx, http.MethodPost, path, in, &out)
	return out.ID, err
}
