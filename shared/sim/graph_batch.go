package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
)

// The largest number of requests in one batch.
//
// https://learn.microsoft.com/graph/json-batching
const maxBatch = 20

type batchRequest struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

type batchResponse struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    any               `json:"body,omitempty"`
}

// batch handles the requests one after the other, in their order. It does not simulate
// dependsOn and bodies in base64.
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
	known := map[string]bool{}
	var all []batchResponse
	for _, b := range sent.Requests {
		if b.ID == "" || known[b.ID] {
			return answer{}, errBadRequest("Every request of a batch needs an id of its own.")
		}
		known[b.ID] = true
		all = append(all, t.batched(c, b))
	}
	return respond(http.StatusOK, "", func(o *object) { o.put("responses", all) })
}

func (t *Tenant) batched(c *graphCall, b batchRequest) batchResponse {
	r, err := http.NewRequestWithContext(c.r.Context(), b.Method, t.base(c.r)+"/"+strings.TrimPrefix(b.URL, "/"), bytes.NewReader(b.Body))
	if err != nil {
		_, _, body := errorBody(errBadRequest("Invalid URL in batch."), t.now(), newGUID(), newGUID())
		return batchResponse{ID: b.ID, Status: http.StatusBadRequest, Body: json.RawMessage(body.Bytes())}
	}
	for name, v := range b.Headers {
		r.Header.Set(name, v)
	}
	r.Header.Set("Authorization", c.r.Header.Get("Authorization"))
	r.Header.Del("Accept-Encoding")
	w := httptest.NewRecorder()
	t.handler.ServeHTTP(w, r)
	res := batchResponse{ID: b.ID, Status: w.Code, Headers: map[string]string{}}
	for _, name := range []string{"Cache-Control", "Content-Type", "Retry-After", "Preference-Applied"} {
		if v := w.Header().Get(name); v != "" {
			res.Headers[name] = v
		}
	}
	switch {
	case w.Body.Len() == 0:
	case strings.HasPrefix(w.Header().Get("Content-Type"), "application/json"):
		res.Body = json.RawMessage(w.Body.Bytes())
	default:
		res.Body = w.Body.Bytes() // JSON makes it base64
	}
	return res
}
