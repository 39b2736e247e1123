// Package front stands in for App Service Authentication, which in Azure stands
// before the app: it alone says who asks, in headers that nobody outside can set.
//
// It knows who people say they are and believes them, since it only ever runs
// on a developer's machine; what they may do is the app's business.
package front

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// A Person can be chosen on the sign-in page. Rights are shown there, and mean
// nothing here.
type Person struct{ Name, Email, Rights string }

// Options say who can sign in, and to what.
type Options struct {
	Tenant   string // the Entra tenant of the office's own people
	People   []Person
	ObjectID func(email string) string // of a person's account; nil derives it from the address
	Next     http.Handler              // the app
}

type front struct {
	Options
	names  map[string]string // by lower-case e-mail address
	signIn *http.ServeMux
}

// New is the front door of o.Next.
func New(o Options) http.Handler {
	if o.ObjectID == nil {
		o.ObjectID = ObjectID
	}
	f := &front{Options: o, names: make(map[string]string)}
	for _, p := range o.People {
		f.names[strings.ToLower(p.Email)] = p.Name
	}
	f.signIn = f.routes()
	return f
}

// ServeHTTP takes away what only the platform may say, says who asks, and hands on.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for name := range r.Header {
		if strings.HasPrefix(strings.ToLower(name), "x-ms-") {
			delete(r.Header, name)
		}
	}
	if strings.HasPrefix(r.URL.Path, "/.auth/") {
		f.signIn.ServeHTTP(w, r)
		return
	}
	who, ok := f.whoAsks(r)
	if !ok && isPage(r) {
		http.Redirect(w, r, "/.auth/login/local?post_login_redirect_uri="+url.QueryEscape(r.URL.RequestURI()), http.StatusFound)
		return
	}
	if ok {
		who.writeTo(r.Header)
	}
	f.Next.ServeHTTP(w, r)
}

// isPage tells whether a person wants to see one of the product's pages.
func isPage(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) &&
		(r.URL.Path == "/web" || strings.HasPrefix(r.URL.Path, "/web/"))
}

// whoAsks reads what stands for a token here: "Bearer local:<e-mail address>"
// for a person, "Bearer local-app:<name>:<role>,<role>" for an HTTP client; or
// the cookie of the sign-in page.
func (f *front) whoAsks(r *http.Request) (principal, bool) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return principal{}, false
		}
		token = strings.TrimSpace(token)
		if email, ok := strings.CutPrefix(token, "local:"); ok {
			return f.person(email)
		}
		if app, ok := strings.CutPrefix(token, "local-app:"); ok {
			name, roles, _ := strings.Cut(app, ":")
			return f.application(name, roles)
		}
		return principal{}, false
	}
	if c, err := r.Cookie(cookieName); err == nil {
		if email, err := base64.RawURLEncoding.DecodeString(c.Value); err == nil {
			return f.person(string(email))
		}
	}
	return principal{}, false
}

// principal is what App Service tells about who asks:
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

// idp is the identity provider that the platform names, and authType what it
// calls a sign-in with it.
const idp, authType = "aad", "aad"

func (f *front) person(email string) (principal, bool) {
	email = strings.TrimSpace(email)
	if !isAddress(email) {
		return principal{}, false
	}
	name := f.names[strings.ToLower(email)]
	if name == "" {
		name, _, _ = strings.Cut(email, "@")
	}
	id := f.ObjectID(strings.ToLower(email))
	return principal{
		Type: authType, NameType: "preferred_username", RoleType: "roles", id: id, name: email,
		Claims: []claim{
			{"tid", f.Tenant}, {"oid", id}, {"preferred_username", email}, {"name", name},
			{"iss", "https://login.microsoftonline.com/" + f.Tenant + "/v2.0"},
		},
	}, true
}

func (f *front) application(name, roles string) (principal, bool) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 100 || hasControls(name+roles) {
		return principal{}, false
	}
	id := ObjectID("application " + name)
	p := principal{
		Type: authType, NameType: "appid", RoleType: "roles", id: id, name: name,
		Claims: []claim{{"tid", f.Tenant}, {"oid", id}, {"appid", id}, {"idtyp", "app"}},
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

// ObjectID is the same GUID for the same text, every time.
func ObjectID(text string) string {
	b := sha256.Sum256([]byte(text))
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80 // RFC 9562, version 8: https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
