package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"kantoorpost/handlers/poll"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/entra"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/invoke"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/mail"
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
	if err := service.Create(t.Context(), "mails", "mailboxes", "configuration"); err != nil {
		t.Fatal(err)
	}
	secrets, err := secret.OpenFile(filepath.Join(t.TempDir(), "secrets"))
	if err != nil {
		t.Fatal(err)
	}
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

// A long inbox is read by one job at a time, although four workers take jobs, the tick
// runs, and people ask for it: only the first page is read twice.
func TestOneReaderPerMailbox(t *testing.T) {
	const pages, readers = 1000, 4 // as of 20,000 mails
	synctest.Test(t, func(t *testing.T) {
		m := openOffice(t, pages, 1)
		if _, err := m.Connectors.SaveCursor(t.Context(), boxID, connector.Cursor{DeltaLink: "page 0"}); err != nil {
			t.Fatal(err)
		}
		for range readers { // at the same moment
			_ = m.queue.Put(t.Context(), job.Fetch{Job: "fetch", Mailboxes: []string{boxID, boxID}, Claim: job.NewClaim()})
		}
		for minute := 0; m.cursor(t).DeltaLink != "end" && minute < 60; minute++ {
			if minute%5 == 0 {
				m.tick(t)
			}
			_ = m.queue.Put(t.Context(), job.Fetch{Job: "fetch", Mailboxes: []string{boxID}}) // as people write by hand
			var all sync.WaitGroup
			for range readers {
				all.Go(func() { m.work(t, 1) })
			}
			all.Go(func() { time.Sleep(time.Minute) }) // simulated
			all.Wait()
		}
		if c := m.cursor(t); c.DeltaLink != "end" || c.Claim != "" {
			t.Errorf("not at its end: %+v", c)
		}
		if n := m.graph.calls(); n < pages || n > pages+readers {
			t.Errorf("%d delta calls for %d pages", n, pages)
		}
		for link, n := range m.graph.asked {
			if n > 1 && link != "page 0" && link != "end" {
				t.Errorf("%s was asked for %d times", link, n)
			}
		}
		all, _, err := m.Items.List(t.Context(), item.Query{Limit: 1000})
		if err != nil || len(all) != 1000 {
			t.Errorf("%d mails, %v", len(all), err)
		}
	})
}

// The tick skips a mailbox that is being read, and so does a job that a person asked
// for. When the claim expires, the job of the next tick continues the round.
func TestLostJobStopsNoMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := openOffice(t, maxPages+5, 1)
		m.tick(t)
		j, _ := m.queue.take()
		if err := m.Handle(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		on, ok := m.queue.take()
		if !ok || on.Claim != j.Claim {
			t.Fatalf("the job that continues has claim %q, want %q", on.Claim, j.Claim)
		}
		m.tick(t) // and on is lost
		if j, ok := m.queue.take(); ok {
			t.Errorf("the tick asks for a mailbox that is read: %+v", j)
		}
		if err := m.Handle(t.Context(), job.Fetch{Job: "fetch", Mailboxes: []string{boxID}, Claim: job.NewClaim()}); err != nil ||
			m.graph.calls() != maxPages {
			t.Errorf("%d calls, %v", m.graph.calls(), err)
		}
		time.Sleep(connector.ClaimLife + time.Second) // simulated
		m.tick(t)
		m.work(t, 1)
		if c := m.cursor(t); c.DeltaLink != "end" || c.Claim != "" || m.graph.calls() != maxPages+5 {
			t.Errorf("%d calls, %+v", m.graph.calls(), c)
		}
	})
}

// The job that continues a round has its claim, and so has a job that is delivered
// again: neither waits for the claim to expire.
func TestJobContinuesUnderItsOwnClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := openOffice(t, 3*maxPages, 1)
		m.tick(t)
		j, _ := m.queue.take()
		ctx, kill := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second+time.Millisecond, kill)
		if err := m.Handle(ctx, j); err == nil {
			t.Fatal("a killed job succeeded")
		}
		if err := m.Handle(t.Context(), j); err != nil { // delivered again
			t.Fatal(err)
		}
		m.work(t, 2)
		if c := m.cursor(t); c.DeltaLink != "end" || m.graph.calls() > 3*maxPages+1 {
			t.Errorf("%d calls, %+v", m.graph.calls(), c)
		}
	})
}

// A round stops after its page, and puts no job, when another job has saved the cursor.
func TestOvertakenRoundStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := openOffice(t, 3*maxPages, 1)
		m.tick(t)
		j, _ := m.queue.take()
		time.AfterFunc(10*time.Second+time.Millisecond, func() {
			c := m.cursor(t)
			c.Take("another", m.Connectors.Now())
			if _, err := m.Connectors.SaveCursor(t.Context(), boxID, c); err != nil {
				t.Error(err)
			}
		})
		if err := m.Handle(t.Context(), j); err != nil {
			t.Error(err)
		}
		if _, more := m.queue.take(); more || m.graph.calls() != 11 {
			t.Errorf("%d calls, continues: %t", m.graph.calls(), more)
		}
		if c := m.cursor(t); c.Claim != "another" || c.Next != "page 10" {
			t.Errorf("the other's cursor is gone: %+v", c)
		}
	})
}

// Claims and pauses end by the clock of the storage service: an instance whose own clock is
// an hour wrong neither takes a mailbox that another one reads nor leaves one unread.
func TestClaimsEndByTheClockOfTheService(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, -time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			m := openOffice(t, 3, 1)
			m.clock.ahead = ahead
			m.tick(t)
			service := time.Now().Add(ahead)
			c := m.cursor(t)
			c.Take("another", service)
			if _, err := m.Connectors.SaveCursor(t.Context(), boxID, c); err != nil {
				t.Fatal(err)
			}
			m.work(t, 1)
			if m.tick(t); m.graph.calls() != 0 || len(m.queue.all) != 0 {
				t.Errorf("%v: %d calls and %d jobs for a claimed mailbox", ahead, m.graph.calls(), len(m.queue.all))
			}
			time.Sleep(connector.ClaimLife + 2*time.Second) // simulated
			m.graph.fail = &net.OpError{Op: "read", Err: errors.New("reset")}
			m.graph.pages = 9
			m.tick(t)
			j, _ := m.queue.take()
			time.AfterFunc(3500*time.Millisecond, func() {
				if left := m.cursor(t).ClaimEnds.Sub(time.Now().Add(ahead)); left < connector.ClaimLife-3*time.Second || left > connector.ClaimLife {
					t.Errorf("%v: the claim lasts %v more", ahead, left)
				}
			})
			if err := m.Handle(t.Context(), j); err != nil {
				t.Error(err)
			}
			if wait := m.cursor(t).NotBefore.Sub(time.Now().Add(ahead)); wait < 20*time.Second || wait > time.Minute {
				t.Errorf("%v: the pause lasts %v more", ahead, wait)
			}
		})
	}
}

const otherBoxID = "00000000-0000-4000-8000-000000000002"

// brokenQueue takes no job.
type brokenQueue struct{}

func (brokenQueue) Put(_ context.Context, j job.Job) error { return errors.New("the queue is broken") }

// Mailboxes of one job fail independently: the error of each is in that of the job.
func TestErrorsOfAllMailboxesAreJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := openOffice(t, 1, 1)
		boxes, err := m.Connectors.Boxes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Connectors.Activate(t.Context(), boxes[0].Connector, connector.Request{Address: "loon@x.example",
			Link: connector.Link{Kind: connector.LinkContact}}); err != nil {
			t.Fatal(err)
		}
		m.Jobs = brokenQueue{}
		err = m.Handle(t.Context(), job.Fetch{Mailboxes: []string{boxID, otherBoxID}})
		for _, id := range []string{boxID, otherBoxID} {
			if err == nil || !strings.Contains(err.Error(), "mailbox "+id+": ") {
				t.Errorf("error %v does not name mailbox %s", err, id)
			}
		}
	})
}

// A round that fails removes its claim and saves its place: the first tick after the
// pause continues there.
func TestFailedRoundRemovesItsClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := openOffice(t, 10, 1)
		m.graph.fail = fault.Later(time.Second, &answer.Error{Status: 429, Code: "ApplicationThrottled"})
		m.tick(t)
		m.work(t, 1)
		if c := m.cursor(t); c.Claim != "" || c.Next != "page 5" || c.State != connector.MailboxThrottled ||
			c.StateReason != "ApplicationThrottled" {
			t.Errorf("after the failure: %+v", c)
		}
		m.graph.fail = nil
		time.Sleep(2 * time.Second) // simulated
		m.tick(t)
		m.work(t, 1)
		if c := m.cursor(t); c.DeltaLink != "end" || m.graph.calls() != 11 {
			t.Errorf("%d calls, %+v", m.graph.calls(), c)
		}
	})
}

// An earlier date of an address ends the round that reads it; the next one starts at
// that date.
func TestEarlierDateEndsTheRound(t *testing.T) {
	for _, seconds := range []time.Duration{0, 10} { // in its first page, which has no claim, and later
		synctest.Test(t, func(t *testing.T) {
			m := openOffice(t, 20, 1)
			m.tick(t)
			j, _ := m.queue.take()
			time.AfterFunc(seconds*time.Second+time.Millisecond, func() {
				from := time.Now().AddDate(0, -1, 0)
				if _, err := m.Connectors.PatchActivation(t.Context(), boxID, "", connector.ActivationPatch{From: &from}); err != nil {
					t.Error(err)
				}
			})
			if err := m.Handle(t.Context(), j); err != nil {
				t.Error(err)
			}
			if c := m.cursor(t); c.Next != "" || c.DeltaLink != "" || c.Claim != "" {
				t.Errorf("after %d s: continues from its former date: %+v", seconds, c)
			}
			m.tick(t)
			m.work(t, 1)
			if c := m.cursor(t); c.DeltaLink != "end" || m.graph.asked[""] != 2 {
				t.Errorf("%+v, started %d times", c, m.graph.asked[""])
			}
		})
	}
}

// A claim in a message on the queue has a bounded length, since people can write
// messages; a claim in the row that expires in years does not count.
func TestImpossibleClaims(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := openOffice(t, 3, 1)
		long := strings.Repeat("x", 50_000)
		if err := m.Handle(t.Context(), job.Fetch{Job: "fetch", Mailboxes: slices.Repeat([]string{boxID}, 1000), Claim: long}); err != nil ||
			m.graph.calls() != 3 {
			t.Errorf("%d calls, %v", m.graph.calls(), err)
		}
		c := m.cursor(t)
		c.Claim, c.ClaimEnds = "for ever", time.Now().AddDate(10, 0, 0)
		if _, err := m.Connectors.SaveCursor(t.Context(), boxID, c); err != nil {
			t.Fatal(err)
		}
		m.tick(t)
		m.work(t, 1)
		if c := m.cursor(t); c.Claim != "" || m.graph.asked["end"] != 1 {
			t.Errorf("%d quiet rounds, %+v", m.graph.asked["end"], c)
		}
	})
}

// At each call to the tables in a round the call is refused, its answer is lost, it
// hangs, or the process dies: every mail is stored once, and the round ends after at
// most a claim and a tick.
func TestAnyCallOfALongRoundMayFail(t *testing.T) {
	for _, f := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose, wiretest.Hang} {
		for _, dies := range []bool{false, true} {
			for n, more := 0, true; more; n++ {
				synctest.Test(t, func(t *testing.T) {
					m := openOffice(t, 3, 1)
					calls, ctx, kill := 0, t.Context(), func() {}
					m.wire.Fault(func(int, *http.Request) wiretest.Fault {
						calls++
						switch {
						case calls == n+1:
							if dies {
								kill()
							}
							return f
						case calls > n && dies:
							return wiretest.Refuse
						}
						return wiretest.Pass
					})
					_ = m.queue.Put(t.Context(), job.Fetch{Job: "fetch", Mailboxes: []string{boxID}, Claim: job.NewClaim()})
					j, _ := m.queue.take()
					ctx, kill = context.WithTimeout(ctx, invoke.Deadline)
					_ = m.Handle(ctx, j) // what fails is done again
					kill()
					more = calls > n
					m.wire.Fault(nil)
					for range 2 {
						time.Sleep(5 * time.Minute) // simulated
						m.tick(t)
						m.work(t, 1)
					}
					all, _, err := m.Items.List(t.Context(), item.Query{Limit: 10})
					if c := m.cursor(t); len(all) != 3 || c.DeltaLink != "end" || c.Claim != "" || err != nil {
						t.Errorf("fault %d at call %d, dies: %t: %d mails, %+v, %v", f, n, dies, len(all), c, err)
					}
				})
			}
		}
	}
}
