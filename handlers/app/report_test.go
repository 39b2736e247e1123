package app_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/sim"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

// replies opens the replies of the office, as the function that sends has them.
func (w *world) replies() (*outbox.Store, *chat.Store) {
	w.T.Helper()
	tables := must.Get(table.Open(storage.Account{ConnectionString: tabletest.Connection, Transport: w.Tables.Transport()}))(w.T)
	chats := chat.NewStore(tables.Table("mails"))
	return outbox.NewStore(tables.Table("mails"), chats), chats
}

// replied stores a reply of Anna that left as the mail with an internet message id.
func (w *world) replied(chatID, messageID string, mode outbox.Mode, to ...string) outbox.Reply {
	w.T.Helper()
	store, chats := w.replies()
	ctx := w.T.Context()
	c, err := chats.Get(ctx, chatID)
	if err != nil {
		w.T.Fatal(err)
	}
	r := outbox.Reply{Chat: chatID, Mailbox: "box", Address: "info@" + apptest.Domain, Mode: mode, Author: c.Members[0], Subject: "RE: Vraag",
		LeavesAt: time.Now(), Since: c.Sequence, Alias: "kantoor@" + apptest.Domain}
	for _, email := range to {
		r.To = append(r.To, outbox.Recipient{Email: email})
	}
	step := func(got outbox.Reply, err error) {
		w.T.Helper()
		if err != nil {
			w.T.Fatal(err)
		}
		r = got
	}
	step(store.Create(ctx, outbox.New{Reply: r, HTML: "<p>Dag</p>", Check: func(chat.Chat) error { return nil }}))
	step(store.Claim(ctx, r))
	step(store.SaveDraftIDs(ctx, r, "draft"+messageID, messageID))
	step(store.SaveSendStarted(ctx, r))
	step(store.MarkSent(ctx, r, time.Now()))
	if c, err = chats.Get(ctx, chatID); err == nil {
		err = chats.MarkSeen(ctx, c, r.Author, 0)
	}
	if err != nil {
		w.T.Fatal(err)
	}
	return r
}

// unreadOf is how much of a chat a member has not seen.
func (w *world) unreadOf(chatID, member string) int64 {
	w.T.Helper()
	_, chats := w.replies()
	c := must.Get(chats.Get(w.T.Context(), chatID))(w.T)
	n, _, err := chats.Unread(w.T.Context(), c, member)
	if err != nil {
		w.T.Fatal(err)
	}
	return n
}

// outcome is what became of a reply, such as "bounced: jan@bakker.example bounced 5.1.1".
func (w *world) outcome(r outbox.Reply) string {
	w.T.Helper()
	store, _ := w.replies()
	r = must.Get(store.Load(w.T.Context(), r.ID))(w.T)
	out := string(r.State) + ":"
	for _, to := range r.Recipients() {
		out += strings.TrimRight(fmt.Sprintf(" %s %s %s", to.Email, to.State, to.Status), " ")
	}
	return out
}

// ndr is the report of a mail system on a mail.
func ndr(messageID, recipient, action, status string) string {
	return strings.ReplaceAll(`From: Mail Delivery System <MAILER-DAEMON@mx.provider.example>
To: info@`+apptest.Domain+`
Subject: Undelivered Mail Returned to Sender
Message-ID: <report-`+strings.Trim(messageID, "<>")+action+recipient+`>
Date: Mon, 23 Nov 2026 10:00:00 +0100
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

This is the mail system at host mx.provider.example.

<`+recipient+`>: `+action+` (`+status+`)

Message-ID: `+messageID+`
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.provider.example

Final-Recipient: rfc822; `+recipient+`
Action: `+action+`
Status: `+status+`
--b
Content-Type: text/rfc822-headers

Message-ID: `+messageID+`
From: info@`+apptest.Domain+`
To: `+recipient+`
--b--
`, "\n", "\r\n")
}

// conversation is an office with one chat, whose contact wrote one mail.
func (w *world) conversation() (chatID string) {
	w.T.Helper()
	w.Office()
	w.Send("jan@bakker.example", []string{"info@" + apptest.Domain},
		apptest.RawMail("jan@bakker.example", "info@"+apptest.Domain, "Vraag", "vraag"))
	w.Pass(1)
	chats := w.Chats()
	if len(chats) != 1 {
		w.T.Fatalf("%d chats", len(chats))
	}
	return chats[0]["id"].(string)
}

// messages are those of a chat, newest first.
func (w *world) messages(chatID string) (out []object) {
	w.T.Helper()
	for _, m := range w.Must("GET", "/api/chats/"+chatID+"/messages?limit=200", nil)["items"].([]any) {
		out = append(out, m.(object))
	}
	return out
}

// A delivery report sets the state of the recipient whom it names on the reply whose
// id it names, whoever sent it. It joins the chat, unread for nobody; a reply that did
// not arrive is unread for its author.
func TestDeliveryReports(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		c := w.conversation()
		one := w.replied(c, "<r1@kantoor.example>", outbox.ModeReplyAll, "jan@bakker.example", "els@bakker.example")
		two := w.replied(c, "<r2@kantoor.example>", outbox.ModeReply, "jan@bakker.example")
		author := one.Author
		report := func(raw string) {
			w.Send("", []string{"info@" + apptest.Domain}, raw)
			w.Pass(1)
		}
		want := func(first, second string) {
			t.Helper()
			if got := w.outcome(one); got != first {
				t.Errorf("the first reply is %q, want %q", got, first)
			}
			if got := w.outcome(two); got != second {
				t.Errorf("the second reply is %q, want %q", got, second)
			}
		}
		report(ndr("<r1@kantoor.example>", "els@bakker.example", "delayed", "4.4.1"))
		want("sent: jan@bakker.example sent els@bakker.example delayed 4.4.1", "sent: jan@bakker.example sent")
		if n := w.unreadOf(c, author); n != 0 {
			t.Errorf("a delay makes %d unread", n)
		}
		report("Authentication-Results: spf=fail; dkim=fail; dmarc=fail header.from=mx.provider.example; compauth=fail reason=000\r\n" +
			ndr("<r1@kantoor.example>", "els@bakker.example", "failed", "5.1.1"))
		want("bounced: jan@bakker.example sent els@bakker.example bounced 5.1.1", "sent: jan@bakker.example sent")
		if n := w.unreadOf(c, author); n != 1 {
			t.Errorf("a reply that did not arrive makes %d unread for its author", n)
		}
		report(ndr("<r2@kantoor.example>", "jan@bakker.example", "relayed", "2.0.0"))
		want("bounced: jan@bakker.example sent els@bakker.example bounced 5.1.1", "sent: jan@bakker.example delivered 2.0.0")

		kinds := map[string]int{}
		for _, m := range w.messages(c) {
			kinds[m["kind"].(string)]++
		}
		if kinds["delivery-report"] != 3 || kinds["reply"] != 2 {
			t.Errorf("messages of the chat by kind: %v", kinds)
		}
		if len(w.Chats()) != 1 {
			t.Error("a report starts a chat")
		}
	})
}

// A report counts only for mail that this office sent, and only when it names a
// recipient of that mail. Any other waits for a person.
func TestDeliveryReportOfOtherMail(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		c := w.conversation()
		r := w.replied(c, "<r1@kantoor.example>", outbox.ModeReply, "jan@bakker.example")
		for _, raw := range []string{
			ndr("<other@elders.example>", "jan@bakker.example", "failed", "5.1.1"),
			ndr("<vraag@elders.example>", "info@"+apptest.Domain, "failed", "5.1.1"), // a mail that came in
			ndr("<r1@kantoor.example>", "els@bakker.example", "failed", "5.1.1"),
		} {
			w.Send("", []string{"info@" + apptest.Domain}, raw)
		}
		w.Pass(1)
		if got := w.outcome(r); got != "sent: jan@bakker.example sent" {
			t.Errorf("the reply is %q", got)
		}
		waiting := 0
		for _, m := range w.Mails() {
			if m["state"] == "parked" && m["reason"] == "bounce" {
				waiting++
			}
		}
		if waiting != 3 {
			t.Errorf("%d reports wait, want 3", waiting)
		}
	})
}

// Mail that speaks of reports, and is none, changes no reply, however exactly it names one and
// its recipient.
func TestMailThatIsNoReport(t *testing.T) {
	const labels = "Ontvanger: jan@bakker.example\r\nMessage-ID: <r1@kantoor.example>\r\nStatus: 5.1.1\r\n"
	info := "info@" + apptest.Domain
	inThread := "In-Reply-To: <r1@kantoor.example>"
	for name, x := range map[string]struct {
		sender, subject string
		headers         []string
	}{
		"a client quotes a report": {jan, "Fwd: Undelivered Mail Returned to Sender", []string{inThread}},
		"a client answers one":     {jan, "Re: Onbestelbaar: Vraag", []string{inThread}},
		"out of office":            {"", "Automatisch antwoord: Vraag", []string{inThread, "Auto-Submitted: auto-replied"}},
		"out of office of Exchange": {"", "Niet aanwezig",
			[]string{inThread, "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All"}},
		"a newsletter about reports": {"nieuws@mailing.example", "Delivery status notification uitgelegd",
			[]string{"List-Id: <tips.mailing.example>"}},
		"a newsletter without return path": {"", "Bounces: niet bezorgd, wat nu?",
			[]string{"List-Id: <tips.mailing.example>", "Precedence: bulk"}},
	} {
		t.Run(name, func(t *testing.T) {
			simulated(t, func(t *testing.T, w *world) {
				r := w.replied(w.conversation(), "<r1@kantoor.example>", outbox.ModeReply, jan)
				raw := apptest.RawMail(cmp.Or(x.sender, jan), info, x.subject, "geen-rapport", x.headers...)
				w.Send(x.sender, []string{info}, raw+labels)
				w.Pass(1)
				if got := w.outcome(r); got != "sent: jan@bakker.example sent" {
					t.Errorf("the reply is %q", got)
				}
				for _, m := range w.Mails() {
					if m["reason"] == "bounce" {
						t.Errorf("taken for a report: %v", m["subject"])
					}
				}
			})
		})
	}
}

// The contact whose address does not exist shows since when; later mail from it
// removes that.
func TestUndeliverableAddress(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		c := w.conversation()
		w.replied(c, "<r1@kantoor.example>", outbox.ModeReply, "jan@bakker.example")
		undeliverable := func() object {
			contacts := w.Must("GET", "/api/contacts?search=jan", nil)["items"].([]any)
			u, _ := contacts[0].(object)["undeliverable"].(object)
			return u
		}
		w.Send("", []string{"info@" + apptest.Domain}, ndr("<r1@kantoor.example>", "jan@bakker.example", "failed", "5.2.2"))
		w.Pass(1)
		if u := undeliverable(); len(u) != 0 {
			t.Errorf("a full mailbox makes the address undeliverable: %v", u)
		}
		w.replied(c, "<r2@kantoor.example>", outbox.ModeReply, "jan@bakker.example")
		w.Send("", []string{"info@" + apptest.Domain}, ndr("<r2@kantoor.example>", "jan@bakker.example", "failed", "5.1.1"))
		w.Pass(1)
		if u := undeliverable(); u["jan@bakker.example"] == nil {
			t.Errorf("the contact says %v", u)
		}
		w.Send("jan@bakker.example", []string{"info@" + apptest.Domain},
			apptest.RawMail("jan@bakker.example", "info@"+apptest.Domain, "Weer bereikbaar", "weer"))
		w.Pass(1)
		if u := undeliverable(); len(u) != 0 {
			t.Errorf("after a mail from the address the contact says %v", u)
		}
	})
}

// A report is read although the call for its content fails once or always. Other mail
// of that page comes in meanwhile.
func TestDeliveryReportWithoutContent(t *testing.T) {
	for name, failures := range map[string]int{"fails once": 1, "always fails": 1000} {
		t.Run(name, func(t *testing.T) {
			simulated(t, func(t *testing.T, w *world) {
				c := w.conversation()
				r := w.replied(c, "<r1@kantoor.example>", outbox.ModeReply, "jan@bakker.example")
				var failed atomic.Int64
				w.ToMicrosoft.Fault(wiretest.When(wiretest.Refuse, func(_ int, r *http.Request) bool {
					return strings.HasSuffix(r.URL.Path, "/$value") && failed.Add(1) <= int64(failures)
				}))
				w.Send("", []string{"info@" + apptest.Domain}, ndr("<r1@kantoor.example>", "jan@bakker.example", "failed", "5.1.1"))
				w.Send("jan@bakker.example", []string{"info@" + apptest.Domain},
					apptest.RawMail("jan@bakker.example", "info@"+apptest.Domain, "Tussendoor", "tussen"))
				w.Pass(1)
				if got := apptest.Subjects(w.Mails(), "processed"); !slices.Contains(got, "Tussendoor") {
					t.Errorf("mail of a person waits for a report: %v", got)
				}
				w.Pass(12)
				if got := w.outcome(r); got != "bounced: jan@bakker.example bounced 5.1.1" {
					t.Errorf("the reply is %q after %d failures", got, failed.Load())
				}
				if failed.Load() == 0 {
					t.Error("the content was never asked for")
				}
			})
		})
	}
}

// Anna writes a reply to three people. One does not exist, the server of the second does
// not answer, and the third is away. Exchange's reports come back, with their headers
// and without.
func TestWhatAReplyBringsBack(t *testing.T) {
	for _, without := range []bool{false, true} {
		t.Run(fmt.Sprint("without headers ", without), func(t *testing.T) {
			simulated(t, func(t *testing.T, w *world) {
				c := w.conversation()
				w.Tenant.Behave(sim.Behaviour{ReportsWithoutHeaders: without})
				reply := w.writeReply(c, "Zie bijlage.", object{
					"to": []object{{"email": jan}, {"email": "unknown@bakker.example"}},
					"cc": []object{{"email": "delay-4.4.7@traag.example"}, {"email": "away-els@bakker.example"}}, "hold": 0,
					"confirmed": []string{"outsider", "attachment"},
				})
				w.soon(time.Minute)
				w.Pass(4)
				got := w.reply(c, reply["id"])
				states := map[string]string{}
				for _, r := range got["recipients"].([]any) {
					r := r.(object)
					states[r["email"].(string)] = strings.TrimSpace(fmt.Sprint(r["state"], " ", r["status"]))
				}
				if got["state"] != "bounced" || states["unknown@bakker.example"] != "bounced 5.1.1" ||
					states["delay-4.4.7@traag.example"] != "delayed 4.4.7" ||
					!strings.HasPrefix(states[jan], "sent") {
					t.Errorf("the reply is %v: %v", got["state"], states)
				}
				kinds := map[string]int{}
				for _, m := range w.messages(c) {
					kinds[m["kind"].(string)]++
				}
				if kinds["delivery-report"] != 2 || kinds["auto-reply"] != 1 || kinds["mail"] != 1 || len(w.Chats()) != 1 {
					t.Errorf("the chat has %v", kinds)
				}
				if waiting := w.waiting(); len(waiting) != 0 {
					t.Errorf("waiting: %v", waiting)
				}
			})
		})
	}
}
