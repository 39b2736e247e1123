package edge

import (
	"cmp"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

func TestWhatIsCompressed(t *testing.T) {
	long := strings.Repeat("Jaarrekening ", 300)
	for name, c := range map[string]struct {
		accept  string
		headers []string
		status  int
		text    string
		flush   bool
		want    bool
		vary    bool
	}{
		"a page": {accept: "gzip, deflate, br", headers: []string{"Content-Type", "text/html; charset=utf-8"}, text: long,
			want: true, vary: true},
		"JSON": {accept: "gzip;q=0.5", headers: []string{"Content-Type", "application/json", "Content-Length", "3900"},
			text: long, want: true, vary: true},
		"a problem": {accept: "gzip", headers: []string{"Content-Type", "application/problem+json"}, status: 422, text: long,
			want: true, vary: true},
		"with a weak entity tag": {accept: "gzip", headers: []string{"Content-Type", "text/html", "ETag", `W/"a"`}, text: long, want: true,
			vary: true},
		"for a client that wants": {accept: "gzip;q=0.05", headers: []string{"Content-Type", "text/html"}, text: long, want: true, vary: true},
		"not for others":          {headers: []string{"Content-Type", "text/html"}, text: long, vary: true},
		"nor who refuses it":      {accept: "br, gzip; q=0.0", headers: []string{"Content-Type", "text/html"}, text: long, vary: true},
		"a tiny answer":           {accept: "gzip", headers: []string{"Content-Type", "application/json"}, text: "{}", vary: true},
		"a stream":                {accept: "gzip", headers: []string{"Content-Type", "text/event-stream"}, text: long, flush: true, vary: true},
		"a picture":               {accept: "gzip", headers: []string{"Content-Type", "image/png"}, text: long},
		"a file": {accept: "gzip", headers: []string{"Content-Type", "text/csv", "Content-Disposition", "attachment"},
			text: long},
		"a part":              {accept: "gzip", headers: []string{"Content-Type", "text/css"}, status: 206, text: long},
		"a strong entity tag": {accept: "gzip", headers: []string{"Content-Type", "application/json", "ETag", `"a"`}, text: long},
		"not modified":        {accept: "gzip", headers: []string{"Content-Type", "text/html", "ETag", `W/"a"`}, status: 304},
		"nothing":             {accept: "gzip", status: 204},
	} {
		t.Run(name, func(t *testing.T) {
			h := New(Options{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for i := 0; i < len(c.headers); i += 2 {
					w.Header().Set(c.headers[i], c.headers[i+1])
				}
				if c.status != 0 {
					w.WriteHeader(c.status)
				}
				if c.flush {
					_ = http.NewResponseController(w).Flush()
				}
				for part := c.text; part != ""; { // in small pieces, as templates write
					n := min(7, len(part))
					_, _ = io.WriteString(w, part[:n])
					part = part[n:]
				}
			}))
			r := httptest.NewRequest("GET", "/web/mails", nil)
			if c.accept != "" {
				r.Header.Set("Accept-Encoding", c.accept)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			got := w.Result()
			if is := got.Header.Get("Content-Encoding") == "gzip"; is != c.want || got.StatusCode != cmp.Or(c.status, 200) {
				t.Fatalf("status %d, %v", got.StatusCode, got.Header)
			}
			if vary := got.Header.Get("Vary") == "Accept-Encoding"; vary != c.vary {
				t.Errorf("Vary: %v", got.Header)
			}
			body := io.Reader(got.Body)
			if c.want {
				if got.Header.Get("Content-Length") != "" || w.Body.Len() > len(c.text)/4 {
					t.Errorf("%d bytes, %v", w.Body.Len(), got.Header)
				}
				body = must.Get(gzip.NewReader(body))(t)
			}
			if text, err := io.ReadAll(body); err != nil || string(text) != c.text {
				t.Errorf("%d bytes, want %d: %v", len(text), len(c.text), err)
			}
		})
	}
}

// An answer to HEAD has no body, and a handler that writes nothing answers 200.
func TestAnswersWithoutABody(t *testing.T) {
	for method, text := range map[string]string{"HEAD": strings.Repeat("x", 4000), "GET": ""} {
		h := New(Options{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			if text != "" {
				_, _ = io.WriteString(w, text)
			}
		}))
		r := httptest.NewRequest(method, "/web/mails", nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != 200 || w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s: %d %v", method, w.Code, w.Header())
		}
	}
}
