package graph

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kantoorpost/shared/wiretest"
)

// asked is one request that a scripted Graph got.
type asked struct {
	method, path, query, body string
	header                    http.Header
}

func (a asked) String() string { return a.method + " " + a.path }

// A script is a Graph with a fixed answer to each request, in order.
type script struct {
	t       *testing.T
	answers []http.HandlerFunc
	asked   []asked
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.t.Helper()
	body, _ := io.ReadAll(r.Body)
	query, err := url.QueryUnescape(strings.ReplaceAll(r.URL.RawQuery, "+", "%2B"))
	if err != nil {
		s.t.Errorf("query %q: %v", r.URL.RawQuery, err)
	}
	s.asked = append(s.asked, asked{r.Method, strings.TrimPrefix(r.URL.EscapedPath(), "/v1.0/users/"+box), query, string(body), r.Header})
	n := len(s.asked) - 1
	if n >= len(s.answers) {
		s.t.Errorf("an unexpected request %s", s.asked[n])
		w.WriteHeader(http.StatusTeapot)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.answers[n](w, r)
}

// scripted returns a client of a Graph that gives these answers.
func scripted(t *testing.T, answers ...http.HandlerFunc) (*Client, *script, *wiretest.Wire) {
	t.Helper()
	s := &script{t: t, answers: answers}
	c, wire, _ := graphOf(t, s.ServeHTTP)
	t.Cleanup(func() {
		if len(s.asked) != len(answers) {
			t.Errorf("%d requests for %d answers: %v", len(s.asked), len(answers), s.asked)
		}
	})
	return c, s, wire
}

func refuses400(code string) http.HandlerFunc { return refusesWith(400, code) }

func refusesWith(status int, code string) http.HandlerFunc {
	return says(status, jsonType, fmt.Sprintf(`{"error":{"code":%q,"message":"x"}}`, code))
}

// draftJSON is a draft, or a sent message, in an answer.
func draftJSON(id string, isDraft bool, messageID, reply string) string {
	return fmt.Sprintf(`{"@odata.etag":"W/\"1\"","id":%q,"isDraft":%t,"internetMessageId":%q,"subject":"RE: Vraag",
		"singleValueExtendedProperties":[{"id":%q,"value":%q}],"body":{"contentType":"HTML","content":"<p>x</p>"}}`,
		id, isDraft, messageID, strings.ToLower("String {9b6d3c41-5a0e-4f7c-8a52-6f0f2d1c7e35} Name ")+"KantoorpostReply", reply)
}

func isDraft(id string) http.HandlerFunc {
	return says(200, jsonType, draftJSON(id, true, "<d@x>", "r1"))
}

func isSent(id string) http.HandlerFunc {
	return says(200, jsonType, draftJSON(id, false, "<d@x>", "r1"))
}

func list(items ...string) http.HandlerFunc {
	return says(200, jsonType, `{"value":[`+strings.Join(items, ",")+`]}`)
}

// expect compares the requests that were made.
func (s *script) expect(want ...string) {
	s.t.Helper()
	var got []string
	for _, a := range s.asked {
		got = append(got, a.String())
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		s.t.Errorf("asked\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, a := range s.asked {
		if strings.HasPrefix(a.path, "/v1.0/") && strings.HasSuffix(a.path, "$batch") {
			continue // its requests have their own headers
		}
		if !strings.Contains(a.header.Get("Prefer"), `IdType="ImmutableId"`) {
			s.t.Errorf("%s asks for ids that change", a)
		}
	}
}
