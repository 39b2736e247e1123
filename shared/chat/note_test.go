package chat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/must"
)

// What its author erases is nowhere any more, also after the chat was merged, and a
// request that is repeated writes no second note.
func TestAnErasedNoteIsNowhere(t *testing.T) {
	b := newBureau(t)
	const secret = "Geheimpje"
	from, into := b.started(t, 1, "bakker", "anna", "bram"), b.started(t, 2, "bakker", "anna", "bram")
	note := must.Get(b.AddNote(t.Context(), from.ID, "anna", "k", chat.Note{Text: secret}, anybody, b.next()))(t)
	must.Get(b.merge(t, from.ID, into.ID))(t)
	again, err := b.AddNote(t.Context(), from.ID, "anna", "k", chat.Note{Text: secret}, anybody, b.next())
	if err != nil || again.ID != note.ID || again.Text != secret {
		t.Errorf("%+v, %v", again, err)
	}
	kept := func() bool { return strings.Contains(fmt.Sprint(b.server.Snapshot(t)), secret) }
	if !kept() {
		t.Fatal("it was never kept")
	}
	must.Do(t, b.DeleteNote(t.Context(), into.ID, note.ID, "anna", anybody))
	for _, r := range b.server.Snapshot(t)["mails"] {
		if strings.Contains(fmt.Sprint(r), secret) {
			t.Errorf("it is still kept at %s", r.Key)
		}
	}
}

// Messages of one millisecond are read in the order in which they came. What people write
// has a time of its own, also when it is read message by message.
func TestMessagesOfOneMillisecond(t *testing.T) {
	b := newBureau(t)
	c := b.started(t, 1, "bakker", "anna")
	want := []string{c.ID}
	for n := range 5 { // Graph says the second in which mail was received
		it := newMail(10 + n)
		it.ID = ids.Timed(newMail(1).Received, ids.Hash(fmt.Sprint(n)))
		it.Received = newMail(1).Received
		_, ops := b.get(t, c.ID).Join(it, chat.Entry{ByMessageID: true})
		must.Do(t, b.table.Write(t.Context(), ops...))
		want = append([]string{it.ID}, want...)
	}
	at := b.get(t, c.ID).Last
	for range 5 {
		note := must.Get(b.AddNote(t.Context(), c.ID, "anna", "", chat.Note{Text: "Let op"}, anybody, at))(t)
		want = append([]string{note.ID}, want...)
	}
	all, _, err := b.Messages(t.Context(), c.ID, 20, "")
	if err != nil || len(all) != len(want) {
		t.Fatalf("%d messages, %v", len(all), err)
	}
	for n, m := range all {
		if m.ID != want[n] {
			t.Errorf("message %d is %s of %v, want %s", n, m.ID, m.Received, want[n])
		}
	}
	for after, n := "", 0; n < 5; n++ {
		page, next, err := b.Messages(t.Context(), c.ID, 1, after)
		if err != nil || len(page) != 1 || page[0].ID != want[n] {
			t.Fatalf("message %d is %v, %v", n, page, err)
		}
		after = next
	}
	for limit := 6; limit < 10; limit++ { // a page ends among the mails
		var got []string
		for after, more := "", true; more; more = after != "" {
			page, next, err := b.Messages(t.Context(), c.ID, limit, after)
			if err != nil || len(page) > limit {
				t.Fatal(len(page), err)
			}
			for _, m := range page {
				got = append(got, m.ID)
			}
			after = next
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: %q, want %q", limit, got, want)
		}
	}
}

// A reply that left later than it was to leave stands behind the mail that came meanwhile.
func TestAReplyStandsWhereItLeft(t *testing.T) {
	b := newBureau(t)
	c := b.started(t, 1, "bakker", "anna")
	reply := chat.Message{ID: newMail(2).ID, Kind: chat.KindReply, Direction: chat.Out, State: "sent", By: "anna",
		Received: newMail(4).Received}
	_, _, ops := b.get(t, c.ID).Append(reply, false)
	b.write(t, ops)
	m := b.joined(t, 3, "info@x.example", c.ID, chat.Entry{ByMessageID: true})
	all, _, err := b.Messages(t.Context(), c.ID, 20, "")
	if err != nil || len(all) != 3 || all[0].ID != reply.ID || all[1].ID != m.ID || all[2].ID != c.ID {
		t.Errorf("%+v, %v", all, err)
	}
}
