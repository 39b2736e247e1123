package edge

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// endless counts what is read of it.
type endless struct {
	left, read int
	closed     bool
}

func (e *endless) Read(b []byte) (int, error) {
	if e.closed {
		return 0, http.ErrBodyReadAfterClose
	}
	n := min(len(b), e.left-e.read)
	if e.read += n; n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (e *endless) Close() error { e.closed = true; return nil }

func TestAnswerWaitsForTheWholeRequest(t *testing.T) {
	const file = 5 << 20
	for _, c := range []struct {
		name       string
		limit      int
		headers    []string
		size, want int
		handler    http.HandlerFunc
	}{
		{"refused", 0, nil, file, file, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }},
		{"refused with words", 0, nil, file, file, func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusUnauthorized) }},
		{"too large", 0, nil, file, file, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
			_ = r.Body.Close()
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		}},
		{"too often", 1, nil, file, file, func(http.ResponseWriter, *http.Request) {}},
		{"endless", 0, nil, 1 << 40, maxDrained, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }},
		{"asked first", 0, []string{"Expect", "100-continue"}, file, 0, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
		}},
	} {
		edge := New(Options{PerPerson: c.limit}, c.handler)
		ask := func(body io.ReadCloser) {
			r := httptest.NewRequest(http.MethodPost, "/api/uploads", body)
			for i := 0; i < len(c.headers); i += 2 {
				r.Header.Set(c.headers[i], c.headers[i+1])
			}
			edge.ServeHTTP(httptest.NewRecorder(), r)
		}
		for range burst * c.limit {
			ask(http.NoBody)
		}
		body := &endless{left: c.size}
		if ask(body); body.read != c.want || body.closed {
			t.Errorf("%s: %d bytes of %d are read before the answer, closed is %v; want %d", c.name, body.read, c.size, body.closed, c.want)
		}
	}
}
