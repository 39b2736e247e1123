package api

import (
	"net/http"
	"strings"
	"testing"

	"kantoorpost/shared/access"
	"kantoorpost/shared/wiretest"
)

func TestEveryMistakeIsAProblemThatSaysWhatIsExpected(t *testing.T) {
	o := newOffice(t)
	role := o.ok(t, "administrator", "POST /api/roles", `{"name":"Assistent"}`)
	path := role.header.Get("Location")
	large := `{"name":"` + strings.Repeat("x", 1<<20) + `"}`
	for _, c := range []struct {
		who, request, body string
		status             int
		says               string
		headers            []string
	}{
		{"nobody", "GET /api/roles", "", 401, "sign in", nil},
		{"stranger", "GET /api/roles", "", 403, "no active team member", nil},
		{"reader", "POST /api/roles", `{"name":"X"}`, 403, "directory.write", nil},
		{"reader", "GET /api/nothing", "", 404, "no such path", nil},
		{"reader", "GET /api/roles/nothing", "", 404, "role nothing", nil},
		{"reader", "GET /api/roles/a%2Fb", "", 404, "role a/b", nil},
		{"reader", "PUT /api/roles", `{}`, 405, "GET, HEAD, POST", nil},
		{"administrator", "POST /api/roles", `{"name":"ASSISTENT"}`, 409, "already belongs to role", nil},
		{"administrator", "PATCH " + path, `{"name":"Y"}`, 412, "changed this meanwhile", []string{"If-Match", `"old"`}},
		{"administrator", "PATCH " + path, `{"name":"Y"}`, 412, "changed this meanwhile", []string{"If-Match", `W/"weak"`}},
		{"administrator", "DELETE " + path, "", 412, "changed this meanwhile", []string{"If-Match", `"old"`}},
		{"administrator", "POST /api/roles", large, 413, "too large", nil},
		{"administrator", "POST /api/roles", `name=X`, 415, "application/json", []string{"Content-Type", "application/x-www-form-urlencoded"}},
		{"administrator", "POST /api/roles", `{"name":"X"}`, 415, "application/json", []string{"Content-Type", "text/plain"}},
		{"administrator", "POST /api/roles", `{"name":"X"}`, 415, "application/json", []string{"Content-Type", ""}},
		{"administrator", "POST /api/roles", `{"name":`, 400, "body", nil},
		{"administrator", "POST /api/roles", "", 400, "body is required", nil},
		{"administrator", "POST /api/roles", `[]`, 422, "body: expected object", nil},
		{"administrator", "POST /api/roles", `{}`, 422, "name", nil},
		{"administrator", "POST /api/roles", `{"name":5}`, 422, "body.name: expected string", nil},
		{"administrator", "POST /api/roles", "{\"name\":\"Ren\xe9e\"}", 400, "body: expected text in UTF-8", nil},
		{"administrator", "POST /api/chats/x/read", `{"position":1e30}`, 422, "body.position: expected a value that fits int64", nil},
		{"administrator", "POST /api/roles", `{"name":"X","colour":"red"}`, 422, "body.colour: unexpected property", nil},
		{"administrator", "POST /api/roles", `{"name":" "}`, 422, "body.name: expected 1 to 100 characters", nil},
		{"administrator", "POST /api/team-members", `{"name":"X","email":"x@x.nl","rights":"boss"}`, 422, "body.rights", nil},
		{"administrator", "PATCH " + path, `{"name":null}`, 422, "body.name", nil},
		{"administrator", "POST /api/contacts", `{"name":"X","emails":["a@a.nl","nee"]}`, 422, "body.emails[1]: expected an e-mail address", nil},
		{"administrator", "PUT /api/clients/x/team-members", `[]`, 404, "client x", nil},
		{"reader", "GET /api/roles?limit=201", "", 422, "query.limit", nil},
		{"reader", "GET /api/roles?limit=0", "", 422, "query.limit", nil},
		{"reader", "GET /api/roles?after=%25%25", "", 422, "query.after", nil},
		{"reader", "GET /api/roles?after=dmVyc2lvbg", "", 422, "query.after", nil},
		{"reader", "GET /api/roles?serach=x", "", 422, "query.serach", nil},
	} {
		got := o.call(t, c.who, c.request, c.body, c.headers...)
		if detail, _ := got.body["detail"].(string); got.status != c.status || !strings.Contains(detail, c.says) {
			t.Errorf("%s %.40s: %d %.300s; want %d with %q", c.request, c.body, got.status, got.text, c.status, c.says)
		}
	}
}

// The input may be a secret: no error repeats it.
func TestAnErrorDoesNotRepeatWhatWasSent(t *testing.T) {
	o := newOffice(t)
	const canary = "kanarie8Q~"
	for _, body := range []string{
		`{"name":"` + canary, `{"name":["` + canary + `"]}`, `"` + canary + `"`, `{"name":{"x":"` + canary + `"}}`,
	} {
		if got := o.call(t, "administrator", "POST /api/roles", body); got.status < 400 || strings.Contains(got.text, canary) {
			t.Errorf("%s: %d %s", body, got.status, got.text)
		}
	}
}

// A conflict names the owner of the value in a separate field.
func TestAConflictNamesWhatExists(t *testing.T) {
	o := newOffice(t)
	first := o.ok(t, "administrator", "POST /api/clients", `{"number":"1","type":"person","name":"X"}`)
	again := o.call(t, "administrator", "POST /api/clients", `{"number":"1","type":"person","name":"X"}`)
	if again.status != http.StatusConflict || again.body["existing"] != first.body["id"] {
		t.Errorf("%d %s; want %v", again.status, again.text, first.body["id"])
	}
}

// A storage error reveals neither place nor cause, and tells the client whether
// to try again.
func TestAFailureOutsideShowsNoInside(t *testing.T) {
	o := newOffice(t)
	o.wire.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Refuse })
	got := o.call(t, "reader", "GET /api/roles", "")
	if got.status != http.StatusInternalServerError || strings.Contains(got.text, "directory(") || strings.Contains(got.text, "windows.net") {
		t.Errorf("%d %s", got.status, got.text)
	}
}

func TestWithoutAuthenticationOfThePlatformNobodyGetsIn(t *testing.T) {
	o := newOffice(t)
	o.Gate.Enabled = false
	o.answers(t, http.StatusServiceUnavailable, "administrator", "GET /api/me", "")
	o.ok(t, "nobody", "GET /api/health/live", "")
	o.Gate = access.Gate{}
	o.answers(t, http.StatusServiceUnavailable, "administrator", "POST /api/roles", `{"name":"X"}`)
}

func TestAPageOfAnotherSiteChangesNothing(t *testing.T) {
	o := newOffice(t)
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"},
	} {
		o.answers(t, http.StatusForbidden, "administrator", "POST /api/roles", `{"name":"X"}`, headers...)
	}
	o.ok(t, "administrator", "POST /api/roles", `{"name":"X"}`, "Sec-Fetch-Site", "same-origin")
	o.ok(t, "administrator", "POST /api/roles", `{"name":"Y"}`) // no browser
}
