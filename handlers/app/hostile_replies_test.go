package app_test

import (
	"fmt"
	"strings"
	"testing"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/outbox"
)

// attached is a mail with another one attached.
func attached(from, subject, id, text, inner string) string {
	return strings.ReplaceAll("From: "+from+"\nTo: info@"+apptest.Domain+"\nSubject: "+subject+"\nMessage-ID: <"+id+`@elders.example>
Date: Mon, 23 Nov 2026 10:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: text/plain

`+text+`
--m
Content-Type: message/rfc822

`, "\n", "\r\n") + inner + "\r\n--m--\r\n"
}

// What looks like a delivery report on a reply changes nothing: a mail of a person to which
// the reply, or a report on it, is attached, and a report inside of reports about somebody
// else. A report about many changes the recipient of ours that it names.
func TestForgedReports(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		c := w.conversation()
		r := w.replied(c, "<r1@kantoor.example>", outbox.ModeReplyAll, "jan@bakker.example", "els@bakker.example")
		real := ndr("<r1@kantoor.example>", "jan@bakker.example", "failed", "5.1.1")
		nested := ndr("<r1@kantoor.example>", "wie@elders.example", "failed", "5.1.1")
		for i := range 20 {
			nested = strings.Replace(attached("MAILER-DAEMON@mx.elders.example", "Undeliverable", fmt.Sprint("n", i), "Undeliverable", nested),
				"multipart/mixed", "multipart/report; report-type=delivery-status", 1)
		}
		said := "Your message to jan@bakker.example could not be delivered: 550 5.1.1 user unknown\n\nMessage-ID: <r1@kantoor.example>"
		for from, raw := range map[string]string{
			"vreemd@elders.example": attached("vreemd@elders.example", "Undeliverable: Vraag", "f1", said, real),
			"jan@bakker.example":    attached("jan@bakker.example", "Fwd: Undelivered Mail", "f2", said, real),
			"":                      nested,
		} {
			w.Send(from, []string{"info@" + apptest.Domain}, raw)
		}
		w.Pass(1)
		if got := w.outcome(r); got != "sent: jan@bakker.example sent els@bakker.example sent" {
			t.Errorf("the reply is %q", got)
		}
		var others strings.Builder
		for i := range 40 {
			fmt.Fprintf(&others, "\r\nFinal-Recipient: rfc822; p%d@elders.example\r\nAction: failed\r\nStatus: 5.1.1\r\n", i)
		}
		many := ndr("<r1@kantoor.example>", "els@bakker.example", "failed", "5.2.2")
		w.Send("", []string{"info@" + apptest.Domain}, strings.Replace(many, "Status: 5.2.2\r\n", "Status: 5.2.2\r\n"+others.String(), 1))
		w.Pass(1)
		if got := w.outcome(r); got != "bounced: jan@bakker.example sent els@bakker.example bounced 5.2.2" {
			t.Errorf("the reply is %q", got)
		}
	})
}

// Two programs that answer one another, and each of our replies, stay quiet lines in one
// chat: it stays closed, is unread for nobody, and nothing leaves.
func TestAutomaticAnswersWithoutEnd(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		c := w.conversation()
		r := w.replied(c, "<r1@kantoor.example>", outbox.ModeReplyAll, "jan@bakker.example", "els@bakker.example")
		w.Must("PATCH", "/api/chats/"+c, object{"state": "closed"})
		last := "<r1@kantoor.example>"
		const n = 30
		for i := range n {
			from, id := []string{"jan@bakker.example", "els@bakker.example"}[i%2], fmt.Sprint("loop", i)
			more := []string{"In-Reply-To: " + last, "References: <r1@kantoor.example> " + last, "Auto-Submitted: auto-replied"}
			w.Send(from, []string{"info@" + apptest.Domain},
				apptest.RawMail(from, "info@"+apptest.Domain, "Automatisch antwoord: Vraag", id, more...))
			last = "<" + id + "@elders.example>"
		}
		w.Pass(2)
		quiet := 0
		for _, m := range w.messages(c) {
			if m["kind"] == "auto-reply" {
				quiet++
			}
		}
		chats := w.Chats()
		if quiet != n || len(chats) != 1 || chats[0]["state"] != "closed" || w.unreadOf(c, r.Author) != 0 {
			t.Errorf("%d quiet lines, %d chats, the first is %v with %d unread", quiet, len(chats), chats[0]["state"], w.unreadOf(c, r.Author))
		}
		if out := len(w.outside("jan@bakker.example")) + len(w.outside("els@bakker.example")); out != 0 {
			t.Errorf("%d mails left", out)
		}
	})
}

// A mail that names ten thousand messages joins the chat of the last, and is stored with a
// few of them. Whoever names our message ids without belonging to the chat waits.
func TestMailThatNamesManyMessages(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		c := w.conversation()
		w.replied(c, "<r1@kantoor.example>", outbox.ModeReply, "jan@bakker.example")
		other := w.Must("POST", "/api/clients", object{"number": "2002", "type": "organisation", "name": "Slager"})["id"]
		w.Must("POST", "/api/contacts", object{"name": "Piet", "emails": []string{"piet@slager.example"}, "clients": []any{other}})
		var references strings.Builder
		for i := range 10_000 {
			fmt.Fprintf(&references, "\r\n <%d@elders.example>", i)
		}
		for i, from := range []string{"jan@bakker.example", "piet@slager.example", "vreemd@elders.example"} {
			w.Send(from, []string{"info@" + apptest.Domain}, apptest.RawMail(from, "info@"+apptest.Domain, "Re: Vraag", fmt.Sprint("big", i),
				"References:"+references.String()+"\r\n <r1@kantoor.example>", "In-Reply-To: <r1@kantoor.example>"+references.String()))
		}
		w.Pass(1)
		if got := fmt.Sprint(w.senders(c)); got != "[jan@bakker.example jan@bakker.example]" {
			t.Errorf("the chat has %s", got)
		}
		if got := w.waiting(); got["piet@slager.example"] != "several-clients" || got["vreemd@elders.example"] != "unknown-sender" {
			t.Errorf("waiting: %v", got)
		}
	})
}
