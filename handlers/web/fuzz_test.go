package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// A flash always shows one of our texts, whatever its cookie contains.
func FuzzFlash(f *testing.F) {
	for _, s := range []string{"mails.solved:3:" + one, "a.b:1:", "::", "mails.title:999999:x", "<b>"} {
		f.Add(s)
	}
	k := &renderer{texts: map[string]string{"mails.title": "{0} <b>", "mails.n.one": "{0}", "mails.n.many": "{0}"}}
	f.Fuzz(func(t *testing.T, value string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(&http.Cookie{Name: flashCookie, Value: value})
		said := takeFlash(httptest.NewRecorder(), r)
		if said == nil {
			return
		}
		if text := strings.Trim(k.flashText(said), "0123456789"); text != "" && text != " <b>" {
			t.Errorf("%q says %q", value, text)
		}
		for _, id := range said.Undo {
			if id == "" || strings.ContainsAny(id, "/?#%<\"") {
				t.Errorf("%q undoes %q", value, said.Undo)
			}
		}
	})
}

// A filter that was written into a URL is the same when it is read.
func FuzzFilter(f *testing.F) {
	for _, q := range []string{"", "state=all&reason=bounce&age=3&show=100", "search=%26a%3Db&after=x",
		"age=-5&show=999999999999999999999", "state=%00"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, _ := url.ParseQuery(query)
		want := filterOf(q)
		again, err := url.ParseQuery(strings.TrimPrefix(want.query(), "?"))
		if got := filterOf(again); err != nil || got != want {
			t.Errorf("%q: %+v becomes %+v, %v", query, want, got, err)
		}
		if want.Show < pageSize || want.Show > maxShow || want.Age < 0 || want.Age > 365 {
			t.Errorf("%q: %+v", query, want)
		}
	})
}

// A redirect stays within these pages, whatever the form sends.
func FuzzLocal(f *testing.F) {
	for _, s := range []string{"/web/mails?a=b", "//evil.example/web/", "/web/../..//evil", "/web/%5c", "http:/web/x", "/web/\t/x"} {
		f.Add(s)
	}
	base, _ := url.Parse("https://office.example/web/preferences")
	f.Fuzz(func(t *testing.T, to string) {
		u, err := base.Parse(local(to))
		if err != nil || u.Host != base.Host || u.Scheme != "https" || !strings.HasPrefix(u.Path, "/web/") {
			t.Errorf("%q leads to %v, %v", to, u, err)
		}
	})
}
