package sim

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// schema is Graph's own OpenAPI description of the requests and answers in use, or
// nil if that file is missing.
type schema struct{ router routers.Router }

var readSchema = sync.OnceValues(func() (*schema, error) {
	path := os.Getenv("GRAPH_OPENAPI")
	if path == "" {
		path = "../../../shared/graph/graph-mail-openapi-30.json"
	}
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, err
	}
	doc.Servers = openapi3.Servers{{URL: root + "/v1.0"}}
	router, err := gorillamux.NewRouter(doc)
	return &schema{router}, err
})

func loadSchema(t *testing.T) *schema {
	t.Helper()
	s, err := readSchema()
	if os.IsNotExist(err) {
		t.Logf("not held against Graph's schema: %v (GRAPH_OPENAPI names it)", err)
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// check checks an accepted request, and any answer, against the schema.
func (s *schema) check(w *world, r *http.Request, content []byte, res result) {
	w.Helper()
	if s == nil || res.header.Get("Content-Encoding") != "" {
		return
	}
	sent := r.Clone(r.Context())
	sent.Body = io.NopCloser(bytes.NewReader(content))
	route, params, err := s.router.FindRoute(sent)
	if err != nil {
		if res.status < 400 {
			w.Errorf("%s %s is not in the schema: %v", r.Method, r.URL, err)
		}
		return
	}
	in := &openapi3filter.RequestValidationInput{Request: sent, PathParams: params, Route: route, Options: &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, ExcludeResponseBody: false, MultiError: true,
	}}
	if res.status < 400 {
		if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
			w.Errorf("accepted what the schema does not allow: %s %s %s: %v", r.Method, r.URL, content, err)
		}
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: res.status, Header: res.header, Options: in.Options}
	out.SetBodyBytes(res.body)
	if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
		w.Errorf("answer to %s %s: %v", r.Method, r.URL, err)
	}
}
