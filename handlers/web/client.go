package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/words"
)

// A client calls the API in the name of the user who requests a page.
type client struct {
	api    http.Handler
	ctx    context.Context
	header http.Header // the platform's headers about the user
	once   string      // Idempotency-Key of a request that must have its effect only once
}

// maxAnswer is how many bytes of an answer are read; lists come in pages.
const maxAnswer = 8 << 20

// A Problem is the API's refusal.
// https://www.rfc-editor.org/rfc/rfc9457
type Problem struct {
	Status   int          `json:"status"`
	Detail   string       `json:"detail"`
	Existing string       `json:"existing"` // the object that already has the value
	Errors   []FieldError `json:"errors"`
	// Codes say for each field what is wrong; they are keys for a text.
	// WhatToDo says what a person can do when an external service refused.
	Codes    fieldCodes  `json:"codes,omitempty"`
	WhatToDo *words.Text `json:"whatToDo,omitempty"`
	// The API sets these for a reply about which it asks before the reply leaves.
	Type     string               `json:"type,omitempty"`
	Message  *message             `json:"message,omitempty"`
	Warnings []wire.WarningObject `json:"warnings,omitempty"`
	Missing  []string             `json:"missing,omitempty"` // placeholders without a value
}

// fieldCodes are codes by field. A reply that the API asks about has a list of codes
// instead, which its warnings hold as well.
type fieldCodes map[string]string

// UnmarshalJSON reads codes by field, and nothing of a list.
func (c *fieldCodes) UnmarshalJSON(b []byte) error {
	if !bytes.HasPrefix(b, []byte("{")) {
		return nil
	}
	return json.Unmarshal(b, (*map[string]string)(c))
}

// A FieldError says what the API expects of one field.
type FieldError struct {
	Location string `json:"location"` // such as body.name
	Message  string `json:"message"`
}

func (p *Problem) Error() string {
	return fmt.Sprintf("the API refuses with %d: %s", p.Status, p.Detail)
}

// Field returns the message about a field of the body, "" when it is valid.
func (p *Problem) field(name string) string {
	if p == nil {
		return ""
	}
	for _, e := range p.Errors {
		if field := strings.TrimPrefix(e.Location, "body."); field == name || strings.HasPrefix(field, name+"[") {
			return e.Message
		}
	}
	return ""
}

// valueOf is what an answer points to, the zero value when it has nothing.
func valueOf[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// maxListed is how many team members and roles a form offers at most.
const maxListed = 1000

func page[T any](v *request, path string) (items []T, next string, err error) {
	var l wire.ListOf[T]
	err = v.api.get(path, &l)
	return l.Items, l.Next, err
}

// some are the objects of a page of a list, for the page.
func some[T any](v *request, path string) []T {
	var l wire.ListOf[T]
	v.read(path, &l)
	return l.Items
}

// all are the objects of a list for the page, at most maxListed.
func all[T any](v *request, path string) (items []T) {
	if v.failed == nil {
		items, _, v.failed = pages[T](v, path, maxListed)
	}
	return items
}

// first are the first objects that a search finds, at most so many.
func first[T any](v *request, path, search string, most int) ([]T, error) {
	found, _, err := pages[T](v, path, most, "search", search)
	return found[:min(len(found), most)], err
}

// pages are the objects of a list until there are enough, and whether it has more. A page
// of results may be short although more pages follow. The pairs are more of the query.
func pages[T any](v *request, path string, enough int, pairs ...string) (all []T, more bool, err error) {
	for after := ""; ; {
		items, next, err := page[T](v, path+queryOf(append(pairs, "limit", strconv.Itoa(min(enough, maxShow)), "after", after)...))
		if err != nil {
			return nil, false, err
		}
		all = append(all, items...)
		if after = next; after == "" || len(all) >= enough {
			return all, after != "", nil
		}
	}
}

func (c client) get(path string, into any) error {
	_, err := c.do("GET", path, "", nil, into)
	return err
}

func (c client) post(path string, body, into any) error {
	_, err := c.do("POST", path, "", body, into)
	return err
}

// getTag is get, and also returns the entity tag for a later change.
func (c client) getTag(path string, into any) (etag string, err error) {
	h, err := c.do("GET", path, "", nil, into)
	return h.Get("ETag"), err
}

// changed tells whether an object no longer has one of the entity tags of an If-None-Match.
func (c client) changed(path, etag string) (bool, error) {
	_, err := c.do("GET", path, etag, nil, nil)
	var p *Problem
	if errors.As(err, &p) && p.Status == http.StatusNotModified {
		return false, nil
	}
	return true, err
}

// patch changes an object by a merge patch, when it still has the entity tag
// etag; "" matches any state.
func (c client) patch(path, etag string, body, into any) error {
	_, err := c.do("PATCH", path, etag, body, into)
	return err
}

func (c client) put(path, etag string, body, into any) error {
	_, err := c.do("PUT", path, etag, body, into)
	return err
}

func (c client) delete(path, etag string) error {
	_, err := c.do("DELETE", path, etag, nil, nil)
	return err
}

// asked is called for each request with a JSON body. Into is the value that the answer is
// read into. It is nil outside tests.
var asked func(method, path string, sent []byte, into any)

// do makes one request. Errors: *Problem when the API refuses.
func (c client) do(method, path, etag string, body, into any) (http.Header, error) {
	var in bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&in).Encode(body); err != nil {
			return nil, fmt.Errorf("write body of %s %s: %w", method, path, err)
		}
	}
	if asked != nil {
		asked(method, path, in.Bytes(), into)
	}
	return c.send(method, path, etag, "application/json", &in, into)
}

// send makes one request with a body of any type, such as a file.
func (c client) send(method, path, etag, contentType string, body io.Reader, into any) (http.Header, error) {
	r, err := http.NewRequestWithContext(c.ctx, method, path, body)
	if err != nil {
		return nil, fmt.Errorf("ask %s %s: %w", method, path, err)
	}
	for name, values := range c.header {
		if strings.HasPrefix(name, "X-Ms-Client-Principal") {
			r.Header[name] = values
		}
	}
	if method != http.MethodGet && method != http.MethodDelete {
		r.Header.Set("Content-Type", contentType)
	}
	switch {
	case etag == "":
	case method == http.MethodGet:
		r.Header.Set("If-None-Match", etag)
	default:
		r.Header.Set("If-Match", etag)
	}
	if c.once != "" {
		r.Header.Set("Idempotency-Key", c.once)
	}
	r.RequestURI = path
	a := answer{header: http.Header{}, status: http.StatusOK}
	c.api.ServeHTTP(&a, r)
	if method != http.MethodGet {
		access.Forget(c.ctx)
	}
	if a.status >= 300 {
		if into != nil && a.header.Get("Content-Type") != "application/problem+json" {
			_ = json.Unmarshal(a.body.Bytes(), into) // a 503 of the health check says what fails
		}
		p := &Problem{}
		if json.Unmarshal(undirected(a.body.Bytes()), p) != nil || p.Status == 0 {
			p = &Problem{Detail: strings.TrimSpace(a.body.String()[:min(a.body.Len(), 200)])}
		}
		p.Status = a.status
		return a.header, p
	}
	if into == nil || a.body.Len() == 0 {
		return a.header, nil
	}
	if err := json.Unmarshal(undirected(a.body.Bytes()), into); err != nil {
		return a.header, fmt.Errorf("read answer of %s %s: %w", method, path, err)
	}
	return a.header, nil
}

// undirected is a JSON document whose strings have no direction marks.
func undirected(document []byte) []byte {
	if !words.IsDirected(document) {
		return document
	}
	var out []byte
	start := 0
	for i := 0; i < len(document); i++ {
		switch document[i] {
		case '\\':
			i++
		case '"': // a pair of marks never spans two strings
			out = append(append(out, words.Undirected(string(document[start:i]))...), '"')
			start = i + 1
		}
	}
	return append(out, words.Undirected(string(document[start:]))...)
}

// An answer keeps the response of the API.
type answer struct {
	header http.Header
	status int
	wrote  bool
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

// WriteHeader keeps the first status, as a connection does.
func (a *answer) WriteHeader(status int) {
	if !a.wrote && status >= 200 {
		a.status, a.wrote = status, true
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.wrote = true
	if a.body.Len()+len(b) > maxAnswer {
		return 0, fmt.Errorf("the API's answer is longer than %d bytes", maxAnswer)
	}
	return a.body.Write(b)
}
