package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/sim"
)

// proven is the opinion of Exchange on a sender who is proven.
func proven(from string) string {
	_, domain, _ := strings.Cut(from, "@")
	return "Authentication-Results: spf=pass; dkim=pass; dmarc=pass action=none header.from=" + domain + "; compauth=pass reason=100\r\n"
}

// senders are those of the messages of a chat that came in, with their marks, sorted.
func (w *world) senders(chatID string) []string {
	var out []string
	for _, m := range w.messages(chatID) {
		if m["kind"] == "reply" {
			continue
		}
		s := m["from"].(object)["email"].(string)
		for _, mark := range []string{"new", "outside"} {
			if m[mark] == true {
				s += " " + mark
			}
		}
		for _, field := range []string{"leg", "via"} {
			if m[field] != nil {
				s += fmt.Sprintf(" %s %s", field, m[field])
			}
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// waiting are the reasons and suggested clients of mail that waits, by its sender.
func (w *world) waiting() map[string]string {
	out := map[string]string{}
	for _, m := range w.Mails() {
		if m["state"] == "parked" {
			out[m["from"].(object)["email"].(string)] = m["reason"].(string)
		}
	}
	return out
}

// Answers to replies come into the chat by the internet message ids of the office, from
// whoever is known to it, and open a closed chat. Everybody else waits.
func TestAnswersToReplies(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		c := w.conversation()
		bank := w.Must("POST", "/api/clients", object{"number": "2002", "type": "organisation", "name": "Bank"})["id"]
		w.Must("POST", "/api/contacts", object{"name": "Loket", "emails": []string{"loket@bank.example"}, "clients": []any{bank}})
		w.Must("POST", "/api/contacts", object{"name": "Els", "emails": []string{"els@slager.example"}, "clients": []any{bank}})
		w.replied(c, "<r1@kantoor.example>", outbox.ModeReplyAll, "jan@bakker.example", "adviseur@elders.example")
		forward := w.replied(c, "<f1@kantoor.example>", outbox.ModeForward, "loket@bank.example")
		w.Must("PATCH", "/api/chats/"+c, object{"state": "closed"})

		for i, from := range []string{
			"jan@bakker.example",      // the contact
			"kees@bakker.example",     // a colleague of his
			"adviseur@elders.example", // to whom the reply went, too
			"vreemd@vreemd.example",   // to whom somebody passed it on
			"els@slager.example",      // the same, and a contact
		} {
			id := "In-Reply-To: <r1@kantoor.example>"
			if i == 0 {
				id = "In-Reply-To: r1@kantoor.example" // without brackets
			}
			raw := apptest.RawMail(from, "info@"+apptest.Domain, "Re: Vraag", fmt.Sprint("a", i), id)
			if i == 1 {
				raw = proven(from) + raw
			}
			w.Send(from, []string{"info@" + apptest.Domain}, raw)
		}
		w.Send("loket@bank.example", []string{"info@" + apptest.Domain},
			apptest.RawMail("loket@bank.example", "info@"+apptest.Domain, "Re: FW: Vraag", "b1", "In-Reply-To: <f1@kantoor.example>"))
		w.Pass(1)
		w.Send("loket@bank.example", []string{"info@" + apptest.Domain},
			apptest.RawMail("loket@bank.example", "info@"+apptest.Domain, "Re: FW: Vraag", "b2", "References: <x@y> <b1@elders.example>"))
		w.Pass(1)

		leg := " outside leg " + forward.ID
		want := []string{"adviseur@elders.example outside", "jan@bakker.example", "jan@bakker.example", "kees@bakker.example new",
			"loket@bank.example" + leg, "loket@bank.example" + leg}
		if got := w.senders(c); !slices.Equal(got, want) {
			t.Errorf("the chat has %q\nwant %q", got, want)
		}
		if got := w.waiting(); len(got) != 2 || got["vreemd@vreemd.example"] != "unknown-sender" ||
			got["els@slager.example"] != "several-clients" {
			t.Errorf("waiting: %v", got)
		}
		if chats := w.Chats(); len(chats) != 1 || chats[0]["state"] != "open" {
			t.Errorf("%d chats, %v", len(chats), chats[0]["state"])
		}
		// A person sees which chat the mail answers, and who chooses its client puts the mail
		// into it.
		for _, m := range w.Mails() {
			if m["state"] == "parked" {
				if got, _ := w.Must("GET", "/api/mails/"+m["id"].(string)+"/suggestions", nil)["chat"].(object); got["id"] != c {
					t.Errorf("%v answers %v", m["from"], got)
				}
			}
			if m["from"].(object)["email"] == "els@slager.example" {
				w.Must("POST", "/api/mails/"+m["id"].(string)+"/solve", object{"action": "choose-client", "client": w.Chats()[0]["client"]})
			}
		}
		w.Pass(1)
		if got := w.senders(c); len(got) != len(want)+1 || len(w.Chats()) != 1 {
			t.Errorf("after choosing the client the chat has %q", got)
		}
	})
}

// Mail of programs that answers a reply is one quiet line: it opens no chat, is unread
// for nobody and starts nothing. An out-of-office answer says until when and who
// replaces.
func TestQuietAnswers(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		c := w.conversation()
		r := w.replied(c, "<r1@kantoor.example>", outbox.ModeReplyAll, "jan@bakker.example", "adviseur@elders.example")
		w.Must("PATCH", "/api/chats/"+c, object{"state": "closed"})
		answer := func(from, id string, more ...string) {
			more = append(more, "In-Reply-To: <r1@kantoor.example>")
			raw := apptest.RawMail(from, "info@"+apptest.Domain, "Automatisch antwoord: Vraag", id, more...)
			raw = strings.Replace(raw, "Zie het onderwerp.", "Ik ben afwezig tot en met 14 januari. Mijn vervanger is Els de Boer.", 1)
			w.Send(from, []string{"info@" + apptest.Domain}, raw)
		}
		answer("jan@bakker.example", "o1", "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All")
		answer("adviseur@elders.example", "o2", "Auto-Submitted: auto-replied", "Precedence: bulk")
		receipt := apptest.RawMail("adviseur@elders.example", "info@"+apptest.Domain, "Gelezen: Vraag", "o3", "In-Reply-To: <r1@kantoor.example>")
		w.Send("adviseur@elders.example", []string{"info@" + apptest.Domain}, strings.Replace(receipt, "text/plain; charset=utf-8",
			"multipart/report; report-type=disposition-notification; boundary=x", 1))
		w.Pass(2)
		if n := w.unreadOf(c, r.Author); n != 0 {
			t.Errorf("%d unread", n)
		}
		if chats := w.Chats(); len(chats) != 1 || chats[0]["state"] != "closed" {
			t.Errorf("%d chats, the first is %v", len(chats), chats[0]["state"])
		}
		quiet := map[string]int{}
		for _, m := range w.messages(c) {
			if kind := m["kind"].(string); kind != "mail" && kind != "reply" {
				quiet[kind]++
				away, _ := m["away"].(object)
				if kind == "auto-reply" && (away["until"] != "2000-01-14" || away["replacement"] != "Els de Boer") {
					t.Errorf("%v is away: %v", m["from"], away)
				}
			}
		}
		if quiet["auto-reply"] != 2 || quiet["read-receipt"] != 1 {
			t.Errorf("quiet messages: %v", quiet)
		}
	})
}

// Exchange lists a sent mail before it can be read: it comes into its chat all the same.
func TestASentMailIsListedBeforeItIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		c := w.conversation()
		w.Pass(3) // the Sent Items have been read
		w.Tenant.Behave(sim.Behaviour{SentID: "late"})
		w.fromOutlook(info, "<vraag@elders.example>", "Antwoord", jan)
		w.Send(jan, []string{info}, apptest.RawMail(jan, info, "Nog iets", "nog", "In-Reply-To: <vraag@elders.example>"))
		w.Tick()
		if got := w.viaOutlook(c); len(got) != 0 {
			t.Fatalf("it was there at once: %q", got)
		}
		w.Pass(3)
		if got := w.viaOutlook(c); !slices.Equal(got, []string{"Antwoord out"}) {
			t.Errorf("the chat has %q", got)
		}
	})
}

// Exchange gives a reply another Message-ID, and a bank answers it before that is known.
// Its answer joins the chat as soon as it is.
func TestAnAnswerToAMessageIDThatIsNotKnownYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		c := w.conversation()
		w.Tenant.Behave(sim.Behaviour{NewMessageID: true})
		w.writeReply(c, "Ter info.", object{"mode": "forward", "to": []object{{"email": bank}}, "confirmed": []string{"outsider"}})
		w.soon(15 * time.Second)
		got := w.outside(bank)
		if len(got) != 1 {
			t.Fatalf("%d mails left", len(got))
		}
		w.Send(bank, []string{info}, apptest.RawMail(bank, info, "Re: FW: Vraag", "b1", "In-Reply-To: "+got[0].MessageID))
		w.Pass(2)
		if all := w.messages(c); len(all) != 3 || len(w.waiting()) != 0 {
			t.Errorf("%d messages, waiting: %v", len(all), w.waiting())
		}
	})
}
