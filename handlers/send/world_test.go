package send_test

import (
	"context"
	"flag"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/send"
	"kantoorpost/shared/blob"
	"kantoorpost/shared/blob/blobtest"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/connector"
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/queue"
	"kantoorpost/shared/queue/queuetest"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if !testing.Verbose() {
		slog.SetDefault(slog.New(slog.DiscardHandler))
	}
	os.Exit(m.Run())
}

// A world is an office with one chat that a mail of Jan began, and the function that
// sends, over doubles that speak the protocols of tables, queues and blobs.
type world struct {
	t        *testing.T
	exchange *exchange

	tables  *tabletest.Server
	queues  *queuetest.Server
	toTable *wiretest.Wire
	toQueue *wiretest.Wire
	toBlobs *wiretest.Wire

	outbox  *outbox.Store
	mails   *table.Table
	chats   *chat.Store
	items   *item.Store
	jobs    *queue.Service
	uploads *blob.Store

	on       bool // the integration
	active   bool // the address
	mayNot   bool // the author has lost the right
	handler  *send.Handler
	chat     chat.Chat
	item     item.Item
	failures int // jobs that failed
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, exchange: &exchange{}, tables: tabletest.New(), queues: queuetest.New(), on: true, active: true}
	w.toTable, w.toQueue = w.tables.Transport(), w.queues.Transport()
	tables := w.tables.Service(t, w.toTable)
	w.must(tables.Create(t.Context(), "mails"))
	w.jobs = w.queues.Service(t, w.toQueue)
	w.must(w.jobs.Create(t.Context(), "send"))
	blobs := blobtest.New()
	w.toBlobs = blobs.Transport()
	var err error
	w.uploads, err = blob.Open(storage.Account{ConnectionString: blobtest.Connection, Transport: w.toBlobs}, "uploads")
	w.must(err)
	w.must(w.uploads.Create(t.Context()))
	w.mails = tables.Table("mails")
	w.chats, w.items = chat.NewStore(w.mails), item.NewStore(w.mails)
	w.outbox = outbox.NewStore(w.mails, w.chats)

	w.receive(original, "<html><body><p>"+theirWords+`</p><img src="cid:logo@bakker"></body></html>`)
	c, ops := chat.Start(w.item.ID, w.item, "client", "contact", "Jan", []string{"anna", "bram"}, true)
	w.must(w.mails.Write(t.Context(), ops...))
	w.chat = c
	w.start()
	return w
}

// receive stores the mail that is answered.
func (w *world) receive(id, content string) {
	w.t.Helper()
	received := time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	w.item = item.Item{
		ID: item.NewID(box, id, received), Mailbox: box, Address: "info@kantoor.example", MessageID: id, Received: received,
		InternetMessageID: "<a1@elders.example>", References: []string{"<a0@elders.example>"}, Subject: "Aangifte", BodyType: "html",
		From: mail.Address{Name: "Jan", Email: "jan@bakker.example"}, To: []mail.Address{{Email: "info@kantoor.example"}},
	}
	_, err := w.items.Ingest(w.t.Context(), []item.Arrival{{Item: w.item, Content: content}})
	w.must(err)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// start starts the process, after killing the one that runs.
func (w *world) start() { w.handler = w.process() }

func (w *world) process() *send.Handler {
	return &send.Handler{
		Outbox: w.outbox, Items: w.items, Addresses: w, Uploads: w.uploads, Jobs: w.jobs,
		Dial: func(_ context.Context, id string) (send.Mailbox, error) {
			if id != "connector" {
				return nil, errNoConnector
			}
			return w.exchange, nil
		},
		May: func(context.Context, outbox.Reply, connector.Activation) (bool, error) { return !w.mayNot, nil },
	}
}

// Enabled, Load and MailboxSettings make the world the activated addresses of the office.
func (w *world) Enabled(context.Context) (bool, error) { return w.on, nil }
func (w *world) MailboxSettings(context.Context, connector.Activation) mail.MailboxSettings {
	return mail.MailboxSettings{TimeZone: "W. Europe Standard Time", Language: "nl-NL"}
}
func (w *world) Load(_ context.Context, mailboxes []string) ([]connector.Mailbox, error) {
	if !slices.Contains(mailboxes, box) {
		return nil, nil
	}
	return []connector.Mailbox{
		{Activation: connector.Activation{ID: box, Address: "info@kantoor.example", Connector: "connector", Active: w.active}},
	}, nil
}

// upload stores a file that Anna sends along.
func (w *world) upload(id, content string) {
	w.t.Helper()
	about := blob.Info{Name: id, Until: time.Now().Add(24 * time.Hour)}
	_, err := w.uploads.Put(w.t.Context(), id, about, strings.NewReader(content), 1<<20)
	w.must(err)
}

const words = "<p>Dag Jan, die klopt.</p>"

// written is a reply of Anna to the mail, that leaves in ten seconds.
func (w *world) written(change ...func(*outbox.Reply)) outbox.New {
	w.t.Helper()
	c, err := w.chats.Get(w.t.Context(), w.chat.ID)
	w.must(err)
	r := outbox.Reply{
		Chat: w.chat.ID, Mailbox: box, Address: "info@kantoor.example", Mode: outbox.ModeReplyAll, Answers: w.item.ID,
		Original: outbox.Original{
			Mailbox:           box,
			MessageID:         original,
			InternetMessageID: w.item.InternetMessageID,
			References:        w.item.References,
		},
		To: []outbox.Recipient{{Name: "Jan", Email: "jan@bakker.example"}}, Cc: []outbox.Recipient{{Email: "piet@bakker.example"}},
		Subject: "RE: Aangifte 2025", Author: "anna", LeavesAt: time.Now().Add(10 * time.Second), Since: c.Sequence, Signature: "<p>Anna</p>",
	}
	for _, f := range change {
		f(&r)
	}
	return outbox.New{Reply: r, HTML: words, Check: func(chat.Chat) error { return nil }}
}

// reply writes a reply and puts its job, as the API does.
func (w *world) reply(change ...func(*outbox.Reply)) outbox.Reply {
	w.t.Helper()
	r, err := w.outbox.Create(w.t.Context(), w.written(change...))
	w.must(err)
	w.must(w.jobs.PutAfter(w.t.Context(), job.Send{Why: "written", Replies: []string{r.ID}}, time.Until(r.LeavesAt)))
	return r
}

func (w *world) load(r outbox.Reply) outbox.Reply {
	w.t.Helper()
	r, err := w.outbox.Load(w.t.Context(), r.ID)
	w.must(err)
	return r
}
