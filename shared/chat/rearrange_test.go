package chat_test

import (
	"errors"
	"slices"
	"testing"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/must"
)

// One mail moves into another chat with its copies, its threads and its history. The
// members of the other chat have something to look at, those of the chat do not join.
func TestMove(t *testing.T) {
	b := newBureau(t)
	from, into := b.started(t, 1, "bakker", "anna", "bram"), b.started(t, 2, "slager", "carla", "bram")
	m := b.joined(t, 3, "info@x.example", from.ID, chat.Entry{ByMessageID: true})
	same := newMail(3)
	duplicate := b.joined(t, 3, "loon@x.example", from.ID, chat.Entry{Copy: true})
	if duplicate.Fingerprint != same.Fingerprint {
		t.Fatal("no copy")
	}
	for _, member := range []string{"anna", "bram"} {
		b.markSeen(t, from, member)
	}
	b.markSeen(t, into, "carla")
	b.markSeen(t, into, "bram")
	got, err := b.move(t, chat.Move{Chat: from.ID, Message: m.ID, Into: into.ID})
	if err != nil || got.ID != into.ID || got.Messages != 2 || !slices.Equal(got.Members, []string{"carla", "bram", "loon of slager"}) ||
		!slices.Equal(got.Addresses, []string{"info@x.example", "loon@x.example"}) || got.Preview != m.Preview || got.Change != "" {
		t.Fatalf("%+v, %v", got, err)
	}
	b.wants(t, from.ID, newMailID(b, t, 1))
	b.wants(t, into.ID, into.ID, m.ID)
	if was := b.get(t, from.ID); was.Messages != 1 || was.Preview != newMail(1).Preview ||
		!slices.Equal(was.Addresses, []string{"info@x.example"}) {
		t.Errorf("left: %+v", was)
	}
	// Bram had read it; Anna, who moved it, is no member of the other chat.
	for member, want := range map[string]int64{"carla": 1, "bram": 0, "anna": 0} {
		if n := b.unread(t, into, member); n != want {
			t.Errorf("%s has %d unread in the other chat, want %d", member, n, want)
		}
		if n := b.unread(t, from, member); n != 0 {
			t.Errorf("%s has %d unread in the chat", member, n)
		}
	}
	for _, it := range []item.Item{m, duplicate} {
		now, err := b.items.Get(t.Context(), it.ID)
		if last := now.History[len(now.History)-1]; err != nil || now.Chat != into.ID || last.Action != item.MoveAction || last.By != "anna" ||
			last.Chat != into.ID || last.Client != "slager" {
			t.Errorf("%+v, %v", now, err)
		}
	}
	if b.answers(t, 3) != into.ID || b.answers(t, 1) != from.ID {
		t.Error("later mail does not follow the mail")
	}
	_, out := b.thread(t, from.ID)
	_, in := b.thread(t, into.ID)
	if len(out) != 1 || len(in) != 1 || *out[0].Event != (chat.Event{Action: chat.EventMovedOut, Chat: into.ID}) || out[0].By != "anna" ||
		*in[0].Event != (chat.Event{Action: chat.EventMovedIn, Chat: from.ID}) || in[0].Subject != m.Subject {
		t.Errorf("%+v %+v", out, in)
	}
	b.audited(t, "anna", "chat.move")
	// Repeated, it is done already.
	if again, err := b.move(t, chat.Move{Chat: from.ID, Message: m.ID, Into: into.ID}); err != nil || again.ETag() != got.ETag() {
		t.Errorf("repeated: %v", err)
	}
	b.audited(t, "anna", "chat.move")

	back, err := b.undo(t, from.ID)
	if err != nil || back.Messages != 2 || back.ID != from.ID || !slices.Equal(back.Addresses, []string{"info@x.example", "loon@x.example"}) {
		t.Fatalf("%+v, %v", back, err)
	}
	b.wants(t, from.ID, from.ID, m.ID)
	b.wants(t, into.ID, into.ID)
	if now := b.get(t, into.ID); !slices.Equal(now.Members, into.Members) || !slices.Equal(now.Addresses, into.Addresses) ||
		now.Last != into.Last {
		t.Errorf("after the undo %+v", now)
	}
	for _, member := range []string{"anna", "bram", "carla", "loon of slager"} {
		if b.unread(t, from, member)+b.unread(t, into, member) != 0 {
			t.Errorf("%s has something unread", member)
		}
	}
	if b.answers(t, 3) != from.ID {
		t.Error("later mail does not follow back")
	}
	if _, err := b.undo(t, from.ID); !errors.Is(err, chat.ErrNothing) {
		t.Errorf("undone twice: %v", err)
	}
}

// newMailID is the id that the nth mail has at info@.
func newMailID(b *bureau, t *testing.T, n int) string {
	t.Helper()
	found, err := b.items.ByMessageID(t.Context(), newMail(n).InternetMessageID)
	if err != nil || len(found) == 0 {
		t.Fatal(err)
	}
	return found[0].ID
}

// A split makes a chat with an id of its own and the members of the old one; a move to
// another client makes one for those whom the address brings.
func TestMoveIntoANewChat(t *testing.T) {
	b := newBureau(t)
	c := b.started(t, 1, "bakker", "anna", "bram")
	m := b.joined(t, 2, "info@x.example", c.ID, chat.Entry{ByMessageID: true})
	b.markSeen(t, c, "anna")
	split, err := b.move(t, chat.Move{Chat: c.ID, Message: m.ID})
	if err != nil || split.ID == m.ID || split.ID >= c.ID || !slices.Equal(split.Members, []string{"anna", "bram"}) ||
		split.Client != "bakker" || split.Contact != "contact" || split.Subject != m.Subject || split.Messages != 1 {
		t.Fatalf("%+v, %v", split, err)
	}
	if b.unread(t, split, "anna") != 0 || b.unread(t, split, "bram") != 1 || b.unread(t, c, "bram") != 1 {
		t.Error("what was read is unread, or what was not is read")
	}
	if b.answers(t, 2) != split.ID {
		t.Error("later mail does not follow")
	}
	if _, err := b.move(t, chat.Move{Chat: split.ID, Message: m.ID}); !errors.Is(err, chat.ErrOnly) {
		t.Errorf("split what is one: %v", err)
	}
	if _, err := b.move(t, chat.Move{Chat: split.ID, Message: m.ID, Client: "nobody"}); !errors.Is(err, chat.ErrNobody) {
		t.Errorf("a client of nobody: %v", err)
	}
	// Its only mail takes the whole chat along.
	other, err := b.move(t, chat.Move{Chat: split.ID, Message: m.ID, Client: "slager", Contact: "piet", ContactName: "Piet"})
	if err != nil || other.ID == split.ID || other.Client != "slager" || other.Contact != "piet" ||
		!slices.Equal(other.Members, []string{"info of slager"}) {
		t.Fatalf("%+v, %v", other, err)
	}
	if now := b.get(t, split.ID); now.ID != other.ID || b.answers(t, 2) != other.ID {
		t.Error("the empty chat does not lead on")
	}
	b.wants(t, other.ID, m.ID)
	// Two undos bring it back to where it came from.
	if now, err := b.undo(t, other.ID); err != nil || now.ID != split.ID || now.Client != "bakker" {
		t.Fatalf("%+v, %v", now, err)
	}
	if now, err := b.undo(t, split.ID); err != nil || now.ID != c.ID {
		t.Fatalf("%+v, %v", now, err)
	}
	b.wants(t, c.ID, c.ID, m.ID)
	if b.answers(t, 2) != c.ID || b.unread(t, c, "anna") != 0 || b.unread(t, c, "bram") != 2 {
		t.Error("not as before")
	}
	for _, member := range []string{"", "anna"} {
		if list, _, err := b.List(t.Context(), chat.Query{Member: member, Limit: 50}); err != nil || len(list) != 1 {
			t.Errorf("lists %+v, %v", list, err)
		}
	}
}

// Only mail moves alone, and not out of a chat from which a reply is leaving.
func TestWhatDoesNotMove(t *testing.T) {
	b := newBureau(t)
	c, into := b.started(t, 1, "bakker", "anna"), b.started(t, 2, "slager", "anna")
	m := b.joined(t, 3, "info@x.example", c.ID, chat.Entry{ByMessageID: true})
	note := must.Get(b.AddNote(t.Context(), c.ID, "anna", "k", chat.Note{Text: "Ik bel."}, anybody, b.next()))(t)
	fails := func(want error, m chat.Move) {
		t.Helper()
		if _, err := b.move(t, m); !errors.Is(err, want) {
			t.Errorf("%+v: %v, want %v", m, err, want)
		}
	}
	fails(chat.ErrNotMail, chat.Move{Chat: c.ID, Message: note.ID, Into: into.ID})
	fails(chat.ErrSame, chat.Move{Chat: c.ID, Message: m.ID, Into: c.ID})
	fails(chat.ErrNotFound, chat.Move{Chat: c.ID, Message: into.ID})
	fails(chat.ErrNotFound, chat.Move{Chat: c.ID, Message: m.ID, Into: newMail(9).ID})
	_, _, ops := b.get(t, c.ID).Append(chat.Message{ID: newMail(8).ID, Kind: chat.KindReply, Direction: chat.Out, State: "held",
		By: "anna", Received: newMail(8).Received}, false)
	b.write(t, ops)
	fails(chat.ErrLeaving, chat.Move{Chat: c.ID, Message: m.ID, Into: into.ID})
	if _, err := b.merge(t, c.ID, into.ID); !errors.Is(err, chat.ErrLeaving) {
		t.Errorf("merged: %v", err)
	}
	if _, err := b.merge(t, c.ID, c.ID); !errors.Is(err, chat.ErrSame) {
		t.Errorf("merged with itself: %v", err)
	}
	b.wants(t, c.ID, c.ID, m.ID, note.ID, newMail(8).ID)
}
