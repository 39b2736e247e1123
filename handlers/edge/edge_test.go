package edge

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/access"
	"kantoorpost/shared/must"
)

const (
	tenant = "11111111-2222-3333-4444-555555555555"
	anna   = "aaaaaaaa-0000-0000-0000-000000000001"
	bram   = "aaaaaaaa-0000-0000-0000-000000000002"
	crm    = "aaaaaaaa-0000-0000-0000-000000000003"
)

// principal returns the header in which the platform names an account.
func principal(object string, claims ...string) string {
	list := []map[string]string{{"typ": "tid", "val": tenant}, {"typ": "oid", "val": object}}
	for i := 0; i < len(claims); i += 2 {
		list = append(list, map[string]string{"typ": claims[i], "val": claims[i+1]})
	}
	text, _ := json.Marshal(map[string]any{"auth_typ": "aad", "claims": list})
	return base64.StdEncoding.EncodeToString(text)
}

// A fixture is an edge before a handler that counts the requests that reach it.
type fixture struct {
	http.Handler
	through int
}

func newFixture(o Options) *fixture {
	f := &fixture{}
	f.Handler = New(o, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { f.through++ }))
	return f
}

func (f *fixture) ask(request string, headers ...string) *httptest.ResponseRecorder {
	method, path, _ := strings.Cut(request, " ")
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

// let returns how many of n simultaneous requests are let through.
func (f *fixture) let(n int, request string, headers ...string) int {
	before := f.through
	for range n {
		f.ask(request, headers...)
	}
	return f.through - before
}

var trusted = Options{Trusted: true, PerPerson: 10, PerApplication: 50}

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	m.Run()
}

func TestAPersonAsksTenTimesASecondAndFiftyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, me := newFixture(trusted), []string{access.Header, principal(anna, "preferred_username", "anna@x.nl")}
		if n := f.let(80, "GET /api/me", me...); n != 50 {
			t.Errorf("%d at once", n)
		}
		w := f.ask("POST /api/roles", me...)
		var p struct {
			Status        int
			Title, Detail string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 429 || w.Header().Get("Retry-After") != "1" ||
			w.Header().Get("Content-Type") != "application/problem+json" || p.Status != 429 || p.Title == "" || p.Detail == "" {
			t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
		}
		time.Sleep(time.Second) // simulated
		if n := f.let(80, "GET /api/me", me...); n != 10 {
			t.Errorf("%d after a second", n)
		}
		seconds := 0
		for range 60 { // for a minute, twice as often as is allowed
			time.Sleep(time.Second)
			seconds += f.let(20, "GET /api/me", me...)
		}
		if seconds != 600 {
			t.Errorf("%d in a minute", seconds)
		}
		time.Sleep(time.Minute)
		if n := f.let(80, "GET /api/me", me...); n != 50 {
			t.Errorf("%d after a pause", n)
		}
	})
}

// After Retry-After the same request is let through.
func TestRetryAfterIsTrue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(Options{Trusted: true, PerPerson: 1, PerApplication: 1})
		me := []string{access.Header, principal(anna)}
		f.let(10, "GET /api/me", me...)
		seconds := must.Get(strconv.Atoi(f.ask("GET /api/me", me...).Header().Get("Retry-After")))(t)
		time.Sleep(time.Duration(seconds) * time.Second)
		if n := f.let(1, "GET /api/me", me...); n != 1 {
			t.Errorf("refused after %d seconds", seconds)
		}
	})
}

// No client uses up the limit of another, neither by account nor by address.
func TestClientsAreCountedSeparately(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(trusted)
		from := func(forwarded string) []string { return []string{"X-Forwarded-For", forwarded} }
		const annas, brams, app = "a", "b", "c"
		h := map[string][]string{
			annas: {access.Header, principal(anna, "preferred_username", "anna@x.nl"), "X-Forwarded-For", "1.1.1.1"},
			brams: {access.Header, principal(bram, "preferred_username", "bram@x.nl"), "X-Forwarded-For", "1.1.1.1"},
			app:   {access.Header, principal(crm, "idtyp", "app"), "X-Forwarded-For", "1.1.1.1"},
		}
		// An address, also with a header that is no principal.
		if n := f.let(100, "GET /api/me", from("1.1.1.1:4000")...); n != 50 {
			t.Errorf("nobody: %d", n)
		}
		if n := f.let(100, "GET /api/me", access.Header, "forged", "X-Forwarded-For", "1.1.1.1"); n != 0 {
			t.Errorf("a forged header: %d", n)
		}
		for who, want := range map[string]int{annas: 50, brams: 50, app: 250} {
			if n := f.let(300, "GET /api/me", h[who]...); n != want {
				t.Errorf("%s: %d, want %d", who, n, want)
			}
		}
		for _, c := range []struct {
			forwarded string
			want      int
		}{
			{"1.1.1.1, 2.2.2.2", 50}, // the proxy wrote the last one
			{"9.9.9.9, 2.2.2.2:80", 0},
			{"[2001:db8::1]:443", 50},
			{"2001:db8::2", 0}, // the same subscriber
			{"2001:db8:0:1::1", 50},
			{"::ffff:2.2.2.2", 0},
			{"unknown", 50},
			{"", 0},
		} {
			if n := f.let(60, "GET /api/me", from(c.forwarded)...); n != c.want {
				t.Errorf("%q: %d, want %d", c.forwarded, n, c.want)
			}
		}
	})
}

// Without authentication by the platform its header does not count.
func TestUntrustedHeader(t *testing.T) {
	f := newFixture(Options{PerPerson: 10, PerApplication: 50})
	sum := 0
	for i := range 100 {
		sum += f.let(1, "GET /api/me", access.Header, principal(fmt.Sprintf("aaaaaaaa-0000-0000-0000-%012d", i), "idtyp", "app"))
	}
	if sum < 50 || sum > 60 {
		t.Errorf("%d", sum)
	}
}

// A page with everything that it loads is let through twice in a row.
func TestAPageLoadsWhatItNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, me := newFixture(trusted), []string{access.Header, principal(anna)}
		for range 2 {
			sum := f.let(1, "GET /web/chats/x", me...) + f.let(4, "GET /web/static/abc/app.js", me...) +
				f.let(20, "GET /api/chats/x/messages/y/body", me...) + f.let(400, "GET /api/chats/x/messages/y/pictures/0", me...)
			if sum != 425 {
				t.Errorf("%d of 425", sum)
			}
		}
		// Such requests count too, and no change is cheap.
		if n := f.let(10_000, "GET /api/mails/x/body", me...); n > 1000 {
			t.Errorf("%d bodies at once", n)
		}
		if n := f.let(1, "POST /api/mails/x/body", me...); n != 0 {
			t.Error("a change is as cheap as a picture")
		}
		if n := f.let(1000, "GET /api/health/live", me...); n != 1000 {
			t.Errorf("%d health checks", n)
		}
	})
}

func TestNoLimit(t *testing.T) {
	f := newFixture(Options{Trusted: true})
	if n := f.let(1000, "GET /api/me", access.Header, principal(anna)); n != 1000 {
		t.Errorf("%d", n)
	}
}

// The number of buckets is bounded, and unused ones are deleted.
func TestMemoryIsBounded(t *testing.T) {
	l, at := newLimiter(10), time.Now()
	wait := func(who client, at time.Time) time.Duration { w, _ := l.take(who, request, at); return w }
	for i := range 5 * maxAddresses {
		wait(client{address: strconv.Itoa(i)}, at)
	}
	if n := len(l.now) + len(l.old); n > maxAddresses {
		t.Errorf("%d buckets", n)
	}
	if wait(client{address: "another"}, at) == 0 {
		t.Error("the addresses beyond the maximum are not limited")
	}
	if wait(client{account: anna}, at) != 0 {
		t.Error("many addresses lock out an account")
	}
	for i := range 3 {
		wait(client{account: anna}, at.Add(time.Duration(i+1)*burst*time.Second))
	}
	if len(l.now) != 1 || len(l.old) != 1 {
		t.Errorf("%d buckets are left", len(l.now)+len(l.old))
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	f := newFixture(Options{Trusted: true, PerPerson: 1, PerApplication: 1})
	for i := range 8 { // refused at the end
		w := f.ask("GET /api/me", "X-Forwarded-Proto", "https")
		for name, want := range map[string]string{
			"Strict-Transport-Security": "max-age=31536000", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("answer %d (%d): %s is %q", i, w.Code, name, got)
			}
		}
	}
	if w := f.ask("GET /web/static/x/y"); w.Header().Get("Strict-Transport-Security") != "" {
		t.Error("an answer without TLS cannot ask for it: https://www.rfc-editor.org/rfc/rfc6797#section-7.2")
	}
}

func TestARefusalIsLogged(t *testing.T) {
	var log bytes.Buffer
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	defer slog.SetDefault(was)
	f := newFixture(Options{Trusted: true, PerPerson: 1, PerApplication: 1})
	f.let(20, "GET /api/mails/secret-id?search=jan@x.nl", access.Header, principal(anna, "preferred_username", "anna@x.nl"),
		"X-Forwarded-For", "1.1.1.1")
	line := log.String()
	if strings.Count(line, "\n") != 1 || !strings.Contains(line, `"who":"account:`+anna+`","method":"GET","route":"/api/","status":429`) {
		t.Errorf("log: %s", line)
	}
	for _, private := range []string{"@", "1.1.1.1", "secret-id"} {
		if strings.Contains(line, private) {
			t.Errorf("the log says %s: %s", private, line)
		}
	}
}

func BenchmarkEdge(b *testing.B) {
	f := newFixture(Options{Trusted: true, PerPerson: 1 << 20, PerApplication: 1})
	h := principal(anna, "preferred_username", "anna@x.nl")
	b.ReportAllocs()
	for b.Loop() {
		f.ask("GET /api/me", access.Header, h)
	}
}
