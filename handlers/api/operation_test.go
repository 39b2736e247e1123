package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kantoorpost/shared/access"
)

// A sampleInput has each kind of parameter, and a body.
type sampleInput struct {
	ByID
	Precondition
	Paging
	On   bool      `query:"on"`
	From time.Time `query:"from"`
	Kind string    `query:"kind" enum:"a,b" required:"true"`
	Body struct {
		Name string   `json:"name" minLength:"2"`
		Mode string   `json:"mode,omitempty" enum:"x,y" default:"x"`
		List []string `json:"list,omitempty" maxItems:"2"`
		Most *int     `json:"most,omitempty" maximum:"9"`
	}
}

type sampleOutput struct {
	Status int
	ETag   string `header:"ETag"`
	Body   sampleInput
}

func sample(_ context.Context, in *sampleInput) (*sampleOutput, error) {
	if in.Body.Name == "error" {
		return nil, newProblem(http.StatusConflict, "no")
	}
	if in.Body.Name == "nothing" {
		return nil, nil
	}
	return &sampleOutput{Status: http.StatusAccepted, ETag: in.IfMatch, Body: *in}, nil
}

// Requests are read and answered as Huma does it.
func TestOperationsAreThoseOfHuma(t *testing.T) {
	op := huma.Operation{
		OperationID: "sample", Method: http.MethodPut, Path: "/api/sample/{id}", Summary: "Sample",
		DefaultStatus: http.StatusCreated, MaxBodyBytes: 200,
	}
	ours := &api{mux: http.NewServeMux()}
	ours.huma, ours.described = humago.New(ours.mux, config("1")), sync.OnceFunc(ours.describe)
	handle(ours, access.Public, op, sample)
	mux := http.NewServeMux()
	theirs := humago.New(mux, config("1"))
	huma.Register(theirs, op, sample)
	const jan = `{"name":"Jan"}`
	for _, r := range []struct{ query, body, header string }{
		{"kind=a", jan, ""}, {"", jan, ""}, {"kind=c", jan, ""}, {"kind=a&kid=b", jan, ""}, {"kind=a&kid=", `{"name":"J"}`, ""},
		{"kind=b&on=true&limit=7&from=2026-11-30T10:00:00.5Z&after=x", `{"name":"Jan","mode":"y","list":["a"],"most":3}`, `If-Match: "x"`},
		{"kind=a&limit=0", jan, ""}, {"kind=a&limit=x&on=maybe&from=gisteren", jan, ""}, {"kind=a&limit=", jan, ""},
		{"kind=a", ``, ""}, {"kind=a", `{`, ""}, {"kind=a", `null`, ""}, {"kind=a", `[]`, ""}, {"kind=a", `{"name":"J"}`, ""},
		{"kind=c", `{"name":"J","mode":"z"}`, ""}, {"kind=a", `{"name":7,"most":10}`, ""}, {"kind=a", `{"name":"Jan","other":1}`, ""},
		{"kind=a", `{"mode":""}`, ""}, {"kind=c", `{`, ""}, {"kind=c", ``, ""}, {"kind=a", `{"name":"Jan","list":["a","b","c"],"most":10}`, ""},
		{"kind=a", `{"name":"` + strings.Repeat("x", 200) + `"}`, ""}, {"kind=a", jan, "Content-Type: text/plain"},
		{"kind=a", jan, "Content-Type: application/merge-patch+json"}, {"kind=a", jan, "Accept: text/html"},
		{"kind=a", jan, "If-Match: " + strings.Repeat("x", 401)}, {"kind=a", `{"name":"error"}`, ""}, {"kind=a", `{"name":"nothing"}`, ""},
		{"kind=a", `{"name":"Jan","most":1.5}`, ""},
	} {
		var answers [2]*httptest.ResponseRecorder
		for i, h := range []http.Handler{ours.mux, mux} {
			req := httptest.NewRequest(http.MethodPut, "/api/sample/1?"+r.query, strings.NewReader(r.body))
			if name, value, ok := strings.Cut(r.header, ": "); ok {
				req.Header.Set(name, value)
			}
			answers[i] = httptest.NewRecorder()
			h.ServeHTTP(answers[i], req)
		}
		got, want := answers[0], answers[1]
		if got.Code != want.Code || got.Body.String() != want.Body.String() || got.Header().Get("ETag") != want.Header().Get("ETag") ||
			got.Header().Get("Content-Type") != want.Header().Get("Content-Type") {
			t.Errorf("%+v:\n%d %v %s\nwant\n%d %v %s", r, got.Code, got.Header(), got.Body, want.Code, want.Header(), want.Body)
		}
	}
	ours.described()
	got, err := json.Marshal(ours.huma.OpenAPI().Paths["/api/sample/{id}"].Put.Parameters)
	want, _ := json.Marshal(theirs.OpenAPI().Paths["/api/sample/{id}"].Put.Parameters)
	if err != nil || string(got) != string(want) {
		t.Errorf("parameters %s\nwant %s", got, want)
	}
}

// A request waits for the schemas of its own input: those of the description are made when
// somebody reads it.
func TestARequestMakesFewSchemas(t *testing.T) {
	a := build(Options{Version: "test"})
	for _, path := range []string{"/api/health/live", "/api/mails?limit=x"} {
		a.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
	}
	if n := len(a.huma.OpenAPI().Paths) + len(a.huma.OpenAPI().Components.Schemas.Map()); n != 0 {
		t.Errorf("%d paths and schemas are described", n)
	}
	a.described()
	if n := len(a.huma.OpenAPI().Paths); n < 50 {
		t.Errorf("%d paths are described", n)
	}
}
