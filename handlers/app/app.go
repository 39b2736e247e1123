// Package app is the whole product as one process: all handlers with their
// dependencies, and the function table. It decides nothing itself.
package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/handlers/api"
	"kantoorpost/handlers/edge"
	"kantoorpost/handlers/fetch"
	"kantoorpost/handlers/mark"
	"kantoorpost/handlers/poll"
	"kantoorpost/handlers/process"
	"kantoorpost/handlers/send"
	"kantoorpost/handlers/web"
	"kantoorpost/shared/access"
	"kantoorpost/shared/audit"
	"kantoorpost/shared/blob"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/config"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/entra"
	"kantoorpost/shared/evidence"
	"kantoorpost/shared/graph"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/item"
	"kantoorpost/shared/metrics"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/poison"
	"kantoorpost/shared/privacy"
	"kantoorpost/shared/queue"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/solve"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/table"
	"kantoorpost/shared/teamwork"
	"kantoorpost/shared/telemetry"
)

// An App holds all handlers and their dependencies.
type App struct {
	tables    *table.Service
	queues    *queue.Service
	uploads   *blob.Store
	ready     chan struct{} // closed when the tables, the queues and the container exist
	directory *directory.Store
	// creates says that the app creates tables, queues and the container. In Azure
	// infra/main.bicep creates them, and the managed identity may not.
	creates bool
	// swept is when this process last deleted expired uploads, and what is no longer kept.
	swept time.Time

	export  *telemetry.Queue
	meter   metrics.Meter
	poison  poison.Store
	privacy privacy.Service
	poll    *poll.Handler
	fetch   *fetch.Handler
	process *process.Handler
	send    *send.Handler
	mark    *mark.Handler
	api     http.Handler
	web     http.Handler
	edge    edge.Options
}

// Functions is the function table, in the order in which a mail passes them: poll puts
// fetch jobs, fetch stores mail with its decision or puts process jobs, process decides
// the rest; people see the result through api and web, and answer it; send sends what they
// write, and mark shows in Outlook what was decided. The function.json of each is written from this table.
func (a *App) Functions() []invoke.Function {
	return []invoke.Function{
		invoke.Timer("poll", "%POLL_SCHEDULE%", a.tick),
		invoke.Queue(a.fetch.Handle).OnFailure(a.recordFailure),
		invoke.Queue(a.process.Handle).OnFailure(a.recordFailure),
		invoke.Queue(a.send.Handle).OnFailure(a.recordFailure),
		invoke.Queue(a.mark.Handle).OnFailure(a.recordFailure),
		invoke.HTTP("api", a.api),
		invoke.HTTP("web", a.web),
	}
}

// build returns the version of the package of this process, which `go tool dev pack`
// wrote beside it.
func build() string {
	if program, err := os.Executable(); err == nil {
		if text, err := os.ReadFile(filepath.Join(filepath.Dir(program), "version")); err == nil {
			return string(text)
		}
	}
	return "unknown"
}

// Transports carry the calls to other services. The zero value uses the network.
type Transports struct {
	Tables, Queues, Blobs, Entra, Vault policy.Transporter
	Graph, Telemetry                    http.RoundTripper
	Identity                            azcore.TokenCredential // nil: the managed identity
}

// New builds all handlers. It makes no calls to other services.
func New(c config.Config, w Transports) (a *App, err error) {
	a = &App{ready: make(chan struct{}), creates: c.Storage != ""}
	if w.Identity == nil {
		if w.Identity, err = entra.ManagedIdentity(c.Identity); err != nil {
			return nil, err
		}
	}
	if err := a.open(c, w); err != nil {
		return nil, err
	}
	connectors, err := a.connectors(c, w)
	if err != nil {
		return nil, err
	}
	mails := a.tables.Table("mails")
	items, chats := item.NewStore(mails), chat.NewStore(mails)
	replies := outbox.NewStore(mails, chats)
	replies.Files = a.uploads
	known := &evidence.Reader{Directory: a.directory, Chats: chats, Connectors: connectors}
	solver := &solve.Service{
		Directory: a.directory, Items: items, Chats: chats, Jobs: a.queues,
		Decide:      func(ctx context.Context, by string, mails []string) error { return a.process.Decide(ctx, by, mails) },
		Activations: connectors,
	}
	chats.UseCorrections(solver.Correct)

	a.meter = metrics.Meter{Queues: a.queues, QueueNames: QueueNames(), Connectors: connectors, Items: items, Outbox: replies}
	a.poison = poison.Store{Table: a.tables.Table("configuration"), Queues: a.queues, Names: QueueNames()}
	a.privacy = privacy.Service{Directory: a.directory, Items: items, Chats: chats, Outbox: replies, Audit: a.log(),
		Configuration: a.tables.Table("configuration")}
	a.poll = &poll.Handler{
		Connectors: connectors, Directory: a.directory, Items: items, Outbox: replies, Jobs: a.queues,
		Resume: func(ctx context.Context) error { return errors.Join(solver.Resume(ctx), chats.Resume(ctx, time.Now())) },
	}
	a.process = &process.Handler{Connectors: connectors, Directory: a.directory, Items: items, Chats: chats, Outbox: replies,
		Evidence: known, Jobs: a.queues, Finish: solver.Finish}
	a.fetch = &fetch.Handler{Connectors: connectors, Items: items, Chats: chats, Outbox: replies, Jobs: a.queues, Arrive: a.process.Arrive}
	a.mark = &mark.Handler{Connectors: connectors, Items: items}
	a.send = &send.Handler{
		Outbox: replies, Items: items, Addresses: connectors, Uploads: a.uploads, Jobs: a.queues,
		Dial: func(ctx context.Context, id string) (send.Mailbox, error) { return connectors.Client(ctx, id) },
		May:  maySend(a.directory, chats),
	}
	return a, a.serve(c, api.Options{
		Directory: a.directory, Connectors: connectors, Items: items, Chats: chats, Solver: solver, Evidence: known, Jobs: a.queues,
		Uploads: a.uploads, Outbox: replies, Teamwork: teamwork.NewStore(mails), Privacy: &a.privacy,
	})
}

// open makes the clients of storage and of telemetry.
func (a *App) open(c config.Config, w Transports) (err error) {
	account := func(url string, transport policy.Transporter) storage.Account {
		return storage.Account{ConnectionString: c.Storage, URL: url, Credential: w.Identity, Transport: transport}
	}
	if a.tables, err = table.Open(account(c.TableURL, w.Tables)); err != nil {
		return err
	}
	a.directory = directory.New(a.tables.Table("directory"))
	if a.queues, err = queue.Open(account(c.QueueURL, w.Queues)); err != nil {
		return err
	}
	if a.uploads, err = blob.Open(account(c.BlobURL, w.Blobs), Uploads); err != nil {
		return err
	}
	exporter, err := telemetry.NewExporter(telemetry.Options{
		Way: c.Telemetry, ConnectionString: c.Insights, Endpoint: c.OTLPEndpoint, Credential: w.Identity, Transport: w.Telemetry,
	})
	if err != nil {
		return fmt.Errorf("settings: TELEMETRY: %w", err)
	}
	a.export = telemetry.NewQueue(exporter)
	return nil
}

// connectors returns the store of connectors, through which all calls of Graph go.
func (a *App) connectors(c config.Config, w Transports) (*connector.Store, error) {
	secrets, err := openSecrets(c, w)
	if err != nil {
		return nil, err
	}
	clouds := entra.Public()
	home := clouds.Home(c.TableURL)
	if c.Simulator != "" {
		home = entra.Cloud{Name: "simulated", Authority: c.Simulator, Graph: c.Simulator}
		clouds = clouds.With(home)
	}
	// All clients of Graph share one limit: Microsoft counts per application.
	limit := graph.NewLimiter(4, 2)
	return connector.New(connector.Options{
		Configuration: a.tables.Table("configuration"),
		Mailboxes:     a.tables.Table("mailboxes"),
		Secrets:       secrets,
		Clouds:        clouds,
		Home:          home,
		Transport:     w.Entra,
		Identity:      w.Identity,
		Dial: func(root string, credential azcore.TokenCredential) (connector.Graph, error) {
			return graph.New(graph.Options{Root: root, Credential: credential, Transport: w.Graph, Limit: limit, Throttled: throttled})
		},
		Directory: a.directory,
	}), nil
}

// serve makes what answers people and programs: the API, the pages, and the edge before
// them. O has the stores already.
func (a *App) serve(c config.Config, o api.Options) (err error) {
	configuration := a.tables.Table("configuration")
	o.Version, o.Build, o.ClientID, o.KeyVault = "1.0", build(), c.AuthClient, vaultName(c.KeyVaultURL)
	o.Gate = access.Gate{
		Enabled: c.AuthEnabled, Tenant: c.AuthTenant, FirstAdministrator: c.FirstAdministrator, Directory: a.directory,
	}
	o.Writing = compose.NewStore(configuration)
	o.Audit = a.log()
	o.Checks = []api.Check{
		{Name: "tables", Needed: true, Probe: func(ctx context.Context) error { _, err := a.directory.Version(ctx); return err }},
		{Name: "queues", Needed: true, Probe: func(ctx context.Context) error { _, err := a.queues.Depth(ctx, "process"); return err }},
		{Name: "files", Probe: a.uploads.Check},
	}
	o.Queues, o.QueueNames, o.Ticked, o.Poison = a.queues, QueueNames(), a.lastTick, a.poison
	o.Figures = func(ctx context.Context, from time.Time) ([]metrics.Figures, error) {
		return metrics.Since(ctx, configuration, from, time.Now())
	}
	a.api = api.New(o)
	if a.web, err = web.New(web.Options{API: a.api}); err != nil {
		return err
	}
	a.edge = edge.Options{
		Trusted: c.AuthEnabled, PerPerson: c.RateLimit, PerApplication: c.RateLimitApplications,
		Pages: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			a.web.ServeHTTP(w, web.Refuse(r, http.StatusTooManyRequests))
		}),
	}
	return nil
}

// log returns the audit of all tables.
func (a *App) log() *audit.Log {
	return audit.New(a.tables.Table("mails"), a.tables.Table("directory"), a.tables.Table("configuration"), a.tables.Table("mailboxes"))
}

// vaultName is the name of a vault by its address, "" for none.
func vaultName(address string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(address, "https://"), ".")
	return name
}

func openSecrets(c config.Config, w Transports) (secret.Store, error) {
	if c.SecretsFile != "" {
		return secret.OpenFile(c.SecretsFile)
	}
	return secret.OpenVault(secret.VaultOptions{URL: c.KeyVaultURL, Credential: w.Identity, Transport: w.Vault, Simulated: c.Simulator != ""})
}

// Handler answers the calls of the host. Every route except the health check waits
// until the tables and queues exist. Only the first start creates them.
func (a *App) Handler() http.Handler {
	all := a.Functions()
	for i := range all {
		all[i] = all[i].Exporting(a.export)
	}
	functions := edge.New(a.edge, invoke.Handler(all))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" && r.URL.Path != "/api/health/live" {
			select {
			case <-a.ready:
			case <-r.Context().Done():
				return
			case <-time.After(time.Minute):
				http.Error(w, "tables and queues are not there yet", http.StatusServiceUnavailable)
				return
			}
		}
		functions.ServeHTTP(w, r)
	})
}

// Flush sends the telemetry that waits, for at most two seconds.
func (a *App) Flush(ctx context.Context) { a.export.Flush(ctx) }
