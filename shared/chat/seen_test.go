package chat_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// unread returns what a member has not seen, which the list and the chat must agree on.
func (b fixture) unread(t *testing.T, c chat.Chat, member string) int64 {
	t.Helper()
	one, _, err := b.Unread(t.Context(), b.get(t, c.ID), member)
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := b.List(t.Context(), chat.Query{Member: member, Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range list {
		if in.ID == c.ID && in.Unread != one {
			t.Errorf("the list says %d unread, the chat %d", in.Unread, one)
		}
	}
	return one
}

func (b fixture) markSeen(t *testing.T, c chat.Chat, member string) {
	t.Helper()
	must.Do(t, b.MarkSeen(t.Context(), b.get(t, c.ID), member, 0))
}

func (b fixture) write(t *testing.T, ops []table.Op) {
	t.Helper()
	must.Do(t, b.table.Write(t.Context(), ops...))
}

// Unread for a member are mail and the notes of others, not his or her own notes
// and not mail of programs.
func TestUnread(t *testing.T) {
	b := setUp(t)
	c := b.start(t, newMail(1), "client", "anna", "bram")
	want := func(anna, bram int64) {
		t.Helper()
		if a, br := b.unread(t, c, "anna"), b.unread(t, c, "bram"); a != anna || br != bram {
			t.Errorf("anna %d, bram %d unread; want %d and %d", a, br, anna, bram)
		}
	}
	want(1, 1)
	b.markSeen(t, c, "anna")
	want(0, 1)
	_, ops := b.get(t, c.ID).Join(newMail(2), chat.Entry{ByMessageID: true})
	b.write(t, ops)
	want(1, 2)
	_, ops = b.get(t, c.ID).Join(newMail(3), chat.Entry{ByMessageID: true, Quiet: true})
	b.write(t, ops)
	want(1, 2)
	b.markSeen(t, c, "anna")
	must.Get(b.AddNote(t.Context(), c.ID, "anna", "k", chat.Note{Text: "Ik bel."}, anybody, noon))(t)
	want(0, 3)
	// Writing a note does not make the messages before it seen.
	must.Get(b.AddNote(t.Context(), c.ID, "bram", "k", chat.Note{Text: "Goed."}, anybody, noon))(t)
	want(1, 4)
	// A person who is no member has nothing unread, and no row is written.
	b.markSeen(t, c, "carla")
	if n := b.unread(t, c, "carla"); n != 0 {
		t.Errorf("carla: %d", n)
	}
	if _, err := b.table.Get(t.Context(), "u|carla|"+c.ID+"|seen"); !errors.Is(err, table.ErrNotFound) {
		t.Errorf("a row of carla: %v", err)
	}
}

// With a chat, what members have seen of it is deleted: the same mail may start it
// again.
func TestRemovedChatIsUnseen(t *testing.T) {
	b := setUp(t)
	c := b.start(t, newMail(1), "client", "anna", "bram")
	b.markSeen(t, c, "anna")
	b.markSeen(t, c, "bram")
	must.Get(b.SetMembers(t.Context(), c.ID, "", anybody, []string{"anna"}, noon))(t)
	ops := must.Get(b.RemoveMail(t.Context(), b.get(t, c.ID), newMail(1)))(t)
	b.write(t, ops)
	rows, _, err := b.table.Range(t.Context(), "u|", "u|~", 100)
	if err != nil || len(rows) != 0 {
		t.Errorf("left: %v, %v", rows, err)
	}
}

// Pages of a member's list hold each chat once with its unread count, wherever a
// page ends.
func TestPagesOfMember(t *testing.T) {
	for limit := 1; limit <= 7; limit++ {
		b := setUp(t)
		want := map[string]int64{}
		for n := range 12 {
			c := b.start(t, newMail(n), "client", "anna", "bram")
			want[c.ID] = 1
			if n%5 != 3 {
				b.markSeen(t, c, "anna")
				want[c.ID] = 0
			}
			if n%4 == 1 || n%4 == 2 { // anna is removed, and may have seen it
				must.Get(b.SetMembers(t.Context(), c.ID, "", anybody, []string{"bram"}, noon))(t)
				delete(want, c.ID)
			}
		}
		got := map[string]int64{}
		for q := (chat.Query{Member: "anna", Limit: limit}); ; {
			page, after, err := b.List(t.Context(), q)
			if err != nil || len(page) > limit {
				t.Fatal(len(page), err)
			}
			for _, c := range page {
				if _, twice := got[c.ID]; twice {
					t.Errorf("limit %d: %s comes twice", limit, c.ID)
				}
				got[c.ID] = c.Unread
			}
			if after != "" && after == q.After {
				t.Fatalf("limit %d: the list does not continue", limit)
			}
			if q.After = after; after == "" {
				break
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("limit %d: %v, want %v", limit, got, want)
		}
	}
}

// A closed chat is closed in every list, and the audit says who closed it. A change
// of another version is refused.
func TestClose(t *testing.T) {
	b := setUp(t)
	c := b.start(t, newMail(1), "client", "anna")
	ctx := audit.As(t.Context(), "anna")
	closed, err := b.SetState(ctx, c.ID, c.ETag(), anybody, chat.Closed)
	if err != nil || closed.State != chat.Closed || closed.ETag() == c.ETag() {
		t.Fatalf("%+v, %v", closed, err)
	}
	if _, err := b.SetState(ctx, c.ID, c.ETag(), anybody, chat.Open); !errors.Is(err, chat.ErrChanged) {
		t.Errorf("a change of an old version: %v", err)
	}
	again, err := b.SetState(ctx, c.ID, "", anybody, chat.Closed)
	if err != nil || again.ETag() != closed.ETag() {
		t.Errorf("closed twice: %+v, %v", again, err)
	}
	for _, q := range []chat.Query{{Limit: 5}, {Limit: 5, Member: "anna"}, {Limit: 5, Client: "client"}} {
		if list, _, err := b.List(ctx, q); err != nil || len(list) != 1 || list[0].State != chat.Closed {
			t.Errorf("%+v: %+v, %v", q, list, err)
		}
	}
	// New mail opens it again; mail of a program does not.
	_, ops := closed.Join(newMail(2), chat.Entry{ByMessageID: true, Quiet: true})
	b.write(t, ops)
	if now := b.get(t, c.ID); now.State != chat.Closed {
		t.Error("a program opened it")
	}
	_, ops = b.get(t, c.ID).Join(newMail(3), chat.Entry{ByMessageID: true})
	b.write(t, ops)
	if now := b.get(t, c.ID); now.State != chat.Open {
		t.Error("new mail left it closed")
	}
	b.audited(t, "anna", "chat.close")
	if _, err := b.SetState(ctx, newMail(9).ID, "", anybody, chat.Closed); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("a chat that does not exist: %v", err)
	}
}

// audited checks that the audit holds these actions of a person, in any order.
func (b fixture) audited(t *testing.T, by string, actions ...string) []audit.Entry {
	t.Helper()
	entries, _, err := audit.New(b.table).List(t.Context(), 50, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		if got = append(got, e.Action); e.By != by {
			t.Errorf("%s is by %q", e.Action, e.By)
		}
	}
	slices.Sort(got)
	slices.Sort(actions)
	if !slices.Equal(got, actions) {
		t.Errorf("entries %v, want %v", got, actions)
	}
	return entries
}

// A member who is removed no longer has the chat, and mail does not bring him or
// her back. A member who is added has it, all unread, and Added says who did that.
func TestMembers(t *testing.T) {
	b := setUp(t)
	c := b.start(t, newMail(1), "client", "anna", "bram")
	ctx := audit.As(t.Context(), "carla")
	c, err := b.SetMembers(ctx, c.ID, c.ETag(), anybody, []string{"dirk", "bram"}, noon)
	if err != nil || !slices.Equal(c.Members, []string{"bram", "dirk"}) ||
		!maps.Equal(c.Added, map[string]chat.ByHand{"dirk": {By: "carla", At: noon}}) {
		t.Fatalf("%+v, %v", c, err)
	}
	if list, _, err := b.List(ctx, chat.Query{Member: "anna", Limit: 5}); err != nil || len(list) != 0 {
		t.Errorf("anna still has %+v, %v", list, err)
	}
	if n := b.unread(t, c, "dirk"); n != 1 {
		t.Errorf("dirk has %d unread", n)
	}
	_, ops := c.Join(newMail(2), chat.Entry{Members: []string{"anna", "eva"}, ByMessageID: true})
	b.write(t, ops)
	if c = b.get(t, c.ID); !slices.Equal(c.Members, []string{"bram", "dirk", "eva"}) {
		t.Errorf("after a mail: %v", c.Members)
	}
	if e := b.audited(t, "carla", "chat.members"); e[0].Detail["added"] != "dirk" || e[0].Detail["removed"] != "anna" {
		t.Errorf("%+v", e)
	}
	c, err = b.SetMembers(ctx, c.ID, "", anybody, []string{"anna", "bram", "eva"}, noon)
	if err != nil || !slices.Equal(c.Removed, []string{"dirk"}) || len(c.Added) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	before := c.ETag()
	if c, err = b.SetMembers(ctx, c.ID, before, anybody, []string{"eva", "bram", "anna"}, noon); err != nil || c.ETag() != before {
		t.Errorf("the same members are a change: %v", err)
	}
	var many []string
	for n := range chat.MaxMembers + 1 {
		many = append(many, fmt.Sprint("member", n))
	}
	for _, bad := range [][]string{nil, {}, {""}, {"anna", "anna"}, many} {
		if _, err := b.SetMembers(ctx, c.ID, "", anybody, bad, noon); !errors.Is(err, chat.ErrMembers) {
			t.Errorf("%d members %.3v: %v", len(bad), bad, err)
		}
	}
	if _, err := b.SetMembers(ctx, c.ID, "stale", anybody, []string{"anna"}, noon); !errors.Is(err, chat.ErrChanged) {
		t.Errorf("a stale version: %v", err)
	}
	// The largest change that one transaction holds succeeds.
	if c, err = b.SetMembers(ctx, c.ID, "", anybody, many[:chat.MaxMembers], noon); err != nil || len(c.Members) != chat.MaxMembers {
		t.Errorf("%d members, %v", len(c.Members), err)
	}
	if _, err := b.SetMembers(ctx, c.ID, "", anybody, append([]string{"anna"}, many[60:chat.MaxMembers]...), noon); err != nil {
		t.Error(err)
	}
}
