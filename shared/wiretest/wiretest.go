// Package wiretest puts a server behind an http.RoundTripper in the same
// process, counts its requests, and injects faults.
//
// No socket and no goroutine outlives a call, so it works in a testing/synctest
// bubble, and tests run the real client code of every SDK. It does not know the
// content of requests and answers.
package wiretest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// A Fault is what happens to one call.
type Fault int

const (
	// Pass lets the call through.
	Pass Fault = iota
	// Refuse fails the call before it reaches the server.
	Refuse
	// Lose lets the call take effect and loses its answer.
	Lose
	// Hang lets the call wait until its context ends, without effect.
	Hang
)

// ErrInjected is the error of a call that was refused or whose answer was lost.
var ErrInjected = errors.New("injected fault")

// A Wire is an http.RoundTripper to one server. It is safe for concurrent use.
type Wire struct {
	handler http.Handler

	mu    sync.Mutex
	calls []Call
	fault func(n int, r *http.Request) Fault
}

// A Call is one request that was made, with the sizes of its bodies on the wire,
// in bytes.
type Call struct {
	Method, URL    string
	Sent, Received int
	Status         int           // 0 when there was no answer
	Served         time.Duration // how long the server took
}

// Transport returns a Wire to h.
func Transport(h http.Handler) *Wire { return &Wire{handler: h} }

// Fault sets the function that chooses the fault of each later call; n counts the
// calls from 0 since the last Reset. The function may be called concurrently, and
// it may block, as a slow wire does.
func (w *Wire) Fault(f func(n int, r *http.Request) Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = f
}

// At chooses a fault for call n alone.
func At(n int, f Fault) func(int, *http.Request) Fault {
	return When(f, func(call int, _ *http.Request) bool { return call == n })
}

// When chooses a fault for the calls that is names.
func When(f Fault, is func(n int, r *http.Request) bool) func(int, *http.Request) Fault {
	return func(n int, r *http.Request) Fault {
		if is(n, r) {
			return f
		}
		return Pass
	}
}

// Reset forgets the calls that were made.
func (w *Wire) Reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = nil
}

// Calls returns the calls that were made since the last Reset, in order.
func (w *Wire) Calls() []Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Call(nil), w.calls...)
}

// Client returns an http.Client over w that follows no redirects.
func (w *Wire) Client() *http.Client {
	return &http.Client{Transport: w, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Do makes w a policy.Transporter of Azure's SDKs.
func (w *Wire) Do(r *http.Request) (*http.Response, error) { return w.RoundTrip(r) }

// RoundTrip calls the server in the same goroutine and returns its answer.
func (w *Wire) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("read body of %s %s: %w", r.Method, r.URL, err)
		}
	}

	w.mu.Lock()
	n := len(w.calls)
	w.calls = append(w.calls, Call{Method: r.Method, URL: r.URL.String(), Sent: len(body)})
	decide := w.fault
	w.mu.Unlock()
	f := Pass
	if decide != nil {
		f = decide(n, r)
	}

	if err := context.Cause(r.Context()); err != nil {
		return nil, err
	}
	switch f {
	case Refuse:
		return nil, fmt.Errorf("%s %s: refused: %w", r.Method, r.URL.Path, ErrInjected)
	case Hang:
		<-r.Context().Done()
		return nil, context.Cause(r.Context())
	}

	start := time.Now()
	res := w.serve(r, body)
	served := time.Since(start)

	w.mu.Lock()
	if n < len(w.calls) {
		w.calls[n].Received, w.calls[n].Status, w.calls[n].Served = int(res.ContentLength), res.StatusCode, served
	}
	w.mu.Unlock()
	if f == Lose {
		return nil, fmt.Errorf("%s %s: answer lost: %w", r.Method, r.URL.Path, ErrInjected)
	}
	return res, nil
}

func (w *Wire) serve(r *http.Request, body []byte) *http.Response {
	in := r.Clone(r.Context())
	in.Body = io.NopCloser(bytes.NewReader(body))
	in.ContentLength = int64(len(body))
	in.RequestURI = r.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:1"
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, in)
	res := rec.Result()
	res.Request = r
	res.ContentLength = int64(rec.Body.Len())
	return res
}
