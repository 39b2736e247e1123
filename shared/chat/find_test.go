package chat_test

import (
	"testing"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
)

// A mail answers the chat of the nearest mail that it names. The conversation counts
// only for a mail that names unknown mails or that a program wrote, and never for a
// doubted sender. A chat that is gone is no answer.
func TestAnswered(t *testing.T) {
	b := setUp(t)
	first, second := b.start(t, newMail(1), "client", "anna"), b.start(t, newMail(2), "client", "anna")
	gone := b.start(t, newMail(3), "client", "anna")
	if ops, err := b.RemoveMail(t.Context(), gone, newMail(3)); err != nil || b.table.Write(t.Context(), ops[len(ops)-3:]...) != nil {
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
		got, ok, err := b.Answered(t.Context(), x.it)
		if err != nil || ok != (x.want.ID != "") || got.ID != x.want.ID {
			t.Errorf("%s: answers chat %q, %t, %v; want %q", x.name, got.ID, ok, err, x.want.ID)
		}
	}
	// The message id of a mail stays taken when its chat is gone.
	if _, taken, same, err := b.Copied(t.Context(), newMail(3)); err != nil || !taken || same {
		t.Errorf("a copy of a mail whose chat is gone: %t, %t, %v", taken, same, err)
	}
}
