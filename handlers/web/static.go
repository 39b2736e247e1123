package web

import (
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strings"
)

// The files of others are as they were published, each with its licence: htmx
// 2.0.11 (https://htmx.org), the editor Squire 2.4.8 (npm squire-rte) and DOMPurify
// 3.5.0 (npm dompurify), which makes safe what is pasted into it.
//
//go:embed static
var staticFiles embed.FS

// An asset is a file that pages load. Its URL has a hash of its content, so
// that a browser can cache it.
type asset struct {
	content []byte
	url     string
}

func readStatic() (map[string]asset, error) {
	entries, err := staticFiles.ReadDir("static")
	if err != nil {
		return nil, err
	}
	all := map[string]asset{}
	for _, e := range entries {
		b, err := staticFiles.ReadFile("static/" + e.Name())
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(b)
		all[e.Name()] = asset{b, "/web/static/" + hex.EncodeToString(sum[:6]) + "/" + e.Name()}
	}
	return all, nil
}

func (s *site) serveStatic(w http.ResponseWriter, r *http.Request) {
	a, ok := s.static[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if a.url == r.URL.Path {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	kind := mime.TypeByExtension(path.Ext(a.url))
	if kind == "" {
		kind = "text/plain; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(a.content)
}

// compressed returns a writer that compresses text when the browser accepts
// that: no proxy in front of the app does. Pages repeat no secret that the
// length of a response could reveal.
func compressed(w http.ResponseWriter, r *http.Request) (http.ResponseWriter, func()) {
	w.Header().Add("Vary", "Accept-Encoding")
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || r.Method == http.MethodHead {
		return w, func() {}
	}
	z := &zipped{ResponseWriter: w}
	return z, z.end
}

type zipped struct {
	http.ResponseWriter
	zip *gzip.Writer
}

// WriteHeader announces the compression, unless there is nothing to compress.
func (z *zipped) WriteHeader(status int) {
	if z.zip == nil && status != http.StatusNoContent && status != http.StatusNotModified && (status < 300 || status >= 400) {
		z.Header().Set("Content-Encoding", "gzip")
		z.Header().Del("Content-Length")
		z.zip, _ = gzip.NewWriterLevel(z.ResponseWriter, 5) // the level is valid
	}
	z.ResponseWriter.WriteHeader(status)
}

func (z *zipped) Write(b []byte) (int, error) {
	if z.zip == nil && z.Header().Get("Location") == "" {
		z.WriteHeader(http.StatusOK)
	}
	if z.zip == nil {
		return z.ResponseWriter.Write(b)
	}
	return z.zip.Write(b)
}

func (z *zipped) end() {
	if z.zip != nil {
		_ = z.zip.Close() // an error means that the browser has disconnected
	}
}
