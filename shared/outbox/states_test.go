package outbox_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
)

var states = []outbox.State{outbox.Held, outbox.Scheduled, outbox.Waiting, outbox.Sending, outbox.Sent, outbox.Failed, outbox.Bounced,
	outbox.Unknown, outbox.TakenBack}

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
			_, err := w.Claim(ctx, r)
			return err
		}, []outbox.State{outbox.Held, outbox.Scheduled, outbox.Sending}},
		"take at once": {func(ctx context.Context, w *world, r outbox.Reply) error {
			_, err := w.Claim(ctx, r)
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
		} else if err != nil || m.State != string(state) || m.Kind != chat.KindReply || m.Direction != chat.Out || m.By != "anna" ||
			w.get().Messages != 2 {
			t.Errorf("%s: message %+v, %v", state, m, err)
		}
		listed, _, err := w.List(t.Context(), outbox.Query{Limit: 10})
		if want := state != outbox.Sent && state != outbox.TakenBack; err != nil || (len(listed) == 1) != want ||
			want && listed[0].State != state {
			t.Errorf("%s: listed %+v, %v", state, listed, err)
		}
		open := state == outbox.Held || state == outbox.Scheduled || state == outbox.Sending
		if got := len(w.keys("o|send|")) == 1; got != open {
			t.Errorf("%s: open work %t", state, got)
		}
		if state == outbox.Failed || state == outbox.Bounced || state == outbox.Unknown {
			if n, _, err := w.chats.Unread(t.Context(), w.get(), "anna"); err != nil || n == 0 {
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
		if n, _, err := w.chats.Unread(t.Context(), w.get(), member); err != nil || n != want {
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

// A request that is repeated with its key makes one reply; another request with it is
// refused. A new key makes another.
func TestOneReplyPerKey(t *testing.T) {
	w := newWorld(t)
	n := w.written("anna")
	n.Key, n.Said = "k", "this"
	first := w.create(n)
	n.HTML, n.Reply.LeavesAt = "<p>Anders</p>", w.at.Add(time.Hour)
	n.Said = "that"
	if _, err := w.Create(t.Context(), n); !errors.Is(err, chat.ErrKeyReused) {
		t.Errorf("another request with the key: %v", err)
	}
	n.Said = "this"
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
			_, err := w.chats.AddNote(t.Context(), w.chat, "bram", "k", chat.Note{Text: "Ik bel."}, anybody, w.at)
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

// When its author may no longer send a reply, the other members see that the chat needs somebody.
func TestTheOthersSeeThatNobodyAnswers(t *testing.T) {
	for reason, want := range map[string]int64{outbox.ReasonRights: 1, outbox.ReasonNewer: 0} {
		w := newWorld(t)
		r := w.in(outbox.Held)
		w.must(w.chats.MarkSeen(t.Context(), w.get(), "bram", 0))
		must.Get(w.BackToDraft(t.Context(), r, reason))(t)
		if n, _, err := w.chats.Unread(t.Context(), w.get(), "bram"); err != nil || n != want {
			t.Errorf("%s: unread for another member: %d, %v; want %d", reason, n, err, want)
		}
		listed, _, err := w.List(t.Context(), outbox.Query{Limit: 10})
		_, missing := w.chats.Message(t.Context(), w.chat, r.ID)
		if err != nil || len(listed) != int(want) || (missing == nil) != (want == 1) || w.get().Messages != int64(1+want) {
			t.Errorf("%s: listed %v, message %v, of %d, %v", reason, listed, missing, w.get().Messages, err)
		}
	}
}

// A reply for others ends once: it is taken over, its author sends its draft anew, or somebody
// says that nothing needs to be done. Nobody's own draft is lost.
func TestRepliesForOthers(t *testing.T) {
	for name, x := range map[string]struct {
		do      func(context.Context, *world, outbox.Reply) error
		shown   bool   // in the chat, after it
		drafted string // who has its text as a draft after it
		err     error
	}{
		"taken over": {func(ctx context.Context, w *world, r outbox.Reply) error {
			_, err := w.TakeBack(audit.As(ctx, "bram"), w.chat, r.ID, anybody)
			return err
		}, false, "bram", nil},
		"taken back by its author": {func(ctx context.Context, w *world, r outbox.Reply) error {
			_, err := w.TakeBack(audit.As(ctx, "anna"), w.chat, r.ID, anybody)
			return err
		}, false, "anna", nil},
		"who takes over has another draft": {func(ctx context.Context, w *world, r outbox.Reply) error {
			_, err := w.SaveDraft(ctx, outbox.Draft{Chat: w.chat, Member: "bram", HTML: "<p>Mijn</p>"}, "")
			w.must(err)
			_, err = w.TakeBack(audit.As(ctx, "bram"), w.chat, r.ID, anybody)
			return err
		}, true, "anna", outbox.ErrState},
		"sent anew": {func(ctx context.Context, w *world, r outbox.Reply) error {
			_, err := w.Create(ctx, w.written("anna"))
			return err
		}, false, "", nil},
		"dismissed": {func(ctx context.Context, w *world, r outbox.Reply) error {
			_, err := w.Dismiss(ctx, w.chat, r.ID, anybody)
			return err
		}, true, "anna", nil},
		"dismissed and taken over": {func(ctx context.Context, w *world, r outbox.Reply) error {
			_, err := w.Dismiss(ctx, w.chat, r.ID, anybody)
			w.must(err)
			_, err = w.TakeBack(audit.As(ctx, "bram"), w.chat, r.ID, anybody)
			return err
		}, false, "bram", nil},
	} {
		w := newWorld(t)
		r, err := w.BackToDraft(t.Context(), w.in(outbox.Held), outbox.ReasonRights)
		w.must(err)
		if err := x.do(t.Context(), w, r); !errors.Is(err, x.err) {
			t.Fatalf("%s: %v, want %v", name, err, x.err)
		}
		if _, err := w.chats.Message(t.Context(), w.chat, r.ID); (err == nil) != x.shown {
			t.Errorf("%s: in the chat: %v, want %t", name, err, x.shown)
		}
		if got, want := w.get().Messages, len(w.keys("x|"+w.chat)); got != int64(want) {
			t.Errorf("%s: the chat says %d messages, it has %d", name, got, want)
		}
		listed, _, err := w.List(t.Context(), outbox.Query{Limit: 10, State: outbox.TakenBack})
		if want := x.err != nil; err != nil || (len(listed) == 1) != want {
			t.Errorf("%s: listed %v, %v", name, listed, err)
		}
		d, err := w.LoadDraft(t.Context(), w.chat, cmp.Or(x.drafted, "anna"))
		if got := err == nil && d.HTML == "<p>Dag Jan</p>"; got != (x.drafted != "") {
			t.Errorf("%s: draft %q, %v", name, d.HTML, err)
		}
	}
}
