package chat_test

import (
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

// A search reads what it finds: the oldest of ten times as many chats costs the same,
// also for a member who sees only his own.
func TestSearchDoesNotGrow(t *testing.T) {
	calls := map[string][]int{}
	for _, n := range []int{150, 1500} {
		server := tabletest.New()
		wire := server.Transport()
		service := server.Service(t, wire)
		must.Do(t, service.Create(t.Context(), "mails"))
		b := fixture{chat.NewStore(service.Table("mails")), service.Table("mails")}
		must.Do(t, b.Index(t.Context()))
		for i := range n {
			it := newMail(i)
			members := []string{"anna"}
			if it.Subject = "Aangifte omzetbelasting"; i == 0 {
				it.Subject, members = "Zeldzame aangifte", []string{"bram"}
			}
			_, ops := chat.Start(it.ID, it, "client", "contact", "Jan", members, true)
			must.Do(t, b.table.Write(t.Context(), ops...))
		}
		for name, q := range map[string]chat.Search{
			"rare": {Words: []string{"zeldz"}}, "rare and frequent": {Words: []string{"aangifte", "zeldzame"}},
			"of a member": {Words: []string{"aangifte"}, Members: []string{"bram"}},
		} {
			wire.Reset()
			q.Limit = 10
			found, _, ok, err := b.Find(t.Context(), q)
			if err != nil || !ok || len(found) != 1 {
				t.Fatalf("%s of %d chats: %d found, %v, %v", name, n, len(found), ok, err)
			}
			calls[name] = append(calls[name], len(wire.Calls()))
		}
	}
	for name, c := range calls {
		if t.Log(name, c); c[1] > c[0]+1 {
			t.Errorf("%s takes %d calls with 150 chats and %d with 1500", name, c[0], c[1])
		}
	}
}

// The index follows a chat: its members, its state, what it is merged into, and chats of
// an older version.
func TestTheIndexFollowsAChat(t *testing.T) {
	b := setUp(t)
	mail := func(n int) chat.Chat { return b.start(t, newMail(n), "client", "anna", "bram") }
	one, two := mail(1), mail(2)
	found := func(q chat.Search) []string {
		t.Helper()
		q.Words, q.Limit = append(q.Words, "mail"), 10
		all, _, ok, err := b.Find(t.Context(), q)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		var ids []string
		for _, c := range all {
			ids = append(ids, c.ID)
		}
		return ids
	}
	if _, _, ok, err := b.Find(t.Context(), chat.Search{Words: []string{"mail"}, Limit: 10}); ok || err != nil {
		t.Fatal("an index that may lack chats answers: ", err)
	}
	old := b.get(t, one.ID)
	old.Indexed = ""
	r := table.Document("c|"+old.ID, old, nil)
	must.Do(t, b.table.Write(t.Context(), table.Put(r), table.Delete(table.Row{Key: "l|chat|mail|" + old.ID})))
	must.Do(t, b.Index(t.Context()))
	if got := found(chat.Search{}); !slices.Equal(got, []string{two.ID, one.ID}) {
		t.Fatalf("found %v", got)
	}
	must.Get(b.SetMembers(t.Context(), one.ID, "", anybody, []string{"bram", "eva"}, time.Now()))(t)
	if got := found(chat.Search{Members: []string{"anna"}}); !slices.Equal(got, []string{two.ID}) {
		t.Errorf("of anna, who left the other: %v", got)
	}
	if got := found(chat.Search{Members: []string{"eva"}}); !slices.Equal(got, []string{one.ID}) {
		t.Errorf("of eva, who joined: %v", got)
	}
	must.Get(b.SetState(t.Context(), two.ID, "", anybody, chat.Closed))(t)
	if got := found(chat.Search{State: chat.Open}); !slices.Equal(got, []string{one.ID}) {
		t.Errorf("open: %v", got)
	}
	if ops, err := b.RemoveMail(t.Context(), b.get(t, two.ID), newMail(2)); err != nil || b.table.Write(t.Context(), ops...) != nil {
		t.Fatal("chat not removed: ", err)
	}
	if got := found(chat.Search{}); !slices.Equal(got, []string{one.ID}) {
		t.Errorf("after one is gone: %v", got)
	}
	rows, _, err := b.table.Range(t.Context(), "l|chat|", "l|chat~", 100)
	if err != nil || len(rows) != 2 { // "mail" and "jan": one digit is no word to be found by
		t.Errorf("%d index rows are left, want 2: %v", len(rows), err)
	}
}

// A mail that began a chat is found by the rows of the chat, by words of its sender too,
// and in lists of its mailbox.
func TestTheFirstMailIsFoundByItsChat(t *testing.T) {
	b := setUp(t)
	items := item.NewStore(b.table)
	must.Do(t, items.Index(t.Context()))
	first := newMail(1)
	first.State, first.From = item.Processed, mail.Address{Name: "J. Pietersen", Email: "administratie@bakker.example"}
	first.Chat = b.start(t, first, "client", "anna").ID
	must.Do(t, b.table.Write(t.Context(), table.Put(table.Document("m|"+first.ID, first, nil))))
	for _, q := range []item.Search{
		{Words: []string{"mail"}}, {Words: []string{"administratie", "pieter"}, State: item.Processed},
		{Words: []string{"bakker"}, Mailboxes: []string{box}},
	} {
		q.Limit = 10
		if found, _, ok, err := items.Find(t.Context(), q); err != nil || !ok || len(found) != 1 || found[0].ID != first.ID {
			t.Errorf("%+v: %d found, %v, %v", q, len(found), ok, err)
		}
	}
	if found, _, ok, err := items.Find(t.Context(), item.Search{Words: []string{"mail"}, Mailboxes: []string{"other"},
		Limit: 10}); err != nil || !ok || len(found) != 0 {
		t.Errorf("in another mailbox: %d found, %v, %v", len(found), ok, err)
	}
}
