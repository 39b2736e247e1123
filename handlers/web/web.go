// Package web serves the pages under /web to people of the office, in Dutch
// and in English. It is a client of the HTTP API in the same process: it reads
// no table and decides no right, so pages and API cannot disagree.
//
// A request goes this way: ServeHTTP (web.go) sets the headers and refuses other sites; a
// request value (request.go) is made, which knows the user, the language and the colours;
// the handler of the page asks the API (client.go) in the user's name, and fills a view
// struct; the renderer (renderer.go) executes the template of the page. htmx asks for parts
// of pages. All pages work without scripts.
//
// The API's answers are read into the shapes of package wire, which the API writes. A type
// such as mailObject adds to one what its page needs beside it.
//
// To add a page:
//
//  1. A file here with its route and its handler, as health.go: register it in
//     New with s.page, or with s.post for what a form sends. The handler asks
//     v.api, fills a view struct and returns v.page(name, view).
//  2. A template pages/<name>.html that defines "main", and "action" for the
//     one button beside the title. The title is the text <name>.title. It reads
//     fields, and calls functions: those of views in views.go, others in renderer.go.
//     A large page has more files, pages/<name>.<part>.html; those of the layout are
//     shared by all pages.
//  3. Its texts in texts/nl.json and texts/en.json, as <name>.<thing>; go test -update compresses them.
//
// An item of the navigation (nav.go) is shown when its path has a page.
// Part of a page is a template that is named as the id of its element: a
// request of htmx with that element as its target gets this part alone. Forms
// post, and are led on with v.done and a text that is shown once (flash.go). What the API
// refuses is shown in the form again (refusal.go).
//
// The files by what they hold: mail*.go is the processing module; chats*.go, notes.go,
// replies.go and write*.go are chats and what is written in them; directory*.go and
// import.go the directory; connect*.go, address*.go, guide*.go and settings*.go the
// integration; learning.go and rules.go what was learned; audit.go and health*.go what
// happened and what works.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"
)

// Options are what the pages need.
type Options struct {
	API http.Handler // the HTTP API, called in the user's name
}

// A site is all pages.
type site struct {
	Options
	mux    *http.ServeMux
	origin *http.CrossOriginProtection
	paths  map[string]bool // that have a page
	forms  []string        // paths to which forms are sent
	static map[string]asset

	reporter reporter
}

// New returns the handler of everything under /web. Pages and texts are read at
// the first page request: most instances only process mail, and start faster
// and smaller without them.
func New(o Options) (http.Handler, error) {
	s := &site{
		Options: o, mux: http.NewServeMux(), origin: http.NewCrossOriginProtection(),
		paths: map[string]bool{},
	}
	var err error
	if s.static, err = readStatic(); err != nil {
		return nil, err
	}
	s.mux.HandleFunc("GET /web/static/{hash}/{file}", s.serveStatic)
	s.mux.Handle("GET /web", http.RedirectHandler(home, http.StatusFound))
	s.mux.Handle("GET /web/{$}", http.RedirectHandler(home, http.StatusFound))
	s.post("/web/preferences", s.savePreferences)
	s.registerCounts()
	s.registerMails()
	s.registerChats()
	s.registerTeamwork()
	s.registerReplies()
	s.registerTemplates()
	s.registerSending()
	s.registerRetention()
	s.registerHealth()
	s.registerLearning()
	s.registerRules()
	s.registerDirectory()
	s.registerImport()
	s.registerMe()
	s.registerAudit()
	s.registerSettings()
	s.registerConnectors()
	s.registerAddresses()
	s.leadFormsBack()
	return s, nil
}

// home is the first page.
const home = "/web/mails"

func (s *site) page(path string, serve func(*request) error) {
	s.paths[path] = true
	s.mux.Handle("GET "+path, s.handle(serve))
}

func (s *site) post(path string, serve func(*request) error) { s.postUpTo(maxForm, path, serve) }

// postUpTo is post for forms of at most the given number of bytes.
func (s *site) postUpTo(most int64, path string, serve func(*request) error) {
	s.forms = append(s.forms, path)
	s.mux.Handle("POST "+path, s.handleUpTo(most, serve))
}

// leadFormsBack lets a reload work after the answer to a form, such as a refusal:
// the path of a form without a page leads to the nearest page above it.
func (s *site) leadFormsBack() {
	for _, path := range s.forms {
		if !s.paths[path] {
			s.mux.Handle("GET "+path, s.handle(s.pageAbove))
		}
	}
}

func (s *site) pageAbove(v *request) error {
	above := *v.r.URL
	for above.Path = path.Dir(above.Path); above.Path != "/web"; above.Path = path.Dir(above.Path) {
		_, pattern := s.mux.Handler(&http.Request{Method: http.MethodGet, Host: v.r.Host, URL: &above})
		if s.paths[strings.TrimPrefix(pattern, "GET ")] {
			above.RawPath = ""
			return v.done(above.RequestURI(), flash{})
		}
	}
	return v.done(home, flash{})
}

// policy lets a page load only files of this server. The body of a mail is a
// separate document with its own policy.
const policy = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// ServeHTTP applies what holds for every request.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if status, ok := r.Context().Value(refusedKey{}).(int); ok {
		if v, err := s.newRequest(w, r); err == nil {
			v.fail(&Problem{Status: status})
		} else {
			http.Error(w, http.StatusText(status), status)
		}
		return
	}
	if err := s.origin.Check(r); err != nil {
		s.handle(func(v *request) error { return v.refuse(http.StatusForbidden, err.Error()) }).ServeHTTP(w, r)
		return
	}
	if _, pattern := s.mux.Handler(r); pattern == "" {
		s.handle(func(v *request) error { return v.refuse(http.StatusNotFound, r.URL.Path) }).ServeHTTP(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

type refusedKey struct{}

// Refuse returns r as a request that the pages answer with a status, in the
// user's language, without finding out who the user is.
func Refuse(r *http.Request, status int) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), refusedKey{}, status))
}

// maxForm is the largest size of a form, in bytes.
const maxForm = 1 << 20

// handle lets serve answer a request, and shows its error.
func (s *site) handle(serve func(*request) error) http.Handler { return s.handleUpTo(maxForm, serve) }

// handleUpTo is handle for forms of at most the given number of bytes.
func (s *site) handleUpTo(most int64, serve func(*request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, most)
		v, err := s.newRequest(w, r)
		if err != nil { // an error in the pages themselves, which tests find
			slog.ErrorContext(r.Context(), "read pages", "error", err)
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			return
		}
		if err = v.begin(); err == nil {
			err = serve(v)
		}
		if err == nil {
			return
		}
		var p *Problem
		if !errors.As(err, &p) {
			if !errors.Is(err, context.Canceled) {
				slog.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err)
			}
			p = &Problem{Status: http.StatusInternalServerError}
		}
		v.fail(p)
	})
}

// isPart tells whether htmx requests a part of a page.
func isPart(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-History-Restore-Request") != "true"
}

// local is a path of these pages, or home: a URL from outside must not lead to
// another site.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Host != "" || u.Scheme != "" || strings.Contains(to, "\\") || !strings.HasPrefix(path.Clean(u.Path), "/web/") {
		return home
	}
	return u.RequestURI()
}
