package chat_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
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
	if err := service.Create(t.Context(), "mails"); err != nil {
		t.Fatal(err)
	}
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
	kept, err := b.items.Get(t.Context(), ids[0])
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// started stores the nth mail with a chat of its own.
func (b *bureau) started(t *testing.T, n int, client string, members ...string) chat.Chat {
	t.Helper()
	it := b.mail(t, n, "info@x.example")
	it.State, it.Chat = item.Processed, it.ID
	c, ops := chat.Start(it, client, "contact", "Jan", members, true)
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

// One mail moves into another chat with its copies, its threads and its history. The
// members of the other chat have something to look at, those of the chat do not join.
func TestMove(t *testing.T) {
	b := newBureau(t)
	from, into := b.started(t, 1, "bakker", "anna", "bram"), b.started(t, 2, "slager", "carla", "bram")
	m := b.joined(t, 3, "info@x.example", from.ID, chat.Entry{Named: true})
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
	m := b.joined(t, 2, "info@x.example", c.ID, chat.Entry{Named: true})
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
	m := b.joined(t, 3, "info@x.example", c.ID, chat.Entry{Named: true})
	note, err := b.AddNote(t.Context(), c.ID, "anna", "k", "Ik bel.", anybody, b.next())
	if err != nil {
		t.Fatal(err)
	}
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
		By: "anna"}, false)
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

// A merge brings everything over, however much it is; old ids and later mail lead to
// the other chat.
func TestMerge(t *testing.T) {
	b := newBureau(t)
	const many = 130
	from, into := b.started(t, 1, "bakker", "anna", "bram"), b.started(t, 2, "slager", "carla", "bram")
	var mails []string
	for n := range many {
		mails = append(mails, b.joined(t, 10+n, "loon@x.example", from.ID, chat.Entry{Named: true}).ID)
	}
	note, err := b.AddNote(t.Context(), from.ID, "anna", "k", "Ik bel.", anybody, b.next())
	if err != nil {
		t.Fatal(err)
	}
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
	if again, err := b.AddNote(t.Context(), from.ID, "anna", "k", "Ik bel.", anybody, b.next()); err != nil || again.ID != note.ID {
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
	late, err := b.AddNote(t.Context(), into.ID, "carla", "k", "Klopt.", anybody, b.next())
	if err != nil {
		t.Fatal(err)
	}
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
	m := b.joined(t, 3, "info@x.example", c.ID, chat.Entry{Named: true})
	if _, err := b.move(t, chat.Move{Chat: c.ID, Message: m.ID, Into: into.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.AddNote(t.Context(), into.ID, "carla", "k", "Klopt.", anybody, b.next()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.undo(t, c.ID); err != nil {
		t.Errorf("after a note: %v", err)
	}
	if _, err := b.move(t, chat.Move{Chat: c.ID, Message: m.ID, Into: into.ID}); err != nil {
		t.Fatal(err)
	}
	b.joined(t, 4, "info@x.example", into.ID, chat.Entry{Named: true})
	later(chat.LaterMessages, c.ID)
	third := b.started(t, 5, "bakker", "anna")
	if _, err := b.move(t, chat.Move{Chat: into.ID, Message: m.ID, Into: third.ID}); err != nil {
		t.Fatal(err)
	}
	later(chat.LaterMoved, c.ID)
	split, err := b.move(t, chat.Move{Chat: into.ID, Message: newMailID(b, t, 4)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.AddNote(t.Context(), split.ID, "carla", "k", "Klopt.", anybody, b.next()); err != nil {
		t.Fatal(err)
	}
	later(chat.LaterMessages, into.ID) // the note would be lost
	if _, err := b.merge(t, split.ID, third.ID); err != nil {
		t.Fatal(err)
	}
	later(chat.LaterChange, into.ID)
}

// A chat belongs to another client: its members are those of that client, and those
// whom people added. Undone, all is as before.
func TestSetClient(t *testing.T) {
	b := newBureau(t)
	ctx := audit.As(t.Context(), "anna")
	c := b.started(t, 1, "bakker", "anna", "bram")
	m := b.joined(t, 2, "info@x.example", c.ID, chat.Entry{Named: true})
	c, err := b.SetMembers(ctx, c.ID, "", anybody, []string{"anna", "bram", "dirk"}, noon)
	if err != nil {
		t.Fatal(err)
	}
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
	m := b.joined(t, 3, "info@x.example", c.ID, chat.Entry{Named: true})
	if _, err := b.move(t, chat.Move{Chat: c.ID, Message: m.ID, Into: into.ID}); err != nil {
		t.Fatal(err)
	}
	everybody := func(context.Context, string, []string) ([]string, error) { return those, nil }
	if _, err := b.SetClient(t.Context(), c.ID, "", anybody, "slager", everybody, b.next()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.merge(t, c.ID, into.ID); err != nil {
		t.Fatal(err)
	}
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
	m := b.joined(t, 3, "info@x.example", c.ID, chat.Entry{Named: true})
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
	if _, err := b.merge(t, c.ID, into.ID); err != nil {
		t.Fatal(err)
	}
	b.markSeen(t, into, "anna")
	b.joined(t, 3, "info@x.example", into.ID, chat.Entry{Named: true})
	for n, id := range []string{first, newMailID(b, t, 3), into.ID} {
		it, err := b.items.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		ops, err := b.RemoveMail(t.Context(), b.get(t, into.ID), it)
		if err != nil {
			t.Fatal(err)
		}
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
	it, err := b.items.Get(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	id, err := b.FreeID(t.Context(), it)
	if err != nil || id == first || id[:13] != first[:13] {
		t.Errorf("the chat of the mail gets the id %s, %v", id, err)
	}
	other, err := b.items.Get(t.Context(), newMailID(b, t, 3))
	if err != nil {
		t.Fatal(err)
	}
	if id, err := b.FreeID(t.Context(), other); err != nil || id != other.ID {
		t.Errorf("%s, %v", id, err)
	}
}
