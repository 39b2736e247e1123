package api

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/shared/compose"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/entra"
	graphanswer "kantoorpost/shared/graph/answer"
	"kantoorpost/shared/job"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/sim"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

const (
	simulator   = "https://entra.example"
	officeID    = "22222222-3333-4444-5555-666666666666" // the tenant of the mailboxes
	application = "33333333-4444-5555-6666-777777777777"
	// canary is a secret that may appear nowhere except in the secret store.
	canary = "Kn4ry8Q~api-do-not-show-me.A1b2C3"
)

// A connected office has mailboxes, a tenant that gives tokens, and a queue.
type connected struct {
	*office
	tables   *tabletest.Server
	tenant   *sim.Tenant
	entra    *wiretest.Wire
	graph    *mailboxes
	jobs     []job.Job
	log      *bytes.Buffer
	identity appIdentity
	seen     strings.Builder // all that was answered
}

func (c *connected) Put(_ context.Context, j job.Job) error {
	c.jobs = append(c.jobs, j)
	return nil
}

func (c *connected) PutAfter(ctx context.Context, j job.Job, _ time.Duration) error {
	return c.Put(ctx, j)
}

func newConnected(t *testing.T) *connected {
	t.Helper()
	c := &connected{office: newOffice(t), tables: tabletest.New(), graph: &mailboxes{}, log: &bytes.Buffer{}}
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(c.log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	c.tenant = must.Get(sim.New(sim.Options{Domain: "kantoor.example", TenantID: officeID, ClientID: application, ClientSecret: canary,
		URL: simulator}))(t)
	c.entra = wiretest.Transport(c.tenant.Handler())
	service := c.tables.Service(t, c.tables.Transport())
	must.Do(t, service.Create(t.Context(), "configuration", "mailboxes"))
	secrets := must.Get(secret.OpenFile(filepath.Join(t.TempDir(), "secrets.json")))(t)
	c.Connectors = connector.New(connector.Options{
		Configuration: service.Table("configuration"), Mailboxes: service.Table("mailboxes"), Secrets: secrets,
		Clouds:    entra.Public().With(entra.Cloud{Name: "simulated", Authority: simulator, Graph: simulator}),
		Transport: c.entra,
		Identity:  &c.identity,
		Home:      entra.Public()[0],
		Dial: func(_ string, credential azcore.TokenCredential) (connector.Graph, error) {
			c.graph.credential = credential
			return c.graph, nil
		},
	})
	c.Jobs = c
	return c
}

// as calls as the administrator and keeps the answers.
func (c *connected) as(t *testing.T, request, body string, headers ...string) answer {
	t.Helper()
	got := c.call(t, "administrator", request, body, headers...)
	fmt.Fprintln(&c.seen, request, got.status, got.header, got.text)
	return got
}

// done is as for a request that must succeed.
func (c *connected) done(t *testing.T, request, body string, headers ...string) answer {
	t.Helper()
	got := c.as(t, request, body, headers...)
	if got.status >= 300 {
		t.Fatalf("%s: %d %s", request, got.status, got.text)
	}
	return got
}

func (c *connected) create(t *testing.T) (path string, made answer) {
	t.Helper()
	made = c.done(t, "POST /api/connectors", connectorJSON(nil))
	return made.header.Get("Location"), made
}

// connectorJSON is the body of a connector with some members replaced; nil
// leaves one out.
func connectorJSON(with map[string]any) string {
	body := map[string]any{
		"kind": "microsoft-azure", "name": "Mijn Kantoor", "clientId": application, "clientSecret": canary,
		"tokenEndpoint": simulator + "/" + officeID + "/oauth2/v2.0/token",
	}
	for name, value := range with {
		if body[name] = value; value == nil {
			delete(body, name)
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// refused is an error of Graph.
type refused struct {
	Status int
	Code   string
}

func (r refused) As(target any) bool {
	t, ok := target.(**graphanswer.Error)
	if ok {
		*t = &graphanswer.Error{Status: r.Status, Code: r.Code}
	}
	return ok
}

func (r refused) Error() string { return r.Code }

// mailboxes is a Graph with n mailboxes, 3 to a page, that wants a token.
type mailboxes struct {
	aliases         []string // of each mailbox
	settings        mail.MailboxSettings
	connector.Graph // nil: calls that the API does not make
	credential      azcore.TokenCredential
	n               int
	fail            error
	attachments     map[string][]fakeAttachment // by message
	texts           map[string]string           // the plain texts of HTML mails, by message
	webLink         string
	asked           atomic.Int32 // the number of requests
}

func (m *mailboxes) token(ctx context.Context) error {
	m.asked.Add(1)
	_, err := m.credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{simulator + "/.default"}, EnableCAE: true})
	if err == nil {
		err = m.fail
	}
	return err
}

func box(n int) mail.Mailbox {
	return mail.Mailbox{ID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", n), Address: fmt.Sprintf("box%d@kantoor.example", n),
		Name: fmt.Sprint("Box ", n)}
}

func (m *mailboxes) Mailboxes(ctx context.Context, _, after string) (page []mail.Mailbox, next string, err error) {
	if err := m.token(ctx); err != nil {
		return nil, "", err
	}
	first := 0
	_, _ = fmt.Sscan(after, &first)
	for n := first; n < min(first+3, m.n); n++ {
		page = append(page, box(n))
	}
	if first+3 < m.n {
		next = fmt.Sprint(first + 3)
	}
	return page, next, nil
}

func (m *mailboxes) Mailbox(ctx context.Context, address string) (mail.Mailbox, error) {
	if err := m.token(ctx); err != nil {
		return mail.Mailbox{}, err
	}
	for n := range m.n {
		if box(n).Address == address {
			b := box(n)
			b.Aliases = m.aliases
			return b, nil
		}
	}
	return mail.Mailbox{}, refused{404, "Request_ResourceNotFound"}
}

func (m *mailboxes) WebLink(ctx context.Context, _, message string) (string, error) {
	return m.webLink, m.token(ctx)
}

func (m *mailboxes) CheckInbox(ctx context.Context, _ string) error { return m.token(ctx) }
func (m *mailboxes) Settings(context.Context, string) (mail.MailboxSettings, error) {
	m.asked.Add(1)
	return m.settings, nil
}
func (m *mailboxes) CheckSettings(ctx context.Context, _ string) error { return m.token(ctx) }
func (m *mailboxes) Delta(ctx context.Context, _, _ string, _ time.Time) (mail.Page, error) {
	return mail.Page{}, m.token(ctx)
}
func (m *mailboxes) Message(ctx context.Context, _, _ string) (mail.Message, error) {
	return mail.Message{}, m.token(ctx)
}

// The switch is saved; of two users who set it, the second gets a conflict.
func TestSettings(t *testing.T) {
	c := newConnected(t)
	first := c.done(t, "GET /api/settings", "")
	if first.body["enabled"] != false {
		t.Errorf("at first: %s", first.text)
	}
	set := c.done(t, "PUT /api/settings", `{"enabled":true}`)
	if got := c.done(t, "GET /api/settings", ""); got.body["enabled"] != true || got.header.Get("ETag") != set.header.Get("ETag") {
		t.Errorf("after: %s %s", got.text, got.header)
	}
	tag := set.header.Get("ETag")
	c.done(t, "PUT /api/settings", `{"enabled":false}`, "If-Match", tag)
	for _, stale := range []string{tag, first.header.Get("ETag"), `"x"`, `"!"`, `W/"x"`, `"b2xk"`, `"aaaa"`} {
		if got := c.as(t, "PUT /api/settings", `{"enabled":true}`, "If-Match", stale); got.status != http.StatusPreconditionFailed {
			t.Errorf("If-Match %s: %d", stale, got.status)
		}
	}
}

// Who changes the settings while another saves the first ones is not overwritten.
func TestFirstSettingsOfTwoPeople(t *testing.T) {
	c := newConnected(t)
	tag := c.done(t, "GET /api/settings", "").header.Get("ETag")
	other := false
	c.wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
		if !other && strings.HasSuffix(r.URL.Path, "$batch") {
			other = true
			must.Get(c.Writing.PutSettings(t.Context(), compose.Settings{Hold: 40}, ""))(t)
		}
		return wiretest.Pass
	})
	got := c.as(t, "PUT /api/settings", `{"enabled":true,"hold":20}`, "If-Match", tag)
	if !other || got.status != http.StatusPreconditionFailed {
		t.Errorf("%d %s", got.status, got.text)
	}
}

// How long quiet mailboxes may wait has a default, and stays when a program sets only the
// switch.
func TestMaxLag(t *testing.T) {
	c := newConnected(t)
	for _, step := range []struct {
		body string
		want any
	}{{`{"enabled":false}`, 20.0}, {`{"enabled":true,"maxLag":40}`, 40.0}, {`{"enabled":false}`, 40.0}} {
		if got := c.done(t, "PUT /api/settings", step.body); got.body["maxLag"] != step.want {
			t.Errorf("%s: %v, want %v", step.body, got.body["maxLag"], step.want)
		}
	}
	if got := c.as(t, "PUT /api/settings", `{"enabled":true,"maxLag":7}`); got.status != http.StatusUnprocessableEntity ||
		!strings.Contains(got.text, "maxLag") {
		t.Errorf("%d %s", got.status, got.text)
	}
}

// A connector is shown without its secret.
func TestConnector(t *testing.T) {
	c := newConnected(t)
	path, made := c.create(t)
	if made.status != http.StatusCreated || made.header.Get("ETag") == "" || !strings.HasPrefix(path, "/api/connectors/") {
		t.Errorf("%d %v", made.status, made.header)
	}
	for name, want := range map[string]any{
		"kind": "microsoft-azure", "name": "Mijn Kantoor", "clientId": application, "tenant": officeID, "cloud": "simulated",
		"tokenEndpoint": simulator + "/" + officeID + "/oauth2/v2.0/token", "secretSet": true, "state": "new", "clientSecret": nil,
	} {
		if made.body[name] != want {
			t.Errorf("%s is %v, want %v", name, made.body[name], want)
		}
	}
	if got := c.done(t, "GET "+path, ""); got.text != made.text {
		t.Errorf("%s\nwas made as %s", got.text, made.text)
	}
	if got := c.done(t, "GET /api/connectors", ""); len(got.body["items"].([]any)) != 1 {
		t.Errorf("%s", got.text)
	}
	again := c.as(t, "POST /api/connectors", connectorJSON(nil))
	if again.status != http.StatusConflict || again.body["existing"] != made.body["id"] {
		t.Errorf("again: %d %s", again.status, again.text)
	}
	if got := c.done(t, "PATCH "+path, `{"name":"Other","secretExpires":"2199-12-31"}`, "If-Match",
		made.header.Get("ETag")); got.body["name"] != "Other" || got.body["secretExpires"] != "2199-12-31T00:00:00Z" {
		t.Errorf("%s", got.text)
	}
	if got := c.as(t, "PATCH "+path, `{"name":"Third"}`, "If-Match", made.header.Get("ETag")); got.status != http.StatusPreconditionFailed {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got := c.done(t, "DELETE "+path, ""); got.status != http.StatusNoContent {
		t.Errorf("%d", got.status)
	}
	for _, request := range []string{"GET " + path, "DELETE " + path, "POST " + path + "/check", "GET " + path + "/mailboxes",
		"GET " + path + "/addresses"} {
		if got := c.as(t, request, ""); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", request, got.status)
		}
	}
}

// A program adds a connector in each of the three ways. What does not fit the way is named.
func TestConnectorInEachWay(t *testing.T) {
	c := newConnected(t)
	for way, with := range map[string]map[string]any{
		"credential-identity-missing": {"credential": "managed-identity", "clientSecret": nil},
		"client-secret-unused":        {"credential": "managed-identity"},
		`"certificate":"certificate"`: {"credential": "certificate", "clientSecret": nil, "certificate": "a certificate"},
		"certificate-missing":         {"credential": "certificate", "clientSecret": nil, "certificate": "none"},
		"client-secret-empty":         {"credential": "client-secret", "clientSecret": ""},
		`"credential":"credential"`:   {"credential": "password"},
	} {
		if got := c.as(t, "POST /api/connectors", connectorJSON(with)); got.status != http.StatusUnprocessableEntity ||
			!strings.Contains(strings.ReplaceAll(got.text, `": "`, `":"`), way) {
			t.Errorf("%v: %d %s, want %s", with, got.status, got.text, way)
		}
	}
	if got := c.done(t, "GET /api/identity", ""); got.body["exists"] != false {
		t.Errorf("%s", got.text)
	}
	c.identity.exists = true
	trust := c.done(t, "GET /api/identity", "")
	if trust.body["subject"] != "object" || trust.body["issuer"] != "https://login.microsoftonline.com/tenant/v2.0" {
		t.Errorf("%s", trust.text)
	}
	made := c.done(t, "POST /api/connectors", connectorJSON(map[string]any{"credential": "managed-identity", "clientSecret": nil}))
	for name, want := range map[string]any{"credential": "managed-identity", "secretSet": false, "secretExpires": nil, "state": "new"} {
		if made.body[name] != want {
			t.Errorf("%s is %v, want %v", name, made.body[name], want)
		}
	}
}

// appIdentity is the identity of the app, if it exists.
type appIdentity struct{ exists bool }

func (i *appIdentity) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if !i.exists {
		return azcore.AccessToken{}, errors.New("no identity endpoint")
	}
	return azcore.AccessToken{Token: "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"tid":"tenant","oid":"object"}`)) + ".x"}, nil
}

// Every problem with a connector is reported, each with its field.
func TestConnectorNamesWhatIsWrong(t *testing.T) {
	c := newConnected(t)
	got := c.as(t, "POST /api/connectors", connectorJSON(map[string]any{
		"name": "", "clientId": "x", "clientSecret": "0f8fad5b-d9cb-469f-a165-70867728950e", "tokenEndpoint": "x",
	}))
	for _, field := range []string{"body.name", "body.clientId", "body.clientSecret", "body.tokenEndpoint"} {
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, field) {
			t.Errorf("%d without %s: %s", got.status, field, got.text)
		}
	}
	for field, value := range map[string]any{"secretExpires": "tomorrow", "kind": "imap", "tokenEndpoint": nil, "clientSecret": nil,
		"unknown": 1} {
		if got := c.as(t, "POST /api/connectors", connectorJSON(map[string]any{field: value})); got.status != http.StatusUnprocessableEntity ||
			!strings.Contains(got.text, field) {
			t.Errorf("%s: %d %s", field, got.status, got.text)
		}
	}
}

// A token endpoint that is not exactly one of Microsoft's is refused and never
// called.
func TestHostileTokenEndpoints(t *testing.T) {
	c := newConnected(t)
	path, _ := c.create(t)
	const tail = "/" + officeID + "/oauth2/v2.0/token"
	for _, endpoint := range []string{
		"https://evil.example" + tail,
		"http://login.microsoftonline.com" + tail,
		"https://login.microsoftonline.com.evil.example" + tail,
		"https://evil.example/login.microsoftonline.com" + tail,
		"https://login.microsoftonline.com@evil.example" + tail,
		"https://evil.example#@login.microsoftonline.com" + tail,
		"https://login.microsoftonline.com:8443" + tail,
		"https://user:password@login.microsoftonline.com" + tail,
		"https://login.microsoftonline.com" + tail + "?resource=x",
		"https://login.microsoftonline.com" + tail + "#x",
		`https://login.microsoftonline.com\@evil.example` + tail,
		"https://login.microsoftonline.com%2eevil.example" + tail,
		"https://login.microsoftonline.com/common/oauth2/v2.0/token",
		"https://login.microsoftonline.com/organizations/oauth2/v2.0/token",
		"https://login.microsoftonline.com/consumers/oauth2/v2.0/token",
		"https://login.microsoftonline.com/../" + officeID + "/oauth2/v2.0/token",
		"https://login.microsoftonline.com/" + officeID + "/../evil/oauth2/v2.0/token",
		"https://login.microsoftonline.com" + tail + "/extra",
		"https://login.microsoftonline.com/" + officeID,
		"https://169.254.169.254" + tail,
		"https://127.0.0.1" + tail,
		"https://[::1]" + tail,
		"https://localhost:7443" + tail,
		"file:///etc/passwd",
		"javascript:alert(1)",
		"gopher://login.microsoftonline.com" + tail,
		"//login.microsoftonline.com" + tail,
		"https://login.mіcrosoftonline.com" + tail, // a Cyrillic letter
		"https://login.microsoftonline.com" + tail + "\r\nX: y",
		"https://login.microsoftonline.de" + tail,
		"https://login.microsoftonline.com/x'%20or%201=1/oauth2/v2.0/token",
		strings.Repeat("a", 5000),
		"",
	} {
		if got := c.as(t, "POST /api/connectors",
			connectorJSON(map[string]any{"tokenEndpoint": endpoint})); got.status != http.StatusUnprocessableEntity ||
			!strings.Contains(got.text, "body.tokenEndpoint") {
			t.Errorf("%q: %d %s", endpoint, got.status, got.text)
		}
		text, _ := json.Marshal(map[string]string{"tokenEndpoint": endpoint, "clientSecret": canary})
		if got := c.as(t, "PATCH "+path, string(text)); got.status != http.StatusUnprocessableEntity {
			t.Errorf("patch %q: %d %s", endpoint, got.status, got.text)
		}
	}
	if calls := c.entra.Calls(); len(calls) != 0 {
		t.Errorf("calls were made: %v", calls)
	}
}

// The stored secret cannot be stolen by pointing the connector to another host.
func TestAnotherDestinationNeedsTheSecretAgain(t *testing.T) {
	c := newConnected(t)
	path, _ := c.create(t)
	for _, body := range []string{
		`{"tokenEndpoint":"https://login.microsoftonline.com/` + officeID + `/oauth2/v2.0/token"}`,
		`{"tokenEndpoint":"` + simulator + `/99999999-3333-4444-5555-666666666666/oauth2/v2.0/token"}`,
		`{"clientId":"99999999-4444-5555-6666-777777777777"}`,
	} {
		if got := c.as(t, "PATCH "+path, body); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, "body.clientSecret") {
			t.Errorf("%s: %d %s", body, got.status, got.text)
		}
	}
	if calls := c.entra.Calls(); len(calls) != 0 {
		t.Errorf("calls were made: %v", calls)
	}
}

// A secret is in no answer, no row and no line of the log, whatever is wrong
// with its request.
func TestTheSecretNeverComesBack(t *testing.T) {
	c := newConnected(t)
	path, _ := c.create(t)
	for _, body := range []string{
		`{"clientSecret":"` + canary, `{"clientSecret":["` + canary + `"]}`, `{"clientSecret":{"` + canary + `":1}}`, `"` + canary + `"`,
		`{"clientSecret":"` + canary + ` x"}`, `{"name":"` + canary + `","clientSecret":7}`, `[]` + canary,
		`{"tokenEndpoint":"` + canary + `","clientId":"` + canary + `","secretExpires":"` + canary + `"}`,
		connectorJSON(map[string]any{"name": nil}), connectorJSON(map[string]any{"clientId": 1}),
		// typed into a wrong field, while all other fields are right
		connectorJSON(map[string]any{"name": canary}), connectorJSON(map[string]any{"clientId": canary}),
		connectorJSON(map[string]any{"tokenEndpoint": canary}),
		connectorJSON(map[string]any{"kind": canary}), connectorJSON(map[string]any{"secretExpires": canary}),
		connectorJSON(map[string]any{canary: "x"}),
		connectorJSON(map[string]any{"tokenEndpoint": simulator + "/" + officeID + "/oauth2/v2.0/token?" + canary}),
		connectorJSON(map[string]any{"tokenEndpoint": simulator + "/" + canary + "/oauth2/v2.0/token"}),
	} {
		for _, request := range []string{"POST /api/connectors", "PATCH " + path, "PUT /api/settings", "POST " + path + "/addresses"} {
			if got := c.as(t, request, body); got.status < 400 {
				t.Errorf("%s %s: %d", request, body, got.status)
			}
		}
	}
	c.done(t, "POST "+path+"/check", "")
	must.Do(t, c.tenant.ExpireSecret(canary))
	c.done(t, "POST "+path+"/check", "")
	c.as(t, "PATCH "+path, `{"clientSecret":"`+canary+`"}`)
	c.done(t, "GET "+path, "")
	seen := map[string]string{"answers": c.seen.String(), "log": c.log.String()}
	for name, rows := range c.tables.Snapshot(t) {
		seen["table "+name] = fmt.Sprintf("%+v", rows)
	}
	for where, text := range seen {
		if at := strings.Index(text, canary); at >= 0 {
			t.Errorf("the secret is in %s: …%s", where, text[max(0, at-300):at])
		}
	}
}
