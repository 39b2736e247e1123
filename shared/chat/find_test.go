package chat_test

import (
	"testing"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/table"
)

// A mail answers the chat of the nearest mail that it names. The conversation counts
// only for a mail that names unknown mails or that a program wrote, and never for a
// doubted sender. A chat that is gone is no answer.
func TestAnswered(t *testing.T) {
	b := setUp(t)
	first, second := b.start(t, newMail(1), "client", "anna"), b.start(t, newMail(2), "client", "anna")
	gone := b.start(t, newMail(3), "client", "anna")
	if ops, err := b.RemoveMail(t.Context(), gone, newMail(3)); err != nil || b.table.Write(t.Context(), ops[len(ops)-4:]...) != nil {
		t.Fatal("the chat could not be removed while its threads stay: ", err)
	}
	doubted := item.Item{Verdict: item.VerdictFail, InReplyTo: "<9@x>", ConversationID: "conversation2"}
	released := doubted
	released.Override.Release = []item.Reason{item.SenderNotVerified}
	for _, x := range []struct {
		name string
		it   item.Item
		want chat.Chat
	}{
		{"names a mail", item.Item{InReplyTo: "<1@x>", References: []string{"<2@x>"}}, first},
		{"names one a dozen mails back", item.Item{InReplyTo: "<9@x>", References: []string{"<2@x>", "<a@x>", "<b@x>", "<c@x>", "<d@x>", "<e@x>",
			"<f@x>", "<g@x>", "<h@x>", "<i@x>", "<j@x>"}}, second},
		{"names one further back", item.Item{InReplyTo: "<9@x>", References: []string{"<1@x>", "<2@x>", "<8@x>"}}, second},
		{"names a mail of no chat, in a conversation", item.Item{InReplyTo: "<9@x>", ConversationID: "conversation2"}, second},
		{"the conversation of another mailbox", item.Item{Mailbox: "other", InReplyTo: "<9@x>", ConversationID: "conversation2"}, chat.Chat{}},
		{"has only the subject of a conversation", item.Item{ConversationID: "conversation2"}, chat.Chat{}},
		{"a program's, in a conversation", item.Item{Class: item.AutoReply, ConversationID: "conversation2"}, second},
		{"a doubted sender's, in a conversation", doubted, chat.Chat{}},
		{"a released sender's, in a conversation", released, second},
		{"names a chat that is gone", item.Item{InReplyTo: "<3@x>"}, chat.Chat{}},
		{"names a chat that is gone, before another", item.Item{InReplyTo: "<3@x>", References: []string{"<1@x>"}}, first},
		{"the conversation of a chat that is gone", item.Item{Class: item.AutoReply, ConversationID: "conversation3"}, chat.Chat{}},
		{"names nothing", item.Item{}, chat.Chat{}},
	} {
		if x.it.Mailbox == "" {
			x.it.Mailbox = box
		}
		got, named, ok, err := b.Answered(t.Context(), x.it)
		if alone := x.it.ConversationID != ""; ok && named == alone {
			t.Errorf("%s: names a mail of the chat: %t", x.name, named)
		}
		if err != nil || ok != (x.want.ID != "") || got.ID != x.want.ID {
			t.Errorf("%s: answers chat %q, %t, %v; want %q", x.name, got.ID, ok, err, x.want.ID)
		}
	}
	// The message id of a mail stays taken when its chat is gone.
	if _, taken, same, err := b.Copied(t.Context(), newMail(3)); err != nil || !taken || same {
		t.Errorf("a copy of a mail whose chat is gone: %t, %t, %v", taken, same, err)
	}
}

// Whoever stood in From, To or Cc of mail that came in or left took part. Whom a reply
// names that never left, or a note, did not.
func TestTookPart(t *testing.T) {
	b := setUp(t)
	it := newMail(1)
	it.From, it.To, it.Cc = mail.Address{Email: "jan@x.example"}, []mail.Address{{Email: "Info@x.example"}},
		[]mail.Address{{Email: "els@x.example"}}
	c := b.start(t, it, "client", "anna")
	for id, m := range map[int]chat.Message{
		2: {Kind: chat.KindReply, State: "sent", To: []mail.Address{{Email: "bank@x.example"}}, Cc: []mail.Address{{Email: "kees@x.example"}}},
		3: {Kind: chat.KindReply, State: "held", To: []mail.Address{{Email: "held@x.example"}}},
		4: {Kind: chat.KindReply, State: "failed", To: []mail.Address{{Email: "failed@x.example"}}},
		5: {Kind: chat.KindNote, To: []mail.Address{{Email: "note@x.example"}}},
	} {
		m.ID = newMail(id).ID
		var ops []table.Op
		_, _, ops = b.get(t, c.ID).Append(m, false)
		b.write(t, ops)
	}
	for email, want := range map[string]bool{"jan@x.example": true, "info@x.example": true, "ELS@x.example": true, "bank@x.example": true,
		"kees@x.example": true,
		"held@x.example": false, "failed@x.example": false, "note@x.example": false, "piet@x.example": false, "": false} {
		if got, err := b.TookPart(t.Context(), c.ID, email); err != nil || got != want {
			t.Errorf("%q took part: %t, %v", email, got, err)
		}
	}
}
