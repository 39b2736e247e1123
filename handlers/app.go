package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/handlers/api"
	"kantoorpost/handlers/edge"
	"kantoorpost/handlers/fetch"
	"kantoorpost/handlers/poll"
	"kantoorpost/handlers/process"
	"kantoorpost/handlers/web"
	"kantoorpost/shared/access"
	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/config"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/entra"
	"kantoorpost/shared/graph"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/item"
	"kantoorpost/shared/queue"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/solve"
	"kantoorpost/shared/table"
)

// An app is all handlers with what they need.
type app struct {
	tables *table.Service
	queues *queue.Service
	ready  chan struct{} // closed when tables and queues are there
	staff  *directory.Store
	// creates says that tables and queues are made here. In Azure infra/main.bicep
	// makes them, and the managed identity may not.
	creates bool

	poll    *poll.Handler
	fetch   *fetch.Handler
	process *process.Handler
	api     http.Handler
	web     http.Handler
	edge    edge.Options
}

// functions is the function table, in the order in which a mail meets them.
// The function.json of each is written from it.
func (a *app) functions() []invoke.Function {
	return []invoke.Function{
		invoke.Timer("poll", "%POLL_SCHEDULE%", a.tick),
		invoke.Queue(a.fetch.Handle),
		invoke.Queue(a.process.Handle),
		invoke.HTTP("api", a.api),
		invoke.HTTP("web", a.web),
	}
}

// A tickRow says when the timer last ran. The instance that asks is another than
// the one in which it runs.
type tickRow struct {
	At time.Time `json:"at"`
}

const tickKey = "tick"

// tick notes that the timer ran, for the health that the API reports: the one
// row that a quiet office writes.
func (a *app) tick(ctx context.Context, t invoke.Tick) error {
	return errors.Join(a.poll.Handle(ctx, t), a.ticked(ctx, time.Now()))
}

func (a *app) ticked(ctx context.Context, at time.Time) error {
	r, err := table.Pack(tickKey, tickRow{at.UTC()})
	if err == nil {
		err = a.tables.Table("configuration").Write(ctx, table.Put(r))
	}
	if err != nil {
		return fmt.Errorf("note that the timer ran: %w", err)
	}
	return nil
}

// lastTick is when the timer last ran; zero for never.
func (a *app) lastTick(ctx context.Context) (time.Time, error) {
	r, err := a.tables.Table("configuration").Get(ctx, tickKey)
	if errors.Is(err, table.ErrNotFound) {
		return time.Time{}, nil
	}
	var row tickRow
	if err == nil {
		err = r.Unpack(&row)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("when the timer last ran: %w", err)
	}
	return row.At, nil
}

// build is the version of the package that this process came in, which
// `go tool dev pack` wrote beside it.
func build() string {
	if program, err := os.Executable(); err == nil {
		if text, err := os.ReadFile(filepath.Join(filepath.Dir(program), "version")); err == nil {
			return string(text)
		}
	}
	return "unknown"
}

// tableNames are the tables, each with one partition.
func tableNames() []string { return []string{"configuration", "directory", "mailboxes", "mails"} }

// queueNames are the queues, one for each function that has one.
func queueNames() []string { return []string{"fetch", "process"} }

// wires are the ways to the outside. The zero value is the network.
type transports struct {
	tables, queues, entra, vault policy.Transporter
	graph                        http.RoundTripper
	identity                     azcore.TokenCredential // nil: the managed identity
}

// newApp wires everything together. It asks nothing of the outside yet.
func newApp(c config.Config, w transports) (a *app, err error) {
	a = &app{ready: make(chan struct{}), creates: c.Storage != ""}
	if w.identity == nil {
		if w.identity, err = entra.ManagedIdentity(c.Identity); err != nil {
			return nil, err
		}
	}
	if a.tables, err = table.Open(table.Options{ConnectionString: c.Storage, URL: c.TableURL, Credential: w.identity, Transport: w.tables}); err != nil {
		return nil, err
	}
	if a.queues, err = queue.Open(queue.Options{ConnectionString: c.Storage, URL: c.QueueURL, Credential: w.identity, Transport: w.queues}); err != nil {
		return nil, err
	}
	secrets, err := openSecrets(c, w)
	if err != nil {
		return nil, err
	}
	clouds := entra.Public()
	if c.Simulator != "" {
		clouds = clouds.With(entra.Cloud{Name: "simulated", Authority: c.Simulator, Graph: c.Simulator})
	}
	// Every client of Graph shares one limit: Microsoft counts by application.
	limit := graph.NewLimiter(4, 2)
	staff := directory.New(a.tables.Table("directory"))
	a.staff = staff
	connectors := connector.New(connector.Options{
		Configuration: a.tables.Table("configuration"),
		Mailboxes:     a.tables.Table("mailboxes"),
		Secrets:       secrets,
		Clouds:        clouds,
		Transport:     w.entra,
		Dial: func(root string, credential azcore.TokenCredential) (connector.Graph, error) {
			return graph.New(graph.Options{Root: root, Credential: credential, Transport: w.graph, Limit: limit})
		},
		Directory: staff,
	})
	mails := a.tables.Table("mails")
	items, chats := item.NewStore(mails), chat.NewStore(mails)

	desk := &solve.Service{
		Directory: staff, Items: items, Chats: chats, Jobs: a.queues,
		Decide:      func(ctx context.Context, by string, mails []string) error { return a.process.Decide(ctx, by, mails) },
		Activations: connectors,
	}

	a.poll = &poll.Handler{Connectors: connectors, Directory: staff, Items: items, Jobs: a.queues, Resume: desk.Resume}
	a.fetch = &fetch.Handler{Connectors: connectors, Items: items, Jobs: a.queues}
	a.process = &process.Handler{Connectors: connectors, Directory: staff, Items: items, Chats: chats, Finish: desk.Finish}
	a.api = api.New(api.Options{
		Version: "1.0", Build: build(),
		Gate: access.Gate{
			Enabled: c.AuthEnabled, Tenant: c.AuthTenant, FirstAdministrator: c.FirstAdministrator, Directory: staff,
		},
		Directory: staff, Connectors: connectors, Items: items, Chats: chats, Solver: desk, Jobs: a.queues,
		Audit: audit.New(mails, a.tables.Table("directory"), a.tables.Table("configuration"), a.tables.Table("mailboxes")),
		Checks: []api.Check{
			{Name: "tables", Probe: func(ctx context.Context) error { _, err := staff.Version(ctx); return err }},
			{Name: "queues", Probe: func(ctx context.Context) error { _, err := a.queues.Depth(ctx, "process"); return err }},
		},
		Queues: a.queues, QueueNames: queueNames(), Ticked: a.lastTick,
	})
	if a.web, err = web.New(web.Options{API: a.api}); err != nil {
		return nil, err
	}
	a.edge = edge.Options{
		Trusted: c.AuthEnabled, PerPerson: c.RateLimit, PerApplication: c.RateLimitApplications,
		Pages: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			a.web.ServeHTTP(w, web.Refuse(r, http.StatusTooManyRequests))
		}),
	}
	return a, nil
}

func openSecrets(c config.Config, w transports) (secret.Store, error) {
	if c.SecretsFile != "" {
		return secret.OpenFile(c.SecretsFile)
	}
	return secret.OpenVault(secret.VaultOptions{URL: c.KeyVaultURL, Credential: w.identity, Transport: w.vault, Simulated: c.Simulator != ""})
}

// handler is what the host calls. All but its look whether the process lives
// waits until tables and queues are there, which on all but the first start
// they are.
func (a *app) handler() http.Handler {
	functions := edge.New(a.edge, invoke.Handler(a.functions()))
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

// poisonNames are the queues to which the host moves what failed each time.
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#poison-messages
func poisonNames() (names []string) {
	for _, q := range queueNames() {
		names = append(names, q+"-poison")
	}
	return names
}

// prepare makes the tables and queues that are missing, or looks whether they
// are there. It does not give up: without them nothing works, and the roles of a
// new identity take minutes to act.
func (a *app) prepare(ctx context.Context) {
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		err := a.storage(ctx)
		if err == nil {
			close(a.ready)
			return
		}
		slog.ErrorContext(ctx, "tables and queues are not there", "error", err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// index lets all clients and contacts be found that an older version of the
// product saved; mostly there is nothing to do. Another instance may be at it, or
// an import: then the next start sees to it.
func (a *app) index(ctx context.Context) {
	select {
	case <-a.ready:
	default:
		return // ctx ended before the tables were there
	}
	if err := a.staff.Index(ctx); err != nil && !errors.Is(err, directory.ErrImporting) && ctx.Err() == nil {
		slog.WarnContext(ctx, "clients and contacts of an older version are not indexed yet: searches read them all", "error", err)
	}
}

func (a *app) storage(ctx context.Context) error {
	if a.creates {
		return errors.Join(a.tables.Create(ctx, tableNames()...), a.queues.Create(ctx, queueNames()...))
	}
	return errors.Join(a.tables.Check(ctx, tableNames()...), a.queues.Check(ctx, queueNames()...), a.queues.Check(ctx, poisonNames()...))
}
