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
	"kantoorpost/shared/must"
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
	must.Do(t, service.Create(t.Context(), "mails", "mailboxes", "configuration"))
	jobs, chats := &put{}, chat.NewStore(service.Table("mails"))
	items := item.NewStore(service.Table("mails"))
	return fixture{&Handler{
		Chats: chats, Outbox: outbox.NewStore(service.Table("mails"), chats),
		Connectors: connector.New(connector.Options{Configuration: service.Table("configuration"), Mailboxes: service.Table("mailboxes")}),
		Items:      items,
		Arrive:     storeUndecided(items),
		Jobs:       jobs,
	}, jobs, wire}
}

// storeUndecided is an Arrive that decides nothing.
func storeUndecided(items *item.Store) func(context.Context, connector.Activation, []item.Arrival, bool) (item.Ingested, error) {
	return func(ctx context.Context, _ connector.Activation, mails []item.Arrival, _ bool) (item.Ingested, error) {
		ids, err := items.Ingest(ctx, mails)
		return item.Ingested{Stored: len(ids), Undecided: ids}, err
	}
}

// readInbox does one round over the inbox.
func (b fixture) readInbox(ctx context.Context, graph connector.Graph, box *connector.Mailbox, claim string) error {
	_, err := b.round(ctx, b.inbox(graph, box), box.Activation.ID, claim)
	return err
}

func box(c connector.Cursor) *connector.Mailbox {
	return &connector.Mailbox{Activation: connector.Activation{ID: boxID, Address: "info@x.example", From: activated, Active: true}, Cursor: c}
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
	must.Do(t, h.readInbox(t.Context(), g, b, "job"))
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
	must.Do(t, h.readInbox(t.Context(), g, b, "job"))
	g = &script{pages: []any{errGone, mail.Page{Messages: messages(0, 12), DeltaLink: "d2"}}}
	b = box(connector.Cursor{DeltaLink: "d1", ETag: b.Cursor.ETag})
	must.Do(t, h.readInbox(t.Context(), g, b, "job"))
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
	must.Do(t, h.readInbox(t.Context(), g, b, "job"))
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
	must.Do(t, h.readInbox(t.Context(), g, b, "job"))
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
	moved := map[string]mail.Message{"moved": {ID: "moved", Received: time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC)}}
	g := &script{mails: moved, pages: []any{mail.Page{DeltaLink: "d1", Incomplete: []string{"moved"}, Messages: []mail.Message{
		{ID: "none"}, {ID: "1601", Received: time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC)}, {ID: "2500", Received: time.Date(2500, 1, 1, 0, 0, 0,
			0, time.UTC)},
	}}}}
	if err := h.readInbox(t.Context(), g, box(connector.Cursor{}), "job"); err != nil || h.stored(t) != 4 {
		t.Errorf("%d of 4 stored, %v", h.stored(t), err)
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
	must.Do(t, h.readInbox(t.Context(), g, box(connector.Cursor{}), "job"))
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

// sentItems is a fake of Graph whose Sent Items fail, or hold one mail that answers m0.
type sentItems struct {
	connector.Graph
	fail  error
	since []time.Time
	links []string
	asked int // properties
}

func (g *sentItems) SentDelta(_ context.Context, _, link string, since time.Time) (mail.Page, error) {
	g.links, g.since = append(g.links, link), append(g.since, since)
	if g.fail != nil {
		err := g.fail
		if answer.IsGone(err) {
			g.fail = nil
		}
		return mail.Page{}, err
	}
	now := time.Now().UTC()
	return mail.Page{DeltaLink: "s1", Messages: []mail.Message{
		{ID: "draft", Draft: true, Received: now}, {ID: "old", Received: activated.Add(-time.Hour)},
		{ID: "answer", InternetMessageID: "<answer@x>", From: mail.Address{Email: "info@x.example"}, Received: now, Sent: now},
		{ID: "elsewhere", InternetMessageID: "<elsewhere@x>", From: mail.Address{Email: "info@x.example"}, Received: now, Sent: now},
		{ID: "leaving", InternetMessageID: "<leaving@x>", Received: now},
	}}, nil
}

func (g *sentItems) Properties(_ context.Context, _, id string) (mail.Properties, error) {
	g.asked++
	switch id {
	case "answer":
		return mail.Properties{InReplyTo: "<m0@x>"}, nil
	case "leaving":
		return mail.Properties{}, errMissing
	}
	return mail.Properties{}, nil
}

// Of the Sent Items only mail that answers a stored one is kept, once and in no list. A
// failure is not the mailbox's: it waits with the cursor of the Sent Items. An expired
// link is no reason to read all that was ever sent.
func TestSentItems(t *testing.T) {
	h := setUp(t)
	b := box(connector.Cursor{})
	must.Get(h.Items.Ingest(t.Context(),
		[]item.Arrival{{Item: item.Item{Mailbox: boxID, MessageID: "m0", InternetMessageID: "<m0@x>", Received: activated}}}))(t)
	g := &sentItems{fail: errors.New("not now")}
	if err := h.readSent(t.Context(), g, b, activated, "job"); err != nil || b.Sent.Failures != 1 || !b.Sent.NotBefore.After(time.Now()) ||
		b.Cursor != (connector.Cursor{}) {
		t.Fatalf("after a failure: %v, %+v, the inbox %+v", err, b.Sent, b.Cursor)
	}
	if err := h.readSent(t.Context(), g, b, activated, "job"); err != nil || len(g.links) != 1 {
		t.Errorf("asked again at once: %v, %q", err, g.links)
	}
	since := b.Sent.FailedSince
	b.Sent.NotBefore = time.Time{}
	if err := h.readSent(t.Context(), g, b, activated, "job"); err != nil || b.Sent.Failures != 2 || since.IsZero() ||
		!b.Sent.FailedSince.Equal(since) {
		t.Errorf("failing since %v, then %+v (%v)", since, b.Sent, err)
	}
	g.fail, b.Sent.NotBefore, g.links = nil, time.Time{}, g.links[:1]
	for range 2 {
		if err := h.readSent(t.Context(), g, b, activated, "job"); err != nil || b.Sent.DeltaLink != "s1" || b.Sent.Failures != 0 ||
			!b.Sent.FailedSince.IsZero() {
			t.Fatalf("%v, %+v", err, b.Sent)
		}
	}
	if back := time.Since(g.since[1]); back > sentBack+time.Minute || back < sentBack-time.Minute {
		t.Errorf("the first round goes back %v", back)
	}
	kept, err := h.Items.ByMessageID(t.Context(), "<answer@x>")
	if err != nil || len(kept) != 1 || !kept[0].Sent || kept[0].InReplyTo != "<m0@x>" || h.stored(t) != 1 || len(h.jobs.jobs) != 1 {
		t.Errorf("kept %+v, %v; %d listed, %d jobs", kept, err, h.stored(t), len(h.jobs.jobs))
	}
	if other, err := h.Items.ByMessageID(t.Context(), "<elsewhere@x>"); err != nil || len(other) != 0 {
		t.Errorf("kept %+v, %v", other, err)
	}
	if g.asked != 5 { // two more in the second round, in which the answer is known
		t.Errorf("properties of %d mails were read", g.asked)
	}
	g.fail = errGone
	if err := h.readSent(t.Context(), g, b, activated, "job"); err != nil || b.Sent.DeltaLink != "s1" {
		t.Fatalf("%v, %+v", err, b.Sent)
	}
	if back := time.Since(g.since[len(g.since)-1]); back > 2*time.Hour {
		t.Errorf("after an expired link it goes back %v", back)
	}
}
