package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/sim"
	"kantoorpost/shared/wiretest"
)

// graph calls Microsoft Graph as Outlook would, outside of the product.
func (w *world) graph(method, path string, body any) object {
	w.T.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {apptest.ClientID}, "client_secret": {apptest.ClientSecret},
		"scope": {w.URL + "/.default"}}
	send := func(method, url, kind, token string, body []byte) object {
		r := must.Get(http.NewRequestWithContext(w.T.Context(), method, url, bytes.NewReader(body)))(w.T)
		r.Header.Set("Content-Type", kind)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		res := must.Get(w.ToMicrosoft.RoundTrip(r))(w.T)
		var out object
		_ = json.NewDecoder(res.Body).Decode(&out) // an answer may be empty
		if res.StatusCode >= 300 {
			w.T.Fatalf("%s %s: %d %v", method, url, res.StatusCode, out)
		}
		return out
	}
	token := send("POST", w.URL+"/"+apptest.TenantID+"/oauth2/v2.0/token", "application/x-www-form-urlencoded", "",
		[]byte(form.Encode()))["access_token"].(string)
	var in []byte
	if body != nil {
		in, _ = json.Marshal(body)
	}
	return send(method, w.URL+"/v1.0"+path, "application/json", token, in)
}

// fromOutlook sends a mail from a mailbox that answers another, as Outlook does.
func (w *world) fromOutlook(from, answers, subject string, to ...string) {
	w.T.Helper()
	var recipients []object
	for _, email := range to {
		recipients = append(recipients, object{"emailAddress": object{"address": email}})
	}
	message := object{"subject": subject, "toRecipients": recipients,
		"body": object{"contentType": "html", "content": "<p>Vanuit Outlook.</p>"}}
	if answers != "" {
		message["singleValueExtendedProperties"] = []object{{"id": "String 0x1042", "value": answers},
			{"id": "String 0x1039", "value": "<x@y> " + answers}}
	}
	draft := w.graph("POST", "/users/"+from+"/messages", message)
	w.graph("POST", "/users/"+from+"/messages/"+draft["id"].(string)+"/send", nil)
}

// viaOutlook are the subjects of the mails via Outlook in a chat, with who sent them.
func (w *world) viaOutlook(chatID string) (out []string) {
	for _, m := range w.messages(chatID) {
		if m["via"] == "outlook" {
			s := m["subject"].(string) + " " + m["direction"].(string)
			if by, ok := m["by"].(object); ok {
				s += " by " + by["name"].(string)
			}
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

// What a team member answers in Outlook, from a shared or a personal mailbox, comes into
// the chat once, as a message of the office. Nothing else that people send is kept, and
// none of it is mail to be processed.
func TestAnswersFromOutlook(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		c := w.conversation()
		connector := w.Must("GET", "/api/connectors", nil)["items"].([]any)[0].(object)["id"].(string)
		w.Must("POST", "/api/connectors/"+connector+"/addresses", object{"address": "anna@" + apptest.Domain, "link": object{"kind": "contact"}})
		w.Pass(3)
		before := len(w.Mails())

		w.fromOutlook("info@"+apptest.Domain, "<vraag@elders.example>", "Antwoord", "jan@bakker.example")
		// also in the inbox of info@
		w.fromOutlook("anna@"+apptest.Domain, "<vraag@elders.example>", "Van Anna", "jan@bakker.example", "info@"+apptest.Domain)
		w.fromOutlook("anna@"+apptest.Domain, "", "Lunch?", "bram@elders.example")
		w.fromOutlook("anna@"+apptest.Domain, "<prive@elders.example>", "Privé", "moeder@thuis.example")
		w.Pass(3)
		want := []string{"Antwoord out", "Van Anna out by Anna"}
		if got := w.viaOutlook(c); !slices.Equal(got, want) {
			t.Errorf("the chat has %q, want %q", got, want)
		}
		if got := len(w.Mails()); got > before+1 { // the copy in the inbox of info@ is a mail
			t.Errorf("%d mails are listed, %d before", got, before)
		}
		if len(w.waiting()) != 0 {
			t.Errorf("waiting: %v", w.waiting())
		}
		for _, m := range w.messages(c) {
			if body, _ := m["body"].(string); m["via"] == "outlook" {
				if code, text := w.Call(apptest.Admin, "GET", body, ""); code != 200 || !strings.Contains(text, "Vanuit Outlook") {
					t.Errorf("body of %v: %d %.200s", m["subject"], code, text)
				}
			}
		}
		// The client answers what Anna wrote in Outlook.
		sent := w.Tenant.Outside("jan@bakker.example")
		last := sent[len(sent)-1].InternetMessageID
		w.Send("jan@bakker.example", []string{"anna@" + apptest.Domain},
			apptest.RawMail("jan@bakker.example", "anna@"+apptest.Domain, "Re: Van Anna", "terug", "In-Reply-To: "+last))
		w.Pass(2)
		if chats := w.Chats(); len(chats) != 1 {
			t.Errorf("%d chats", len(chats))
		}
	})
}

// A mailbox that is read for the first time brings the answers along that were written
// before, so that its conversations are whole.
func TestAnswersFromOutlookBeforeTheActivation(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		w.conversation()
		old := func(days int, from, to, subject, id, more string, sent bool) {
			env := sim.Envelope{From: from, To: []string{to}, At: time.Now().AddDate(0, 0, -days), Sent: sent}
			raw := "From: " + from + "\r\nTo: " + to + "\r\nSubject: " + subject + "\r\nMessage-ID: <" + id + ">\r\n" + more + "\r\nDag\r\n"
			must.Do(t, w.Tenant.Deliver(t.Context(), env, []byte(raw)))
		}
		old(10, "jan@bakker.example", "anna@"+apptest.Domain, "Oud", "oud@elders.example", "", false)
		old(9, "anna@"+apptest.Domain, "jan@bakker.example", "Re: Oud", "antwoord@"+apptest.Domain, "In-Reply-To: <oud@elders.example>\r\n", true)
		connector := w.Must("GET", "/api/connectors", nil)["items"].([]any)[0].(object)["id"].(string)
		w.Must("POST", "/api/connectors/"+connector+"/addresses", object{"address": "anna@" + apptest.Domain, "link": object{"kind": "contact"},
			"from": time.Now().AddDate(0, 0, -20)})
		w.Pass(4)
		for _, c := range w.Chats() {
			if c["subject"] == "Oud" || c["subject"] == "Re: Oud" {
				if got := w.viaOutlook(c["id"].(string)); !slices.Equal(got, []string{"Re: Oud out by Anna"}) {
					t.Errorf("the chat has %q", got)
				}
				return
			}
		}
		t.Errorf("the mail is in none of %v", w.Chats())
	})
}

// A mail that waits for a person and was answered in Outlook meanwhile brings that
// answer along when it is solved.
func TestAnswerFromOutlookBeforeItsMail(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		w.conversation()
		w.Send("piet@nieuw.example", []string{"info@" + apptest.Domain},
			apptest.RawMail("piet@nieuw.example", "info@"+apptest.Domain, "Kennismaking", "nieuw"))
		w.Pass(1)
		w.fromOutlook("info@"+apptest.Domain, "<nieuw@elders.example>", "Welkom", "piet@nieuw.example")
		w.Pass(3)
		if got := len(w.Chats()); got != 1 {
			t.Fatalf("%d chats", got)
		}
		client := w.Chats()[0]["client"]
		for _, m := range w.Mails() {
			if m["state"] == "parked" {
				w.Must("POST", "/api/mails/"+m["id"].(string)+"/solve", object{"action": "create-contact", "name": "Piet", "client": client})
			}
		}
		w.Pass(24)
		for _, c := range w.Chats() {
			if c["subject"] == "Kennismaking" {
				if got := w.viaOutlook(c["id"].(string)); !slices.Equal(got, []string{"Welkom out"}) {
					t.Errorf("the chat has %q", got)
				}
				return
			}
		}
		t.Error("the mail is in no chat")
	})
}

// A reply of the product is in the Sent Items too, and is no answer from Outlook: by its
// internet message id and, when Exchange changed that, by our property. The copy says from
// which address it left, which is not known yet when Exchange accepts it.
func TestOwnRepliesAreNotFromOutlook(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		c := w.conversation()
		store, _ := w.replies()
		for sent, id := range map[string]string{
			"<r1@kantoor.example>": "<r1@kantoor.example>", "<r2@kantoor.example>": "<changed@kantoor.example>",
		} {
			r := w.replied(c, sent, outbox.ModeReply, "jan@bakker.example")
			draft := w.graph("POST", "/users/info@"+apptest.Domain+"/messages", object{
				"subject": "Re: Vraag", "internetMessageId": id, "toRecipients": []object{{"emailAddress": object{"address": "jan@bakker.example"}}},
				"singleValueExtendedProperties": []object{
					{"id": "String 0x1042", "value": "<vraag@elders.example>"},
					{"id": "String {9b6d3c41-5a0e-4f7c-8a52-6f0f2d1c7e35} Name KantoorpostReply", "value": r.ID},
				},
			})
			w.graph("POST", "/users/info@"+apptest.Domain+"/messages/"+draft["id"].(string)+"/send", nil)
			w.Pass(4)
			if now, err := store.Load(t.Context(), r.ID); err != nil || !now.AliasRefused || now.InternetMessageID != id {
				t.Errorf("%s left from %s, and is shown as from %s: %v", id, now.Address, now.Alias, err)
			}
		}
		if got := w.viaOutlook(c); len(got) != 0 {
			t.Errorf("the chat has %q", got)
		}
		w.Send("jan@bakker.example", []string{"info@" + apptest.Domain},
			apptest.RawMail("jan@bakker.example", "info@"+apptest.Domain, "Re: Vraag", "a1", "In-Reply-To: <changed@kantoor.example>"))
		w.Pass(1)
		if chats := w.Chats(); len(chats) != 1 {
			t.Errorf("an answer to the changed Message-ID makes %d chats", len(chats))
		}
	})
}

// When somebody begins to write, the Sent Items are read at once.
func TestSentItemsAreReadWhenSomebodyWrites(t *testing.T) {
	simulated(t, func(t *testing.T, w *world) {
		c := w.conversation()
		w.Pass(1)
		w.fromOutlook("info@"+apptest.Domain, "<vraag@elders.example>", "Antwoord", "jan@bakker.example")
		w.Answers(200, "anna@"+apptest.Domain, "GET", "/api/chats/"+c+"/replies/new", nil)
		w.Drain()
		if got := w.viaOutlook(c); !slices.Equal(got, []string{"Antwoord out"}) {
			t.Errorf("the chat has %q", got)
		}
	})
}

// comesBack is an office to which an answer of the client, a delivery report and an
// answer from Outlook come back.
func comesBack(t *testing.T) (w *world, ending func() string) {
	w = newWorld(t)
	c := w.conversation()
	r := w.replied(c, "<r1@kantoor.example>", outbox.ModeReplyAll, "jan@bakker.example", "els@bakker.example")
	w.Send("jan@bakker.example", []string{"info@" + apptest.Domain},
		apptest.RawMail("jan@bakker.example", "info@"+apptest.Domain, "Re: Vraag", "a1", "In-Reply-To: <r1@kantoor.example>"))
	w.Send("", []string{"info@" + apptest.Domain}, ndr("<r1@kantoor.example>", "els@bakker.example", "failed", "5.1.1"))
	w.fromOutlook("info@"+apptest.Domain, "<vraag@elders.example>", "Antwoord", "jan@bakker.example")
	return w, func() string {
		var kinds []string
		for _, m := range w.messages(c) {
			kinds = append(kinds, m["kind"].(string)+" "+m["subject"].(string))
		}
		slices.Sort(kinds)
		return fmt.Sprintf("%s\n%s\n%d chats, %d mails, unread %t\n%v", w.outcome(r), strings.Join(kinds, "\n"), len(w.Chats()), len(w.Mails()),
			w.unreadOf(c, r.Author) > 0, w.waiting())
	}
}

// Any call to Graph, a table or a queue may fail, in each of three ways: what comes
// back has its effect once.
func TestWhatComesBackWhateverFails(t *testing.T) {
	want, calls := "", 0
	synctest.Test(t, func(t *testing.T) {
		w, ending := comesBack(t)
		count := w.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Pass })
		w.Pass(3)
		calls = count()
		want = ending()
		if !strings.HasPrefix(want, "bounced: jan@bakker.example sent els@bakker.example bounced 5.1.1\ndelivery-report") ||
			!strings.Contains(want, "\n1 chats, 3 mails, unread true\nmap[]") || strings.Count(want, "\n") != 7 {
			t.Errorf("nothing failed, and yet\n%s", want)
		}
	})
	for _, f := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose, wiretest.Hang} {
		for at := 0; at < calls; at += wiretest.Stride() {
			t.Run(fmt.Sprintf("fault %d/%d", f, at), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w, ending := comesBack(t)
					w.Fault(wiretest.At(at, f))
					w.Pass(3)
					w.Recover()
					if got := ending(); got != want {
						t.Errorf("fault %d at call %d of %d:\n%s\nwant\n%s", f, at, calls, got, want)
					}
				})
			})
		}
	}
}
