package outbox_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

const box = "00000000-0000-4000-8000-000000000001"

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// A world is a table with one chat of Anna and Bram, and a clock.
type world struct {
	*outbox.Store
	t      *testing.T
	chats  *chat.Store
	table  *table.Table
	server *tabletest.Server
	wire   *wiretest.Wire
	chat   string
	at     time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, server: tabletest.New(), at: start}
	w.wire = w.server.Transport()
	service := w.server.Service(t, w.wire)
	must.Do(t, service.Create(t.Context(), "mails"))
	w.table = service.Table("mails")
	w.chats = chat.NewStore(w.table)
	w.Store = outbox.NewStore(w.table, w.chats)
	w.Now = func() time.Time { return w.at }
	c, ops := chat.Start(w.mail(1).ID, w.mail(1), "client", "contact", "Jan", []string{"anna", "bram"}, true)
	w.must(w.table.Write(t.Context(), ops...))
	w.chat = c.ID
	w.must(w.chats.MarkSeen(t.Context(), w.get(), "anna", 0))
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) mail(n int) item.Item {
	received := w.at.Add(time.Duration(n-10) * time.Minute)
	return item.Item{
		ID: item.NewID(box, fmt.Sprint(n), received), Mailbox: box, Address: "info@x.example", Received: received, Subject: "Vraag",
		InternetMessageID: fmt.Sprintf("<%d@client>", n), From: mail.Address{Email: "jan@client.example"},
	}
}

func (w *world) get() chat.Chat {
	w.t.Helper()
	c, err := w.chats.Get(w.t.Context(), w.chat)
	w.must(err)
	return c
}

func (w *world) comesIn(n int) {
	w.t.Helper()
	_, ops := w.get().Join(w.mail(n), chat.Entry{ByMessageID: true})
	w.must(w.table.Write(w.t.Context(), ops...))
}

func anybody(chat.Chat) error { return nil }

func (w *world) written(author string) outbox.New {
	return outbox.New{
		Reply: outbox.Reply{
			Chat: w.chat, Mailbox: box, Address: "info@x.example", Mode: outbox.ModeReply, Subject: "RE: Vraag", Author: author,
			To: []outbox.Recipient{{Name: "Jan", Email: "jan@client.example"}}, Cc: []outbox.Recipient{{Email: "piet@client.example"}},
			LeavesAt: w.at.Add(10 * time.Second), Since: w.get().Sequence,
		},
		HTML: "<p>Dag Jan</p>", Check: anybody,
	}
}

func (w *world) create(n outbox.New) outbox.Reply {
	w.t.Helper()
	r, err := w.Create(w.t.Context(), n)
	w.must(err)
	return r
}

// in returns a reply that has come into a state by the usual way.
func (w *world) in(state outbox.State) outbox.Reply {
	w.t.Helper()
	ctx, n := w.t.Context(), w.written("anna")
	switch state {
	case outbox.Scheduled:
		n.Reply.Scheduled, n.Reply.LeavesAt = true, w.at.Add(time.Hour)
	case outbox.Waiting:
		n.Reply.Approval = &outbox.Approval{Why: []string{"word"}}
	}
	r := w.create(n)
	var err error
	switch state {
	case outbox.Held, outbox.Scheduled, outbox.Waiting:
		return r
	case outbox.TakenBack:
		r, err = w.TakeBack(ctx, w.chat, r.ID, anybody)
		w.must(err)
		return r
	}
	w.at = w.at.Add(time.Minute)
	r, err = w.Claim(ctx, r)
	w.must(err)
	r, err = w.SaveDraftIDs(ctx, r, "draft", "<ours@x.example>")
	w.must(err)
	r, err = w.SaveSendStarted(ctx, r)
	w.must(err)
	switch state {
	case outbox.Sent, outbox.Bounced:
		r, err = w.MarkSent(ctx, r, w.at)
	case outbox.Failed:
		r, err = w.MarkFailed(ctx, r, outbox.ReasonRecipient, "ErrorInvalidRecipients")
	case outbox.Unknown:
		r, err = w.MarkUnknown(ctx, r)
	}
	w.must(err)
	if state == outbox.Bounced {
		_, err = w.Report(ctx, r.ID, "piet@client.example", outbox.RecipientBounced, "5.1.1")
		w.must(err)
		r, err = w.Load(ctx, r.ID)
		w.must(err)
	}
	if r.State != state {
		w.t.Fatalf("state %s, want %s", r.State, state)
	}
	return r
}

func (w *world) keys(prefix string) (keys []string) {
	for _, r := range w.server.Snapshot(w.t)["mails"] {
		if strings.HasPrefix(r.Key, prefix) {
			keys = append(keys, r.Key)
		}
	}
	return keys
}
