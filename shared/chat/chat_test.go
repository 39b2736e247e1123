package chat_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

const box = "00000000-0000-4000-8000-000000000001"

func newMail(n int) item.Item {
	received := time.Unix(1_700_000_000+int64(n), 0).UTC()
	return item.Item{
		ID: item.NewID(box, fmt.Sprint(n), received), Mailbox: box, Address: "info@x.example", Received: received,
		InternetMessageID: fmt.Sprintf("<%d@x>", n), ConversationID: fmt.Sprint("conversation", n), Fingerprint: fmt.Sprint("print", n),
		Subject: fmt.Sprint("mail ", n), Preview: fmt.Sprint("tekst ", n),
	}
}

type fixture struct {
	*chat.Store
	table *table.Table
}

func setUp(t *testing.T) fixture {
	t.Helper()
	mails := tabletest.Open(t, "mails").Table("mails")
	return fixture{chat.NewStore(mails), mails}
}

// start starts a chat and returns it as it is stored.
func (b fixture) start(t *testing.T, it item.Item, client string, members ...string) chat.Chat {
	t.Helper()
	c, ops := chat.Start(it.ID, it, client, "contact", "Jan", members, true)
	must.Do(t, b.table.Write(t.Context(), ops...))
	return b.get(t, c.ID)
}

func (b fixture) get(t *testing.T, id string) chat.Chat {
	t.Helper()
	c := must.Get(b.Get(t.Context(), id))(t)
	return c
}

// A mail that joins a chat is its last message and adds members; a copy adds
// members and no message.
func TestJoin(t *testing.T) {
	b := setUp(t)
	c := b.start(t, newMail(1), "client", "anna")
	_, ops := c.Join(newMail(2), chat.Entry{Members: []string{"bram", "anna"}, ByMessageID: true})
	must.Do(t, b.table.Write(t.Context(), ops...))
	c = b.get(t, c.ID)
	if c.Messages != 2 || c.Preview != "tekst 2" || !slices.Equal(c.Members, []string{"anna", "bram"}) {
		t.Errorf("after an answer: %+v", c)
	}
	stale := c
	other := newMail(3)
	other.Address = "loon@x.example"
	_, ops = c.Join(other, chat.Entry{Members: []string{"carla"}, Copy: true})
	must.Do(t, b.table.Write(t.Context(), ops...))
	c = b.get(t, c.ID)
	if c.Messages != 2 || len(c.Members) != 3 || !slices.Equal(c.Addresses, []string{"info@x.example", "loon@x.example"}) {
		t.Errorf("after a copy: %+v", c)
	}
	_, ops = stale.Join(newMail(4), chat.Entry{ByMessageID: true})
	if err := b.table.Write(t.Context(), ops...); !errors.Is(err, table.ErrChanged) {
		t.Errorf("a chat that somebody changed meanwhile was overwritten: %v", err)
	}
	for _, member := range []string{"anna", "bram", "carla"} {
		list, _, err := b.List(t.Context(), chat.Query{Member: member, Limit: 10})
		if err != nil || len(list) != 1 || list[0].Messages != 2 {
			t.Errorf("list of %s: %+v, %v", member, list, err)
		}
	}
	messages, _, err := b.Messages(t.Context(), c.ID, 10, "")
	if err != nil || len(messages) != 2 || messages[0].Subject != "mail 2" {
		t.Errorf("messages: %+v, %v", messages, err)
	}
}

// One first mail makes one chat, which its message id leads to. Another mail with
// that id starts a chat that the id does not lead to.
func TestOneChatPerMail(t *testing.T) {
	b := setUp(t)
	c := b.start(t, newMail(1), "client", "anna")
	_, ops := chat.Start(newMail(1).ID, newMail(1), "client", "contact", "Jan", []string{"anna"}, true)
	if err := b.table.Write(t.Context(), ops...); !errors.Is(err, table.ErrExists) {
		t.Errorf("a second chat of the same mail: %v", err)
	}
	if got, taken, same, err := b.Copied(t.Context(), newMail(1)); err != nil || got.ID != c.ID || !taken || !same {
		t.Errorf("a copy belongs to %+v, %t, %t, %v", got, taken, same, err)
	}
	twin := newMail(2)
	twin.InternetMessageID = "<1@x>"
	_, ops = chat.Start(twin.ID, twin, "client", "contact", "Jan", []string{"anna"}, false)
	must.Do(t, b.table.Write(t.Context(), ops...))
	if got, taken, same, err := b.Copied(t.Context(), twin); err != nil || !taken || same {
		t.Errorf("another mail with that id is a copy in %+v, %t, %t, %v", got, taken, same, err)
	}
	if got, taken, _, err := b.Copied(t.Context(), newMail(9)); err != nil || taken {
		t.Errorf("an id that nobody used: %+v, %v", got, err)
	}
}

// Lists come in pages, newest first, by member and by client.
func TestLists(t *testing.T) {
	b := setUp(t)
	for n := range 12 {
		b.start(t, newMail(n), []string{"a", "b"}[n%2], "anna")
	}
	for q, want := range map[chat.Query]int{
		{Limit: 5}: 12, {Limit: 5, Member: "anna"}: 12, {Limit: 5, Client: "a"}: 6, {Limit: 5, Member: "bram"}: 0,
	} {
		var got []chat.Chat
		for {
			page, after, err := b.List(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, page...)
			if q.After = after; after == "" {
				break
			}
		}
		if len(got) != want || !slices.IsSortedFunc(got, func(x, y chat.Chat) int { return y.Started.Compare(x.Started) }) {
			t.Errorf("%+v: %d chats, want %d, newest first", q, len(got), want)
		}
	}
}

// A chat with the most members still changes in one transaction.
func TestLargestChat(t *testing.T) {
	b := setUp(t)
	var members []string
	for n := range chat.MaxMembers {
		members = append(members, fmt.Sprintf("member%022d", n))
	}
	it := newMail(1)
	c, ops := chat.Start(it.ID, it, "client", "contact", "Jan", members, true)
	if err := b.table.Write(t.Context(), append(ops, it.Transition(item.Parked, "version")...)...); err == nil {
		t.Error("a mail that was never stored has changed its state")
	}
	must.Do(t, b.table.Write(t.Context(), ops...))
	_, ops = b.get(t, c.ID).Join(newMail(2), chat.Entry{Members: append(members, "one more"), ByMessageID: true})
	if n := len(ops) + len(newMail(2).Transition(item.Parked, "version")); n > table.MaxOps {
		t.Errorf("joining takes %d operations of %d", n, table.MaxOps)
	}
	must.Do(t, b.table.Write(t.Context(), ops...))
	if got := b.get(t, c.ID); len(got.Members) != chat.MaxMembers {
		t.Errorf("%d members", len(got.Members))
	}
}
