package web

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/must"
)

// A fakeAPI gives the answers of a test, by "METHOD /path", and records the
// requests.
type fakeAPI struct {
	answers map[string]any // a value for 200, a Problem, or a func(*http.Request) any
	asked   []string
	bodies  map[string]string
}

func newAPI(rights directory.Rights, actions ...access.Action) *fakeAPI {
	return &fakeAPI{bodies: map[string]string{}, answers: map[string]any{
		"GET /api/me/notices": wire.ListOf[notice]{},
		"GET /api/me": person{
			Me: wire.Me{ID: "m1", Name: "Anna Bos", Email: "anna@kantoor.example", Rights: rights, Actions: actions},
		},
		"GET /api/health/history": wire.ListOf[wire.HealthPoint]{}, "GET /api/poison": wire.ListOf[poisonMessage]{},
	}}
}

func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.Method + " " + r.URL.Path
	f.asked = append(f.asked, r.Method+" "+r.URL.RequestURI())
	if r.Body != nil {
		b, _ := io.ReadAll(r.Body)
		f.bodies[key] = string(b)
	}
	a, ok := f.answers[key]
	if g, is := a.(func(*http.Request) any); is {
		a = g(r)
	}
	if !ok {
		a = Problem{Status: 404, Detail: "no such path " + key}
	}
	if r.Header.Get("X-Ms-Client-Principal") == "" {
		a = Problem{Status: 401, Detail: "sign in"}
	}
	if p, is := a.(Problem); is {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(p.Status)
	}
	_ = json.NewEncoder(w).Encode(a)
}

// browse makes one request as a signed-in user.
func browse(t *testing.T, api http.Handler, method, target string, form string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	site := must.Get(New(Options{API: api}))(t)
	r := httptest.NewRequest(method, target, strings.NewReader(form))
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("X-MS-CLIENT-PRINCIPAL", "somebody")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i+1] == "" {
			r.Header.Del(header[i])
		}
	}
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	if at := shownPointer.FindString(w.Body.String()); at != "" {
		t.Errorf("%s %s shows the address of a value that an answer may lack: %s", method, target, at)
	}
	return w
}

var shownPointer = regexp.MustCompile(`\b0x[0-9a-f]{8,}\b`)

func wants(t *testing.T, w *httptest.ResponseRecorder, code int, texts ...string) {
	t.Helper()
	if w.Code != code {
		t.Errorf("status %d, want %d", w.Code, code)
	}
	for _, text := range texts {
		if no, not := strings.CutPrefix(text, "!"); not && strings.Contains(w.Body.String(), no) {
			t.Errorf("holds %q", no)
		} else if !not && !strings.Contains(w.Body.String(), text) {
			t.Errorf("lacks %q", text)
		}
	}
	if t.Failed() {
		t.Logf("%s", w.Body)
	}
}

func TestEveryAnswerIsShielded(t *testing.T) {
	api := newAPI("manager", "health.read")
	api.answers["GET /api/health/ready"] = map[string]any{"status": "ok"}
	for _, target := range []string{"/web/health", "/web/nothing", "/web/static/x/style.css", "/web"} {
		w := browse(t, api, "GET", target, "")
		h := w.Header()
		if h.Get("Content-Security-Policy") != policy || h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: %v", target, h)
		}
		if cached := h.Get("Cache-Control"); cached != "no-store" {
			t.Errorf("%s is cached: %s", target, cached)
		}
		if body := w.Body.String(); strings.Contains(body, "<style") || strings.Contains(body, " style=") ||
			strings.Contains(body, "onclick") ||
			regexp.MustCompile(`<script>`).MatchString(body) {
			t.Errorf("%s holds script or style", target)
		}
	}
}

func TestAnotherSiteCanSendNoForm(t *testing.T) {
	w := browse(t, newAPI("manager"), "POST", "/web/preferences", "lang=en", "Sec-Fetch-Site", "cross-site")
	wants(t, w, 403)
	if len(w.Result().Cookies()) > 0 {
		t.Error("and yet it changed something")
	}
}

// Refusals by the pages themselves are logged: who, which method and which
// route. The API logs its own refusals.
func TestRefusalsOfThePagesAreLogged(t *testing.T) {
	var log bytes.Buffer
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	defer slog.SetDefault(was)
	for _, c := range []struct {
		request, want string
		headers       []string
	}{
		{"GET /web/directory/clients/new?name=jan@x.nl",
			`"level":"WARN","msg":"refused","who":"m1","method":"GET","route":"/web/directory/clients/new","status":403}`, nil},
		{"GET /web/directory/import", `"level":"WARN","msg":"refused","who":"m1","method":"GET","route":"/web/directory/import","status":403}`,
			nil},
		{"GET /web/directory/import/jan@x.nl.csv",
			`"level":"INFO","msg":"refused","who":"m1","method":"GET","route":"/web/directory/import/{file}","status":404}`, nil},
		{"GET /web/jan@x.nl", `"level":"INFO","msg":"refused","who":"m1","method":"GET","route":"/web/","status":404}`, nil},
		{"POST /web/preferences", `"level":"WARN","msg":"refused","who":"m1","method":"POST","route":"/web/preferences","status":403}`,
			[]string{"Sec-Fetch-Site", "cross-site"}},
		{"GET /web/me", "", nil},
	} {
		log.Reset()
		method, target, _ := strings.Cut(c.request, " ")
		browse(t, newAPI("editor"), method, target, "", c.headers...)
		line := log.String()
		if strings.Count(line, "\n") > 1 || !strings.Contains(line, c.want) || c.want == "" && line != "" || strings.Contains(line, "@") {
			t.Errorf("%s: %s; want %s", c.request, line, c.want)
		}
	}
}

func TestStaticFilesAreKeptByTheirHash(t *testing.T) {
	files := must.Get(readStatic())(t)
	w := browse(t, newAPI("reader"), "GET", files["style.css"].url, "")
	if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") ||
		!strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Error(w.Code, w.Header())
	}
	wants(t, browse(t, newAPI("reader"), "GET", "/web/static/0/nothing.js", ""), 404)
}

func TestWhoIsNotSignedInIsLedThereAndLosesNothing(t *testing.T) {
	w := browse(t, newAPI("reader"), "GET", "/web/health?a=b", "", "X-MS-CLIENT-PRINCIPAL", "")
	if to := w.Header().Get("Location"); w.Code != 302 || to != "/.auth/login/aad?post_login_redirect_uri=%2Fweb%2Fhealth%3Fa%3Db" {
		t.Error(w.Code, to)
	}
	// The typed values stay on the page: signing in opens a new page.
	w = browse(t, newAPI("reader"), "POST", "/web/preferences", "lang=en", "X-MS-CLIENT-PRINCIPAL", "")
	wants(t, w, 401, "/.auth/login/aad", `target="_blank"`, "U bent afgemeld")
	w = browse(t, newAPI("reader"), "POST", "/web/preferences", "lang=en", "X-MS-CLIENT-PRINCIPAL", "", "HX-Request", "true")
	wants(t, w, 401, "/.auth/login/aad", `target="_blank"`, "!<html")
	if w.Header().Get("HX-Retarget") != "#toasts" {
		t.Error("it would replace the form")
	}
}

func TestLanguageAndColours(t *testing.T) {
	api := newAPI("manager", "health.read")
	api.answers["GET /api/health/ready"] = map[string]any{"status": "ok"}
	for header, want := range map[string]string{"": "nl", "en-GB,nl;q=0.5": "en", "de, nl;q=0.8, en;q=0.5": "nl", "fr": "nl"} {
		wants(t, browse(t, api, "GET", "/web/health", "", "Accept-Language", header), 200, `<html lang="`+want+`">`)
	}
	wants(t, browse(t, api, "GET", "/web/health", "", "Accept-Language", "nl", "Cookie", "lang=en; theme=dark"), 200,
		`<html lang="en" data-theme="dark">`, "Everything works")
	wants(t, browse(t, api, "GET", "/web/health", "", "Cookie", `lang=fr; theme="><script>`), 200, `<html lang="nl">`)
	w := browse(t, api, "POST", "/web/preferences", "theme=dark&back=/web/health")
	if w.Code != 303 || w.Header().Get("Location") != "/web/health" || w.Result().Cookies()[0].Value != "dark" {
		t.Error(w.Code, w.Header())
	}
}

func TestFormsLeadNowhereElse(t *testing.T) {
	for _, back := range []string{"https://evil.example/", "//evil.example", "/web//../\\evil", "/web/\\evil", "/web/../api/me",
		"/web/%2e%2e/api", "javascript:/web/x", "/api/me", ""} {
		if got := local(back); got != home {
			t.Errorf("%q leads to %q", back, got)
		}
	}
}

func TestAFlashHoldsNoWords(t *testing.T) {
	api := newAPI("manager", "health.read")
	api.answers["GET /api/health/ready"] = map[string]any{"status": "ok"}
	for _, value := range []string{"Uw wachtwoord is verlopen", "health.ok:1:<b>", "nothing.here:1:", "::", "health.ok", "health.ok:1"} {
		w := browse(t, api, "GET", "/web/health", "", "Cookie", "flash="+value)
		wants(t, w, 200, `aria-live="polite"></div>`)
	}
	w := browse(t, api, "GET", "/web/health", "", "Cookie", "flash=health.ok:1:")
	wants(t, w, 200, `<div class="toast"><span>Alles werkt.</span>`)
	if c := w.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
		t.Error("it is said again: ", c)
	}
}

// The API's refusals are shown in the page's words, with the API's own text in
// small print, marked with its language, where the page's words are too
// general.
func TestRefusals(t *testing.T) {
	for status, texts := range map[int][]string{
		403: {"Dit mag u niet", "!says so"}, 404: {"Niet gevonden", "!says so"}, 503: {"Even niet bereikbaar", "!says so"},
		409: {"Dit kan nu niet", `lang="en">the &lt;API&gt; says so`}, 500: {"Er ging iets mis", `lang="en">the &lt;API&gt; says so`},
		418: {"Er ging iets mis", "the &lt;API&gt; says so"},
	} {
		api := newAPI("reader")
		api.answers["GET /api/me"] = Problem{Status: status, Detail: "the <API> says so"}
		wants(t, browse(t, api, "GET", "/web/health", ""), status, append(texts, "<html")...)
	}
}

// The navigation shows the pages that exist and that the user may open.
func TestNavigation(t *testing.T) {
	api := newAPI("manager", "health.read", "mails.read")
	api.answers["GET /api/health/ready"] = map[string]any{"status": "failing",
		"checks": []wire.Checked{{Name: "tables", OK: true}, {Name: "queues", Error: "gone"}}}
	wants(t, browse(t, api, "GET", "/web/health", ""), 200, `href="/web/health" aria-current="page"`, "Wachtrijen", "gone", "!/web/audit")
	reader := newAPI("reader", "mails.read")
	reader.answers["GET /api/health/ready"] = map[string]any{"status": "ok"}
	wants(t, browse(t, reader, "GET", "/web/health", ""), 200, `!href="/web/health"`)
	handler := must.Get(New(Options{API: api}))(t)
	s := handler.(*site)
	delete(s.paths, "/web/mails")
	v := must.Get(s.newRequest(httptest.NewRecorder(), httptest.NewRequest("GET", "/web/health", nil)))(t)
	v.me = person{Me: wire.Me{Actions: []access.Action{"mails.read", "health.read"}}}
	if groups := v.nav(); len(groups) != 1 || len(groups[0].Items) != 1 || groups[0].Items[0].Path != "/web/health" {
		t.Errorf("navigation leads to %+v", groups)
	}
}

func TestTimes(t *testing.T) {
	k := &renderer{lang: "nl"}
	k.texts = must.Get(readTexts("nl"))(t)
	now := time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC) // half past ten
	for back, want := range map[time.Duration]string{
		10 * time.Second: "zojuist", time.Minute: "1 minuut geleden", 59 * time.Minute: "59 minuten geleden", 3 * time.Hour: "07:30",
		11 * time.Hour: "gisteren 23:30", 60 * time.Hour: "22 nov", 400 * 24 * time.Hour: "21 okt 2025",
	} {
		if got := k.ago(now.Add(-back), now); got != want {
			t.Errorf("%v ago: %q, want %q", back, got, want)
		}
	}
	if short, long := k.when(now.Add(-59*time.Minute), now), k.when(now.Add(-60*time.Hour), now); short != "59 min" || long != "22 nov" {
		t.Error(short, long)
	}
	if got := k.date(now); got != "25 nov 2026 10:30" {
		t.Error(got)
	}
}
