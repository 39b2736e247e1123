package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
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
	if err := service.Create(t.Context(), "mails"); err != nil {
		t.Fatal(err)
	}
	w.table = service.Table("mails")
	w.chats = chat.NewStore(w.table)
	w.Store = outbox.NewStore(w.table, w.chats)
	w.Now = func() time.Time { return w.at }
	c, ops := chat.Start(w.mail(1), "client", "contact", "Jan", []string{"anna", "bram"}, true)
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
	_, ops := w.get().Join(w.mail(n), chat.Entry{Named: true})
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
	r, err = w.Take(ctx, r)
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

var states = []outbox.State{outbox.Held, outbox.Scheduled, outbox.Waiting, outbox.Sending, outbox.Sent, outbox.Failed, outbox.Bounced, outbox.Unknown, outbox.TakenBack}

// Each change of a reply is possible in some states only. A change that is refused
// changes nothing.
func TestStatesAllow(t *testing.T) {
	changes := map[string]struct {
		do    func(context.Context, *world, outbox.Reply) error
		allow []outbox.State
	}{
		"take back": {func(ctx context.Context, w *world, r outbox.Reply) error {
			_, err := w.TakeBack(ctx, w.chat, r.ID, anybody)
			return err
		}, []outbox.State{outbox.Held, outbox.Scheduled, outbox.Waiting, outbox.Failed, outbox.TakenBack}},
		"take": {func(ctx context.Context, w *world, r outbox.Reply) error {
			w.at = w.at.Add(2 * time.Hour)
			_, err := w.Take(ctx, r)
			return err
		}, []outbox.State{outbox.Held, outbox.Scheduled, outbox.Sending}},
		"take at once": {func(ctx context.Context, w *world, r outbox.Reply) error {
			_, err := w.Take(ctx, r)
			return err
		}, nil},
		"retry": {func(ctx context.Context, w *world, r outbox.Reply) error {
			_, err := w.Retry(ctx, w.chat, r.ID, anybody, false)
			return err
		}, []outbox.State{outbox.Failed}},
		"retry confirmed": {func(ctx context.Context, w *world, r outbox.Reply) error {
			_, err := w.Retry(ctx, w.chat, r.ID, anybody, true)
			return err
		}, []outbox.State{outbox.Failed, outbox.Unknown}},
		"approve": {func(ctx context.Context, w *world, r outbox.Reply) error {
			_, err := w.Decide(audit.As(ctx, "bram"), w.chat, r.ID, "", anybody, true, "")
			return err
		}, []outbox.State{outbox.Waiting}},
		"dismiss": {func(ctx context.Context, w *world, r outbox.Reply) error {
			_, err := w.Dismiss(ctx, w.chat, r.ID, anybody)
			return err
		}, []outbox.State{outbox.Failed, outbox.Bounced, outbox.Unknown}},
		"back to draft": {func(ctx context.Context, w *world, r outbox.Reply) error {
			_, err := w.BackToDraft(ctx, r, outbox.ReasonNewer)
			return err
		}, []outbox.State{outbox.Held, outbox.Scheduled}},
	}
	for name, change := range changes {
		for _, state := range states {
			w := newWorld(t)
			r := w.in(state)
			before := w.server.Snapshot(t)
			err := change.do(t.Context(), w, r)
			if allowed := slices.Contains(change.allow, state); allowed != (err == nil) || err != nil && !errors.Is(err, outbox.ErrState) {
				t.Errorf("%s a reply that is %s: %v", name, state, err)
			}
			if err != nil && fmt.Sprint(w.server.Snapshot(t)) != fmt.Sprint(before) {
				t.Errorf("%s a reply that is %s is refused, and changed rows", name, state)
			}
		}
	}
}

// A reply is a message of its chat unless it was taken back. It is listed until it
// left or a person has seen what happened to it, and is work until nothing can be
// done for it.
func TestRowsOfStates(t *testing.T) {
	for _, state := range states {
		w := newWorld(t)
		r := w.in(state)
		m, err := w.chats.Message(t.Context(), w.chat, r.ID)
		if state == outbox.TakenBack {
			if !errors.Is(err, chat.ErrNotFound) || w.get().Messages != 1 {
				t.Errorf("taken back, and still a message: %+v, %v", m, err)
			}
		} else if err != nil || m.State != string(state) || m.Kind != chat.KindReply || m.Direction != chat.Out || m.By != "anna" || w.get().Messages != 2 {
			t.Errorf("%s: message %+v, %v", state, m, err)
		}
		listed, _, err := w.List(t.Context(), outbox.Query{Limit: 10})
		if want := state != outbox.Sent && state != outbox.TakenBack; err != nil || (len(listed) == 1) != want || want && listed[0].State != state {
			t.Errorf("%s: listed %+v, %v", state, listed, err)
		}
		open := state == outbox.Held || state == outbox.Scheduled || state == outbox.Sending
		if got := len(w.keys("o|send|")) == 1; got != open {
			t.Errorf("%s: open work %t", state, got)
		}
		if state == outbox.Failed || state == outbox.Bounced || state == outbox.Unknown {
			if n, err := w.chats.Unread(t.Context(), w.get(), "anna"); err != nil || n == 0 {
				t.Errorf("%s: its author has nothing to look at, %v", state, err)
			}
			_, err := w.Dismiss(t.Context(), w.chat, r.ID, anybody)
			w.must(err)
			if listed, _, err := w.List(t.Context(), outbox.Query{Limit: 10}); err != nil || len(listed) != 0 {
				t.Errorf("%s and dismissed: listed %+v, %v", state, listed, err)
			}
		}
	}
}

// The other members of a chat have something to look at when a reply left, and not
// before.
func TestAReplyIsActivityWhenItLeft(t *testing.T) {
	w := newWorld(t)
	w.must(w.chats.MarkSeen(t.Context(), w.get(), "bram", 0))
	unread := func(member string, want int64) {
		t.Helper()
		if n, err := w.chats.Unread(t.Context(), w.get(), member); err != nil || n != want {
			t.Errorf("unread for %s: %d, %v; want %d", member, n, err, want)
		}
	}
	r := w.in(outbox.Sending)
	unread("bram", 0)
	_, err := w.MarkSent(t.Context(), r, w.at)
	w.must(err)
	unread("bram", 1)
	unread("anna", 0)
	if c := w.get(); !c.Last.Equal(w.at) {
		t.Errorf("last message at %v, want %v", c.Last, w.at)
	}
}

// A request that is repeated with its key makes one reply, also when it was changed
// since. A new key makes another.
func TestOneReplyPerKey(t *testing.T) {
	w := newWorld(t)
	n := w.written("anna")
	n.Key = "k"
	first := w.create(n)
	n.HTML, n.Reply.LeavesAt = "<p>Anders</p>", w.at.Add(time.Hour)
	if again := w.create(n); again.ID != first.ID {
		t.Errorf("a second reply %s", again.ID)
	}
	n.Key = "other"
	if again := w.create(n); again.ID == first.ID {
		t.Error("another key, and the same reply")
	}
	if html, err := w.Body(t.Context(), first.ID); err != nil || html != "<p>Dag Jan</p>" {
		t.Errorf("text %q, %v", html, err)
	}
}

// Incoming mail and replies of other members are newer, also held ones. Notes and
// one's own replies are not. Who has seen the newer message can send all the same.
func TestNewer(t *testing.T) {
	for name, x := range map[string]struct {
		happens func(*world)
		newer   bool
	}{
		"nothing":         {func(*world) {}, false},
		"mail":            {func(w *world) { w.comesIn(2) }, true},
		"another's reply": {func(w *world) { w.create(w.written("bram")) }, true},
		"one's own reply": {func(w *world) { w.create(w.written("anna")) }, false},
		"a reply taken back": {func(w *world) {
			_, err := w.TakeBack(t.Context(), w.chat, w.create(w.written("bram")).ID, anybody)
			w.must(err)
		}, false},
		"a note": {func(w *world) {
			_, err := w.chats.AddNote(t.Context(), w.chat, "bram", "k", "Ik bel.", anybody, w.at)
			w.must(err)
		}, false},
	} {
		w := newWorld(t)
		n := w.written("anna")
		x.happens(w)
		var newer *outbox.NewerError
		_, err := w.Create(t.Context(), n)
		if errors.As(err, &newer) != x.newer || err != nil && !x.newer {
			t.Errorf("%s: %v", name, err)
		}
		n.Reply.Force = true
		if _, err := w.Create(t.Context(), n); err != nil {
			t.Errorf("%s, forced: %v", name, err)
		}
		// The same is found out when the reply is about to leave.
		w = newWorld(t)
		r := w.create(w.written("anna"))
		x.happens(w)
		if m, err := w.Newer(t.Context(), r); err != nil || (m != nil) != x.newer {
			t.Errorf("%s, after it was written: %+v, %v", name, m, err)
		}
	}
}

// The right to write is asked for the chat that is written.
func TestCheckRefuses(t *testing.T) {
	w := newWorld(t)
	refused := errors.New("refused")
	n := w.written("anna")
	n.Check = func(chat.Chat) error { return refused }
	if _, err := w.Create(t.Context(), n); !errors.Is(err, refused) || len(w.keys("e|")) != 0 {
		t.Errorf("create: %v, %v", err, w.keys("e|"))
	}
	r := w.create(w.written("anna"))
	if _, err := w.TakeBack(t.Context(), w.chat, r.ID, n.Check); !errors.Is(err, refused) {
		t.Errorf("take back: %v", err)
	}
}

// Text that comes back from a reply never overwrites a draft that was begun since.
func TestTakeBackKeepsANewerDraft(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	_, err := w.SaveDraft(ctx, outbox.Draft{Chat: w.chat, Member: "anna", HTML: "<p>Dag</p>"}, "")
	w.must(err)
	r := w.create(w.written("anna"))
	if _, err := w.LoadDraft(ctx, w.chat, "anna"); !errors.Is(err, outbox.ErrNotFound) {
		t.Errorf("the draft that was sent is still there: %v", err)
	}
	_, err = w.TakeBack(ctx, w.chat, r.ID, anybody)
	w.must(err)
	d, err := w.LoadDraft(ctx, w.chat, "anna")
	if err != nil || d.HTML != "<p>Dag Jan</p>" || len(d.To) != 1 || d.Since != 1 {
		t.Errorf("draft %+v, %v", d, err)
	}
	d.HTML = "<p>Nieuw</p>"
	_, err = w.SaveDraft(ctx, d, d.ETag())
	w.must(err)
	if _, err := w.SaveDraft(ctx, d, d.ETag()); !errors.Is(err, outbox.ErrChanged) {
		t.Errorf("an older version was saved: %v", err)
	}
	_, err = w.TakeBack(ctx, w.chat, r.ID, anybody)
	w.must(err)
	if d, err := w.LoadDraft(ctx, w.chat, "anna"); err != nil || d.HTML != "<p>Nieuw</p>" {
		t.Errorf("draft %q, %v", d.HTML, err)
	}
	if members, err := w.Writing(ctx, w.chat, "bram", w.at.Add(-time.Minute)); err != nil || !slices.Equal(members, []string{"anna"}) {
		t.Errorf("writing: %v, %v", members, err)
	}
	if members, err := w.Writing(ctx, w.chat, "anna", w.at.Add(-time.Minute)); err != nil || len(members) != 0 {
		t.Errorf("others who write: %v, %v", members, err)
	}
}

// Two jobs never send a reply at the same time. A job that stopped is continued when
// its claim has ended, and can then change nothing more.
func TestOneJobSends(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	r := w.create(w.written("anna"))
	w.at = w.at.Add(time.Minute)
	first, err := w.Take(ctx, r)
	w.must(err)
	if _, err := w.Take(ctx, r); !errors.Is(err, outbox.ErrChanged) {
		t.Errorf("a second job took it: %v", err)
	}
	if _, err := w.Take(ctx, first); !errors.Is(err, outbox.ErrState) {
		t.Errorf("a second job took it after it read: %v", err)
	}
	w.at = w.at.Add(outbox.ClaimLife)
	second, err := w.Take(ctx, first)
	w.must(err)
	if _, err := w.SaveSendStarted(ctx, first); !errors.Is(err, outbox.ErrChanged) {
		t.Errorf("the job that lost its claim continues: %v", err)
	}
	w.must(w.Release(ctx, second, w.at))
	second, err = w.Load(ctx, r.ID)
	w.must(err)
	if _, err := w.Take(ctx, second); err != nil {
		t.Errorf("a released reply: %v", err)
	}
}

// Each call on the way of a reply fails or loses its answer, and the job is repeated:
// at the end there is one reply, sent, with one message.
func TestInterrupted(t *testing.T) { synctest.Test(t, testInterrupted) }

func testInterrupted(t *testing.T) {
	for _, f := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose} {
		for n := 0; ; n++ {
			w := newWorld(t)
			written := w.written("anna")
			written.Key = "k"
			w.wire.Reset()
			w.wire.Fault(func(i int, _ *http.Request) wiretest.Fault {
				if i == n {
					return f
				}
				return wiretest.Pass
			})
			_, _ = w.Create(t.Context(), written)
			r := w.create(written)
			w.at = w.at.Add(time.Minute)
			for try := 0; r.State != outbox.Sent; try++ {
				if try > 5 {
					t.Fatalf("fault %v at call %d: still %s", f, n, r.State)
				}
				r = w.job(r)
			}
			calls := len(w.wire.Calls())
			w.wire.Fault(nil)
			messages, _, err := w.chats.Messages(t.Context(), w.chat, 10, "")
			if err != nil || len(messages) != 2 || messages[0].State != "sent" || len(w.keys("o|send|"))+len(w.keys("j|")) != 0 {
				t.Fatalf("fault %v at call %d: %+v, %v, %v, %v", f, n, messages, err, w.keys("o|"), w.keys("j|"))
			}
			if c := w.get(); c.Messages != 2 || c.ActivitySequence != 2 {
				t.Fatalf("fault %v at call %d: %+v", f, n, c)
			}
			if n >= calls {
				break
			}
		}
	}
}

// job does what the function that sends does, as far as no call fails.
func (w *world) job(r outbox.Reply) outbox.Reply {
	ctx := w.t.Context()
	steps := []func(outbox.Reply) (outbox.Reply, error){
		func(r outbox.Reply) (outbox.Reply, error) { return w.Take(ctx, r) },
		func(r outbox.Reply) (outbox.Reply, error) { return w.SaveDraftIDs(ctx, r, "draft", "<ours@x>") },
		func(r outbox.Reply) (outbox.Reply, error) { return w.SaveSendStarted(ctx, r) },
		func(r outbox.Reply) (outbox.Reply, error) { return w.MarkSent(ctx, r, w.at) },
	}
	for _, step := range steps {
		next, err := step(r)
		if err != nil {
			break
		}
		r = next
	}
	w.at = w.at.Add(outbox.ClaimLife)
	if now, err := w.Load(ctx, r.ID); err == nil {
		return now
	}
	return r
}

// Reports set the state of the recipient that they name. The worst is kept, and one
// recipient whom the mail did not reach makes the reply bounced.
func TestReports(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	r := w.in(outbox.Sent)
	if got, ok, err := w.ByMessageID(ctx, "<ours@x.example>"); err != nil || !ok || got.ID != r.ID {
		t.Errorf("by message id: %+v, %t, %v", got, ok, err)
	}
	if _, ok, err := w.ByMessageID(ctx, "<other@x.example>"); ok || err != nil {
		t.Errorf("a message id that is not ours: %t, %v", ok, err)
	}
	report := func(email string, state outbox.RecipientState, status string, known bool, want outbox.State, recipient outbox.RecipientState) {
		t.Helper()
		ok, err := w.Report(ctx, r.ID, email, state, status)
		if err != nil || ok != known {
			t.Errorf("report for %s: %t, %v", email, ok, err)
		}
		now, err := w.Load(ctx, r.ID)
		if err != nil || now.State != want || now.To[0].State != recipient {
			t.Errorf("after %s of %s: %s, %+v, %v", state, email, now.State, now.To, err)
		}
	}
	report("stranger@x.example", outbox.RecipientBounced, "5.1.1", false, outbox.Sent, outbox.RecipientSent)
	report("", outbox.RecipientBounced, "5.1.1", false, outbox.Sent, outbox.RecipientSent)
	report("JAN@client.example", outbox.RecipientDelayed, "4.4.1", true, outbox.Sent, outbox.RecipientDelayed)
	report("jan@client.example", outbox.RecipientDelivered, "2.0.0", true, outbox.Sent, outbox.RecipientDelivered)
	report("jan@client.example", outbox.RecipientDelayed, "4.4.1", true, outbox.Sent, outbox.RecipientDelivered)
	report("piet@client.example", outbox.RecipientBounced, "5.2.2", true, outbox.Bounced, outbox.RecipientDelivered)
	report("jan@client.example", outbox.RecipientBounced, "5.1.1", true, outbox.Bounced, outbox.RecipientBounced)
}

// A reply of which is not known whether it left is sent once a report about it comes.
func TestAReportProvesThatItLeft(t *testing.T) {
	for _, state := range []outbox.State{outbox.Sending, outbox.Unknown} {
		w := newWorld(t)
		r := w.in(state)
		if ok, err := w.Report(t.Context(), r.ID, "jan@client.example", outbox.RecipientDelivered, "2.0.0"); !ok || err != nil {
			t.Errorf("%s: %t, %v", state, ok, err)
		}
		if now, err := w.Load(t.Context(), r.ID); err != nil || now.State != outbox.Sent || now.To[0].State != outbox.RecipientDelivered {
			t.Errorf("%s: %s, %+v, %v", state, now.State, now.To, err)
		}
	}
}

// The office begins a chat once, with its members, and answers to the mail find it.
func TestStart(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	n := w.written("anna")
	n.Key, n.Reply.Mode, n.Reply.Since = "k", outbox.ModeNew, 0
	begin := chat.Chat{Subject: "Jaarrekening", Client: "client", Contact: "contact", Members: []string{"anna"}, Addresses: []string{"info@x.example"}}
	c, r, err := w.Start(ctx, n, begin)
	w.must(err)
	again, other, err := w.Start(ctx, n, begin)
	if err != nil || again.ID != c.ID || other.ID != r.ID || c.Messages != 1 || r.Chat != c.ID {
		t.Errorf("a second chat %s: %+v, %v", again.ID, r, err)
	}
	w.at = w.at.Add(time.Minute)
	r, err = w.Take(ctx, r)
	w.must(err)
	_, err = w.SaveDraftIDs(ctx, r, "draft", "<ours@x.example>")
	w.must(err)
	answer := w.mail(5)
	answer.InReplyTo = "<ours@x.example>"
	if found, _, ok, err := w.chats.Answered(ctx, answer); err != nil || !ok || found.ID != c.ID {
		t.Errorf("an answer finds %q, %t, %v", found.ID, ok, err)
	}
	if list, _, err := w.chats.List(ctx, chat.Query{Member: "anna", Limit: 5}); err != nil || len(list) != 2 {
		t.Errorf("chats of its author: %+v, %v", list, err)
	}
}

// Work is due when its time has come, and less and less often when it fails.
func TestDue(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.in(outbox.Scheduled) // in an hour
	due := func(want int) []outbox.Work {
		t.Helper()
		work, err := w.Due(ctx, 10)
		if err != nil || len(work) != want {
			t.Errorf("at %v: %+v, %v; want %d", w.at, work, err, want)
		}
		return work
	}
	due(0)
	w.at = w.at.Add(62 * time.Minute)
	work := due(1)
	w.must(w.Postpone(ctx, work[0]))
	due(0)
	w.at = w.at.Add(3 * time.Minute)
	due(1)
}

// Later mail that quotes a reply, with its signature, can be folded: also after the
// state of the reply changed.
func TestWhatAReplySaysIsKept(t *testing.T) {
	w := newWorld(t)
	n := w.written("anna")
	n.HTML, n.Reply.Signature = "<p>Dag Jan, de aangifte is klaar.</p>", "<p>Groet, Anna van kantoor</p>"
	r := w.create(n)
	want := mailtext.Shingles("text", "Dag Jan, de aangifte is klaar.\nGroet, Anna van kantoor")
	for range 2 {
		m, err := w.chats.Message(t.Context(), w.chat, r.ID)
		w.must(err)
		if len(want) == 0 || !bytes.Equal(m.Shingles, want) {
			t.Errorf("%x, want %x", m.Shingles, want)
		}
		if w.at = w.at.Add(time.Minute); r.State == outbox.Held {
			r = w.job(r)
		}
	}
}

// A mail can have a time that our clock has not reached: an answer to it comes after
// it all the same.
func TestAReplyComesAfterWhatItAnswers(t *testing.T) {
	w := newWorld(t)
	later := w.mail(11) // a minute after our clock
	_, ops := w.get().Join(later, chat.Entry{Named: true})
	w.must(w.table.Write(t.Context(), ops...))
	n := w.written("anna")
	n.Reply.Answers, n.Reply.LeavesAt = later.ID, w.at
	if r := w.create(n); r.ID >= later.ID {
		t.Errorf("the reply %s is before the mail %s", r.ID, later.ID)
	}
}
