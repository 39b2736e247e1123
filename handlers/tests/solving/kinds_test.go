package solving_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"kantoorpost/handlers/app/apptest"
)

// What a program writes about another mail starts no chat: it is a quiet line in
// the chat that it belongs to, or needs nobody, which can be taken back.
func TestReceiptsAndAnswersToInvitations(t *testing.T) {
	const (
		from    = "Jan Jansen <jan@bakker.example>"
		to      = "info@" + apptest.Domain
		receipt = "Content-Type: Multipart/Report; report-type=Disposition-Notification; boundary=r"
		parts   = "\r\n\r\n--r\r\nContent-Type: text/plain\r\n\r\nUw bericht is gelezen.\r\n--r\r\nContent-Type: " +
			"message/disposition-notification\r\n\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n--r--\r\n"
		reply = "Content-Type: text/calendar; charset=utf-8; method=REPLY"
		event = "\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20261201T090000Z\r\n" +
			"ATTENDEE;PARTSTAT=DECLINED:mailto:jan@bakker.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	)
	raw := func(subject, id, kind, body string, more ...string) string {
		head := slices.Concat([]string{"From: " + from, "To: " + to, "Subject: " + subject, "Message-ID: <" + id + "@elders.example>",
			"Date: Mon, 23 Nov 2026 09:00:00 +0100", "MIME-Version: 1.0", kind}, more)
		return strings.Join(head, "\r\n") + body
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.Office()
		w.Send("jan@bakker.example", []string{to}, apptest.RawMail(from, to, "Jaarrekening", "1"))
		w.Pass(2)
		for _, m := range []string{
			raw("Gelezen: Jaarrekening", "2", receipt, parts, "In-Reply-To: 1@elders.example"), // without brackets
			raw("Gelezen: iets anders", "3", receipt, parts, "In-Reply-To: <elders@elders.example>"),
			raw("Afgewezen: bespreking", "4", reply, event),
			raw("Geaccepteerd: Jaarrekening", "5", reply, event, "References: 0@elders.example 1@elders.example"),
		} {
			w.Send("jan@bakker.example", []string{to}, m)
		}
		w.Pass(2)
		chat := w.Mail("Jaarrekening")["chat"]
		for subject, want := range map[string]string{"Gelezen: Jaarrekening": "read-receipt",
			"Geaccepteerd: Jaarrekening": "invitation-response"} {
			if m := w.Mail(subject); m["state"] != "processed" || m["chat"] != chat {
				t.Errorf("%s: %v in chat %v", subject, m["state"], m["chat"])
			}
			found := false
			for _, x := range w.Must("GET", "/api/chats/"+chat.(string)+"/messages", nil)["items"].([]any) {
				found = found || x.(object)["kind"] == want && x.(object)["subject"] == subject
			}
			if !found {
				t.Errorf("%s is no line of kind %s", subject, want)
			}
		}
		for _, subject := range []string{"Gelezen: iets anders", "Afgewezen: bespreking"} {
			if m := w.Mail(subject); m["state"] != "dismissed" || m["reason"] != "acknowledgement" || m["chat"] != nil && m["chat"] != "" {
				t.Errorf("%s: %v because of %v in chat %v", subject, m["state"], m["reason"], m["chat"])
			}
		}
		if n := len(w.Chats()); n != 1 {
			t.Errorf("%d chats", n)
		}
		w.Must("POST", "/api/mails/"+w.ID("Gelezen: iets anders")+"/undo", nil)
		w.Pass(1)
		if m := w.Mail("Gelezen: iets anders"); m["state"] != "parked" || m["reason"] != "acknowledgement" {
			t.Errorf("taken back: %v because of %v", m["state"], m["reason"])
		}
		w.Must("POST", "/api/mails/"+w.ID("Gelezen: iets anders")+"/solve", object{"action": "release"})
		w.Pass(1)
		if m := w.Mail("Gelezen: iets anders"); m["state"] != "processed" {
			t.Errorf("released: %v because of %v", m["state"], m["reason"])
		}
	})
}
