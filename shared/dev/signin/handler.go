// Package signin is a fake of App Service Authentication, which in Azure
// handles every request before the app. It alone tells the app who asks, in
// headers that no caller can set.
//
// It believes what people say about who they are, since it runs only on a
// developer's machine. The app decides what they may do.
package signin

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// A Person can be chosen on the sign-in page. Rights are only shown there.
type Person struct{ Name, Email, Rights string }

// Options say who can sign in, and to what.
type Options struct {
	Tenant   string // the Entra tenant of the office's own people
	People   []Person
	ObjectID func(email string) string // object id of a person's account; nil derives it from the address
	Next     http.Handler              // the app
}

type handler struct {
	Options
	names  map[string]string // by lower-case e-mail address
	signIn *http.ServeMux
}

// New returns a handler that signs people in and passes their requests to o.Next.
func New(o Options) http.Handler {
	if o.ObjectID == nil {
		o.ObjectID = ObjectID
	}
	h := &handler{Options: o, names: make(map[string]string)}
	for _, p := range o.People {
		h.names[strings.ToLower(p.Email)] = p.Name
	}
	h.signIn = h.routes()
	return h
}

// ServeHTTP removes the headers that only the platform may set, adds those that
// say who asks, and passes the request on.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for name := range r.Header {
		if strings.HasPrefix(strings.ToLower(name), "x-ms-") {
			delete(r.Header, name)
		}
	}
	if strings.HasPrefix(r.URL.Path, "/.auth/") {
		h.signIn.ServeHTTP(w, r)
		return
	}
	who, ok := h.whoAsks(r)
	if !ok && isPage(r) {
		http.Redirect(w, r, "/.auth/login/local?post_login_redirect_uri="+url.QueryEscape(r.URL.RequestURI()), http.StatusFound)
		return
	}
	if ok {
		who.writeTo(r.Header)
	}
	h.Next.ServeHTTP(w, r)
}

// isPage says whether the request is for one of the product's pages.
func isPage(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) &&
		(r.URL.Path == "/web" || strings.HasPrefix(r.URL.Path, "/web/"))
}

// whoAsks reads who is signed in. An Authorization header holds
// "Bearer local:<e-mail address>" for a person, or
// "Bearer local-app:<name>:<role>,<role>" for an HTTP client. Without that
// header, the cookie of the sign-in page counts.
func (h *handler) whoAsks(r *http.Request) (principal, bool) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return principal{}, false
		}
		token = strings.TrimSpace(token)
		if email, ok := strings.CutPrefix(token, "local:"); ok {
			return h.person(email)
		}
		if app, ok := strings.CutPrefix(token, "local-app:"); ok {
			name, roles, _ := strings.Cut(app, ":")
			return h.application(name, roles)
		}
		return principal{}, false
	}
	if c, err := r.Cookie(cookieName); err == nil {
		if email, err := base64.RawURLEncoding.DecodeString(c.Value); err == nil {
			return h.person(string(email))
		}
	}
	return principal{}, false
}

// principal is what App Service tells the app about who asks:
// https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities.
type principal struct {
	Type     string  `json:"auth_typ"`
	Claims   []claim `json:"claims"`
	NameType string  `json:"name_typ"`
	RoleType string  `json:"role_typ"`

	id, name string
}

type claim struct {
	Type  string `json:"typ"`
	Value string `json:"val"`
}

// idp is the platform's name of the identity provider, and authType its name of
// a sign-in with that provider.
const idp, authType = "aad", "aad"

func (h *handler) person(email string) (principal, bool) {
	email = strings.TrimSpace(email)
	if !isAddress(email) {
		return principal{}, false
	}
	name := h.names[strings.ToLower(email)]
	if name == "" {
		name, _, _ = strings.Cut(email, "@")
	}
	id := h.ObjectID(strings.ToLower(email))
	return principal{
		Type: authType, NameType: "preferred_username", RoleType: "roles", id: id, name: email,
		Claims: []claim{
			{"tid", h.Tenant}, {"oid", id}, {"preferred_username", email}, {"name", name},
			{"iss", "https://login.microsoftonline.com/" + h.Tenant + "/v2.0"},
		},
	}, true
}

func (h *handler) application(name, roles string) (principal, bool) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 100 || hasControls(name+roles) {
		return principal{}, false
	}
	id := ObjectID("application " + name)
	p := principal{
		Type: authType, NameType: "appid", RoleType: "roles", id: id, name: name,
		Claims: []claim{{"tid", h.Tenant}, {"oid", id}, {"appid", id}, {"idtyp", "app"}},
	}
	for role := range strings.SplitSeq(roles, ",") {
		if role = strings.TrimSpace(role); role != "" {
			p.Claims = append(p.Claims, claim{"roles", role})
		}
	}
	return p, true
}

// writeTo sets the headers that the platform sets.
func (p principal) writeTo(h http.Header) {
	text, _ := json.Marshal(p) // strings always encode
	h.Set("X-MS-CLIENT-PRINCIPAL", base64.StdEncoding.EncodeToString(text))
	h.Set("X-MS-CLIENT-PRINCIPAL-NAME", p.name)
	h.Set("X-MS-CLIENT-PRINCIPAL-ID", p.id)
	h.Set("X-MS-CLIENT-PRINCIPAL-IDP", idp)
}

func isAddress(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && len(s) <= 254 && !strings.ContainsAny(s, " ") && !hasControls(s)
}

func hasControls(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// ObjectID derives a GUID from a text: the same text always gives the same GUID.
func ObjectID(text string) string {
	b := sha256.Sum256([]byte(text))
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80 // RFC 9562, version 8: https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
