package signin

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// cookieName is App Service's own name of its session cookie.
const cookieName = "AppServiceAuthSession"

//go:embed signin.html
var signInHTML string

// routes serve the platform's own paths:
// https://learn.microsoft.com/azure/app-service/configure-authentication-customize-sign-in-out.
func (h *handler) routes() *http.ServeMux {
	page := template.Must(template.New("signin").Parse(signInHTML))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.auth/login/{provider}", func(w http.ResponseWriter, r *http.Request) {
		h.showSignIn(w, r, page, http.StatusOK, "")
	})
	mux.HandleFunc("POST /.auth/login/local", func(w http.ResponseWriter, r *http.Request) { h.takeSignIn(w, r, page) })
	mux.HandleFunc("GET /.auth/me", h.me)
	mux.HandleFunc("GET /.auth/logout", signOut)
	mux.HandleFunc("POST /.auth/logout", signOut)
	return mux
}

func (h *handler) showSignIn(w http.ResponseWriter, r *http.Request, page *template.Template, status int, wrong string) {
	var b bytes.Buffer
	err := page.Execute(&b, struct {
		People   []Person
		Back     string
		Entered  string
		Mistaken string
	}{h.People, localPath(r.FormValue("post_login_redirect_uri")), r.PostFormValue("email"), wrong})
	if err != nil {
		http.Error(w, "the sign-in page: "+err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy",
		"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w)
}

func (h *handler) takeSignIn(w http.ResponseWriter, r *http.Request, page *template.Template) {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		http.Error(w, "this form belongs to another site", http.StatusForbidden)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	email := strings.TrimSpace(r.PostFormValue("email"))
	if _, ok := h.person(email); !ok {
		h.showSignIn(w, r, page, http.StatusUnprocessableEntity, "Dit is geen e-mailadres. / This is no e-mail address.")
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: base64.RawURLEncoding.EncodeToString([]byte(email)),
		Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	http.Redirect(w, r, localPath(r.FormValue("post_login_redirect_uri")), http.StatusSeeOther)
}

// me says who is signed in, in the platform's format.
func (h *handler) me(w http.ResponseWriter, r *http.Request) {
	type session struct {
		Provider string  `json:"provider_name"`
		User     string  `json:"user_id"`
		Claims   []claim `json:"user_claims"`
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	who, ok := h.whoAsks(r)
	if !ok {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte("[]\n"))
		return
	}
	_ = json.NewEncoder(w).Encode([]session{{idp, who.name, who.Claims}})
}

func signOut(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	to := "/.auth/login/local"
	if asked := r.FormValue("post_logout_redirect_uri"); asked != "" {
		to = localPath(asked)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// localPath returns text if it is a path of this site, and otherwise the first
// page: a link to the sign-in page must not send people to another site.
func localPath(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") ||
		strings.ContainsAny(text, "\\\t\r\n") {
		return "/web"
	}
	return text
}
