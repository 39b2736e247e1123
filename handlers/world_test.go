package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"hash/crc32"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/shared/blob/blobtest"
	"kantoorpost/shared/config"
	"kantoorpost/shared/queue/queuetest"
	"kantoorpost/shared/sim"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

// A world is the whole product on doubles that speak the real protocols, in
// one process and without a socket, so that it runs in simulated time and
// everything that goes over a wire can be counted and lost. What the Functions
// host does, its methods do.
type world struct {
	t      testing.TB
	tenant *sim.Tenant
	url    string // of the tenant
	tables *tabletest.Server
	queues *queuetest.Server
	blobs  *blobtest.Server

	toTables, toQueues, toBlobs, toMicrosoft *wiretest.Wire

	config config.Config
	http   http.Handler // the process that runs now

	Poisoned []queuetest.Message
	Answered []string // what the API answered, to look for secrets in
}

const (
	domain       = "kantoor.example"
	clientID     = "5ac10000-0000-4000-8000-00000000c11e"
	clientSecret = "canary~Zs8Q-never-shown"
	tenantID     = "11700000-0000-4000-8000-000000000001"
	staffTenant  = "7f000000-0000-4000-8000-00000000000a"
	admin        = "beheer@" + domain
)

// TestMain keeps the log of thousands of runs out of the way; -v shows it.
func TestMain(m *testing.M) {
	flag.Parse()
	if !testing.Verbose() {
		slog.SetDefault(slog.New(slog.DiscardHandler))
	}
	os.Exit(m.Run())
}

func newWorld(t testing.TB) *world {
	t.Helper()
	tenant, err := sim.New(sim.Options{Domain: domain, TenantID: tenantID, ClientSecret: clientSecret, ClientID: clientID,
		URL: "https://sim.example"})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		t: t, tenant: tenant, url: "https://sim.example", tables: tabletest.New(), queues: queuetest.New(), blobs: blobtest.New(),
		toMicrosoft: wiretest.Transport(tenant.Handler()),
		config: config.Config{
			Storage: tabletest.Connection, KeyVaultURL: "https://sim.example", Simulator: "https://sim.example",
			AuthEnabled: true, AuthTenant: staffTenant, FirstAdministrator: admin,
		},
	}
	w.toTables, w.toQueues, w.toBlobs = w.tables.Transport(), w.queues.Transport(), w.blobs.Transport()
	w.start()
	return w
}

// start starts the process, after killing the one that runs.
func (w *world) start() {
	w.t.Helper()
	a, err := newApp(w.config, transports{
		tables: w.toTables, queues: w.toQueues, blobs: w.toBlobs, entra: w.toMicrosoft, vault: w.toMicrosoft, graph: w.toMicrosoft,
		identity: identity{w.toMicrosoft},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.http = a.handler()
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Minute)
	defer cancel()
	a.prepare(ctx)
	if ctx.Err() != nil {
		w.t.Fatal("tables and queues are not there after ten minutes")
	}
}

// identity asks the simulated tenant for the tokens of a managed identity.
type identity struct{ wire *wiretest.Wire }

func (i identity) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	resource := strings.TrimSuffix(o.Scopes[0], "/.default")
	r, err := http.NewRequestWithContext(ctx, "GET", "https://sim.example/msi/token?api-version=2019-08-01&resource="+resource, nil)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	r.Header.Set("X-IDENTITY-HEADER", "test")
	res, err := i.wire.RoundTrip(r)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	var answer struct {
		Token string `json:"access_token"`
	}
	err = json.NewDecoder(res.Body).Decode(&answer)
	return azcore.AccessToken{Token: answer.Token, ExpiresOn: time.Now().Add(time.Hour)}, err
}

// principal is what the platform says of a signed-in person.
func principal(email string) string {
	claim := func(typ, val string) map[string]string { return map[string]string{"typ": typ, "val": val} }
	p, _ := json.Marshal(map[string]any{"auth_typ": "aad", "name_typ": "name", "role_typ": "roles", "claims": []any{
		claim("tid", staffTenant), claim("oid", fmt.Sprintf("00000000-0000-4000-8000-%012x", crc32.ChecksumIEEE([]byte(email)))),
		claim("preferred_username", email), claim("name", email),
	}})
	return base64.StdEncoding.EncodeToString(p)
}

// ask calls the API as a team member, and puts the answer into one, unless nil.
func (w *world) ask(email, method, path string, body, into any) int {
	w.t.Helper()
	var in bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&in).Encode(body); err != nil {
			w.t.Fatal(err)
		}
	}
	code, text := w.call(email, method, path, in.String())
	w.Answered = append(w.Answered, text)
	if into != nil && code < 300 {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			w.t.Fatalf("%s %s: %v: %s", method, path, err, text)
		}
	}
	return code
}

// call calls the API, also from several goroutines at once.
func (w *world) call(email, method, path, body string) (code int, text string) {
	return w.callWith(email, method, path, body, "Content-Type", "application/json")
}

// callWith is call with one more header.
func (w *world) callWith(email, method, path, body, header, value string) (code int, text string) {
	r := httptest.NewRequest(method, path, strings.NewReader(body)).WithContext(w.t.Context())
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(header, value)
	if email != "" {
		r.Header.Set("X-MS-CLIENT-PRINCIPAL", principal(email))
	}
	rec := httptest.NewRecorder()
	w.http.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

// must calls the API as the administrator and returns the object that it answers.
func (w *world) must(method, path string, body any) map[string]any {
	w.t.Helper()
	out := map[string]any{}
	if code := w.ask(admin, method, path, body, &out); code >= 300 {
		w.t.Fatalf("%s %s: %d: %s", method, path, code, w.Answered[len(w.Answered)-1])
	}
	return out
}

type object = map[string]any

// invoke calls a function of the process that runs.
func (w *world) invoke(function, binding, value string) bool {
	w.t.Helper()
	return call(w.t, w.http, function, binding, value)
}

// call calls a function as the host does, and tells whether it succeeded.
func call(t testing.TB, process http.Handler, function, binding, value string) bool {
	body := fmt.Sprintf(`{"Data":{%q:%s},"Metadata":{"DequeueCount":"1","sys":{"MethodName":%q}}}`, binding, value, function)
	rec := httptest.NewRecorder()
	process.ServeHTTP(rec, httptest.NewRequest("POST", "/"+function, strings.NewReader(body)).WithContext(t.Context()))
	return rec.Code == http.StatusOK && rec.Body.Len() > 0
}

// quoted is the text of a queue message as the host sends it: JSON in a string
// in a string.
func quoted(text string) string {
	once, _ := json.Marshal(text)
	twice, _ := json.Marshal(string(once))
	return string(twice)
}

// tick lets the timer come round once, and does all that follows from it.
func (w *world) tick() {
	w.t.Helper()
	w.invoke("poll", "timer", `{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}`)
	w.drain()
}

// drain does the jobs that are on the queues, as the host does: what fails comes
// back after a while, and is put aside the fifth time.
func (w *world) drain() {
	w.t.Helper()
	for busy := true; busy; {
		busy = false
		for _, q := range queueNames() {
			m, ok := w.queues.Take(q)
			if !ok {
				continue
			}
			busy = true
			switch ok := w.invoke(q, "job", quoted(m.Text)); {
			case ok:
				w.queues.Delete(m)
			case m.Count >= 5:
				w.Poisoned = append(w.Poisoned, m)
				w.queues.Delete(m)
			default:
				w.queues.Release(m, 30*time.Second)
			}
		}
	}
}

// pass lets time go by, in ticks of five minutes.
func (w *world) pass(ticks int) {
	w.t.Helper()
	for range ticks {
		time.Sleep(5 * time.Minute) // simulated
		w.tick()
	}
}

// send puts a mail into the tenant.
func (w *world) send(from string, to []string, raw string) {
	w.t.Helper()
	if err := w.tenant.Deliver(w.t.Context(), sim.Envelope{From: from, To: to}, []byte(raw)); err != nil {
		w.t.Fatal(err)
	}
}

// letter is a plain mail.
func letter(from, to, subject, id string, more ...string) string {
	head := []string{"From: " + from, "To: " + to, "Subject: " + subject, "Message-ID: <" + id + "@elders.example>",
		"Date: Mon, 23 Nov 2026 09:00:00 +0100", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"}
	return strings.Join(append(head, more...), "\r\n") + "\r\n\r\nGeachte heer, mevrouw,\r\n\r\nZie het onderwerp.\r\n"
}

// office is a small office with two activated addresses: info@, linked with the
// role of relatiebeheerder, and loon@, linked with a process team.
func (w *world) office() {
	w.t.Helper()
	for _, name := range []string{"info", "loon", "anna"} {
		if _, err := w.tenant.AddMailbox(sim.MailboxOptions{Address: name + "@" + domain, Name: name, Shared: true}); err != nil {
			w.t.Fatal(err)
		}
	}
	member := func(name, rights string) string {
		return w.must("POST", "/api/team-members",
			object{"name": name, "email": strings.ToLower(name) + "@" + domain, "rights": rights, "active": true})["id"].(string)
	}
	member("Beheer", "administrator")
	anna, bram, carla := member("Anna", "editor"), member("Bram", "editor"), member("Carla", "manager")
	role := w.must("POST", "/api/roles", object{"name": "Relatiebeheerder"})["id"]
	team := w.must("POST", "/api/process-teams", object{"name": "Loon", "members": []string{bram, carla}})["id"]
	client := w.must("POST", "/api/clients", object{"number": "1001", "type": "organisation", "name": "Bakkerij Jansen"})["id"]
	w.must("PUT", "/api/clients/"+client.(string)+"/team-members", []object{{"member": anna, "role": role}, {"member": bram, "role": role}})
	w.must("POST", "/api/contacts", object{"name": "Jan Jansen", "emails": []string{"jan@bakker.example"}, "clients": []any{client}})
	w.connect(
		object{"address": "info@" + domain, "link": object{"kind": "role", "id": role}},
		object{"address": "loon@" + domain, "link": object{"kind": "process-team", "id": team}},
	)
}

// connect adds the connector, activates addresses and switches the integration on.
func (w *world) connect(addresses ...object) {
	w.t.Helper()
	connector := w.must("POST", "/api/connectors", object{
		"kind": "microsoft-azure", "name": "Kantoor", "clientId": clientID, "clientSecret": clientSecret,
		"tokenEndpoint": w.url + "/" + tenantID + "/oauth2/v2.0/token",
	})["id"].(string)
	for _, a := range addresses {
		w.must("POST", "/api/connectors/"+connector+"/addresses", a)
	}
	w.must("PUT", "/api/settings", object{"enabled": true})
}

// mails are all mails of the processing module, as the administrator sees them.
func (w *world) mails() []object {
	w.t.Helper()
	var all []object
	for next := ""; ; {
		page := w.must("GET", "/api/mails?limit=200&after="+next, nil)
		for _, m := range page["items"].([]any) {
			all = append(all, m.(object))
		}
		if next, _ = page["next"].(string); next == "" {
			return all
		}
	}
}

func (w *world) chats() []object {
	w.t.Helper()
	var all []object
	for _, c := range w.must("GET", "/api/chats?limit=200", nil)["items"].([]any) {
		all = append(all, c.(object))
	}
	return all
}

// subjects are the subjects of mails that are in a state, in order.
func subjects(mails []object, state string) []string {
	var out []string
	for _, m := range mails {
		if m["state"] == state {
			out = append(out, m["subject"].(string))
		}
	}
	slices.Sort(out)
	return out
}
