package outbox_test

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/wiretest"
	"kantoorpost/shared/work"
)

// Two jobs never send a reply at the same time. A job that stopped is continued when
// its claim has ended, and can then change nothing more.
func TestOneJobSends(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	r := w.create(w.written("anna"))
	w.at = w.at.Add(time.Minute)
	first, err := w.Claim(ctx, r)
	w.must(err)
	if _, err := w.Claim(ctx, r); !errors.Is(err, outbox.ErrChanged) {
		t.Errorf("a second job took it: %v", err)
	}
	if _, err := w.Claim(ctx, first); !errors.Is(err, outbox.ErrState) {
		t.Errorf("a second job took it after it read: %v", err)
	}
	w.at = w.at.Add(outbox.ClaimLife)
	second, err := w.Claim(ctx, first)
	w.must(err)
	if _, err := w.SaveSendStarted(ctx, first); !errors.Is(err, outbox.ErrChanged) {
		t.Errorf("the job that lost its claim continues: %v", err)
	}
	w.must(w.Release(ctx, second, w.at))
	second, err = w.Load(ctx, r.ID)
	w.must(err)
	if _, err := w.Claim(ctx, second); err != nil {
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
			w.wire.Fault(wiretest.At(n, f))
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
		func(r outbox.Reply) (outbox.Reply, error) { return w.Claim(ctx, r) },
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

// The copy among the Sent Items proves that a reply left that was told to. Under another
// Message-ID it has both.
func TestACopyProvesThatItLeft(t *testing.T) {
	for state, want := range map[outbox.State]outbox.State{outbox.Sending: outbox.Sent, outbox.Unknown: outbox.Sent, outbox.Sent: outbox.Sent,
		outbox.Bounced: outbox.Bounced, outbox.Held: outbox.Held} {
		w := newWorld(t)
		r := w.in(state)
		copied := mail.Draft{InternetMessageID: "<gateway@x.example>", From: mail.Address{Email: "info@x.example"}, Sent: w.at}
		for range 2 {
			w.must(w.NoteCopy(t.Context(), r, copied))
		}
		now, err := w.Load(t.Context(), r.ID)
		if err != nil || now.State != want || now.SentAt.IsZero() != (want == outbox.Held) {
			t.Errorf("%s: %s, %v", state, now.State, err)
		}
		for _, id := range []string{"<gateway@x.example>", "<ours@x.example>"} {
			found, ok, err := w.ByMessageID(t.Context(), id)
			if err != nil || ok != (state != outbox.Held) || ok && found.ID != r.ID {
				t.Errorf("%s: %s finds %t, %v", state, id, ok, err)
			}
		}
	}
}

// The office begins a chat once, with its members, and answers to the mail find it.
func TestStart(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	n := w.written("anna")
	n.Key, n.Reply.Mode, n.Reply.Since = "k", outbox.ModeNew, 0
	begin := chat.Chat{Subject: "Jaarrekening", Client: "client", Contact: "contact", Members: []string{"anna"},
		Addresses: []string{"info@x.example"}}
	c, r, err := w.Start(ctx, n, begin)
	w.must(err)
	again, other, err := w.Start(ctx, n, begin)
	if err != nil || again.ID != c.ID || other.ID != r.ID || c.Messages != 1 || r.Chat != c.ID {
		t.Errorf("a second chat %s: %+v, %v", again.ID, r, err)
	}
	w.at = w.at.Add(time.Minute)
	r, err = w.Claim(ctx, r)
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
	due := func(want int) []work.Entry {
		t.Helper()
		due, err := w.Work.Due(ctx, 10)
		if err != nil || len(due) != want {
			t.Errorf("at %v: %+v, %v; want %d", w.at, due, err, want)
		}
		return due
	}
	due(0)
	w.at = w.at.Add(62 * time.Minute)
	w.must(w.Work.Postpone(ctx, due(1)))
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
	_, ops := w.get().Join(later, chat.Entry{ByMessageID: true})
	w.must(w.table.Write(t.Context(), ops...))
	n := w.written("anna")
	n.Reply.Answers, n.Reply.LeavesAt = later.ID, w.at
	if r := w.create(n); r.ID >= later.ID {
		t.Errorf("the reply %s is before the mail %s", r.ID, later.ID)
	}
}
