package web

import (
	"bytes"
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/invoke"
)

// A person is the user who makes the request, as GET /api/me describes him or
// her.
type person struct {
	wire.Me
}

// can tells whether the person may do an action, to at least some objects.
func (p person) can(action access.Action) bool { return slices.Contains(p.Actions, action) }

// initials are the first letters of the first and last word of a name.
func initials(name, email string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) })
	if len(words) == 0 {
		words = []string{email + "?"}
	}
	out := []rune{[]rune(words[0])[0]}
	if len(words) > 1 {
		out = append(out, []rune(words[len(words)-1])[0])
	}
	return strings.ToUpper(string(out))
}

// A request is one HTTP request of one person, with his or her preferences.
type request struct {
	site     *site
	w        http.ResponseWriter
	r        *http.Request
	api      client
	renderer *renderer
	lang     string
	theme    string // light, dark, or "" for the preference of the device
	me       person
	flash    *flash
	known    map[string]string // numbers in the navigation that the page has read anyway
	failed   error             // of the first read for the page that failed
}

// read reads an object of the API for the page. A failure becomes the answer of the page,
// and nothing more is read after it.
func (v *request) read(path string, into any) { v.readTag(path, into) }

// tryRead reads what a page can do without. It returns a refusal that mend accepts.
func (v *request) tryRead(mend func(error) (*Problem, error), path string, into any) (p *Problem) {
	if v.failed == nil {
		p, v.failed = mend(v.api.get(path, into))
	}
	return p
}

// readTag is read, and returns the entity tag for a later change.
func (v *request) readTag(path string, into any) (etag string) {
	if v.failed == nil {
		etag, v.failed = v.api.getTag(path, into)
	}
	return etag
}

// newRequest starts a request. Errors: pages that cannot be read.
func (s *site) newRequest(w http.ResponseWriter, r *http.Request) (v *request, err error) {
	v = &request{site: s, w: w, r: r, api: client{api: s.API, ctx: access.Once(r.Context()), header: r.Header}, lang: languageOf(r),
		theme: themeOf(r)}
	v.renderer, err = renderers[v.lang]()
	return v, err
}

// begin finds out who the user is.
func (v *request) begin() error { return v.api.get("/api/me?brief=true", &v.me) }

// need refuses a page to a user who may not do an action. Refusals of the API
// are logged by the API.
func (v *request) need(action access.Action) error {
	if v.me.can(action) {
		return nil
	}
	return v.refuse(http.StatusForbidden, "your rights do not include "+string(action))
}

// refuse is a refusal by the pages themselves; it is logged with the user.
func (v *request) refuse(status int, detail string) error {
	_, pattern := v.site.mux.Handler(v.r)
	access.LogRefusal(v.r.Context(), v.me.ID, v.r.Method, cmp.Or(pattern, "/web/"), status)
	return &Problem{Status: status, Detail: detail}
}

func (v *request) t(key string, args ...any) string { return v.renderer.text(key, args...) }

// A pageLayout has the data around the content of a page.
type pageLayout struct {
	Lang, Theme string
	Title       string
	Path        string // the page to return to
	Me          person
	Nav         []navGroup
	Flash       *flash
	NoKeys      bool // single-key shortcuts are off
	View        any
}

// page answers with a page, or with the part of it that htmx requests.
func (v *request) page(name string, view any) error { return v.pageAs(http.StatusOK, name, view) }

// pageAs is page with another status, such as for a form with a mistake.
func (v *request) pageAs(status int, name string, view any) error {
	if v.failed != nil {
		return v.failed
	}
	v.flash = takeFlash(v.w, v.r)
	if err := v.received(v.flash); err != nil {
		return err
	}
	set := v.renderer.pages[name]
	if set == nil {
		return errors.New("no page " + name)
	}
	s := pageLayout{Lang: v.lang, Theme: v.theme, Title: v.titleOf(name, view), Path: v.here(), Me: v.me, Nav: v.nav(), Flash: v.flash,
		NoKeys: noKeys(v.r), View: view}
	var b bytes.Buffer
	part := set.Lookup(v.r.Header.Get("HX-Target"))
	var err error
	switch {
	case isPart(v.r) && part != nil:
		if err = part.Execute(&b, view); err == nil && v.flash != nil {
			err = set.ExecuteTemplate(&b, "toast-beside", v.flash)
		}
		if err == nil && v.r.Header.Get("Poll") == "counts" {
			err = v.countsBeside(&b)
		}
	default:
		err = set.ExecuteTemplate(&b, "layout", s)
	}
	if err != nil {
		return err
	}
	return v.write(status, b.Bytes())
}

// titleOf is the title of a page: the title of its view, when it has one.
func (v *request) titleOf(name string, view any) string {
	if of, ok := view.(interface{ title() string }); ok && of.title() != "" {
		return of.title()
	}
	return v.t(name + ".title")
}

// here is the page to return to: this page, or the page of the form that was
// sent.
func (v *request) here() string {
	if v.r.Method == http.MethodGet {
		return v.r.URL.RequestURI()
	}
	if from, err := url.Parse(v.r.Referer()); err == nil && from.Host == v.r.Host {
		return local(from.RequestURI())
	}
	return home
}

func (v *request) part(page, name string, view any) error {
	return v.partAs(http.StatusOK, page, name, view)
}

// partAs is part with another status.
func (v *request) partAs(status int, page, name string, view any) error {
	if v.failed != nil {
		return v.failed
	}
	var b bytes.Buffer
	if err := v.renderer.pages[page].ExecuteTemplate(&b, name, view); err != nil {
		return err
	}
	return v.write(status, b.Bytes())
}

func (v *request) write(status int, body []byte) error {
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Add("Vary", "HX-Request, HX-Target")
	if status == http.StatusOK && v.r.Method == http.MethodGet && isPart(v.r) {
		tag := tagOf(body)
		v.w.Header().Set("ETag", tag)
		if v.unchanged(tag) {
			return nil
		}
	}
	v.w.WriteHeader(status)
	_, err := v.w.Write(body)
	return err
}

// unchanged answers that nothing changed when the page has what has this entity tag.
func (v *request) unchanged(tag string) bool {
	same := invoke.Unchanged(v.r.Header.Get("If-None-Match"), tag)
	if same {
		v.w.WriteHeader(http.StatusNotModified)
	}
	return same
}

// done redirects to a page after a form is done. The page shows a text once; an
// empty key means no text.
func (v *request) done(path string, f flash) error {
	if v.failed != nil {
		return v.failed
	}
	if f.Key != "" {
		f.give(v.w)
	}
	http.Redirect(v.w, v.r, local(path), http.StatusSeeOther)
	return nil
}

// leave makes the browser go to another page after a form whose answer would
// otherwise replace only a part of its page.
func (v *request) leave(path string, f flash) error {
	if !isPart(v.r) {
		return v.done(path, f)
	}
	if f.Key != "" {
		f.give(v.w)
	}
	v.w.Header().Set("HX-Redirect", local(path))
	v.w.WriteHeader(http.StatusNoContent)
	return nil
}

// bodyPath is the path of the body of a mail with its quoted text folded, in the
// language and colours of this page, "" for no mail.
func (v *request) bodyPath(body string) string {
	if body == "" {
		return ""
	}
	body = withQuery(body, "quoted", "folded")
	if v.lang != "nl" { // the default language of the API
		body = withQuery(body, "language", v.lang)
	}
	if v.theme != "" {
		body = withQuery(body, "colours", v.theme)
	}
	return body
}

// remote is the path of the same body with pictures from other servers.
func remote(body string) string {
	return withQuery(body, "pictures", "remote")
}

// signIn is where a user signs in, and the page to which he or she returns.
func signIn(back string) string {
	return "/.auth/login/aad?post_login_redirect_uri=" + url.QueryEscape(local(back))
}
