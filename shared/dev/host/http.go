package host

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// ServeHTTP answers requests from outside at the routes of the HTTP functions. It has
// none of the host's administration.
func (h *Host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var best *function
	for i, f := range h.app.functions {
		if f.route.matches(r) && (best == nil || f.route.literal > best.route.literal) {
			best = &h.app.functions[i]
		}
	}
	if best == nil {
		// This is also the answer for a wrong method, since the host routes by method.
		w.WriteHeader(http.StatusNotFound)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, h.app.maxBody)
	h.proxy.ServeHTTP(w, r)
}

var validTraceparent = regexp.MustCompile(`^00-([0-9a-f]{32})-[0-9a-f]{16}-(0[01])$`)

// traceparent continues the trace of a caller, or starts a new one.
// https://www.w3.org/TR/trace-context/#traceparent-header
func traceparent(callers string) string {
	trace, flags := strings.ReplaceAll(newGUID(), "-", ""), "00"
	if m := validTraceparent.FindStringSubmatch(callers); m != nil {
		trace, flags = m[1], m[2]
	}
	return "00-" + trace + "-" + strings.ReplaceAll(newGUID(), "-", "")[:16] + "-" + flags
}

// newProxy forwards requests to the handler, with the host's headers, and returns its
// answers. It changes what YARP, the host's proxy, changes: the test that compares both
// shows it.
func newProxy(w *worker, log *slog.Logger) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			id := newGUID()
			setInvocation(p.Out.Header, id)
			p.Out.Header.Set("X-Ms-Invocation-Id", id)
			p.Out.Host = ""   // the handler's own; the name that people use is in X-Forwarded-Host
			p.SetXForwarded() // in place of what the caller wrote there
			if scheme := p.In.Header.Get("X-Forwarded-Proto"); scheme != "" {
				p.Out.Header.Set("X-Forwarded-Proto", scheme) // of the front end, which the host believes
			}
			p.Out.Header.Set("Traceparent", traceparent(p.In.Header.Get("Traceparent")))
			p.Out.Header.Del("Te")
			p.Out.URL.RawQuery = p.In.URL.RawQuery // also of what Go cannot read
			escape(p.Out.URL)
		},
		Transport:     newHandlerTransport(w),
		FlushInterval: -1,
		ErrorLog:      slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		ModifyResponse: func(res *http.Response) error {
			for name, values := range res.Header {
				if strings.ContainsFunc(strings.Join(values, ""), func(c rune) bool { return c > unicode.MaxASCII }) {
					return fmt.Errorf("its header %s has letters outside ASCII", name)
				}
			}
			return nil
		},
		ErrorHandler: func(rw http.ResponseWriter, r *http.Request, err error) {
			if _, large := errors.AsType[*http.MaxBytesError](err); large {
				rw.WriteHeader(http.StatusRequestEntityTooLarge)
				return
			}
			if r.Context().Err() == nil {
				log.ErrorContext(r.Context(), "request did not reach the handler's answer", "method", r.Method, "path", r.URL.Path, "error", err)
			}
			rw.WriteHeader(http.StatusBadGateway)
		},
	}
}

var (
	escapedSlash = regexp.MustCompile(`%(2[fF])`)
	queryEscapes = strings.NewReplacer(`"`, "%22", "<", "%3C", ">", "%3E", "^", "%5E", "`", "%60", "{", "%7B", "|", "%7C", "}",
		"%7D", `\`, "%5C")
)

// escape writes an address anew as ASP.NET does: it decodes all of a path but a slash,
// so that the sign of a slash is escaped twice.
func escape(u *url.URL) {
	u.RawPath = escapedSlash.ReplaceAllString(u.EscapedPath(), "%25$1")
	if path, err := url.PathUnescape(u.RawPath); err == nil {
		u.Path = path
	}
	u.RawQuery = queryEscapes.Replace(u.RawQuery)
}
