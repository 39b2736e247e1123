package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/handlers/app/apptest"
)

// look is a request of a browser that came over https.
func (w *world) look(email, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil).WithContext(w.T.Context())
	r.Header.Set("X-Forwarded-Proto", "https")
	r.Header.Set("X-Forwarded-Host", "kantoor.example")
	if email != "" {
		r.Header.Set("X-MS-CLIENT-PRINCIPAL", apptest.Principal(email))
	}
	rec := httptest.NewRecorder()
	w.Process.ServeHTTP(rec, r)
	return rec
}

// Requests are counted as they come in: not those that a page makes inside. Who
// asks too often gets an answer in the form that he reads.
func TestRequestsAreCountedAtTheEdge(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		w.Config.RateLimit, w.Config.RateLimitApplications = 10, 50
		w.Start()
		for i := range 50 {
			if rec := w.look(apptest.Admin, "/web/me"); rec.Code != http.StatusOK {
				t.Fatalf("page %d: %d", i, rec.Code)
			}
		}
		page := w.look(apptest.Admin, "/web/me")
		if page.Code != http.StatusTooManyRequests || page.Header().Get("Retry-After") != "1" || !strings.Contains(page.Body.String(), "<html") ||
			!strings.Contains(page.Header().Get("Content-Security-Policy"), "script-src 'self'") {
			t.Errorf("page: %d %v %.200s", page.Code, page.Header(), page.Body)
		}
		problem := w.look(apptest.Admin, "/api/me")
		if problem.Code != http.StatusTooManyRequests || problem.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("API: %d %v", problem.Code, problem.Header())
		}
		if rec := w.look("", "/api/health/live"); rec.Code != http.StatusOK {
			t.Errorf("whether it lives: %d", rec.Code)
		}
		time.Sleep(time.Second) // simulated
		if rec := w.look(apptest.Admin, "/api/me"); rec.Code != http.StatusOK {
			t.Errorf("after a second: %d", rec.Code)
		}
	})
}

// Every answer tells the browser how to treat it.
func TestSecurityHeadersOfEveryAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitingOffice(t)
		for _, path := range []string{
			"/web", "/web/mails", "/web/mails/" + w.ID("Kennismaking"), "/web/nowhere", "/web/static/x/app.js",
			"/api/me", "/api/nowhere", "/api/openapi.json", "/api/health/live", "/api/mails/" + w.ID("Kennismaking") + "/body", "/api//me",
		} {
			for _, email := range []string{apptest.Admin, ""} {
				h := w.look(email, path).Header()
				if h.Get("Strict-Transport-Security") != "max-age=31536000" || h.Get("X-Content-Type-Options") != "nosniff" ||
					h.Get("Referrer-Policy") == "" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") ||
					!strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors") || h.Get("Cache-Control") == "" {
					t.Errorf("%s as %q: %v", path, email, h)
				}
			}
		}
	})
}

// Pages and API know the address that people use, which the host's proxy keeps
// beside its own: a form of the product's own page is taken and leads back, one of
// another site changes nothing.
func TestFormsBehindTheHostsProxy(t *testing.T) {
	w := newWorld(t)
	post := func(path, body, kind, origin string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "http://127.0.0.1:7071"+path, strings.NewReader(body)).WithContext(t.Context())
		r.Header.Set("X-Forwarded-Proto", "https")
		r.Header.Set("X-Forwarded-Host", "kantoor.example")
		r.Header.Set("X-MS-CLIENT-PRINCIPAL", apptest.Principal(apptest.Admin))
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Origin", origin) // and no Sec-Fetch-Site
		r.Header.Set("Referer", origin+"/web/rules?kind=dismiss-list")
		rec := httptest.NewRecorder()
		w.Process.ServeHTTP(rec, r)
		return rec
	}
	const form, ours = "application/x-www-form-urlencoded", "https://kantoor.example"
	for origin, want := range map[string]bool{ours: true, "https://elders.example": false, "http://127.0.0.1:7071": false, "null": false} {
		if code := post("/web/preferences", "lang=en", form, origin).Code; (code == http.StatusSeeOther) != want || !want &&
			code != http.StatusForbidden {
			t.Errorf("a page of %s: %d", origin, code)
		}
		if code := post("/api/roles", `{"name":"`+origin+`"}`, "application/json", origin).Code; (code == http.StatusCreated) != want ||
			!want && code != http.StatusForbidden {
			t.Errorf("the API, from %s: %d", origin, code)
		}
	}
	if rec := post("/web/mails/0/retry", "", form, ours); rec.Code != http.StatusNotFound ||
		!strings.Contains(rec.Body.String(), `href="/web/rules?kind=dismiss-list"`) {
		t.Errorf("the way back: %d %s", rec.Code, rec.Body)
	}
	if n := len(w.Must("GET", "/api/roles", nil)["items"].([]any)); n != 1 {
		t.Errorf("%d roles", n)
	}
}
