package sim

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// The largest number of requests in one batch.
//
// https://learn.microsoft.com/graph/json-batching
const maxBatch = 20

type batchRequest struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

type batchResponse struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    any               `json:"body,omitempty"`
}

// batch handles the requests one after the other, in their order.
func (t *Tenant) batch(c *graphCall) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	var sent struct {
		Requests []batchRequest `json:"requests"`
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		return answer{}, errBadRequest("Invalid batch payload format.")
	}
	if n := len(sent.Requests); n == 0 || n > maxBatch {
		return answer{}, errBadRequest(fmt.Sprintf("Invalid batch payload format: %d requests; from 1 to %d are allowed.", n, maxBatch))
	}
	failed := map[string]bool{}
	known := map[string]bool{}
	var all []batchResponse
	for _, b := range sent.Requests {
		if b.ID == "" || known[b.ID] {
			return answer{}, errBadRequest("Every request of a batch needs an id of its own.")
		}
		known[b.ID] = true
		res := t.batched(c, b, failed)
		failed[b.ID] = res.Status >= http.StatusBadRequest
		all = append(all, res)
	}
	out := &bytes.Buffer{}
	o := open(out)
	o.put("responses", all)
	o.close()
	return ok(out)
}

func (t *Tenant) batched(c *graphCall, b batchRequest, failed map[string]bool) batchResponse {
	for _, id := range b.DependsOn {
		if failed[id] {
			_, _, body := errorBody(refuse(http.StatusFailedDependency, "FailedDependency", "A request that this one depends on has failed."),
				t.now(), newGUID(), newGUID())
			return batchResponse{ID: b.ID, Status: http.StatusFailedDependency, Body: json.RawMessage(body.Bytes())}
		}
	}
	content := []byte(b.Body)
	var text string
	if json.Unmarshal(b.Body, &text) == nil { // a body that is not JSON is in base64
		if raw, err := base64.StdEncoding.DecodeString(text); err == nil {
			content = raw
		}
	}
	r, err := http.NewRequestWithContext(c.r.Context(), b.Method, t.base(c.r)+"/"+strings.TrimPrefix(b.URL, "/"), bytes.NewReader(content))
	if err != nil {
		_, _, body := errorBody(errBadRequest("Invalid URL in batch."), t.now(), newGUID(), newGUID())
		return batchResponse{ID: b.ID, Status: http.StatusBadRequest, Body: json.RawMessage(body.Bytes())}
	}
	for name, v := range b.Headers {
		r.Header.Set(name, v)
	}
	r.Header.Set("Authorization", c.r.Header.Get("Authorization"))
	r.Header.Del("Accept-Encoding")
	w := &batchWriter{header: http.Header{}, status: http.StatusOK}
	t.handler.ServeHTTP(w, r)
	res := batchResponse{ID: b.ID, Status: w.status, Headers: map[string]string{}}
	for _, name := range []string{"Cache-Control", "Content-Type", "Retry-After", "Preference-Applied"} {
		if v := w.header.Get(name); v != "" {
			res.Headers[name] = v
		}
	}
	switch {
	case w.body.Len() == 0:
	case strings.HasPrefix(w.header.Get("Content-Type"), "application/json"):
		res.Body = json.RawMessage(w.body.Bytes())
	default:
		res.Body = w.body.Bytes() // JSON makes it base64
	}
	return res
}

// batchWriter records the answer to one request of a batch.
type batchWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *batchWriter) Header() http.Header         { return w.header }
func (w *batchWriter) WriteHeader(status int)      { w.status = status }
func (w *batchWriter) Write(b []byte) (int, error) { return w.body.Write(b) }
