package main

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
)

//go:embed welcome.html
var welcomeHTML string

// welcome is what a browser sees that opens the app: what there is, and what can
// be tried. In Azure the host shows a page of its own there.
func (s *stack) welcome(next http.Handler) http.Handler {
	page := template.Must(template.New("welcome").Parse(welcomeHTML))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" || r.Method != http.MethodGet && r.Method != http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		send, see := s.toTry()
		var b bytes.Buffer
		if err := page.Execute(&b, struct{ Who, Send, See string }{signedIn(r), send, see}); err != nil {
			http.Error(w, "the first page: "+err.Error(), http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("Cache-Control", "no-store")
		_, _ = b.WriteTo(w)
	})
}

// signedIn is whom the front door has let in, "" for nobody.
func signedIn(r *http.Request) string {
	text, err := base64.StdEncoding.DecodeString(r.Header.Get("X-MS-CLIENT-PRINCIPAL"))
	if err != nil {
		return ""
	}
	var p struct {
		Claims []struct{ Typ, Val string }
	}
	if json.Unmarshal(text, &p) != nil {
		return ""
	}
	for _, c := range p.Claims {
		if c.Typ == "preferred_username" {
			return c.Val
		}
	}
	return ""
}
