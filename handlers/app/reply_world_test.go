package app_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/must"
	"kantoorpost/shared/sim"
)

// The people of a conversation.
const (
	jan  = "jan@bakker.example"
	anna = "anna@" + apptest.Domain
)

// chatOf is the chat with a subject.
func (w *world) chatOf(subject string) object {
	w.T.Helper()
	for _, c := range w.Chats() {
		if c["subject"] == subject {
			return c
		}
	}
	w.T.Fatalf("no chat %q", subject)
	return nil
}

// messagesOf is the messages of a chat, oldest first, as its members see them.
func (w *world) messagesOf(chat any) (messages []object) {
	w.T.Helper()
	page := w.Must("GET", fmt.Sprint("/api/chats/", chat, "/messages?limit=200"), nil)
	for _, m := range page["items"].([]any) {
		messages = append([]object{m.(object)}, messages...)
	}
	return messages
}

// newest is the newest mail of a chat that a client wrote.
func (w *world) newest(chat any) object {
	w.T.Helper()
	var last object
	for _, m := range w.messagesOf(chat) {
		if m["kind"] == "mail" && m["direction"] == "in" {
			last = m
		}
	}
	return last
}

// writeReply lets Anna answer the newest mail of a chat, to all; more changes the request.
func (w *world) writeReply(chat any, text string, more object) (reply object) {
	w.T.Helper()
	body := object{"answers": w.newest(chat)["id"], "mode": "reply-all", "to": []object{{"email": jan}}, "text": text, "hold": 10}
	for k, v := range more {
		body[k] = v
	}
	if code := w.Ask(anna, "POST", fmt.Sprint("/api/chats/", chat, "/replies"), body, &reply); code != 202 {
		w.T.Fatalf("reply: %d: %s", code, w.Answered[len(w.Answered)-1])
	}
	return reply
}

// reply is a reply as Anna sees it now.
func (w *world) reply(chat, id any) (reply object) {
	w.T.Helper()
	if code := w.Ask(anna, "GET", fmt.Sprint("/api/chats/", chat, "/replies/", id), nil, &reply); code != 200 {
		w.T.Fatalf("reply %v: %d: %s", id, code, w.Answered[len(w.Answered)-1])
	}
	return reply
}

// outside is what a client received.
func (w *world) outside(address string) []sim.OutsideItem { return w.Tenant.OutsideItems(address) }

// answer lets a client answer a mail that he received.
func (w *world) answer(m sim.OutsideItem, id string) {
	w.T.Helper()
	references := strings.Join(append(m.References, m.MessageID), " ")
	raw := apptest.RawMail(jan, m.From.Email, "Re: "+m.Subject, id, "In-Reply-To: "+m.MessageID, "References: "+references)
	w.Send(jan, []string{m.From.Email}, raw)
}

// soon lets some seconds go by, and does the jobs that are due.
func (w *world) soon(d time.Duration) {
	w.T.Helper()
	time.Sleep(d) // simulated
	w.Drain()
}

func asText(t *testing.T, v any) string {
	t.Helper()
	text := must.Get(json.MarshalIndent(v, "", " "))(t)
	return string(text)
}
