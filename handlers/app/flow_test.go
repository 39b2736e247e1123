package app_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
)

// Mails of one page are stored together. When another mailbox was faster with one of them,
// an answer among them still joins the chat of the mail that it answers.
func TestAnswerInAnOvertakenPage(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		w.Tick()
		const jan = "jan@bakker.example"
		info, loon := "info@"+apptest.Domain, "loon@"+apptest.Domain
		copied := apptest.RawMail(jan, info+", "+loon, "Jaaropgave", "c1")
		w.Send(jan, []string{loon}, copied)
		w.Pass(1)
		w.Send(jan, []string{info}, copied)
		time.Sleep(time.Second) // simulated
		w.Receive(jan, info, "Btw", "a1")
		time.Sleep(time.Second)
		w.Receive(jan, info, "Re: Btw", "a2", "In-Reply-To: <a1@elders.example>")
		w.Pass(2)
		if chats := w.Chats(); len(chats) != 2 || w.Mail("Re: Btw")["chat"] != w.Mail("Btw")["chat"] {
			t.Errorf("%d chats, want 2: %v", len(chats), chats)
		}
	})
}

// The main job, end to end: what a client writes becomes a chat with the right
// team members; what cannot be placed waits with its reason.
func TestMailBecomesChat(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		w.Tick()
		info, loon := "info@"+apptest.Domain, "loon@"+apptest.Domain
		w.Send("jan@bakker.example", []string{info}, apptest.RawMail("Jan <jan@bakker.example>", info, "Btw-aangifte", "a1"))
		w.Receive("jan@bakker.example", info, "Re: Btw-aangifte", "a2", "In-Reply-To: <a1@elders.example>")
		w.Receive("piet@onbekend.example", info, "Kennismaking", "b1")
		w.Send("jan@bakker.example", []string{info, loon}, apptest.RawMail("jan@bakker.example", info+", "+loon, "Jaaropgave", "c1"))
		w.Pass(1)

		mails := w.Mails()
		if got := apptest.Subjects(mails, "processed"); !slices.Equal(got,
			[]string{"Btw-aangifte", "Jaaropgave", "Jaaropgave", "Re: Btw-aangifte"}) {
			t.Errorf("in chats: %v", got)
		}
		for _, m := range mails {
			if m["state"] == "parked" && (m["subject"] != "Kennismaking" || m["reason"] != "unknown-sender") {
				t.Errorf("parked: %v", m)
			}
		}
		chats := w.Chats()
		if len(chats) != 2 {
			t.Fatalf("%d chats, want 2: %v", len(chats), chats)
		}
		for _, c := range chats {
			members, messages := len(c["members"].([]any)), c["messages"]
			switch c["subject"] {
			case "Btw-aangifte": // role: the first who has it; the answer joins
				if members != 1 || messages != 2.0 {
					t.Errorf("chat of a role and an answer: %v", c)
				}
			case "Jaaropgave": // at two addresses: one chat with the members of both
				if members != 3 || messages != 1.0 {
					t.Errorf("chat of a mail at two addresses: %v", c)
				}
			}
		}

		// The sender becomes a contact: the mail that waited is decided again.
		client := w.Must("GET", "/api/clients", nil)["items"].([]any)[0].(object)["id"]
		w.Must("POST", "/api/contacts", object{"name": "Piet", "emails": []string{"piet@onbekend.example"}, "clients": []any{client}})
		w.Pass(1)
		if got := apptest.Subjects(w.Mails(), "parked"); len(got) != 0 {
			t.Errorf("still parked: %v", got)
		}
		if len(w.Poisoned) > 0 {
			t.Errorf("poisoned: %v", w.Poisoned)
		}
	})
}

// Jobs are done in any order, and mails of one second have no order. An answer
// joins the chat of the mail that it answers, also when it is decided first.
func TestAnswerBeforeWhatItAnswers(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		w.Tick()
		info := "info@" + apptest.Domain
		for i := range 10 {
			id := fmt.Sprint("q", i)
			w.Receive("jan@bakker.example", info, "Re: Vraag", id+"r", "In-Reply-To: <"+id+"@elders.example>")
			w.Receive("jan@bakker.example", info, "Vraag", id)
		}
		w.Pass(1)
		chats := w.Chats()
		if len(chats) != 10 {
			t.Errorf("%d chats, want 10", len(chats))
		}
		for _, c := range chats {
			if c["messages"] != 2.0 || c["subject"] != "Vraag" {
				t.Errorf("chat %v has %v messages, want 2", c["subject"], c["messages"])
			}
		}
		w.Check(t)
	})
}

// A team member sees the mail of addresses that he or she is linked with, a
// manager all of it; what may not be seen does not exist.
func TestWhoSeesWhichMail(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		w.Must("POST", "/api/team-members", object{"name": "Gast", "email": "gast@" + apptest.Domain, "rights": "reader", "active": true})
		w.Tick()
		w.Send("jan@bakker.example", []string{"info@" + apptest.Domain},
			apptest.RawMail("jan@bakker.example", "info@"+apptest.Domain, "Aan info", "a1"))
		w.Send("jan@bakker.example", []string{"loon@" + apptest.Domain},
			apptest.RawMail("jan@bakker.example", "loon@"+apptest.Domain, "Aan loon", "a2"))
		w.Pass(1)
		ids := map[string]string{}
		for _, m := range w.Mails() {
			ids[m["subject"].(string)] = m["id"].(string)
		}
		for who, want := range map[string][]string{
			"anna":  {"Aan info"},             // by role
			"bram":  {"Aan info", "Aan loon"}, // by role and by team
			"carla": {"Aan info", "Aan loon"}, // manager
			"gast":  {},
		} {
			var page struct{ Items []object }
			if code := w.Ask(who+"@"+apptest.Domain, "GET", "/api/mails", nil, &page); code != 200 {
				t.Errorf("%s: list answers %d", who, code)
			}
			got := []string{}
			for _, m := range page.Items {
				got = append(got, m["subject"].(string))
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s sees %v, want %v", who, got, want)
			}
			for subject, id := range ids {
				for _, path := range []string{"", "/body"} {
					code := w.Ask(who+"@"+apptest.Domain, "GET", "/api/mails/"+id+path, nil, nil)
					if seen := slices.Contains(want, subject); seen && code != 200 || !seen && code != 404 {
						t.Errorf("%s: mail %q%s answers %d", who, subject, path, code)
					}
				}
			}
		}
		// A chat is seen by who takes part.
		var mine struct{ Items []object }
		w.Ask("anna@"+apptest.Domain, "GET", "/api/chats", nil, &mine)
		if len(mine.Items) != 1 || mine.Items[0]["subject"] != "Aan info" {
			t.Errorf("anna's chats: %v", mine.Items)
		}
		for _, c := range w.Chats() {
			code := w.Ask("anna@"+apptest.Domain, "GET", "/api/chats/"+c["id"].(string)+"/messages", nil, nil)
			if own := c["subject"] == "Aan info"; own && code != 200 || !own && code != 404 {
				t.Errorf("anna: messages of chat %q answer %d", c["subject"], code)
			}
		}
		w.Answers(401, "", "GET", "/api/mails", nil)                       // nobody
		w.Answers(403, "vreemd@"+apptest.Domain, "GET", "/api/mails", nil) // a stranger
	})
}

// Lists over several mailboxes come in pages without a gap and without a mail
// twice, newest first; filters hold.
func TestListsInPages(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		w.Tick()
		for i := range 25 {
			box := []string{"info@", "loon@"}[i%2] + apptest.Domain
			from := []string{"jan@bakker.example", "wie@onbekend.example"}[i%3/2]
			w.Receive(from, box, fmt.Sprintf("Mail %02d", i), fmt.Sprint("p", i))
			time.Sleep(time.Second)
		}
		w.Pass(1)
		for who, query := range map[string]string{
			apptest.Admin + " all": "", "bram@" + apptest.Domain + " all": "", "bram@" + apptest.Domain + " parked": "&state=parked",
			apptest.Admin + " parked":    "&state=parked",
			apptest.Admin + " processed": "&state=processed", apptest.Admin + " search": "&search=MAIL+0",
			apptest.Admin + " reason":             "&reason=unknown-sender",
			"bram@" + apptest.Domain + " address": "&address=info@" + apptest.Domain,
		} {
			person, kind, _ := strings.Cut(who, " ")
			var want []string
			for i := 24; i >= 0; i-- {
				parked := i%3 == 2
				if (kind == "parked" || kind == "reason") && !parked || kind == "processed" && parked ||
					kind == "search" && i > 9 || kind == "address" && i%2 == 1 {
					continue
				}
				want = append(want, fmt.Sprintf("Mail %02d", i))
			}
			if got := w.inPages(person, query); !slices.Equal(got, want) {
				t.Errorf("%s: got  %v\nwant %v", who, got, want)
			}
		}
	})
}

// inPages reads a list of mails four at a time, as a person.
func (w *world) inPages(person, query string) (subjects []string) {
	w.T.Helper()
	for next, pages := "", 0; pages == 0 || next != ""; pages++ {
		var page struct {
			Items []object
			Next  string
		}
		if code := w.Ask(person, "GET", "/api/mails?limit=4&after="+next+query, nil, &page); code != 200 || pages > 30 {
			w.T.Fatalf("%d: %s", code, w.Answered[len(w.Answered)-1])
		}
		for _, m := range page.Items {
			subjects = append(subjects, m["subject"].(string))
		}
		next = page.Next
	}
	return subjects
}

// Trying again places a mail at once, for who may, and asks for rights first.
func TestRetry(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		w.Must("POST", "/api/team-members", object{"name": "Lezer", "email": "lezer@" + apptest.Domain, "rights": "reader", "active": true})
		w.Tick()
		w.Send("piet@onbekend.example", []string{"info@" + apptest.Domain},
			apptest.RawMail("piet@onbekend.example", "info@"+apptest.Domain, "Vraag", "r1"))
		w.Pass(1)
		id := w.Mails()[0]["id"].(string)
		client := w.Must("GET", "/api/clients", nil)["items"].([]any)[0].(object)["id"]
		w.Must("POST", "/api/contacts", object{"name": "Piet", "emails": []string{"piet@onbekend.example"}, "clients": []any{client}})
		for who, want := range map[string]int{"lezer@" + apptest.Domain: 403, "carla@" + apptest.Domain: 200} {
			w.Answers(want, who, "POST", "/api/mails/"+id+"/retry", nil)
		}
		if got := w.Mails()[0]; got["state"] != "processed" { // no tick, and no queue

			t.Errorf("after trying again: %v", got)
		}
		w.Answers(200, "anna@"+apptest.Domain, "POST", "/api/mails/"+id+"/retry", nil) // a mail that is done
		w.Drain()
		if len(w.Chats()) != 1 {
			t.Error("tried again, and a second chat")
		}
		w.Check(t)
	})
}

// A row that somebody damaged by hand hides no other mail.
func TestDamagedRow(t *testing.T) {
	inOffice(t, func(t *testing.T, w *world) {
		w.Tick()
		for i := range 3 {
			w.Send("jan@bakker.example", []string{"info@" + apptest.Domain},
				apptest.RawMail("jan@bakker.example", "info@"+apptest.Domain, fmt.Sprint("Mail ", i), fmt.Sprint("d", i)))
		}
		w.Invoke("poll", "timer", `{}`)
		m, _ := w.Queues.Take("fetch")
		w.Invoke("fetch", "job", apptest.Quoted(m.Text))
		w.Queues.Delete(m)
		for _, r := range w.Tables.Snapshot(t)["mails"] {
			if strings.HasPrefix(r.Key, "m|") {
				r.Props["data"] = "{"
				mails := w.Tables.Service(t, w.Tables.Transport()).Table("mails")
				must.Do(t, mails.Write(t.Context(), table.Put(r)))
				break
			}
		}
		w.Drain()
		w.Pass(2)
		if got := apptest.Subjects(w.Mails(), "processed"); len(got) != 2 || len(w.Poisoned) > 0 {
			t.Errorf("in chats: %v, poisoned: %v", got, w.Poisoned)
		}
	})
}

// Real mail of every shape, when it is there: each is in a chat, or parked with
// its reason, and what it says can be read.
func TestRealMail(t *testing.T) {
	const folder = "../../../shared/corpora/messages"
	var files []string
	err := filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ".eml") {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		t.Skipf("no real mail here: %v", err)
	}
	if len(files) == 0 {
		t.Fatalf("there is no mail in %s", folder)
	}
	inOffice(t, func(t *testing.T, w *world) {
		w.Tick()
		for _, f := range files {
			raw := must.Get(os.ReadFile(f))(t)
			w.Send("jan@bakker.example", []string{"info@" + apptest.Domain}, string(raw))
		}
		w.Pass(2)
		mails := w.Mails()
		if len(mails) != len(files) {
			t.Errorf("%d mails of %d", len(mails), len(files))
		}
		for _, m := range mails {
			if m["state"] == "new" || m["reason"] == "technical" || m["reason"] == "undecodable" {
				t.Errorf("%v: %v %v %v", m["subject"], m["state"], m["reason"], m["detail"])
			}
			w.Answers(200, apptest.Admin, "GET", "/api/mails/"+m["id"].(string)+"/body", nil)
		}
		w.Check(t)
	})
}
