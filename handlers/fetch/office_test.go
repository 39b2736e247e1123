package fetch

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"kantoorpost/handlers/poll"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/entra"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

// A backlog is a mailbox with many pages of unread mail; each page takes a second.
type backlog struct {
	connector.Graph
	pages, perPage int

	mu    sync.Mutex
	asked map[string]int // by link
	fail  error          // of the sixth page
}

func (g *backlog) Mailbox(_ context.Context, address string) (mail.Mailbox, error) {
	if address == "loon@x.example" {
		return mail.Mailbox{ID: otherBoxID, Address: address}, nil
	}
	return mail.Mailbox{ID: boxID, Address: address}, nil
}

func (g *backlog) Delta(_ context.Context, _, link string, _ time.Time) (mail.Page, error) {
	time.Sleep(time.Second) // simulated
	g.mu.Lock()
	g.asked[link]++
	g.mu.Unlock()
	if link == "page 5" && g.fail != nil {
		return mail.Page{}, g.fail
	}
	if link == "end" {
		return mail.Page{DeltaLink: "end"}, nil
	}
	n, _ := strconv.Atoi(strings.TrimPrefix(link, "page ")) // "" is the first
	page := mail.Page{Next: fmt.Sprint("page ", n+1)}
	if n+1 == g.pages {
		page = mail.Page{DeltaLink: "end"}
	}
	for i := range g.perPage {
		page.Messages = append(page.Messages, mail.Message{ID: fmt.Sprint("mail ", n, " ", i), Received: time.Now().Add(time.Minute)})
	}
	return page, nil
}

// SentDelta has nothing: nobody answers in Outlook.
func (g *backlog) SentDelta(context.Context, string, string, time.Time) (mail.Page, error) {
	return mail.Page{DeltaLink: "sent"}, nil
}

// calls returns how often Graph was asked, without quiet rounds.
func (g *backlog) calls() (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for link, times := range g.asked {
		if link != "end" {
			n += times
		}
	}
	return n
}

// jobs is a queue of fetch jobs in memory.
type jobs struct {
	mu  sync.Mutex
	all []job.Fetch
}

func (q *jobs) Put(_ context.Context, j job.Job) error {
	if f, ok := j.(job.Fetch); ok {
		q.mu.Lock()
		q.all = append(q.all, f)
		q.mu.Unlock()
	}
	return nil
}

func (q *jobs) PutAfter(ctx context.Context, j job.Job, _ time.Duration) error { return q.Put(ctx, j) }

func (q *jobs) Depth(context.Context, string) (int, error) { return 0, nil }

func (q *jobs) take() (j job.Fetch, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.all) == 0 {
		return j, false
	}
	j, q.all = q.all[0], q.all[1:]
	return j, true
}

// An office has one activated mailbox and all that reads it, except workers.
type office struct {
	*Handler
	graph *backlog
	queue *jobs
	poll  *poll.Handler
	wire  *wiretest.Wire // to the tables
	clock *clock         // of the tables
}

// A clock is that of a table service, ahead of the one of this process.
type clock struct {
	*wiretest.Wire
	ahead time.Duration // 0: answers have no date
}

func (c *clock) Do(r *http.Request) (*http.Response, error) {
	res, err := c.Wire.Do(r)
	if err == nil && c.ahead != 0 {
		res.Header.Set("Date", time.Now().Add(c.ahead).UTC().Format(http.TimeFormat))
	}
	return res, err
}

type unchangedDirectory struct{}

func (unchangedDirectory) Version(context.Context) (int64, error) { return 1, nil }

func (unchangedDirectory) Changed(context.Context, int64, int64) (map[string]int64, bool, error) {
	return nil, false, nil
}

func (unchangedDirectory) ForgetChanged(context.Context, int64) error { return nil }

func openOffice(t *testing.T, pages, perPage int) *office {
	t.Helper()
	server := tabletest.New()
	wire := server.Transport()
	clock := &clock{Wire: wire}
	service := server.Service(t, clock)
	must.Do(t, service.Create(t.Context(), "mails", "mailboxes", "configuration"))
	secrets := must.Get(secret.OpenFile(filepath.Join(t.TempDir(), "secrets")))(t)
	m := &office{graph: &backlog{pages: pages, perPage: perPage, asked: map[string]int{}}, queue: &jobs{}, wire: wire, clock: clock}
	chats := chat.NewStore(service.Table("mails"))
	replies := outbox.NewStore(service.Table("mails"), chats)
	m.Handler = &Handler{
		Chats: chats, Outbox: replies,
		Connectors: connector.New(connector.Options{
			Configuration: service.Table("configuration"), Mailboxes: service.Table("mailboxes"), Secrets: secrets, Clouds: entra.Public(),
			Dial: func(string, azcore.TokenCredential) (connector.Graph, error) { return m.graph, nil },
		}),
		Items: item.NewStore(service.Table("mails")), Jobs: m.queue,
	}
	m.Arrive = storeUndecided(m.Items)
	m.poll = &poll.Handler{Connectors: m.Connectors, Directory: unchangedDirectory{}, Items: m.Items, Outbox: replies, Jobs: m.queue,
		Resume: func(context.Context) error { return nil }}
	c, err := m.Connectors.Create(t.Context(), connector.Draft{Name: "Kantoor", ClientID: boxID, ClientSecret: secret.New("x~y"),
		TokenEndpoint: "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token"})
	if err == nil {
		_, err = m.Connectors.Activate(t.Context(), c.ID, connector.Request{Address: "info@x.example",
			Link: connector.Link{Kind: connector.LinkContact}})
	}
	if err == nil {
		_, err = m.Connectors.PutSettings(t.Context(), connector.Settings{Enabled: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// tick is what happens every five minutes.
func (m *office) tick(t *testing.T) {
	t.Helper()
	if err := m.poll.Handle(t.Context(), invoke.Tick{At: time.Now()}); err != nil {
		t.Error(err)
	}
}

// work does the jobs of the queue with several workers until the queue is empty.
func (m *office) work(t *testing.T, parallel int) {
	t.Helper()
	var all sync.WaitGroup
	for range parallel {
		all.Go(func() {
			for j, ok := m.queue.take(); ok; j, ok = m.queue.take() {
				ctx, cancel := context.WithTimeout(t.Context(), invoke.Deadline)
				if err := m.Handle(ctx, j); err != nil {
					t.Error(err)
				}
				cancel()
			}
		})
	}
	all.Wait()
}

func (m *office) cursor(t *testing.T) connector.Cursor {
	t.Helper()
	boxes, err := m.Connectors.Load(t.Context(), []string{boxID})
	if err != nil || len(boxes) != 1 {
		t.Fatal(boxes, err)
	}
	return boxes[0].Cursor
}
