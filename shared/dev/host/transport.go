package host

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// handlerTransport sends a request to the running handler, and waits for one if
// none runs.
type handlerTransport struct {
	worker *worker
	next   http.RoundTripper
}

func newHandlerTransport(w *worker) *handlerTransport {
	return &handlerTransport{worker: w, next: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
}

// connectTries is how often the host tries to reach a handler that does not listen.
const connectTries = 10

func (t *handlerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		out, err := t.address(r)
		if err != nil {
			return nil, err
		}
		res, err := t.next.RoundTrip(out)
		// Only a request that was never sent is repeated.
		if refused, ok := errors.AsType[*net.OpError](err); !ok || refused.Op != "dial" || try == connectTries {
			return res, err
		}
		select {
		case <-r.Context().Done():
			return nil, r.Context().Err()
		case <-time.After(min(time.Duration(try)*50*time.Millisecond, 250*time.Millisecond)):
		}
	}
}

// address returns r with the address of the running handler.
func (t *handlerTransport) address(r *http.Request) (*http.Request, error) {
	base, err := t.worker.ready(r.Context())
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host = target.Scheme, target.Host
	if r.Body != nil && r.Body != http.NoBody {
		out.Body = io.NopCloser(r.Body) // a transport closes the body, even if it cannot connect
	}
	return out, nil
}
