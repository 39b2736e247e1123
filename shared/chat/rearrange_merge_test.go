package chat_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/must"
)

// A merge brings everything over, however much it is; old ids and later mail lead to
// the other chat.
func TestMerge(t *testing.T) {
	b := newBureau(t)
	const many = 130
	from, into := b.started(t, 1, "bakker", "anna", "bram"), b.started(t, 2, "slager", "carla", "bram")
	var mails []string
	for n := range many {
		mails = append(mails, b.joined(t, 10+n, "loon@x.example", from.ID, chat.Entry{ByMessageID: true}).ID)
	}
	note := must.Get(b.AddNote(t.Context(), from.ID, "anna", "k", chat.Note{Text: "Ik bel."}, anybody, b.next()))(t)
	b.markSeen(t, from, "bram")
	b.markSeen(t, into, "bram")
	got, err := b.merge(t, from.ID, into.ID)
	if err != nil || got.ID != into.ID || got.Messages != many+3 || got.Notes != 1 || got.Preview != "Ik bel." ||
		!slices.Equal(got.Members, []string{"carla", "bram", "loon of slager"}) {
		t.Fatalf("%+v, %v", got, err)
	}
	b.wants(t, into.ID, append(slices.Clone(mails), into.ID, from.ID, note.ID)...)
	if now := b.get(t, from.ID); now.ID != into.ID {
		t.Errorf("its old id leads to %s", now.ID)
	}
	if b.answers(t, 1) != into.ID || b.answers(t, 20) != into.ID {
		t.Error("later mail does not follow")
	}
	// Bram had read all of both.
	if b.unread(t, into, "bram") != 0 || b.unread(t, into, "carla") != many+3 || b.unread(t, into, "anna") != 0 {
		t.Errorf("unread: bram %d, carla %d", b.unread(t, into, "bram"), b.unread(t, into, "carla"))
	}
	// A note that was written before is not written again under the old id.
	if again, err := b.AddNote(t.Context(), from.ID, "anna", "k", chat.Note{Text: "Ik bel."}, anybody, b.next()); err != nil ||
		again.ID != note.ID {
		t.Errorf("%+v, %v", again, err)
	}
	for _, member := range []string{"", "anna", "bram"} {
		list, _, err := b.List(t.Context(), chat.Query{Member: member, Limit: 50})
		if want := map[string]int{"anna": 0, "bram": 1, "": 1}[member]; err != nil || len(list) != want {
			t.Errorf("%q has %d chats, %v", member, len(list), err)
		}
	}
	if again, err := b.merge(t, from.ID, into.ID); err != nil || again.ETag() != got.ETag() {
		t.Errorf("repeated: %v", err)
	}
	third := b.started(t, 3, "bakker", "anna")
	if _, err := b.merge(t, from.ID, third.ID); !errors.Is(err, chat.ErrMerged) {
		t.Errorf("merged elsewhere afterwards: %v", err)
	}
	if _, err := b.SetMembers(t.Context(), from.ID, "", anybody, []string{"anna"}, noon); !errors.Is(err, chat.ErrMerged) {
		t.Errorf("members for the old id: %v", err)
	}
	late := must.Get(b.AddNote(t.Context(), into.ID, "carla", "k", chat.Note{Text: "Klopt."}, anybody, b.next()))(t)
	if now, err := b.undo(t, from.ID); err != nil || now.ID != from.ID || now.Messages != many+2 || now.Notes != 1 {
		t.Fatalf("%+v, %v", now, err)
	}
	b.wants(t, from.ID, append(slices.Clone(mails), from.ID, note.ID)...)
	b.wants(t, into.ID, into.ID, late.ID)
	if now := b.get(t, into.ID); !slices.Equal(now.Members, into.Members) || !slices.Equal(now.Addresses, into.Addresses) {
		t.Errorf("%+v", now)
	}
	if b.answers(t, 20) != from.ID || b.unread(t, from, "bram") != 0 || b.unread(t, from, "anna") != many+2 || b.unread(t, into, "bram") != 1 {
		t.Error("not as before")
	}
}

// What came in later makes an undo wrong, with the reason; a note does not.
func TestTooLateToUndo(t *testing.T) {
	b := newBureau(t)
	later := func(code, id string) {
		t.Helper()
		_, err := b.undo(t, id)
		if e := (*chat.LaterError)(nil); !errors.As(err, &e) || e.Code != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
	c, into := b.started(t, 1, "bakker", "anna"), b.started(t, 2, "slager", "carla")
	m := b.joined(t, 3, "info@x.example", c.ID, chat.Entry{ByMessageID: true})
	must.Get(b.move(t, chat.Move{Chat: c.ID, Message: m.ID, Into: into.ID}))(t)
	must.Get(b.AddNote(t.Context(), into.ID, "carla", "k", chat.Note{Text: "Klopt."}, anybody, b.next()))(t)
	if _, err := b.undo(t, c.ID); err != nil {
		t.Errorf("after a note: %v", err)
	}
	must.Get(b.move(t, chat.Move{Chat: c.ID, Message: m.ID, Into: into.ID}))(t)
	b.joined(t, 4, "info@x.example", into.ID, chat.Entry{ByMessageID: true})
	later(chat.LaterMessages, c.ID)
	third := b.started(t, 5, "bakker", "anna")
	must.Get(b.move(t, chat.Move{Chat: into.ID, Message: m.ID, Into: third.ID}))(t)
	later(chat.LaterMoved, c.ID)
	split := must.Get(b.move(t, chat.Move{Chat: into.ID, Message: newMailID(b, t, 4)}))(t)
	must.Get(b.AddNote(t.Context(), split.ID, "carla", "k", chat.Note{Text: "Klopt."}, anybody, b.next()))(t)
	later(chat.LaterMessages, into.ID) // the note would be lost
	must.Get(b.merge(t, split.ID, third.ID))(t)
	later(chat.LaterChange, into.ID)
}

// A chat belongs to another client: its members are those of that client, and those
// whom people added. Undone, all is as before.
func TestSetClient(t *testing.T) {
	b := newBureau(t)
	ctx := audit.As(t.Context(), "anna")
	c := b.started(t, 1, "bakker", "anna", "bram")
	m := b.joined(t, 2, "info@x.example", c.ID, chat.Entry{ByMessageID: true})
	c = must.Get(b.SetMembers(ctx, c.ID, "", anybody, []string{"anna", "bram", "dirk"}, noon))(t)
	if _, err := b.SetClient(ctx, c.ID, "stale", anybody, "slager", linked, b.next()); !errors.Is(err, chat.ErrChanged) {
		t.Errorf("an old version: %v", err)
	}
	got, err := b.SetClient(ctx, c.ID, c.ETag(), anybody, "slager", linked, b.next())
	if err != nil || got.Client != "slager" || !slices.Equal(got.Members, []string{"dirk", "info of slager"}) {
		t.Fatalf("%+v, %v", got, err)
	}
	lists := func(want map[chat.Query]int) {
		t.Helper()
		for q, n := range want {
			q.Limit = 50
			if list, _, err := b.List(ctx, q); err != nil || len(list) != n {
				t.Errorf("%+v: %d chats, %v, want %d", q, len(list), err, n)
			}
		}
	}
	lists(map[chat.Query]int{{Client: "slager"}: 1, {Client: "bakker"}: 0, {Member: "anna"}: 0, {Member: "dirk"}: 1,
		{Member: "info of slager"}: 1})
	for _, id := range []string{c.ID, m.ID} {
		it, err := b.items.Get(ctx, id)
		if last := it.History[len(it.History)-1]; err != nil || last.Client != "slager" || last.Action != item.SetClientAction {
			t.Errorf("%+v, %v", it.History, err)
		}
	}
	_, events := b.thread(t, c.ID)
	if len(events) != 1 || *events[0].Event != (chat.Event{Action: chat.EventClient, Client: "slager"}) || got.Messages != 2 {
		t.Errorf("%+v", events)
	}
	if again, err := b.SetClient(ctx, c.ID, "", anybody, "slager", linked, b.next()); err != nil || again.ETag() != got.ETag() {
		t.Errorf("the same client is a change: %v", err)
	}
	back, err := b.undo(t, c.ID)
	if err != nil || back.Client != "bakker" || !slices.Equal(slices.Sorted(slices.Values(back.Members)), []string{"anna", "bram", "dirk"}) {
		t.Fatalf("%+v, %v", back, err)
	}
	lists(map[chat.Query]int{{Client: "slager"}: 0, {Client: "bakker"}: 1, {Member: "anna"}: 1, {Member: "dirk"}: 1,
		{Member: "info of slager"}: 0})
	b.audited(t, "anna", "chat.members", "chat.client", "chat.undo-client")
}

// A chat with the most members changes too, though not in one transaction.
func TestManyMembers(t *testing.T) {
	b := newBureau(t)
	var these, those []string
	for n := range chat.MaxMembers {
		these, those = append(these, fmt.Sprint("a", n)), append(those, fmt.Sprint("b", n))
	}
	c, into := b.started(t, 1, "bakker", these...), b.started(t, 2, "slager", those...)
	m := b.joined(t, 3, "info@x.example", c.ID, chat.Entry{ByMessageID: true})
	must.Get(b.move(t, chat.Move{Chat: c.ID, Message: m.ID, Into: into.ID}))(t)
	everybody := func(context.Context, string, []string) ([]string, error) { return those, nil }
	must.Get(b.SetClient(t.Context(), c.ID, "", anybody, "slager", everybody, b.next()))(t)
	must.Get(b.merge(t, c.ID, into.ID))(t)
	for q, want := range map[chat.Query]int{{Member: "a79", Limit: 9}: 0, {Member: "b79", Limit: 9}: 1, {Client: "slager", Limit: 9}: 1} {
		if list, _, err := b.List(t.Context(), q); err != nil || len(list) != want || want == 1 && list[0].Messages != 3 {
			t.Errorf("%+v: %+v, %v", q, list, err)
		}
	}
}

// The check is asked about both chats as they are written.
func TestBothChatsAreChecked(t *testing.T) {
	b := newBureau(t)
	c, into := b.started(t, 1, "bakker", "anna"), b.started(t, 2, "slager", "carla")
	m := b.joined(t, 3, "info@x.example", c.ID, chat.Entry{ByMessageID: true})
	refused := errors.New("refused")
	for _, of := range []string{c.ID, into.ID} {
		check := func(x chat.Chat) error {
			if x.ID == of {
				return refused
			}
			return nil
		}
		_, err := b.Move(t.Context(), chat.Move{Chat: c.ID, Message: m.ID, Into: into.ID, Check: check, Members: linked, At: noon})
		_, mergeErr := b.Merge(t.Context(), c.ID, into.ID, check, linked, noon)
		if !errors.Is(err, refused) || !errors.Is(mergeErr, refused) {
			t.Errorf("%v, %v", err, mergeErr)
		}
	}
	if _, err := b.SetClient(t.Context(), c.ID, "", func(chat.Chat) error { return refused }, "slager", linked, noon); !errors.Is(err,
		refused) {
		t.Error(err)
	}
	b.wants(t, c.ID, c.ID, m.ID)
}

// A mail that came in by a merge is removed with what leads to it, and its chat with
// the events when it was the last. A chat with the id of the mail does not stand in the
// way of another decision.
func TestRemoveWhatWasMoved(t *testing.T) {
	b := newBureau(t)
	c, into := b.started(t, 1, "bakker", "anna"), b.started(t, 2, "bakker", "anna")
	first := newMailID(b, t, 1)
	must.Get(b.merge(t, c.ID, into.ID))(t)
	b.markSeen(t, into, "anna")
	b.joined(t, 3, "info@x.example", into.ID, chat.Entry{ByMessageID: true})
	for n, id := range []string{first, newMailID(b, t, 3), into.ID} {
		it := must.Get(b.items.Get(t.Context(), id))(t)
		ops := must.Get(b.RemoveMail(t.Context(), b.get(t, into.ID), it))(t)
		b.write(t, ops)
		if _, _, ok, err := b.Answered(t.Context(), item.Item{InReplyTo: it.InternetMessageID}); ok || err != nil {
			t.Errorf("answers to mail %d still find the chat, %v", n, err)
		}
		if n == 0 && b.unread(t, into, "anna") != 1 || n == 1 && b.unread(t, into, "anna") != 0 {
			t.Errorf("%d unread after the removal of %d", b.unread(t, into, "anna"), n)
		}
		if n < 2 {
			if now := b.get(t, into.ID); now.Messages != int64(2-n) {
				t.Errorf("%+v", now)
			}
		}
	}
	for _, row := range b.server.Snapshot(t)["mails"] {
		if row.Key[0] == 'x' || row.Key[0] == 'u' || row.Key[0] == 'n' || row.Key[0] == 'k' {
			t.Errorf("%s is left", row.Key)
		}
	}
	it := must.Get(b.items.Get(t.Context(), first))(t)
	id, err := b.FreeID(t.Context(), it)
	if err != nil || id == first || id[:13] != first[:13] {
		t.Errorf("the chat of the mail gets the id %s, %v", id, err)
	}
	other := must.Get(b.items.Get(t.Context(), newMailID(b, t, 3)))(t)
	if id, err := b.FreeID(t.Context(), other); err != nil || id != other.ID {
		t.Errorf("%s, %v", id, err)
	}
}
