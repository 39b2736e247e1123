package app_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/app"
	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

// The person of these tests, and every word that is hers alone.
const petra = "petra@zwart.example"

var hers = []string{"petra", "zwart", "xylofoon", "hobo"}

// traces returns where the tables, the files and the queues still hold one of some words.
func (w *world) traces(words ...string) (found []string) {
	w.T.Helper()
	look := func(where, text string) {
		for _, word := range words {
			if strings.Contains(strings.ToLower(text), word) {
				found = append(found, where+" has "+word)
			}
		}
	}
	for name, rows := range w.Tables.Snapshot(w.T) {
		for _, r := range rows {
			where, body := name+" "+r.Key, []byte(nil)
			look(where, r.Key)
			for n := range r.Props {
				if piece, ok := r.Props[fmt.Sprintf("gzip%02d", len(body)/(60<<10))].([]byte); ok {
					body = append(body, piece...)
				}
				look(where+" "+n, fmt.Sprint(r.Props[n]))
			}
			if body != nil {
				z := must.Get(gzip.NewReader(bytes.NewReader(body)))(w.T)
				look(where, string(must.Get(io.ReadAll(z))(w.T)))
			}
		}
	}
	for id, b := range w.Blobs.Snapshot(app.Uploads) {
		look("file "+id, string(b.Content))
		for _, value := range b.Metadata {
			plain, _ := base64.RawURLEncoding.DecodeString(value)
			look("file "+id, string(plain))
		}
	}
	for _, q := range app.QueueNames() {
		look("queue "+q, strings.Join(w.Queues.Texts(q), "\n"))
	}
	return found
}

// letter is a mail of somebody with a text and more header fields.
func (w *world) letter(from, to, id, subject, text string, more ...string) {
	w.T.Helper()
	address := from[strings.LastIndexByte(from, '<')+1:]
	raw := apptest.RawMail(from, to, subject, id, more...)
	w.Send(strings.TrimSuffix(address, ">"), []string{to}, raw+text+"\r\n")
}

// withPetra is an office in which mail of Petra's is in every state and place, and mail of others
// names her. It returns her contact and the chat of Jan's in which she wrote.
func (w *world) withPetra() (contact, jans string) {
	w.T.Helper()
	info, name := "info@"+apptest.Domain, "Petra Zwart <"+petra+">"
	client := w.First("/api/clients")
	w.letter(name, info, "x1", "Xylofoon eerste", "Mijn hobo.")
	w.letter(name, info, "x2", "Xylofoon weg", "Mijn hobo is stuk.")
	w.letter("Jan Jansen <"+jan+">", info, "j1", "Btw", "Zie bijlage van Jan.", "Cc: "+name)
	w.Pass(1)
	w.Must("POST", "/api/mails/"+w.ID("Xylofoon weg")+"/solve", object{"action": "dismiss"})
	w.Must("POST", "/api/mails/"+w.ID("Xylofoon eerste")+"/solve",
		object{"action": "create-contact", "name": "Petra Zwart", "client": client})
	w.letter(name, info, "x3", "Re: Btw", "Ik lees mee met mijn hobo.", "In-Reply-To: <j1@elders.example>")
	w.letter(name, info, "x4", "Xylofoon tweede", "Nog een hobo.")
	w.letter("Spook <"+petra+">", info, "x5", "Xylofoon afwezig", "Hobo.", "Auto-Submitted: auto-replied")
	w.Pass(2)
	chat := w.chatOf("Xylofoon eerste")["id"]
	file := object{}
	if code := w.Ask(anna, "POST", "/api/uploads?name=xylofoon.txt", "De hobo van de zaak", &file); code >= 300 {
		w.T.Fatal(code, w.Answered[len(w.Answered)-1])
	}
	to := []object{{"email": petra, "name": "Petra Zwart"}}
	w.writeReply(chat, "De xylofoon klopt.", object{"to": to, "attachments": []any{file["id"]}, "confirmed": []string{"outsider"}})
	w.Pass(1)
	w.Must("POST", fmt.Sprint("/api/chats/", chat, "/notes"), object{"body": "Bel over de hobo"})
	tomorrow := time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
	w.writeReply(chat, "Morgen de xylofoon.", object{"to": to, "sendAt": tomorrow, "confirmed": []string{"outsider"}})
	if code := w.Ask(anna, "PUT", fmt.Sprint("/api/chats/", chat, "/draft"), object{"text": "Een hobo in concept"}, nil); code >= 300 {
		w.T.Fatal(code, w.Answered[len(w.Answered)-1])
	}
	jans = w.chatOf("Btw")["id"].(string)
	w.writeReply(jans, "Beste Jan, akkoord.", object{"cc": to, "confirmed": []string{"outsider"}})
	moved := w.chatOf("Xylofoon tweede")["id"]
	w.Must("POST", fmt.Sprint("/api/chats/", moved, "/messages/", w.newest(moved)["id"], "/move"), object{"chat": chat})
	w.Pass(2)
	return w.Named("/api/contacts", "name", "Petra Zwart"), jans
}

// Nothing of an erased contact is left in any row, file or queue; what is of others stays.
func TestAnErasedContactLeavesNothing(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		contact, jans := w.withPetra()
		for _, word := range hers {
			if len(w.traces(word)) < 3 {
				t.Fatalf("%s is in hardly any row: that proves nothing", word)
			}
		}
		messages, before := len(w.messagesOf(jans)), len(w.Chats())
		if got := w.Must("POST", "/api/contacts/"+contact+"/erase", nil); got["finished"] != true {
			t.Errorf("answered %v", got)
		}
		w.erased(t, contact)
		if n := len(w.messagesOf(jans)); n != messages || len(w.Chats()) != before {
			t.Errorf("%d messages of %d, %d chats of %d", n, messages, len(w.Chats()), before)
		}
		if len(w.traces("zie bijlage van jan")) == 0 || len(w.traces("beste jan, akkoord")) == 0 {
			t.Error("what Jan wrote, or what was written to him, is gone")
		}

		// The mailbox is read from its beginning, and she writes again.
		must.Do(t, w.Tenant.ForgetDeltaLinks("info@"+apptest.Domain))
		w.Pass(2)
		w.erased(t, contact)
		for i, answers := range []string{"x1", "x3"} {
			w.letter(petra, "info@"+apptest.Domain, fmt.Sprint("y", i), fmt.Sprint("Nieuw ", i), "Dag.",
				"In-Reply-To: <"+answers+"@elders.example>")
		}
		w.Pass(1)
		for i := range 2 {
			if m := w.Mail(fmt.Sprint("Nieuw ", i)); m["reason"] != "unknown-sender" {
				t.Errorf("a later mail is %v: %v", m["state"], m["reason"])
			}
		}
		w.Must("POST", "/api/mails/"+w.ID("Nieuw 0")+"/solve",
			object{"action": "create-contact", "name": "Opnieuw", "client": w.First("/api/clients")})
		w.Pass(1)
		if m := w.Mail("Nieuw 0"); m["state"] != "processed" || len(w.messagesOf(m["chat"])) != 1 {
			t.Errorf("the later mail is in %v, with %d messages", m["chat"], len(w.messagesOf(m["chat"])))
		}
	})
}

// erased checks that nothing is left of Petra, and that the audit says so.
func (w *world) erased(t *testing.T, contact string) {
	t.Helper()
	for _, where := range w.traces(hers...) {
		t.Error(where)
	}
	var actions []string
	for _, e := range w.Must("GET", "/api/audit?limit=100", nil)["items"].([]any) {
		if e := e.(object); e["object"] == "contact "+contact {
			actions = append(actions, e["action"].(string))
		}
	}
	if !slices.Contains(actions, "contact.erase") || !slices.Contains(actions, "contact.erased") {
		t.Errorf("the audit has %v", actions)
	}
}

// An erasure that was killed goes on by itself, wherever it was.
func TestAnErasureGoesOnAfterAKill(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		contact, _ := w.withPetra()
		breakAfter := func(calls int) {
			w.ToTables.Reset()
			w.ToTables.Fault(func(n int, _ *http.Request) wiretest.Fault {
				if n >= calls {
					return wiretest.Refuse
				}
				return wiretest.Pass
			})
		}
		for calls := 5; len(w.traces("erasure|"+contact)) == 0; calls++ { // until the request is stored, and no more
			breakAfter(calls)
			w.Ask(apptest.Admin, "POST", "/api/contacts/"+contact+"/erase", nil, nil)
			w.Heal()
		}
		kills := 0
		for ; kills < 60; kills++ {
			w.Heal()
			if len(w.traces("erasure|"+contact)) == 0 {
				break
			}
			w.Start() // another process
			breakAfter(40 + 7*kills)
			time.Sleep(5 * time.Minute) // simulated
			w.Tick()
		}
		if kills < 3 {
			t.Errorf("it was killed %d times: that proves nothing", kills)
		}
		w.erased(t, contact)
	})
}

// An export has all that is hers, as JSON, and says to the audit that it was made.
func TestAContactIsExported(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		contact, _ := w.withPetra()
		code, text := w.Call(apptest.Admin, "GET", "/api/contacts/"+contact+"/export", "")
		var got map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &got); err != nil || code != http.StatusOK {
			t.Fatalf("%d: %v: %.300s", code, err, text)
		}
		for kind, want := range map[string][]string{
			"contact": {"Petra Zwart"}, "rules": {petra}, "drafts": {"Een hobo in concept"}, "chats": {"Xylofoon eerste"},
			"messages": {"Bel over de hobo", "Re: Btw"}, "mails": {"Mijn hobo is stuk.", "Ik lees mee", "Zie bijlage van Jan"},
			"replies": {"De xylofoon klopt", "xylofoon.txt", "Morgen de xylofoon"}, "audit": {contact},
		} {
			for _, part := range want {
				if !strings.Contains(string(got[kind]), part) {
					t.Errorf("%s has no %q: %.200s", kind, part, got[kind])
				}
			}
		}
		if e := w.Must("GET", "/api/audit?limit=1", nil)["items"].([]any)[0].(object); e["action"] != "contact.export" {
			t.Errorf("the audit has %v", e)
		}
	})
}
