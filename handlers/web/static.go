package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// The files of others are as they were published, each with its licence: htmx
// 2.0.11 (https://htmx.org), the editor Squire 2.4.8 (npm squire-rte) and DOMPurify
// 3.5.0 (npm dompurify), which makes safe what is pasted into it. Their scripts are compressed
// (gzip -9n), which spares a tenth of a megabyte of the executable.
//
//go:embed static
var staticFiles embed.FS

// An asset is a file that pages load. Its URL has a hash of its content, so
// that a browser can cache it.
type asset struct {
	content []byte
	url     string
}

var readStatic = sync.OnceValues(func() (map[string]asset, error) {
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
		name, compressed := strings.CutSuffix(e.Name(), ".gz")
		if compressed {
			z, err := gzip.NewReader(bytes.NewReader(b))
			if err == nil {
				b, err = io.ReadAll(z)
			}
			if err != nil {
				return nil, err
			}
		}
		b = compact(name, b)
		sum := sha256.Sum256(b)
		all[name] = asset{b, "/web/static/" + hex.EncodeToString(sum[:6]) + "/" + name}
	}
	return all, nil
})

// compact removes comments and indentation from a style sheet or a script of ours.
// That saves 3 kB of a first page. In our scripts a comment has lines of its own,
// and a text never continues on the next line.
func compact(name string, text []byte) []byte {
	css := strings.HasSuffix(name, ".css")
	if !css && (path.Ext(name) != ".js" || strings.HasSuffix(name, ".min.js")) {
		return text
	}
	if css {
		var rules []byte
		for more := true; more; {
			var before []byte
			before, text, more = bytes.Cut(text, []byte("/*"))
			rules = append(rules, before...)
			_, text, _ = bytes.Cut(text, []byte("*/"))
		}
		text = rules
	}
	var out []byte
	for line := range bytes.Lines(text) {
		line = bytes.TrimLeft(line, " \t")
		if css || !bytes.HasPrefix(line, []byte("//")) {
			out = append(out, line...)
		}
	}
	return out
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

// tagOf returns the entity tag of content. The tag is weak, since compression changes the bytes.
func tagOf(shown []byte) string {
	sum := sha256.Sum256(shown)
	return `W/"` + hex.EncodeToString(sum[:12]) + `"`
}
