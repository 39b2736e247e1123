package chat_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/wiretest"
)

// unreadChats is in how many chats something is unread for a member.
func (b fixture) unreadChats(t *testing.T, member string) int {
	t.Helper()
	n, more, err := b.CountUnread(t.Context(), member, noon)
	if err != nil || more {
		t.Error(more, err)
	}
	return n
}

// Unread chats are counted by one query that returns a row for each, however many chats a
// member has.
func TestCountUnread(t *testing.T) {
	for _, n := range []int{20, 200} {
		b := newBureau(t)
		for i := range n {
			c := b.start(t, newMail(i), "client", "anna", "bram")
			if i%(n/4) > 0 { // four stay unread
				b.markSeen(t, c, "anna")
			}
		}
		b.wire.Reset()
		if got := b.unreadChats(t, "anna"); got != 4 || b.unreadChats(t, "bram") != n {
			t.Errorf("of %d chats %d are unread", n, got)
		}
		calls := b.wire.Calls()
		if len(calls) != 2 || calls[0].Received > 2048 {
			t.Errorf("%d calls, %d bytes for 4 of %d", len(calls), calls[0].Received, n)
		}
	}
}

// A chat that is closed, or waits for a later moment, or has so many members that each is
// not told, is not counted.
func TestWhatIsNotCountedAsUnread(t *testing.T) {
	b := setUp(t)
	ctx := t.Context()
	c := b.start(t, newMail(1), "client", "anna", "bram")
	want := func(what string, n int) {
		t.Helper()
		if got := b.unreadChats(t, "anna"); got != n {
			t.Errorf("%s: %d, want %d", what, got, n)
		}
	}
	must.Get(b.SetState(ctx, c.ID, "", anybody, chat.Closed))(t)
	want("closed", 0)
	must.Get(b.SetState(ctx, c.ID, "", anybody, chat.Open))(t)
	want("open again", 1)
	later := noon.Add(time.Hour)
	must.Get(b.SetPlan(ctx, c.ID, "", anybody, item.Plan{Later: &later}, noon))(t)
	want("later", 0)
	if n, _, err := b.CountUnread(ctx, "anna", later.Add(time.Second)); n != 1 || err != nil {
		t.Errorf("at that moment %d, %v", n, err)
	}
	must.Get(b.AddNote(ctx, c.ID, "bram", "", chat.Note{Text: "Ik bel."}, anybody, noon))(t)
	want("something new", 1)
	must.Get(b.SetMembers(ctx, c.ID, "", anybody, []string{"bram"}, noon))(t)
	want("no member", 0)
	many := []string{"anna"}
	for i := range chat.MaxMembers - 1 {
		many = append(many, fmt.Sprint("member", i))
	}
	must.Get(b.SetMembers(ctx, c.ID, "", anybody, many, noon))(t)
	want("many members", 0)
	must.Get(b.SetMembers(ctx, c.ID, "", anybody, many[:20], noon)) // more rows than one transaction holds
	want("few members", 1)
	b.markSeen(t, c, "anna")
	want("seen", 0)
	must.Do(t, b.MarkUnread(ctx, b.get(t, c.ID), "anna"))
	want("unread again", 1)
	b.write(t, must.Get(b.RemoveMail(ctx, b.get(t, c.ID), newMail(1)))(t)) // the note stays
	want("without its mail", 1)
}

// A mail that comes while a member reads the chat is unread for that member, whichever call
// it comes before.
func TestMailWhileAMemberReads(t *testing.T) {
	for at := range 4 {
		b := newBureau(t)
		c := b.start(t, newMail(1), "client", "anna")
		b.wire.Reset()
		b.wire.Fault(func(n int, _ *http.Request) wiretest.Fault {
			if n == at {
				b.wire.Fault(nil)
				_, ops := b.get(t, c.ID).Join(newMail(2), chat.Entry{ByMessageID: true})
				b.write(t, ops)
			}
			return wiretest.Pass
		})
		must.Do(t, b.MarkSeen(t.Context(), c, "anna", 0))
		if n := b.unread(t, c, "anna"); n != 1 || b.unreadChats(t, "anna") != 1 {
			t.Errorf("before call %d: %d unread in %d chats", at, n, b.unreadChats(t, "anna"))
		}
	}
}

// Chats that an older version stored get their unread rows.
func TestUnreadOfOlderChats(t *testing.T) {
	b := setUp(t)
	for n := range 5 {
		c := b.start(t, newMail(n), "client", "anna", "bram")
		if n < 2 {
			b.markSeen(t, c, "bram")
		}
		if n == 4 {
			must.Get(b.SetState(t.Context(), c.ID, "", anybody, chat.Closed))(t)
		}
	}
	var old []table.Op
	for r, err := range b.table.Rows(t.Context(), "1|", "1|~") {
		must.Do(t, err)
		old = append(old, table.Delete(r))
	}
	b.write(t, old)
	must.Do(t, chat.NewStore(b.table).Index(context.Background()))
	if anna, bram := b.unreadChats(t, "anna"), b.unreadChats(t, "bram"); len(old) != 6 || anna != 4 || bram != 2 {
		t.Errorf("%d rows before; then anna has %d, bram %d", len(old), anna, bram)
	}
}
