package edge

import (
	"io"
	"net/http"
)

// maxDrained is how much of a body is read that nobody wants, in bytes: a little more
// than the largest file that is accepted.
const maxDrained = 160 << 20

// drained returns a handler that calls next, and sends its answer after the whole request
// has come. Go closes the connection of a client that still sends. The proxy of the
// Functions host then answers 502, and the answer of next is lost.
func drained(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := r.Body
		// A client that asks first sends nothing when it is refused.
		if body == nil || body == http.NoBody || r.Header.Get("Expect") != "" {
			next.ServeHTTP(w, r)
			return
		}
		r.Body = struct { // the server closes it
			io.Reader
			io.Closer
		}{body, io.NopCloser(nil)}
		next.ServeHTTP(&draining{ResponseWriter: w, rest: io.LimitReader(body, maxDrained)}, r)
	})
}

// A draining reads the rest of the request before the answer begins.
type draining struct {
	http.ResponseWriter
	rest io.Reader
}

func (d *draining) WriteHeader(status int) {
	if status >= 200 {
		_, _ = io.Copy(io.Discard, d.rest) // a client that has disconnected gets no answer
	}
	d.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (d *draining) Unwrap() http.ResponseWriter { return d.ResponseWriter }
