package front

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

// cookieName is the name that App Service gives its own session cookie.
const cookieName = "AppServiceAuthSession"

//go:embed signin.html
var signInHTML string

// routes are the platform's own paths:
// https://learn.microsoft.com/azure/app-service/configure-authentication-customize-sign-in-out.
func (f *front) routes() *http.ServeMux {
	page := template.Must(template.New("signin").Parse(signInHTML))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.auth/login/{provider}", func(w http.ResponseWriter, r *http.Request) {
		f.showSignIn(w, r, page, http.StatusOK, "")
	})
	mux.HandleFunc("POST /.auth/login/local", func(w http.ResponseWriter, r *http.Request) { f.takeSignIn(w, r, page) })
	mux.HandleFunc("GET /.auth/me", f.me)
	mux.HandleFunc("GET /.auth/logout", signOut)
	mux.HandleFunc("POST /.auth/logout", signOut)
	return mux
}

func (f *front) showSignIn(w http.ResponseWriter, r *http.Request, page *template.Template, status int, wrong string) {
	var b bytes.Buffer
	err := page.Execute(&b, struct {
		People   []Person
		Back     string
		Entered  string
		Mistaken string
	}{f.People, localPath(r.FormValue("post_login_redirect_uri")), r.PostFormValue("email"), wrong})
	if err != nil {
		http.Error(w, "the sign-in page: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w)
}

func (f *front) takeSignIn(w http.ResponseWriter, r *http.Request, page *template.Template) {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		http.Error(w, "this form belongs to another site", http.StatusForbidden)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	email := strings.TrimSpace(r.PostFormValue("email"))
	if _, ok := f.person(email); !ok {
		f.showSignIn(w, r, page, http.StatusUnprocessableEntity, "Dit is geen e-mailadres. / This is no e-mail address.")
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: base64.RawURLEncoding.EncodeToString([]byte(email)),
		Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	http.Redirect(w, r, localPath(r.FormValue("post_login_redirect_uri")), http.StatusSeeOther)
}

// me tells who is signed in, in the platform's form.
func (f *front) me(w http.ResponseWriter, r *http.Request) {
	type session struct {
		Provider string  `json:"provider_name"`
		User     string  `json:"user_id"`
		Claims   []claim `json:"user_claims"`
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	who, ok := f.whoAsks(r)
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

// localPath is text when it leads to this site, and else the first page: a link
// to the sign-in page must not send people elsewhere.
func localPath(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") || strings.ContainsAny(text, "\\\t\r\n") {
		return "/web"
	}
	return text
}
