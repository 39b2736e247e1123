package outbox_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/wiretest"
)

func nobody(context.Context, string, []string) ([]string, error) { return nil, nil }

// second starts another chat.
func (w *world) second() string {
	w.t.Helper()
	c, ops := chat.Start(w.mail(50).ID, w.mail(50), "client", "contact", "Jan", []string{"anna", "bram"}, true)
	w.must(w.table.Write(w.t.Context(), ops...))
	return c.ID
}

func (w *world) merge(from, into string) {
	w.t.Helper()
	_, err := w.chats.Merge(w.t.Context(), from, into, anybody, nobody, w.at)
	w.must(err)
}

// Replies go with their chat when it is merged, in each state in which they do not
// leave by themselves: what becomes of them then shows there, under the old id too.
func TestRepliesMoveWithTheirChat(t *testing.T) {
	for _, state := range []outbox.State{outbox.Sent, outbox.Bounced, outbox.Failed, outbox.Unknown} {
		w := newWorld(t)
		r, into := w.in(state), w.second()
		old := w.chat
		w.merge(old, into)
		got, err := w.Get(t.Context(), into, r.ID)
		if err != nil || got.Chat != into || got.State != state {
			t.Fatalf("%s: %+v, %v", state, got, err)
		}
		if _, err := w.Get(t.Context(), old, r.ID); err != nil {
			t.Errorf("%s: under the old id: %v", state, err)
		}
		if found, err := w.Report(t.Context(), r.ID, "piet@client.example", outbox.RecipientBounced, "5.1.1"); err != nil || !found {
			t.Errorf("%s: a report: %v, %v", state, found, err)
		}
		now, err := w.Load(t.Context(), r.ID)
		w.must(err)
		m, err := w.chats.Message(t.Context(), into, r.ID)
		if err != nil || m.State != string(now.State) || m.Sequence != now.Sequence {
			t.Errorf("%s: %+v of %+v, %v", state, m, now, err)
		}
		if _, err := w.chats.Message(t.Context(), old, r.ID); !errors.Is(err, chat.ErrNotFound) {
			t.Errorf("%s: it is in the old chat too: %v", state, err)
		}
		if list, _, err := w.List(t.Context(), outbox.Query{Limit: 9}); err != nil || len(list) > 1 || len(list) == 1 && list[0].Chat != into {
			t.Errorf("%s: the list has %+v, %v", state, list, err)
		}
		may := func(chat.Change, ...chat.Chat) error { return nil }
		_, err = w.chats.Undo(t.Context(), into, "", may, "anna", w.at)
		w.must(err)
		if got, err := w.Get(t.Context(), old, r.ID); err != nil || got.Chat != old || got.Sequence != r.Sequence {
			t.Errorf("%s: undone: %+v, %v", state, got, err)
		}
	}
}

// What is written under the id of a chat that was merged goes to the other, once.
func TestWrittenUnderAnOldID(t *testing.T) {
	w := newWorld(t)
	into := w.second()
	n := w.written("anna")
	n.Key, n.Reply.Force = "k", true
	w.merge(w.chat, into)
	r, again := w.create(n), w.create(n)
	if r.Chat != into || again.ID != r.ID {
		t.Errorf("%+v, %+v", r, again)
	}
	back, err := w.TakeBack(t.Context(), w.chat, r.ID, anybody)
	if err != nil || back.State != outbox.TakenBack {
		t.Errorf("%+v, %v", back, err)
	}
}

// A draft goes with its chat, unless its author has one in the other, and back when
// what it answers goes back.
func TestDraftsMoveWithTheirChat(t *testing.T) {
	w := newWorld(t)
	ctx, into := t.Context(), w.second()
	save := func(chatID, member, html string) {
		_, err := w.SaveDraft(ctx, outbox.Draft{Chat: chatID, Member: member, Answers: w.mail(1).ID, HTML: html}, "")
		w.must(err)
	}
	save(w.chat, "anna", "<p>Dag</p>")
	save(w.chat, "bram", "<p>Hier</p>")
	save(into, "bram", "<p>Daar</p>")
	old := w.chat
	w.merge(old, into)
	has := func(chatID, member, html string) {
		t.Helper()
		d, err := w.LoadDraft(ctx, chatID, member)
		if html == "" && !errors.Is(err, outbox.ErrNotFound) || html != "" && (err != nil || d.HTML != html || d.Chat != chatID) {
			t.Errorf("%s: %+v, %v, want %s", member, d, err, html)
		}
	}
	has(into, "anna", "<p>Dag</p>")
	has(into, "bram", "<p>Daar</p>")
	has(old, "anna", "")
	has(old, "bram", "<p>Hier</p>")
	_, err := w.chats.Undo(ctx, into, "", func(chat.Change, ...chat.Chat) error { return nil }, "anna", w.at)
	w.must(err)
	has(old, "anna", "<p>Dag</p>")
	has(old, "bram", "<p>Hier</p>")
}

// A reply that is written while its chat is being merged stays until it has left: then
// the merge is finished.
func TestAReplyWrittenDuringAMerge(t *testing.T) {
	w := newWorld(t)
	into := w.second()
	n := w.written("anna")
	// The process dies after the first transaction of the merge.
	ctx, cancel := context.WithCancel(t.Context())
	begun := false
	w.wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
		if begun {
			cancel()
		}
		begun = begun || r.Method == http.MethodPost
		return wiretest.Pass
	})
	if _, err := w.chats.Merge(ctx, w.chat, into, anybody, nobody, w.at); err == nil {
		t.Fatal("it did not die")
	}
	w.wire.Fault(nil)
	r := w.create(n)
	resume := func() {
		t.Helper()
		w.must(w.chats.Resume(t.Context(), w.at.Add(time.Hour)))
	}
	resume()
	if got, err := w.Get(t.Context(), w.chat, r.ID); err != nil || got.Chat != w.chat || w.get().ID != w.chat {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := w.chats.Merge(t.Context(), w.chat, into, anybody, nobody, w.at); !errors.Is(err, chat.ErrLeaving) {
		t.Errorf("merged again: %v", err)
	}
	w.at = w.at.Add(time.Minute)
	r, err := w.Claim(t.Context(), r)
	w.must(err)
	_, err = w.MarkSent(t.Context(), r, w.at)
	w.must(err)
	resume()
	if got, err := w.Get(t.Context(), into, r.ID); err != nil || got.Chat != into || w.get().ID != into {
		t.Errorf("%+v, %v", got, err)
	}
}
