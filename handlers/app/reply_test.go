package app_test

import (
	"encoding/json"
	"fmt"
	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/sim"
	"kantoorpost/shared/wiretest"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A conversation: what a client writes is answered in the chat, leaves as one mail in
// the same thread, and his answer joins the chat.
func TestConversation(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		w.Tick()
		info := "info@" + apptest.Domain
		w.Send(jan, []string{info}, apptest.RawMail("Jan <"+jan+">", info, "Btw-aangifte", "a1"))
		w.Pass(1)
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
		if m.InReplyTo != "<a1@elders.example>" || m.From.Email != info || len(m.To) != 1 || len(m.Cc) != 0 ||
			m.Subject != "RE: Btw-aangifte" {
			t.Errorf("left as %s", asText(t, m))
		}
		own, quote := strings.Index(m.HTML, "die klopt"), strings.Index(m.HTML, "Zie het onderwerp")
		if own < 0 || quote < own {
			t.Errorf("its text is\n%s", m.HTML)
		}
		w.answer(m, "a2")
		w.Pass(1)
		var lines []string
		for _, m := range w.messagesOf(chat) {
			lines = append(lines, m["kind"].(string)+" "+m["direction"].(string))
		}
		if text := strings.Join(lines, ", "); text != "mail in, reply out, mail in" || len(w.Chats()) != 1 {
			t.Errorf("the conversation is %s, in %d chats", text, len(w.Chats()))
		}
	})
}

// What the author attached leaves, as it was: a small file, one that goes in pieces, and
// a picture in the text. The pictures of the quoted mail are there too, also when
// Exchange does not copy them.
func TestFilesLeave(t *testing.T) {
	for _, drop := range []bool{false, true} {
		inOffice(t, func(t *testing.T, w *world) {
			w.Tenant.Behave(sim.Behaviour{DropInline: drop})
			w.Tick()
			w.Send(jan, []string{"info@" + apptest.Domain}, withPicture(jan, "info@"+apptest.Domain, "Btw", "a1"))
			w.Pass(1)
			chat := w.chatOf("Btw")["id"]
			upload := func(name, content string) string {
				var u object
				code, text := w.CallWith(anna, "POST", "/api/uploads?name="+name, content, "Content-Type", "application/octet-stream")
				if err := json.Unmarshal([]byte(text), &u); code != 201 || err != nil {
					t.Fatal(code, text, err)
				}
				return u["id"].(string)
			}
			large := strings.Repeat("0123456789", 400_000)
			small, big, picture := upload("loon.csv", "a;b"), upload("jaarrekening.pdf", large), upload("foto.png", "\x89PNG\r\n\x1a\nfoto")
			w.writeReply(
				chat,
				"",
				object{"text": nil, "html": `<p>Zie <img src="cid:` + picture + `"></p>`, "attachments": []string{small, big}},
			)
			w.soon(15 * time.Second)
			w.soon(time.Minute)
			got := w.outside(jan)
			if len(got) != 1 {
				t.Fatalf("%d mails left: %s", len(got), asText(t, w.messagesOf(chat)))
			}
			sizes := map[string]int{}
			for _, a := range got[0].Attachments {
				sizes[a.Name] = a.Size
			}
			want := map[string]int{"loon.csv": 3, "jaarrekening.pdf": len(large), "foto.png": 12, "logo.png": 12}
			if !maps.Equal(sizes, want) {
				t.Errorf("pictures dropped %v: left with %v, want %v\n%s", drop, sizes, want, got[0].HTML)
			}
			if !strings.Contains(got[0].HTML, "cid:"+picture) || !strings.Contains(got[0].HTML, "cid:logo@elders") {
				t.Errorf("its text is\n%s", got[0].HTML)
			}
		})
	}
}

// withPicture is a mail whose text shows a picture.
func withPicture(from, to, subject, id string) string {
	return strings.ReplaceAll("From: "+from+"\nTo: "+to+"\nSubject: "+subject+"\nMessage-ID: <"+id+`@elders.example>
Date: Mon, 23 Nov 2026 09:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/related; boundary=b

--b
Content-Type: text/html; charset=utf-8

<html><body><p>Klopt dit?</p><img src="cid:logo@elders"></body></html>
--b
Content-Type: image/png; name=logo.png
Content-Disposition: inline; filename=logo.png
Content-ID: <logo@elders>
Content-Transfer-Encoding: base64

iVBORw0KGgpsb2dv
--b--
`, "\n", "\r\n")
}

// The office begins: its mail leaves, and the answer to it joins the chat.
func TestTheOfficeBegins(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		w.Tick()
		contact := w.Must("GET", "/api/contacts", nil)["items"].([]any)[0].(object)
		var begun object
		code := w.Ask(
			anna,
			"POST",
			"/api/chats",
			object{"address": "info@" + apptest.Domain, "client": contact["clients"].([]any)[0], "contact": contact["id"],
				"to": []object{{"email": jan}}, "subject": "Jaarrekening", "text": "Dag Jan, hierbij.", "hold": 0},
			&begun,
		)
		if code >= 300 {
			t.Fatal(code, w.Answered[len(w.Answered)-1])
		}
		w.soon(5 * time.Second)
		got := w.outside(jan)
		if len(got) != 1 || got[0].Subject != "Jaarrekening" || got[0].InReplyTo != "" || !strings.Contains(got[0].HTML, "hierbij") {
			t.Fatalf("left: %s", asText(t, got))
		}
		w.answer(got[0], "b1")
		w.Pass(1)
		if c := w.chatOf("Jaarrekening"); len(w.Chats()) != 1 || c["messages"] != 2.0 {
			t.Errorf("chats: %s", asText(t, w.Chats()))
		}
	})
}

// A mail is passed on with the file that its author chose. The client gets nothing.
func TestForward(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		w.Tick()
		w.Send(jan, []string{"info@" + apptest.Domain}, withPicture(jan, "info@"+apptest.Domain, "Btw", "a1"))
		w.Pass(1)
		chat := w.chatOf("Btw")["id"]
		const bank = "loket@bank.example"
		w.writeReply(chat, "Ter info.", object{"mode": "forward", "to": []object{{"email": bank}}, "confirmed": []string{"outsider"}})
		w.soon(15 * time.Second)
		w.soon(time.Minute)
		got := w.outside(bank)
		if len(got) != 1 || len(w.outside(jan)) != 0 || len(got[0].To) != 1 || !strings.Contains(got[0].HTML, "Klopt dit?") ||
			!strings.HasPrefix(got[0].Subject, "FW: ") {
			t.Fatalf("left: %s, to the client %d", asText(t, got), len(w.outside(jan)))
		}
		if len(got[0].Attachments) != 1 || got[0].Attachments[0].Name != "logo.png" {
			t.Errorf("with %+v", got[0].Attachments)
		}
	})
}

// A mail to seventy people is answered to all of them, though fewer are stored. While Graph
// does not answer, the writer is told that some are missing.
func TestAllOfManyRecipients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.Office()
		w.Tick()
		var to []string
		for n := range 70 {
			to = append(to, fmt.Sprintf("lid%d@vereniging.example", n))
		}
		info := "info@" + apptest.Domain
		w.Send(jan, []string{info}, apptest.RawMail(jan, strings.Join(to, ",\r\n ")+", "+info, "Vergadering", "v1"))
		w.Pass(1)
		chat := w.chatOf("Vergadering")["id"]
		offer := func() (n int, warnings string, offered object) {
			if code := w.Ask(anna, "GET", fmt.Sprint("/api/chats/", chat, "/replies/new?mode=reply-all"), nil, &offered); code != 200 {
				t.Fatal(code, w.Answered[len(w.Answered)-1])
			}
			return len(offered["to"].([]any)), fmt.Sprint(offered["warnings"]), offered
		}
		w.ToMicrosoft.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Refuse })
		if n, warnings, _ := offer(); n > 51 || !strings.Contains(warnings, "many-recipients") {
			t.Errorf("without Graph %d are offered, warnings %s", n, warnings)
		}
		w.Heal()
		n, warnings, offered := offer()
		if n != 71 || warnings != "[]" {
			t.Fatalf("%d are offered, warnings %s", n, warnings)
		}
		w.writeReply(chat, "Wij komen.", object{"to": offered["to"], "cc": offered["cc"], "confirmed": []string{"outsider"}})
		w.soon(15 * time.Second)
		if got := w.outside("lid69@vereniging.example"); len(got) != 1 || len(got[0].To) != 71 {
			t.Errorf("the last one got %+v", got)
		}
	})
}
