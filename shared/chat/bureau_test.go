package chat_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

// A bureau is a table of mails and chats over a wire that can fail.
type bureau struct {
	fixture
	server *tabletest.Server
	wire   *wiretest.Wire
	items  *item.Store
	at     time.Time
}

func newBureau(t *testing.T) *bureau {
	t.Helper()
	server := tabletest.New()
	wire := server.Transport()
	service := server.Service(t, wire)
	must.Do(t, service.Create(t.Context(), "mails"))
	mails := service.Table("mails")
	return &bureau{fixture{chat.NewStore(mails), mails}, server, wire, item.NewStore(mails), noon}
}

// mail stores the nth mail, received at an address, and returns it.
func (b *bureau) mail(t *testing.T, n int, address string) item.Item {
	t.Helper()
	it := newMail(n)
	it.Mailbox, it.Address, it.MessageID = "mailbox of "+address, address, fmt.Sprint("message ", n, address)
	ids, err := b.items.Ingest(t.Context(), []item.Arrival{{Item: it, Content: "Dag"}})
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	kept := must.Get(b.items.Get(t.Context(), ids[0]))(t)
	return kept
}

// started stores the nth mail with a chat of its own.
func (b *bureau) started(t *testing.T, n int, client string, members ...string) chat.Chat {
	t.Helper()
	it := b.mail(t, n, "info@x.example")
	it.State, it.Chat = item.Processed, it.ID
	c, ops := chat.Start(it.ID, it, client, "contact", "Jan", members, true)
	b.write(t, append(ops, it.Transition(item.New, "")...))
	return b.get(t, c.ID)
}

// joined stores the nth mail, received at an address, in a chat.
func (b *bureau) joined(t *testing.T, n int, address, id string, e chat.Entry) item.Item {
	t.Helper()
	it := b.mail(t, n, address)
	c := b.get(t, id)
	it.State, it.Chat = item.Processed, c.ID
	_, ops := c.Join(it, e)
	b.write(t, append(ops, it.Transition(item.New, "")...))
	return it
}

// linked brings one member of each address, named after it and the client.
func linked(_ context.Context, client string, addresses []string) (members []string, err error) {
	for _, a := range addresses {
		if client != "nobody" {
			members = append(members, a[:4]+" of "+client)
		}
	}
	return members, nil
}

func anyUndo(chat.Change, ...chat.Chat) error { return nil }

// next is a later time.
func (b *bureau) next() time.Time {
	b.at = b.at.Add(time.Minute)
	return b.at
}

func (b *bureau) move(t *testing.T, m chat.Move) (chat.Chat, error) {
	m.Check, m.Members, m.At = anybody, linked, b.next()
	return b.Move(audit.As(t.Context(), "anna"), m)
}

func (b *bureau) merge(t *testing.T, from, into string) (chat.Chat, error) {
	return b.Merge(audit.As(t.Context(), "anna"), from, into, anybody, linked, b.next())
}

func (b *bureau) undo(t *testing.T, id string) (chat.Chat, error) {
	return b.Undo(audit.As(t.Context(), "anna"), id, "", anyUndo, "anna", b.next())
}

// thread returns the messages of a chat, newest first, without events, and how many
// events there are.
func (b *bureau) thread(t *testing.T, id string) (messages []string, events []chat.Message) {
	t.Helper()
	all, _, err := b.Messages(t.Context(), id, 200, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Kind == chat.KindEvent {
			events = append(events, m)
		} else {
			messages = append(messages, m.ID)
		}
	}
	return messages, events
}

func (b *bureau) wants(t *testing.T, id string, mails ...string) {
	t.Helper()
	got, _ := b.thread(t, id)
	slices.Sort(mails)
	if !slices.Equal(got, mails) {
		t.Errorf("chat %s has %v, want %v", id, got, mails)
	}
}

// answers is the chat in which an answer to the nth mail comes.
func (b *bureau) answers(t *testing.T, n int) string {
	t.Helper()
	c, _, ok, err := b.Answered(t.Context(), item.Item{InReplyTo: newMail(n).InternetMessageID})
	if err != nil || !ok {
		t.Fatalf("an answer to mail %d: %v, %v", n, ok, err)
	}
	return c.ID
}
