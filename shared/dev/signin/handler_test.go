package signin

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

const tenant = "11111111-2222-3333-4444-555555555555"

// newHandler returns a handler before an app that keeps the headers it receives.
func newHandler(t *testing.T) (h http.Handler, reached func() http.Header) {
	t.Helper()
	var got http.Header
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = maps.Clone(r.Header)
		w.WriteHeader(http.StatusTeapot)
	})
	return New(Options{Tenant: tenant, People: []Person{{"Anna de Vries", "anna@kantoor.example", "manager"}}, Next: app}),
		func() http.Header { return got }
}

// claims returns what the app is told about the caller; nil for nothing.
func claims(t *testing.T, h http.Header) map[string][]string {
	t.Helper()
	header := h.Get("X-MS-CLIENT-PRINCIPAL")
	if header == "" {
		return nil
	}
	text := must.Get(base64.StdEncoding.DecodeString(header))(t)
	var p principal
	must.Do(t, json.Unmarshal(text, &p))
	all := map[string][]string{"auth_typ": {p.Type}}
	for _, c := range p.Claims {
		all[c.Type] = append(all[c.Type], c.Value)
	}
	return all
}

func TestOnlyTheHandlerSaysWhoAsks(t *testing.T) {
	for _, c := range []struct {
		name, header, value string
		want                map[string]string // claims; nil for an anonymous caller
	}{
		{"nobody", "", "", nil},
		{"a forged principal", "X-MS-CLIENT-PRINCIPAL", "eyJjbGFpbXMiOltdfQ==", nil},
		{"a person", "Authorization", "Bearer local:Anna@kantoor.example", map[string]string{
			"auth_typ": "aad", "tid": tenant, "preferred_username": "Anna@kantoor.example", "name": "Anna de Vries", "roles": "", "idtyp": ""}},
		{"a person who is not listed", "Authorization", "bearer local:bob@elders.example",
			map[string]string{"name": "bob", "preferred_username": "bob@elders.example"}},
		{"an HTTP client", "Authorization", "Bearer local-app:CRM:Directory.ReadWrite, Mails.Read", map[string]string{
			"tid": tenant, "idtyp": "app", "roles": "Directory.ReadWrite|Mails.Read", "preferred_username": ""}},
		{"an HTTP client without roles", "Authorization", "Bearer local-app:CRM:", map[string]string{"idtyp": "app", "roles": ""}},
		{"no address", "Authorization", "Bearer local:anna", nil},
		{"two addresses in one line", "Authorization", "Bearer local:a@b.example b@b.example", nil},
		{"an HTTP client without name", "Authorization", "Bearer local-app::Mails.Read", nil},
		{"a real token", "Authorization", "Bearer eyJhbGciOi.x.y", nil},
		{"another scheme", "Authorization", "Basic YTpi", nil},
		{"a cookie", "Cookie", "AppServiceAuthSession=" + base64.RawURLEncoding.EncodeToString([]byte("anna@kantoor.example")),
			map[string]string{"preferred_username": "anna@kantoor.example"}},
		{"a broken cookie", "Cookie", "AppServiceAuthSession=%%%", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, reached := newHandler(t)
			r := httptest.NewRequest("GET", "/api/me", nil)
			if c.header != "" {
				r.Header.Set(c.header, c.value)
			}
			h.ServeHTTP(httptest.NewRecorder(), r)
			got := claims(t, reached())
			if (got == nil) != (c.want == nil) {
				t.Fatalf("the app is told %v", got)
			}
			for name, want := range c.want {
				if v := strings.Join(got[name], "|"); v != want {
					t.Errorf("%s is %q, want %q", name, v, want)
				}
			}
		})
	}
}

func TestEveryPlatformHeaderFromOutsideIsTakenAway(t *testing.T) {
	h, reached := newHandler(t)
	r := httptest.NewRequest("GET", "/api/me", nil)
	for _, name := range []string{"X-MS-CLIENT-PRINCIPAL-NAME", "X-MS-CLIENT-PRINCIPAL-ID", "x-ms-token-aad-id-token", "X-Ms-Anything"} {
		r.Header[name] = []string{"forged"}
	}
	h.ServeHTTP(httptest.NewRecorder(), r)
	for name := range reached() {
		if strings.HasPrefix(strings.ToLower(name), "x-ms-") {
			t.Errorf("%s comes through", name)
		}
	}
}

func TestAPersonIsTheSameAccountWhateverTheLetterCase(t *testing.T) {
	h, reached := newHandler(t)
	var ids []string
	for _, email := range []string{"anna@kantoor.example", "ANNA@Kantoor.example", "bob@kantoor.example"} {
		r := httptest.NewRequest("GET", "/api/me", nil)
		r.Header.Set("Authorization", "Bearer local:"+email)
		h.ServeHTTP(httptest.NewRecorder(), r)
		ids = append(ids, reached().Get("X-MS-CLIENT-PRINCIPAL-ID"))
	}
	if ids[0] != ids[1] || ids[0] == ids[2] || len(ids[0]) != 36 {
		t.Errorf("ids %q", ids)
	}
}

func TestPeopleWhoAreNotSignedInAreLedThroughTheSignInPageAndBack(t *testing.T) {
	h, reached := newHandler(t)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/web/mails?state=parked", nil))
	login := w.Header().Get("Location")
	if w.Code != http.StatusFound || login != "/.auth/login/local?post_login_redirect_uri="+url.QueryEscape("/web/mails?state=parked") {
		t.Fatalf("%d to %q", w.Code, login)
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", login, nil))
	if page := w.Body.String(); !strings.Contains(page, "anna@kantoor.example") || !strings.Contains(page, "/web/mails?state=parked") {
		t.Fatalf("sign-in page: %s", page)
	}

	w = httptest.NewRecorder()
	form := url.Values{"email": {"anna@kantoor.example"}, "post_login_redirect_uri": {"/web/mails?state=parked"}}
	r := httptest.NewRequest("POST", "/.auth/login/local", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	h.ServeHTTP(w, r)
	cookie := w.Result().Cookies()[0]
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/web/mails?state=parked" || !cookie.HttpOnly ||
		cookie.SameSite != http.SameSiteStrictMode {
		t.Fatalf("%d to %q with %v", w.Code, w.Header().Get("Location"), cookie)
	}

	w = httptest.NewRecorder()
	r = httptest.NewRequest("GET", "/web/mails?state=parked", nil)
	r.AddCookie(cookie)
	h.ServeHTTP(w, r)
	if w.Code != http.StatusTeapot || claims(t, reached())["preferred_username"][0] != "anna@kantoor.example" {
		t.Errorf("%d, signed in as %v", w.Code, claims(t, reached()))
	}
}

func TestOnlyPagesLeadToTheSignInPage(t *testing.T) {
	for request, want := range map[string]int{
		"GET /api/me": 418, "POST /web/x": 418, "GET /website": 418, "GET /web": 302, "HEAD /web/": 302,
	} {
		h, _ := newHandler(t)
		method, path, _ := strings.Cut(request, " ")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", request, w.Code, want)
		}
	}
}

func TestMeAndLogout(t *testing.T) {
	h, _ := newHandler(t)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/.auth/me", nil))
	if w.Code != http.StatusUnauthorized {
		t.Errorf("me of nobody: %d", w.Code)
	}
	w = httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/.auth/me", nil)
	r.Header.Set("Authorization", "Bearer local:anna@kantoor.example")
	h.ServeHTTP(w, r)
	if !strings.Contains(w.Body.String(), `"user_id":"anna@kantoor.example"`) {
		t.Errorf("me: %s", w.Body)
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", "/.auth/logout", nil))
	if c := w.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
		t.Errorf("logout leaves %v", c)
	}
}

func TestTheSignInPageLeadsNowhereElse(t *testing.T) {
	for _, to := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "/\t/evil.example", "javascript:alert(1)",
		"evil", ""} {
		if got := localPath(to); got != "/web" {
			t.Errorf("%q leads to %q", to, got)
		}
	}
	if got := localPath("/web/a?b=c"); got != "/web/a?b=c" {
		t.Errorf("an own page leads to %q", got)
	}
}

func TestAnotherSiteCannotSignAnyoneIn(t *testing.T) {
	h, _ := newHandler(t)
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/.auth/login/local", strings.NewReader("email=anna@kantoor.example"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	h.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || len(w.Result().Cookies()) > 0 {
		t.Errorf("%d with %v", w.Code, w.Result().Cookies())
	}
}
