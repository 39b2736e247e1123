// Package apptest runs the whole product in tests, on doubles that speak the real
// protocols.
package apptest

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/app"
	"kantoorpost/shared/blob/blobtest"
	"kantoorpost/shared/config"
	"kantoorpost/shared/must"
	"kantoorpost/shared/queue/queuetest"
	"kantoorpost/shared/sim"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

// A World is the whole product on doubles that speak the real protocols, in
// one process and without a socket, so that it runs in simulated time and
// everything that goes over a wire can be counted and lost. What the Functions
// host does, its methods do.
type World struct {
	T      testing.TB
	Tenant *sim.Tenant
	URL    string // of the tenant
	Tables *tabletest.Server
	Queues *queuetest.Server
	Blobs  *blobtest.Server

	ToTables, ToQueues, ToBlobs, ToMicrosoft *wiretest.Wire
	ToTelemetry                              *wiretest.Wire // nil: telemetry goes nowhere

	Config  config.Config
	Process http.Handler // the process that runs now

	Poisoned []queuetest.Message
	Answered []string // what the API answered, to look for secrets in
}

// What the tenant and the office of a World are called.
const (
	Domain       = "kantoor.example"
	ClientID     = "5ac10000-0000-4000-8000-00000000c11e"
	ClientSecret = "canary~Zs8Q-never-shown"
	TenantID     = "11700000-0000-4000-8000-000000000001"
	StaffTenant  = "7f000000-0000-4000-8000-00000000000a"
	Admin        = "beheer@" + Domain
)

// Main runs the tests of a package, and keeps the log of thousands of runs out of
// the way; -v shows it.
func Main(m *testing.M) {
	flag.Parse()
	debug.SetGCPercent(400) // a world is small and makes much garbage: this spares a fifth of the processor time
	if !testing.Verbose() {
		slog.SetDefault(slog.New(slog.DiscardHandler))
	}
	os.Exit(m.Run())
}

// NewWorld returns the product as it is after its first start, without an office.
func NewWorld(t testing.TB) *World {
	t.Helper()
	w := newWorld(t, "")
	w.Start()
	return w
}

// newWorld returns a world that has not started. Its tenant is kept in a journal, or
// only in memory for "".
func newWorld(t testing.TB, journal string) *World {
	t.Helper()
	tenant := must.Get(sim.New(sim.Options{Domain: Domain, TenantID: TenantID, ClientSecret: ClientSecret, ClientID: ClientID,
		URL: "https://sim.example", Journal: journal}))(t)
	w := &World{
		T: t, Tenant: tenant, URL: "https://sim.example", Tables: tabletest.New(), Queues: queuetest.New(), Blobs: blobtest.New(),
		ToMicrosoft: wiretest.Transport(tenant.Handler()),
		Config: config.Config{
			Storage: tabletest.Connection, KeyVaultURL: "https://sim.example", Simulator: "https://sim.example",
			AuthEnabled: true, AuthTenant: StaffTenant, FirstAdministrator: Admin,
		},
	}
	w.ToTables, w.ToQueues, w.ToBlobs = w.Tables.Transport(), w.Queues.Transport(), w.Blobs.Transport()
	return w
}

// Start starts the process, after killing the one that runs.
func (w *World) Start() {
	w.T.Helper()
	transports := app.Transports{
		Tables: w.ToTables, Queues: w.ToQueues, Blobs: w.ToBlobs, Entra: w.ToMicrosoft, Vault: w.ToMicrosoft, Graph: w.ToMicrosoft,
		Identity: Identity{w.ToMicrosoft},
	}
	if w.ToTelemetry != nil {
		transports.Telemetry = w.ToTelemetry
	}
	a := must.Get(app.New(w.Config, transports))(w.T)
	w.Process = a.Handler()
	ctx, cancel := context.WithTimeout(w.T.Context(), 10*time.Minute)
	defer cancel()
	a.Prepare(ctx)
	a.Index(ctx)
	if ctx.Err() != nil {
		w.T.Fatal("tables and queues are not there after ten minutes")
	}
}

// Call calls a function as the host does, and tells whether it succeeded.
func Call(t testing.TB, process http.Handler, function, binding, value string) bool {
	body := fmt.Sprintf(`{"Data":{%q:%s},"Metadata":{"DequeueCount":"1","sys":{"MethodName":%q}}}`, binding, value, function)
	rec := httptest.NewRecorder()
	process.ServeHTTP(rec, httptest.NewRequest("POST", "/"+function, strings.NewReader(body)).WithContext(t.Context()))
	return rec.Code == http.StatusOK && rec.Body.Len() > 0
}

// Tick lets the timer come round once, and does all that follows from it.
func (w *World) Tick() {
	w.T.Helper()
	w.Invoke("poll", "timer", `{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}`)
	w.Drain()
}

// Drain does the jobs that are on the queues, as the host does: what fails comes
// back after a while, and is put aside the fifth time.
func (w *World) Drain() {
	w.T.Helper()
	for busy := true; busy; {
		busy = false
		for _, q := range app.QueueNames() {
			m, ok := w.Queues.Take(q)
			if !ok {
				continue
			}
			busy = true
			switch ok := w.Invoke(q, "job", Quoted(m.Text)); {
			case ok:
				w.Queues.Delete(m)
			case m.Count >= 5:
				w.Poisoned = append(w.Poisoned, m)
				w.Queues.Delete(m)
			default:
				w.Queues.Release(m, 30*time.Second)
			}
		}
	}
}

// Pass lets time go by, in ticks of five minutes.
func (w *World) Pass(ticks int) {
	w.T.Helper()
	w.PassEvery(5*time.Minute, ticks)
}

// PassEvery lets time go by in fewer ticks, where only the end counts. A third of the Sent
// Items is read in each: after a quarter of an hour it would be the same third.
func (w *World) PassEvery(every time.Duration, ticks int) {
	w.T.Helper()
	if time.Now().Year() >= 2020 { // synctest begins in 2000
		w.T.Fatal("time passes in a bubble of synctest only")
	}
	for range ticks {
		time.Sleep(every) // simulated
		w.Tick()
	}
}

// Send puts a mail into the tenant.
func (w *World) Send(from string, to []string, raw string) {
	w.T.Helper()
	must.Do(w.T, w.Tenant.Deliver(w.T.Context(), sim.Envelope{From: from, To: to}, []byte(raw)))
}

// Receive puts a plain mail of somebody into one mailbox.
func (w *World) Receive(from, to, subject, id string, more ...string) {
	w.T.Helper()
	w.Send(from, []string{to}, RawMail(from, to, subject, id, more...))
}

// RawMail is a plain mail.
func RawMail(from, to, subject, id string, more ...string) string {
	head := []string{"From: " + from, "To: " + to, "Subject: " + subject, "Message-ID: <" + id + "@elders.example>",
		"Date: Mon, 23 Nov 2026 09:00:00 +0100", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"}
	return strings.Join(append(head, more...), "\r\n") + "\r\n\r\nGeachte heer, mevrouw,\r\n\r\nZie het onderwerp.\r\n"
}

// Office is a small office with two activated addresses: info@, linked with the
// role of relatiebeheerder, and loon@, linked with a process team.
func (w *World) Office() {
	w.T.Helper()
	for _, name := range []string{"info", "loon", "anna"} {
		must.Get(w.Tenant.AddMailbox(sim.MailboxOptions{Address: name + "@" + Domain, Name: name, Shared: true}))(w.T)
	}
	member := func(name, rights string) string {
		return w.Must("POST", "/api/team-members",
			object{"name": name, "email": strings.ToLower(name) + "@" + Domain, "rights": rights, "active": true})["id"].(string)
	}
	member("Beheer", "administrator")
	anna, bram, carla := member("Anna", "editor"), member("Bram", "editor"), member("Carla", "manager")
	role := w.Must("POST", "/api/roles", object{"name": "Relatiebeheerder"})["id"]
	team := w.Must("POST", "/api/process-teams", object{"name": "Loon", "members": []string{bram, carla}})["id"]
	client := w.Must("POST", "/api/clients", object{"number": "1001", "type": "organisation", "name": "Bakkerij Jansen"})["id"]
	w.Must("PUT", "/api/clients/"+client.(string)+"/team-members", []object{{"member": anna, "role": role}, {"member": bram, "role": role}})
	w.Must("POST", "/api/contacts", object{"name": "Jan Jansen", "emails": []string{"jan@bakker.example"}, "clients": []any{client}})
	w.Connect(
		object{"address": "info@" + Domain, "link": object{"kind": "role", "id": role}},
		object{"address": "loon@" + Domain, "link": object{"kind": "process-team", "id": team}},
	)
}

// Connect adds the connector, activates addresses and switches the integration on.
func (w *World) Connect(addresses ...object) {
	w.T.Helper()
	connector := w.Must("POST", "/api/connectors", object{
		"kind": "microsoft-azure", "name": "Kantoor", "clientId": ClientID, "clientSecret": ClientSecret,
		"tokenEndpoint": w.URL + "/" + TenantID + "/oauth2/v2.0/token",
	})["id"].(string)
	for _, a := range addresses {
		w.Must("POST", "/api/connectors/"+connector+"/addresses", a)
	}
	w.Must("PUT", "/api/settings", object{"enabled": true})
}

// Mails are all mails of the processing module, as the administrator sees them.
func (w *World) Mails() []object {
	w.T.Helper()
	var all []object
	for next := ""; ; {
		page := w.Must("GET", "/api/mails?limit=200&after="+next, nil)
		for _, m := range page["items"].([]any) {
			all = append(all, m.(object))
		}
		if next, _ = page["next"].(string); next == "" {
			return all
		}
	}
}

// Chats are all chats, as the administrator sees them.
func (w *World) Chats() []object {
	w.T.Helper()
	var all []object
	for _, c := range w.Must("GET", "/api/chats?limit=200", nil)["items"].([]any) {
		all = append(all, c.(object))
	}
	return all
}

// Subjects are the subjects of mails that are in a state, in order.
func Subjects(mails []object, state string) []string {
	var out []string
	for _, m := range mails {
		if m["state"] == state {
			out = append(out, m["subject"].(string))
		}
	}
	slices.Sort(out)
	return out
}
