package fetch

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

const boxID = "00000000-0000-4000-8000-000000000001"

var (
	errGone   = &answer.Error{Status: 410}
	activated = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
)

// script is a fake of Graph that returns its pages one after the other.
type script struct {
	connector.Graph
	pages []any // mail.Page or error
	links []string
	since []time.Time
	mails map[string]mail.Message
}

func (s *script) Delta(_ context.Context, _, link string, since time.Time) (mail.Page, error) {
	s.links, s.since = append(s.links, link), append(s.since, since)
	next := s.pages[0]
	if len(s.pages) > 1 {
		s.pages = s.pages[1:]
	}
	if err, ok := next.(error); ok {
		return mail.Page{}, err
	}
	return next.(mail.Page), nil
}

func (s *script) Message(_ context.Context, _, id string) (mail.Message, error) {
	if id == "undecodable" {
		return mail.Message{}, errUndecodable
	}
	m, ok := s.mails[id]
	if !ok {
		return m, errMissing
	}
	return m, nil
}

var (
	errMissing     = &answer.Error{Status: 404}
	errUndecodable = fmt.Errorf("message: %w", answer.ErrUndecodable)
)

type put struct{ jobs []job.Job }

func (p *put) Put(_ context.Context, j job.Job) error { p.jobs = append(p.jobs, j); return nil }

type fixture struct {
	*Handler
	jobs *put
	wire *wiretest.Wire
}

func setUp(t *testing.T) fixture {
	t.Helper()
	server := tabletest.New()
	wire := server.Transport()
	service := server.Service(t, wire)
	if err := service.Create(t.Context(), "mails", "mailboxes", "configuration"); err != nil {
		t.Fatal(err)
	}
	jobs, chats := &put{}, chat.NewStore(service.Table("mails"))
	return fixture{&Handler{
		Chats: chats, Outbox: outbox.NewStore(service.Table("mails"), chats),
		Connectors: connector.New(connector.Options{Configuration: service.Table("configuration"), Mailboxes: service.Table("mailboxes")}),
		Items:      item.NewStore(service.Table("mails")),
		Jobs:       jobs,
	}, jobs, wire}
}

// readInbox does one round over the inbox.
func (b fixture) readInbox(ctx context.Context, graph connector.Graph, box *connector.Box, claim string) error {
	_, err := b.round(ctx, b.inbox(graph, box), box.Activation.ID, claim)
	return err
}

func box(c connector.Cursor) *connector.Box {
	return &connector.Box{Activation: connector.Activation{ID: boxID, Address: "info@x.example", From: activated, Active: true}, Cursor: c}
}

func messages(first, n int) []mail.Message {
	var out []mail.Message
	for i := range n {
		out = append(out, mail.Message{ID: fmt.Sprint("m", first+i), Subject: fmt.Sprint(first + i), From: mail.Address{Email: "jan@x.example"},
			Received: activated.Add(time.Duration(first+i) * time.Minute)})
	}
	return out
}

func (b fixture) stored(t *testing.T) int {
	t.Helper()
	all, _, err := b.Items.List(t.Context(), item.Query{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// A round reads from the activation on, stores page by page, puts one job for each page,
// and saves the delta link at the end. It skips older mail.
func TestRound(t *testing.T) {
	h := setUp(t)
	old := mail.Message{ID: "old", Received: activated.Add(-time.Second)}
	g := &script{pages: []any{mail.Page{Messages: append(messages(0, 15), old), Next: "n1"}, mail.Page{}, mail.Page{DeltaLink: "d1"}}}
	g.pages[1] = mail.Page{Messages: messages(15, 3), Next: "n2"}
	b := box(connector.Cursor{})
	if err := h.readInbox(t.Context(), g, b, "job"); err != nil {
		t.Fatal(err)
	}
	if h.stored(t) != 18 || len(h.jobs.jobs) != 2 || b.Cursor.DeltaLink != "d1" || b.Cursor.Next != "" {
		t.Errorf("%d stored, jobs %v, cursor %+v", h.stored(t), h.jobs.jobs, b.Cursor)
	}
	if fmt.Sprint(g.links) != "[ n1 n2]" || !g.since[0].Equal(activated) {
		t.Errorf("asked %q since %v", g.links, g.since)
	}
}

// A quiet round writes nothing, although Graph returns a new link each time.
func TestQuietRoundWritesNothing(t *testing.T) {
	h := setUp(t)
	h.wire.Reset()
	b := box(connector.Cursor{DeltaLink: "d1", LastRound: time.Now()})
	if err := h.readInbox(t.Context(), &script{pages: []any{mail.Page{DeltaLink: "d2"}}}, b, "job"); err != nil || len(h.wire.Calls()) > 0 {
		t.Errorf("%v, calls %v", err, h.wire.Calls())
	}
	b = box(connector.Cursor{DeltaLink: "d1", LastRound: time.Now().Add(-25 * time.Hour)})
	if err := h.readInbox(t.Context(), &script{pages: []any{mail.Page{DeltaLink: "d2"}}}, b, "job"); err != nil || b.Cursor.DeltaLink != "d2" {
		t.Errorf("a link a day old is not renewed: %+v, %v", b.Cursor, err)
	}
}

// An expired link starts the round again from the activation, once; mail that is stored
// already is not stored again.
func TestExpiredLink(t *testing.T) {
	h := setUp(t)
	g := &script{pages: []any{mail.Page{Messages: messages(0, 10), DeltaLink: "d1"}}}
	b := box(connector.Cursor{})
	if err := h.readInbox(t.Context(), g, b, "job"); err != nil {
		t.Fatal(err)
	}
	g = &script{pages: []any{errGone, mail.Page{Messages: messages(0, 12), DeltaLink: "d2"}}}
	b = box(connector.Cursor{DeltaLink: "d1", ETag: b.Cursor.ETag})
	if err := h.readInbox(t.Context(), g, b, "job"); err != nil {
		t.Fatal(err)
	}
	if h.stored(t) != 12 || fmt.Sprint(g.links) != "[d1 ]" || b.Cursor.DeltaLink != "d2" {
		t.Errorf("%d stored, asked %q, cursor %+v", h.stored(t), g.links, b.Cursor)
	}
	g = &script{pages: []any{errGone}}
	if err := h.readInbox(t.Context(), g, box(connector.Cursor{DeltaLink: "d1", ETag: b.Cursor.ETag}), "job"); !errors.Is(err, errGone) ||
		len(g.links) != 2 {
		t.Errorf("a Graph on which every link expires was asked %d times: %v", len(g.links), err)
	}
}

// Graph returns at most 5,000 messages in a round with a filter: after that many, the
// whole inbox is read, so that none is missed.
func TestFilterLimit(t *testing.T) {
	h := setUp(t)
	older := make([]mail.Message, filterLimit)
	for i := range older {
		older[i] = mail.Message{ID: fmt.Sprint("o", i), Received: activated.Add(-time.Hour)}
	}
	g := &script{pages: []any{mail.Page{Messages: older, DeltaLink: "d1"}}}
	b := box(connector.Cursor{})
	if err := h.readInbox(t.Context(), g, b, "job"); err != nil {
		t.Fatal(err)
	}
	if !b.Cursor.Unfiltered || b.Cursor.DeltaLink != "" || len(h.jobs.jobs) != 1 {
		t.Fatalf("cursor %+v, jobs %v", b.Cursor, h.jobs.jobs)
	}
	g = &script{pages: []any{mail.Page{Messages: append(older, messages(0, 2)...), DeltaLink: "d2"}}}
	if err := h.readInbox(t.Context(), g, b, "job"); err != nil || b.Cursor.DeltaLink != "d2" || !g.since[0].IsZero() || h.stored(t) != 2 {
		t.Errorf("cursor %+v, since %v, %d stored, %v", b.Cursor, g.since, h.stored(t), err)
	}
}

// A long backlog is read by several jobs, so that other mailboxes do not wait.
func TestLongBacklogContinues(t *testing.T) {
	h := setUp(t)
	g := &script{}
	for i := range maxPages {
		g.pages = append(g.pages, mail.Page{Messages: messages(i, 1), Next: fmt.Sprint("n", i)})
	}
	b := box(connector.Cursor{})
	if err := h.readInbox(t.Context(), g, b, "job"); err != nil {
		t.Fatal(err)
	}
	last := h.jobs.jobs[len(h.jobs.jobs)-1]
	if f, ok := last.(job.Fetch); !ok || f.Mailboxes[0] != boxID || b.Cursor.Next != fmt.Sprint("n", maxPages-1) || b.Cursor.DeltaLink != "" {
		t.Errorf("last job %v, cursor %+v", last, b.Cursor)
	}
}

// A round ends when Graph's links form a circle, and the mail is stored.
func TestCircle(t *testing.T) {
	h := setUp(t)
	g := &script{pages: []any{mail.Page{Messages: messages(0, 2), Next: "n1"}}}
	if err := h.readInbox(t.Context(), g, box(connector.Cursor{}), "job"); err == nil || len(g.links) > 3 || h.stored(t) != 2 {
		t.Errorf("asked %d times, %d stored, %v", len(g.links), h.stored(t), err)
	}
}

// A mail without a time, or with an impossible one, is stored.
func TestImpossibleTimes(t *testing.T) {
	h := setUp(t)
	g := &script{pages: []any{mail.Page{DeltaLink: "d1", Messages: []mail.Message{
		{ID: "none"}, {ID: "1601", Received: time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC)}, {ID: "2500", Received: time.Date(2500, 1, 1, 0, 0, 0,
			0, time.UTC)},
	}}}}
	if err := h.readInbox(t.Context(), g, box(connector.Cursor{}), "job"); err != nil || h.stored(t) != 3 {
		t.Errorf("%d of 3 stored, %v", h.stored(t), err)
	}
}

// An undecodable item is stored for people to see, an incomplete one is read whole, and
// one that was deleted meanwhile is skipped.
func TestUndecodableAndIncompleteItems(t *testing.T) {
	h := setUp(t)
	g := &script{
		pages: []any{mail.Page{Undecodable: []mail.Undecodable{{ID: "x", Raw: []byte(`{"id":"x","from":7}`),
			Err: errors.New("from: not an object")}, {Raw: []byte("7"), Err: errors.New("not an object")}},
			Incomplete: []string{"m1", "gone", "undecodable"}, DeltaLink: "d1"}},
		mails: map[string]mail.Message{"m1": messages(1, 1)[0]},
	}
	if err := h.readInbox(t.Context(), g, box(connector.Cursor{}), "job"); err != nil {
		t.Fatal(err)
	}
	all, _, err := h.Items.List(t.Context(), item.Query{Limit: 10})
	if err != nil || len(all) != 4 {
		t.Fatalf("%d items, %v", len(all), err)
	}
	undecodable := 0
	for _, it := range all {
		if it.InitialReason == item.Undecodable && it.Detail != "" {
			undecodable++
		}
	}
	if undecodable != 3 {
		t.Errorf("%d of 3 undecodable items say so", undecodable)
	}
}

// The pause of a mailbox that failed is the one that Graph asked for; otherwise it
// doubles each time, up to a few hours.
func TestPause(t *testing.T) {
	for _, c := range []struct {
		name     string
		verdict  fault.Kind
		after    time.Duration
		failures int
		want     time.Duration
	}{
		{"as asked", fault.KindLater, 30 * time.Second, 7, 30 * time.Second},
		{"asked for days", fault.KindLater, 100 * time.Hour, 0, time.Hour},
		{"first", fault.KindRetry, 0, 0, 30 * time.Second},
		{"third", fault.KindRetry, 0, 2, 2 * time.Minute},
		{"often", fault.KindRetry, 0, 1000, 30 * time.Minute},
		{"refused", fault.KindFinal, 0, 0, 5 * time.Minute},
		{"refused for ever", fault.KindFinal, 0, 1000, 6 * time.Hour},
	} {
		if got := pause(c.verdict, c.after, c.failures); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
