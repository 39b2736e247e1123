package invoke_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/job"
	"kantoorpost/shared/must"
)

func post(t *testing.T, f invoke.Function, body string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	invoke.Handler([]invoke.Function{f}).ServeHTTP(w, httptest.NewRequest("POST", "/"+f.Name, strings.NewReader(body)))
	return w
}

// A job arrives the same, no matter how the host, the portal or another program
// encoded it. Any other message has no effect and is not tried again.
func TestQueueMessages(t *testing.T) {
	const text = `{"job":"process","mailbox":"info@x.example","why":"new","mails":["a","b"]}`
	quote := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	for _, c := range []struct {
		name, data string
		want       int
	}{
		{"as the host sends it", quote(quote(text)), 2},
		{"as the documents show it", quote(text), 2},
		{"as an object", text, 2},
		{"as base64", quote(quote("eyJqb2IiOiJwcm9jZXNzIiwibWFpbHMiOlsiYSJdfQ==")), 1},
		{"with blanks around", quote(quote("  " + text + "\n")), 2},
		{"job of another queue", quote(quote(`{"job":"fetch","mails":["a"]}`)), -1},
		{"no job", quote(quote(`{}`)), -1},
		{"plain text", quote(quote("hello")), -1},
		{"empty", quote(quote("")), -1},
		{"a list", quote(quote("[1]")), -1},
		{"wrong types", quote(quote(`{"job":"process","mails":7}`)), -1},
		{"nothing", `null`, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := -1
			f := invoke.Queue(func(_ context.Context, j job.Process) error { got = len(j.Mails); return nil })
			w := post(t, f, `{"Data":{"job":`+c.data+`},"Metadata":{"DequeueCount":"1"}}`)
			if got != c.want {
				t.Errorf("handler got %d mails, want %d", got, c.want)
			}
			if w.Code != 200 {
				t.Errorf("status %d: the host would try it again", w.Code)
			}
		})
	}
}

// The host is told "failed" only if another attempt may help. Every answer has a
// body: without one the host waits until its timeout.
func TestKindsOfErrors(t *testing.T) {
	boom := errors.New("boom")
	for _, c := range []struct {
		name string
		do   func() error
		want int
	}{
		{"done", func() error { return nil }, 200},
		{"retry", func() error { return boom }, 500},
		{"later", func() error { return fault.Later(time.Minute, boom) }, 200},
		{"final", func() error { return fault.Final(boom) }, 200},
		{"panic", func() error { panic("boom") }, 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := post(t, invoke.Timer("poll", "%S%", func(context.Context, invoke.Tick) error { return c.do() }), `{"Data":{"timer":{}}}`)
			if w.Code != c.want {
				t.Errorf("status %d, want %d", w.Code, c.want)
			}
			if w.Code == 200 && (w.Body.String() != `{"Outputs":{},"Logs":[],"ReturnValue":null}` ||
				w.Header().Get("Content-Type") != "application/json") {
				t.Errorf("answer %q of type %q would hang or fail the invocation", w.Body, w.Header().Get("Content-Type"))
			}
		})
	}
}

// On the first run of a timer, the host sends times without a zone
// (https://github.com/Azure/azure-functions-host/issues/7391).
func TestTimerOfFirstRun(t *testing.T) {
	var got invoke.Tick
	f := invoke.Timer("poll", "%S%", func(_ context.Context, tick invoke.Tick) error { got = tick; return nil })
	w := post(t, f, `{"Data":{"timer":{"Schedule":{"AdjustForDST":true},"ScheduleStatus":{"Last":"0001-01-01T00:00:00",`+
		`"Next":"2026-11-23T09:35:00Z","LastUpdated":"0001-01-01T00:00:00"},"IsPastDue":true}}}`)
	if w.Code != 200 || !got.PastDue || got.At.IsZero() {
		t.Errorf("status %d, tick %+v", w.Code, got)
	}
}

// Work has a deadline before the host's own, at which the host kills the process.
func TestDeadline(t *testing.T) {
	var left time.Duration
	post(t, invoke.Timer("poll", "%S%", func(ctx context.Context, _ invoke.Tick) error {
		d, _ := ctx.Deadline()
		left = time.Until(d)
		return nil
	}), `{"Data":{"timer":{}}}`)
	if left <= 0 || left > invoke.Deadline {
		t.Errorf("deadline in %v", left)
	}
}

// GET / is answered at once, an HTTP function gets only its own paths and methods,
// and GET cannot start a timer or queue function.
func TestPaths(t *testing.T) {
	h := invoke.Handler([]invoke.Function{
		invoke.HTTP("api", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) })),
		invoke.Timer("poll", "%S%", func(context.Context, invoke.Tick) error { return nil }),
	})
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/", 200}, {"GET", "/api/x/y", 418}, {"DELETE", "/api/x", 418}, {"GET", "/poll", 405}, {"GET", "/nothing", 404},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, w.Code, c.want)
		}
	}
}

// Foreign text cannot forge a log line or reverse it.
func TestLogIsClean(t *testing.T) {
	var b bytes.Buffer
	ctx := invoke.With(t.Context(), slog.String("function", "fetch"))
	invoke.NewLog(&b, slog.LevelInfo).WarnContext(ctx, "odd", "error", errors.New("a\u202eb\x1b[31m\u2028c\r"))
	var line map[string]any
	must.Do(t, json.Unmarshal(b.Bytes(), &line))
	if line["error"] != "a b [31m c " || line["function"] != "fetch" {
		t.Errorf("line %v", line)
	}
}
