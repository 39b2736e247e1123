package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A conversation: what a client writes is answered in the chat, leaves as one mail in
// the same thread, and his answer joins the chat.
func TestConversation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.tick()
		info := "info@" + domain
		w.send(jan, []string{info}, letter("Jan <"+jan+">", info, "Btw-aangifte", "a1"))
		w.pass(1)
		chat := w.chatOf("Btw-aangifte")["id"]
		id := w.writeReply(chat, "Dag Jan, die klopt.", nil)["id"]
		w.soon(5 * time.Second)
		if got := w.outside(jan); len(got) != 0 || w.reply(chat, id)["state"] != "held" {
			t.Fatalf("it left before its time: %s", asText(t, got))
		}
		w.soon(10 * time.Second)
		got := w.outside(jan)
		if len(got) != 1 || w.reply(chat, id)["state"] != "sent" {
			t.Fatalf("%d mails left: %s", len(got), asText(t, w.reply(chat, id)))
		}
		m := got[0]
		if m.InReplyTo != "<a1@elders.example>" || m.From.Email != info || len(m.To) != 1 || len(m.Cc) != 0 || m.Subject != "RE: Btw-aangifte" {
			t.Errorf("left as %s", asText(t, m))
		}
		own, quote := strings.Index(m.HTML, "die klopt"), strings.Index(m.HTML, "Zie het onderwerp")
		if own < 0 || quote < own {
			t.Errorf("its text is\n%s", m.HTML)
		}
		w.answer(m, "a2")
		w.pass(1)
		var lines []string
		for _, m := range w.messagesOf(chat) {
			lines = append(lines, m["kind"].(string)+" "+m["direction"].(string))
		}
		if text := strings.Join(lines, ", "); text != "mail in, reply out, mail in" || len(w.chats()) != 1 {
			t.Errorf("the conversation is %s, in %d chats", text, len(w.chats()))
		}
	})
}
