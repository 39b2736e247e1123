package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
)

// A failView says what went wrong, and what to do.
type failView struct {
	Status  string // names the texts: fail.404.title, fail.404.text
	Small   string // the API's own text, in English, where our text is too general
	SignIn  string // where to sign in; "" when signing in does not help
	Back    string
	NewPage bool // sign in on a new page, so that typed text stays
}

// failTexts are the statuses that have their own texts.
var failTexts = map[int]string{401: "401", 403: "403", 404: "404", 409: "409", 412: "412", 422: "422", 429: "429", 503: "503"}

// fail answers with an error. A request for a part of a page gets a message
// beside the present content, so that nothing typed is lost; any other request
// gets a page.
func (v *request) fail(p *Problem) {
	view := failView{Status: failTexts[p.Status], Back: home}
	if view.Status == "" {
		view.Status = "500"
	}
	switch view.Status {
	case "409", "422", "500":
		view.Small = p.Detail
	}
	status := max(p.Status, http.StatusBadRequest)
	if p.Status == http.StatusUnauthorized {
		// The user returns only to a page that was requested with GET.
		if v.r.Method == http.MethodGet && !isPart(v.r) {
			http.Redirect(v.w, v.r, signIn(v.r.URL.RequestURI()), http.StatusFound)
			return
		}
		view.SignIn, view.NewPage = signIn(home), true
	}
	if from, err := url.Parse(v.r.Referer()); err == nil && from.Host == v.r.Host && from.Path != v.r.URL.Path {
		view.Back = local(from.RequestURI())
	}
	var b bytes.Buffer
	var err error
	set := v.renderer.pages["fail"]
	if isPart(v.r) {
		v.w.Header().Set("HX-Retarget", "#toasts")
		v.w.Header().Set("HX-Reswap", "innerHTML")
		v.w.Header().Set("HX-Push-Url", "false") // the page is still the one before
		err = set.ExecuteTemplate(&b, "fail-toast", view)
	} else {
		err = set.ExecuteTemplate(&b, "layout", pageLayout{
			Lang: v.lang, Theme: v.theme, Title: v.t("fail." + view.Status + ".title"), Path: home, Me: v.me, Nav: v.nav(), View: view,
		})
	}
	if err == nil {
		err = v.write(status, b.Bytes())
	}
	if err != nil {
		slog.ErrorContext(v.r.Context(), "show what went wrong", "status", strconv.Itoa(p.Status), "error", err)
	}
}
