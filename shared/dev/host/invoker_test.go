package host

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/must"
)

var quiet = slog.New(slog.DiscardHandler)

// answering returns an invoker whose handler is h, in this process.
func answering(t *testing.T, h http.HandlerFunc) *invoker {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	w := newWorker(nil, quiet, 0)
	w.set(nil, server.URL)
	return newInvoker(w, 0, quiet)
}

func TestWhatTheHostTakesForSuccess(t *testing.T) {
	for _, c := range []struct {
		name        string
		status      int
		contentType string
		body        string
		fails       bool
	}{
		{"an object", 200, "application/json", `{"Outputs":{},"Logs":["x"],"ReturnValue":null}`, false},
		{"an empty object", 200, "application/json; charset=utf-8", `{}`, false},
		{"another 2xx", 202, "application/json", `{}`, false},
		{"plain text", 200, "text/plain", `{}`, true},
		{"no type", 200, "", `{}`, true},
		{"no JSON", 200, "application/json", `done`, true},
		{"a server error", 500, "application/json", `{}`, true},
		{"not found", 404, "application/json", `{}`, true},
		{"not modified", 304, "application/json", ``, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := answering(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Content-Type"] = nil
				if c.contentType != "" {
					w.Header().Set("Content-Type", c.contentType)
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			})
			if err := i.call(t.Context(), "work", []byte(`{}`)); (err != nil) != c.fails {
				t.Errorf("error = %v, want failure %v", err, c.fails)
			}
		})
	}
}

func TestAnEmptyAnswerHangsUntilTheTimeoutAndFails(t *testing.T) {
	for _, body := range []string{"", "null"} {
		i := answering(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(body))
		})
		i.timeout = 50 * time.Millisecond
		start := time.Now()
		if err := i.call(t.Context(), "work", []byte(`{}`)); err == nil {
			t.Errorf("%q counts as success", body)
		}
		if took := time.Since(start); took < i.timeout {
			t.Errorf("%q failed after %v, before the timeout", body, took)
		}
	}
}

func TestTheInvocationIsTheHosts(t *testing.T) {
	var got *http.Request
	i := answering(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Clone(context.Background())
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{}`))
	})
	must.Do(t, i.call(t.Context(), "fetch", []byte(`{}`)))
	if got.Method != "POST" || got.URL.Path != "/fetch" || got.ContentLength != 2 {
		t.Errorf("%s %s of %d bytes", got.Method, got.URL.Path, got.ContentLength)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "User-Agent": "Azure-Functions-Host/" + Version,
		"X-Azure-Functions-Hostversion": Version,
	} {
		if got.Header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if id := got.Header.Get("X-Azure-Functions-InvocationId"); len(id) != 36 || strings.Count(id, "-") != 4 {
		t.Errorf("invocation id %q is no GUID", id)
	}
}

func TestADeadHandlerFailsTheInvocationAtOnce(t *testing.T) {
	w := newWorker(nil, quiet, 0)
	w.end(errors.New("it ended with exit code 0"))
	err := newInvoker(w, 0, quiet).call(t.Context(), "work", nil)
	if err == nil || !strings.Contains(err.Error(), "exit code 0") {
		t.Errorf("error = %v, want why the handler is dead", err)
	}
}
