package invoke_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"kantoorpost/shared/invoke"
)

// Behind the host's proxy, a request has the host name that people use; no other
// header can change it.
func TestTheAddressIsWhatPeopleUse(t *testing.T) {
	h := invoke.Handler([]invoke.Function{invoke.HTTP("web", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Host+" "+invoke.Origin(r))
	}))})
	for _, c := range []struct{ host, forwarded, proto, want string }{
		{"127.0.0.1:4000", "kantoor.example", "https", "kantoor.example https://kantoor.example"},
		{"127.0.0.1:4000", "localhost:7071", "http", "localhost:7071 http://localhost:7071"},
		{"127.0.0.1:4000", "[::1]:7071", "", "[::1]:7071 http://[::1]:7071"},
		{"localhost:7071", "", "", "localhost:7071 http://localhost:7071"},
		{"localhost:7071", "x; script-src *", "https", "localhost:7071 https://localhost:7071"},
		{"localhost:7071", "a, b", "javascript", "localhost:7071 http://localhost:7071"},
		{"a b", "", "", "a b "},
	} {
		r := httptest.NewRequest("GET", "/web/x", nil)
		r.Host = c.host
		r.Header.Set("X-Forwarded-Host", c.forwarded)
		r.Header.Set("X-Forwarded-Proto", c.proto)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Body.String(); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// A slash inside a part of a path arrives as the caller wrote it, though the host's
// proxy escapes it twice.
func TestASlashInAnAddress(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/addresses/{address}", func(w http.ResponseWriter, r *http.Request) {
		_,
			_ = io.WriteString(w, r.PathValue("address"))
	})
	h := invoke.Handler([]invoke.Function{invoke.HTTP("api", mux)})
	for path, want := range map[string]string{
		"a%252Fb%40kantoor.example": "a/b@kantoor.example", "a%252fb": "a/b", "a%2Fb": "a/b", "100%25": "100%", "a%2525": "a%25",
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/api/addresses/"+path, nil))
		if got := w.Body.String(); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
