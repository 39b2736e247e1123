package answer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"kantoorpost/shared/mail"
)

// Category decodes an entry of the master list of categories; ok is false when it
// has no name.
func Category(raw []byte) (c mail.Category, ok bool) {
	var w struct {
		Name  string `json:"displayName"`
		Color string `json:"color"`
	}
	if json.Unmarshal(raw, &w) != nil || w.Name == "" {
		return mail.Category{}, false
	}
	return mail.Category{Name: w.Name, Color: w.Color}, true
}

// Categories decodes the categories of a message. An answer without them is an
// error: to write the list anew would then remove what a person set.
func Categories(raw []byte) (names []string, etag string, err error) {
	var w struct {
		ETag       string    `json:"@odata.etag"`
		Categories *[]string `json:"categories"`
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return nil, "", fmt.Errorf("decode categories: %w", err)
	}
	if w.Categories == nil {
		return nil, "", errors.New("decode categories: there are none")
	}
	return *w.Categories, w.ETag, nil
}

// A BatchItem is the answer to one request of a batch.
type BatchItem struct {
	ID     string
	Body   json.RawMessage
	Failed *Error // nil for success
}

// Batch decodes the answer to a batch. The answers can be in any order.
// https://learn.microsoft.com/graph/json-batching
func Batch(r io.Reader) ([]BatchItem, error) {
	raw, err := Object(r)
	if err != nil {
		return nil, err
	}
	var w struct {
		Responses []struct {
			ID      string            `json:"id"`
			Status  int               `json:"status"`
			Headers map[string]string `json:"headers"`
			Body    json.RawMessage   `json:"body"`
		} `json:"responses"`
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return nil, fmt.Errorf("decode batch: %w", err)
	}
	var all []BatchItem
	for _, res := range w.Responses {
		item := BatchItem{ID: res.ID, Body: res.Body}
		if res.Status < 200 || res.Status > 299 {
			header := http.Header{}
			for name, value := range res.Headers {
				header.Set(name, value)
			}
			item.Failed = Failure(&http.Response{StatusCode: res.Status, Header: header, Body: io.NopCloser(strings.NewReader(string(res.Body)))})
		}
		all = append(all, item)
	}
	return all, nil
}
