package edge

import (
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// leastCompressed is the size of an answer, in bytes, from which it is compressed: a
// smaller one is one packet anyway.
const leastCompressed = 1400

// compressed returns next with its texts compressed for clients that accept that: the
// host and the proxy before it do not. It leaves alone pictures, files, streams, and
// answers with a strong entity tag, which names their very bytes.
// https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.3
//
// No answer repeats a secret that its length could reveal.
func compressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		z := &zipped{ResponseWriter: w, wanted: r.Method != http.MethodHead && acceptsGzip(r.Header)}
		defer z.end()
		next.ServeHTTP(z, r)
	})
}

// acceptsGzip tells whether a client names gzip, without a weight of zero.
func acceptsGzip(h http.Header) bool {
	for _, coding := range strings.Split(strings.Join(h["Accept-Encoding"], ","), ",") {
		name, weight, _ := strings.Cut(coding, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			weight = strings.ReplaceAll(weight, " ", "")
			return !strings.HasPrefix(weight, "q=0") || strings.Trim(weight, "q=0.") != ""
		}
	}
	return false
}

// A zipped keeps the start of an answer until it is clear whether to compress it.
type zipped struct {
	http.ResponseWriter
	wanted  bool
	decided bool
	status  int
	start   []byte
	zip     *gzip.Writer
}

func (z *zipped) WriteHeader(status int) {
	if status < 200 { // informational: the answer follows
		z.ResponseWriter.WriteHeader(status)
		return
	}
	if z.status == 0 {
		z.status = status
	}
	if !z.decided && !z.isText() {
		z.decide(false)
	}
}

func (z *zipped) Write(b []byte) (int, error) {
	if z.status == 0 {
		z.WriteHeader(http.StatusOK)
	}
	if !z.decided && len(z.start)+len(b) < leastCompressed {
		z.start = append(z.start, b...)
		return len(b), nil
	}
	z.decide(z.wanted)
	if z.zip != nil {
		return z.zip.Write(b)
	}
	return z.ResponseWriter.Write(b)
}

// Flush sends what was written: the answer is a stream.
func (z *zipped) Flush() {
	if z.status == 0 {
		z.WriteHeader(http.StatusOK)
	}
	z.decide(false)
	if z.zip != nil {
		_ = z.zip.Flush() // an error means that the client has disconnected
	}
	_ = http.NewResponseController(z.ResponseWriter).Flush()
}

// Unwrap is for http.ResponseController.
func (z *zipped) Unwrap() http.ResponseWriter { return z.ResponseWriter }

// isText tells whether the answer is one that may be compressed.
func (z *zipped) isText() bool {
	h := z.Header()
	if z.status == http.StatusNoContent || z.status == http.StatusPartialContent || z.status >= 300 && z.status < 400 ||
		h.Get("Content-Encoding") != "" || h.Get("Content-Disposition") != "" || strings.HasPrefix(h.Get("ETag"), `"`) {
		return false
	}
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "xml")
}

var zips = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, 5) // the level is valid
	return z
}}

// decide sends the header and what was kept, with or without compression.
func (z *zipped) decide(compress bool) {
	if z.decided {
		return
	}
	z.decided = true
	h := z.Header()
	if z.isText() {
		h.Add("Vary", "Accept-Encoding")
	} else {
		compress = false
	}
	if compress {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		z.zip = zips.Get().(*gzip.Writer)
		z.zip.Reset(z.ResponseWriter)
	}
	z.ResponseWriter.WriteHeader(z.status)
	if z.zip != nil {
		_, _ = z.zip.Write(z.start)
	} else if len(z.start) > 0 {
		_, _ = z.ResponseWriter.Write(z.start)
	}
	z.start = nil
}

// end sends what is left, without compression when it is little. A handler that wrote
// nothing is left to the server.
func (z *zipped) end() {
	if z.status != 0 {
		z.decide(false)
	}
	if z.zip != nil {
		_ = z.zip.Close() // an error means that the client has disconnected
		z.zip.Reset(nil)
		zips.Put(z.zip)
	}
}
