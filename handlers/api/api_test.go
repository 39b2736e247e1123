package api

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kantoorpost/shared/access"
	"kantoorpost/shared/audit"
	"kantoorpost/shared/blob/blobtest"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

const (
	staff  = "11111111-2222-3333-4444-555555555555" // the tenant of the office
	object = "aaaaaaaa-0000-0000-0000-%012d"
)

// An office is the API over a directory, and the people who use it.
type office struct {
	*api
	wire   *wiretest.Wire
	blobs  *blobtest.Server
	people map[string]http.Header
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := emptyOffice(t)
	for i, rights := range []directory.Rights{directory.Administrator, directory.Manager, directory.Editor, directory.Reader} {
		email := string(rights) + "@kantoor.nl"
		must.Get(o.Directory.TeamMembers().Create(t.Context(),
			directory.TeamMember{Name: email, Email: email, Rights: rights, Active: true}))(t)
		o.people[string(rights)] = signedIn(i, "preferred_username", email)
	}
	return o
}

// emptyOffice is an office without team members.
func emptyOffice(t testing.TB) *office {
	t.Helper()
	server := tabletest.New()
	wire := server.Transport()
	service := server.Service(t, wire)
	must.Do(t, service.Create(t.Context(), "directory", "configuration", "mails", "mailboxes"))
	store := directory.New(service.Table("directory"))
	files, blobs := blobtest.Open(t)
	mails := service.Table("mails")
	o := &office{
		blobs: blobs,
		api: build(Options{
			Version: "test", Directory: store, Uploads: files, Writing: compose.NewStore(service.Table("configuration")),
			Connectors: connector.New(connector.Options{Configuration: service.Table("configuration"), Mailboxes: service.Table("mailboxes")}),
			Outbox:     outbox.NewStore(mails, chat.NewStore(mails)), Audit: audit.New(service.Table("directory")),
			Gate: access.Gate{Enabled: true, Tenant: staff, FirstAdministrator: "eerste@kantoor.nl", Directory: store},
		}),
		wire:   wire,
		people: map[string]http.Header{"nobody": {}},
	}
	o.people["stranger"] = signedIn(10, "preferred_username", "vreemde@kantoor.nl")
	o.people["first"] = signedIn(11, "preferred_username", "eerste@kantoor.nl")
	for i, role := range []string{"Directory.ReadWrite", "TeamMembers.ReadWrite", "Mails.Read", "Chats.ReadWrite", "Configuration.ReadWrite",
		"Other.Role"} {
		o.people[role] = signedIn(20+i, "idtyp", "app", "roles", role)
	}
	return o
}

// signedIn is the header of the platform for an account with claims.
func signedIn(account int, claims ...string) http.Header {
	type claim struct {
		Type  string `json:"typ"`
		Value string `json:"val"`
	}
	list := []claim{{"tid", staff}, {"oid", fmt.Sprintf(object, account)}}
	for pair := range slices.Chunk(claims, 2) {
		list = append(list, claim{pair[0], pair[1]})
	}
	text, err := json.Marshal(map[string]any{"auth_typ": "aad", "role_typ": "roles", "claims": list})
	if err != nil {
		panic(err)
	}
	return http.Header{access.Header: {base64.StdEncoding.EncodeToString(text)}}
}

// An answer is a response, with its body if that is a JSON object.
type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

func (o *office) call(t testing.TB, who, request, body string, headers ...string) answer {
	t.Helper()
	method, target, _ := strings.Cut(request, " ")
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, values := range o.people[who] {
		r.Header[name] = values
	}
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	got := answer{status: w.Code, header: w.Header(), text: w.Body.String()}
	_ = json.Unmarshal(w.Body.Bytes(), &got.body) // not all answers have one
	if got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s may be cached", request)
	}
	if got.status >= 300 {
		o.isProblem(t, request, got)
	}
	o.isDescribed(t, r, got)
	return got
}

// answers is call, and reports an answer with another status than want.
func (o *office) answers(t testing.TB, want int, who, request, body string, headers ...string) {
	t.Helper()
	if got := o.call(t, who, request, body, headers...); got.status != want {
		t.Errorf("%s by %s: %d %.300s, want %d", request, who, got.status, got.text, want)
	}
}

// isDescribed checks that the description of the API says that the operation can
// answer with this status.
func (o *office) isDescribed(t testing.TB, r *http.Request, got answer) {
	t.Helper()
	_, pattern := o.mux.Handler(r)
	_, path, _ := strings.Cut(pattern, " ")
	o.described()
	item := o.huma.OpenAPI().Paths[path]
	if item == nil || got.status >= 500 || got.status == http.StatusNotFound && !strings.Contains(path, "{") {
		return
	}
	op := operationsOf(item)[r.Method]
	if op != nil && op.Responses[strconv.Itoa(got.status)] == nil {
		t.Errorf("%s %s answers %d, which is not described", r.Method, path, got.status)
	}
}

// isProblem checks that an error has the common form.
func (o *office) isProblem(t testing.TB, request string, got answer) {
	t.Helper()
	if got.status == http.StatusNotModified || strings.HasPrefix(request, "HEAD") || strings.HasSuffix(request, "/api/health/ready") {
		return
	}
	detail, _ := got.body["detail"].(string)
	// Only the type of a conflict says more than the status.
	kind, _ := got.body["type"].(string)
	typed := kind == "about:blank" || got.status == http.StatusConflict && kind != "" || kind == "placeholder" || kind == "idempotency-key"
	if got.header.Get("Content-Type") != "application/problem+json" || got.body["status"] != float64(got.status) ||
		got.body["title"] != http.StatusText(got.status) || detail == "" || !typed {
		t.Errorf("%s: %d is no problem: %s %s", request, got.status, got.header.Get("Content-Type"), got.text)
	}
}

// ok is call for a request that must succeed.
func (o *office) ok(t testing.TB, who, request, body string, headers ...string) answer {
	t.Helper()
	got := o.call(t, who, request, body, headers...)
	if got.status >= 300 {
		t.Fatalf("%s: %d %s", request, got.status, got.text)
	}
	return got
}

// operations calls f with every operation of the document.
func (o *office) operations(t testing.TB, f func(method, path string, operation map[string]any)) {
	t.Helper()
	doc := o.ok(t, "nobody", "GET /api/openapi.json", "")
	paths, _ := doc.body["paths"].(map[string]any)
	if len(paths) < 10 || doc.body["openapi"] != "3.1.0" {
		t.Fatalf("the document has %d paths, version %v", len(paths), doc.body["openapi"])
	}
	for path, methods := range paths {
		for method, operation := range methods.(map[string]any) {
			f(strings.ToUpper(method), path, operation.(map[string]any))
		}
	}
}

// actionOf independently derives the action of a route. A route that it does
// not know is a mistake in one of the two.
func actionOf(method, path string) access.Action {
	read := method == http.MethodGet
	pick := func(reading, writing access.Action) access.Action {
		if read {
			return reading
		}
		return writing
	}
	resource := strings.Split(path, "/")[2]
	switch {
	case path == "/api/openapi.json", path == "/api/health/live":
		return access.Public
	case path == "/api/health/ready":
		return access.MeRead
	case path == "/api/me":
		return pick(access.MeRead, access.MeWrite)
	case path == "/api/me/substitute", path == "/api/me/notices/{notice}":
		return access.MeWrite
	case path == "/api/me/notices":
		return access.MeRead
	case path == "/api/mails/{mail}/presence":
		return access.MailsRead
	case path == "/api/mails/{mail}/colleagues":
		return access.MailsSolve
	case path == "/api/chats/{chat}/presence":
		return access.ChatsRead
	case path == "/api/me/addresses":
		return access.ChatsSend
	case path == "/api/health", path == "/api/health/history", resource == "poison":
		return pick(access.HealthRead, access.QueuesWrite)
	case path == "/api/audit", path == "/api/audit/export":
		return access.AuditRead
	case path == "/api/learning", resource == "rules":
		return pick(access.RulesRead, access.RulesWrite)
	case path == "/api/directory/import":
		return access.DirectoryWrite
	case method == http.MethodPost && path == "/api/clients":
		return access.ProspectsWrite
	case path == "/api/contacts/{id}/export", path == "/api/contacts/{id}/erase":
		return access.ContactsErase
	case resource == "team-members":
		return pick(access.MembersRead, access.MembersWrite)
	case slices.Contains([]string{"clients", "contacts", "roles", "process-teams"}, resource):
		return pick(access.DirectoryRead, access.DirectoryWrite)
	case slices.Contains([]string{"settings", "connectors", "addresses", "identity", "retention"}, resource):
		return pick(access.ConfigurationRead, access.ConfigurationWrite)
	case path == "/api/chats/{chat}/read", path == "/api/chats/{chat}/unread":
		return access.ChatsRead
	case resource == "uploads", resource == "replies", method == http.MethodPost && path == "/api/chats", strings.HasSuffix(path, "/draft"),
		strings.HasSuffix(path, "/replies/new"):
		return access.ChatsSend
	case resource == "templates":
		return pick(access.TemplatesRead, access.TemplatesWrite)
	case strings.HasSuffix(path, "/approve"), strings.HasSuffix(path, "/reject"):
		return access.RepliesApprove
	case strings.Contains(path, "/replies"):
		return pick(access.ChatsRead, access.ChatsSend)
	case resource == "mails":
		return pick(access.MailsRead, access.MailsSolve)
	case resource == "chats":
		return pick(access.ChatsRead, access.ChatsWrite)
	}
	return "unknown"
}

// Every kind of user calls every route of the document. A user without the
// right is refused. A user with the right reaches the validation of the
// request, which fails because of an unknown parameter.
func TestMatrixOfPeopleAndRoutes(t *testing.T) {
	o := newOffice(t)
	params := regexp.MustCompile(`\{[^}]+\}`)
	o.operations(t, func(method, path string, operation map[string]any) {
		action := access.Action(fmt.Sprint(operation[actionKey]))
		if want := actionOf(method, path); action != want {
			t.Errorf("%s %s is %s; want %s", method, path, action, want)
		}
		for who, header := range o.people {
			actor, err := o.Gate.Identify(t.Context(), header)
			want := http.StatusUnprocessableEntity
			switch {
			case action == access.Public:
			case who == "nobody":
				want = http.StatusUnauthorized
			case err != nil || !access.Can(actor, action, access.Some):
				want = http.StatusForbidden
			}
			got := o.call(t, who, method+" "+params.ReplaceAllString(path, "x")+"?no-such-parameter=1", "")
			if got.status != want {
				t.Errorf("%s: %s %s: %d; want %d", who, method, path, got.status, want)
			}
		}
	})
}

// The function that registers routes demands their action.
func TestNoRouteGoesAroundHandle(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text := must.Get(os.ReadFile(file))(t)
		found += len(regexp.MustCompile(`huma\.(Register|Get|Put|Post|Patch|Delete|Head|AutoRegister)[(\[]|\.Handle(Func)?\(`).FindAll(text, -1))
	}
	if found != 1 {
		t.Errorf("routes are registered in %d places", found)
	}
}

func TestThereAreNoPagesAndFilesBesidesTheOperations(t *testing.T) {
	o := newOffice(t)
	for _, path := range []string{"/api/docs", "/docs", "/api/schemas/Role.json", "/schemas/Role", "/api/openapi.yaml", "/openapi.json",
		"/api", "/"} {
		o.answers(t, http.StatusNotFound, "administrator", "GET "+path, "")
	}
}

func TestNothingRedirects(t *testing.T) {
	o := newOffice(t)
	for _, path := range []string{"/api/me/", "/api//me", "/api/x/../me", "/./api/me", "/api/roles/"} {
		if got := o.call(t, "reader", "GET "+path, ""); got.status != http.StatusNotFound || got.header.Get("Location") != "" {
			t.Errorf("GET %s: %d to %s", path, got.status, got.header.Get("Location"))
		}
	}
}

func TestOperationsHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[any]bool{}
	newOffice(t).operations(t, func(method, path string, operation map[string]any) {
		id := operation["operationId"]
		if id == nil || seen[id] || operation["summary"] == nil || operation["tags"] == nil {
			t.Errorf("%s %s: operation %v", method, path, id)
		}
		seen[id] = true
	})
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		New(Options{})
	}
}

// Duplicates are removed, and the order stays.
func TestOnce(t *testing.T) {
	if got := unique([]string{"b", "a", "b", "c", "a"}); !slices.Equal(got, []string{"b", "a", "c"}) {
		t.Error(got)
	}
}
