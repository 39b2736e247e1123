package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/table"
)

// The main job, end to end: what a client writes becomes a chat with the right
// team members; what cannot be placed waits with its reason.
func TestMailBecomesChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.tick()
		info, loon := "info@"+domain, "loon@"+domain
		w.send("jan@bakker.example", []string{info}, letter("Jan <jan@bakker.example>", info, "Btw-aangifte", "a1"))
		w.send("jan@bakker.example", []string{info},
			letter("jan@bakker.example", info, "Re: Btw-aangifte", "a2", "In-Reply-To: <a1@elders.example>"))
		w.send("piet@onbekend.example", []string{info}, letter("piet@onbekend.example", info, "Kennismaking", "b1"))
		w.send("jan@bakker.example", []string{info, loon}, letter("jan@bakker.example", info+", "+loon, "Jaaropgave", "c1"))
		w.pass(1)

		mails := w.mails()
		if got := subjects(mails, "processed"); !slices.Equal(got, []string{"Btw-aangifte", "Jaaropgave", "Jaaropgave", "Re: Btw-aangifte"}) {
			t.Errorf("in chats: %v", got)
		}
		for _, m := range mails {
			if m["state"] == "parked" && (m["subject"] != "Kennismaking" || m["reason"] != "unknown-sender") {
				t.Errorf("parked: %v", m)
			}
		}
		chats := w.chats()
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
		client := w.must("GET", "/api/clients", nil)["items"].([]any)[0].(object)["id"]
		w.must("POST", "/api/contacts", object{"name": "Piet", "emails": []string{"piet@onbekend.example"}, "clients": []any{client}})
		w.pass(1)
		if got := subjects(w.mails(), "parked"); len(got) != 0 {
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
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.tick()
		info := "info@" + domain
		for i := range 10 {
			id := fmt.Sprint("q", i)
			w.send("jan@bakker.example", []string{info},
				letter("jan@bakker.example", info, "Re: Vraag", id+"r", "In-Reply-To: <"+id+"@elders.example>"))
			w.send("jan@bakker.example", []string{info}, letter("jan@bakker.example", info, "Vraag", id))
		}
		w.pass(1)
		chats := w.chats()
		if len(chats) != 10 {
			t.Errorf("%d chats, want 10", len(chats))
		}
		for _, c := range chats {
			if c["messages"] != 2.0 || c["subject"] != "Vraag" {
				t.Errorf("chat %v has %v messages, want 2", c["subject"], c["messages"])
			}
		}
		w.check(t)
	})
}

// The switch is obeyed, and what it keeps waiting is not lost.
func TestSwitchedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.tick()
		w.must("PUT", "/api/settings", object{"enabled": false})
		w.send("jan@bakker.example", []string{"info@" + domain}, letter("jan@bakker.example", "info@"+domain, "Vraag", "a1"))
		w.toMicrosoft.Reset()
		w.pass(12)
		if n := len(w.toMicrosoft.Calls()); n > 0 || len(w.mails()) > 0 {
			t.Errorf("switched off: %d calls to Microsoft, %d mails", n, len(w.mails()))
		}
		w.must("PUT", "/api/settings", object{"enabled": true})
		w.pass(1)
		if got := subjects(w.mails(), "processed"); len(got) != 1 {
			t.Errorf("switched on again: %v", w.mails())
		}
	})
}

// Deactivating loses nothing: activating again goes on where it was left.
func TestDeactivatedAndActivatedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.tick()
		info := "info@" + domain
		if code := w.ask(admin, "DELETE", "/api/addresses/"+info, nil, nil); code != 204 {
			t.Fatalf("deactivate: %d %s", code, w.Answered[len(w.Answered)-1])
		}
		w.send("jan@bakker.example", []string{info}, letter("jan@bakker.example", info, "Intussen", "a1"))
		w.pass(12)
		if len(w.mails()) != 0 {
			t.Error("an address that is not activated was read")
		}
		connector := w.must("GET", "/api/connectors", nil)["items"].([]any)[0].(object)["id"].(string)
		role := w.must("GET", "/api/roles", nil)["items"].([]any)[0].(object)["id"]
		w.must("POST", "/api/connectors/"+connector+"/addresses", object{"address": info, "link": object{"kind": "role", "id": role}})
		w.pass(1)
		if got := subjects(w.mails(), "processed"); !slices.Equal(got, []string{"Intussen"}) {
			t.Errorf("after activating again: %v", w.mails())
		}
	})
}

// A team member sees the mail of addresses that he or she is linked with, a
// manager all of it; what may not be seen does not exist.
func TestWhoSeesWhichMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.must("POST", "/api/team-members", object{"name": "Gast", "email": "gast@" + domain, "rights": "reader", "active": true})
		w.tick()
		w.send("jan@bakker.example", []string{"info@" + domain}, letter("jan@bakker.example", "info@"+domain, "Aan info", "a1"))
		w.send("jan@bakker.example", []string{"loon@" + domain}, letter("jan@bakker.example", "loon@"+domain, "Aan loon", "a2"))
		w.pass(1)
		ids := map[string]string{}
		for _, m := range w.mails() {
			ids[m["subject"].(string)] = m["id"].(string)
		}
		for who, want := range map[string][]string{
			"anna":  {"Aan info"},             // by role
			"bram":  {"Aan info", "Aan loon"}, // by role and by team
			"carla": {"Aan info", "Aan loon"}, // manager
			"gast":  {},
		} {
			var page struct{ Items []object }
			if code := w.ask(who+"@"+domain, "GET", "/api/mails", nil, &page); code != 200 {
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
					code := w.ask(who+"@"+domain, "GET", "/api/mails/"+id+path, nil, nil)
					if seen := slices.Contains(want, subject); seen && code != 200 || !seen && code != 404 {
						t.Errorf("%s: mail %q%s answers %d", who, subject, path, code)
					}
				}
			}
		}
		// A chat is seen by who takes part.
		var mine struct{ Items []object }
		w.ask("anna@"+domain, "GET", "/api/chats", nil, &mine)
		if len(mine.Items) != 1 || mine.Items[0]["subject"] != "Aan info" {
			t.Errorf("anna's chats: %v", mine.Items)
		}
		for _, c := range w.chats() {
			code := w.ask("anna@"+domain, "GET", "/api/chats/"+c["id"].(string)+"/messages", nil, nil)
			if own := c["subject"] == "Aan info"; own && code != 200 || !own && code != 404 {
				t.Errorf("anna: messages of chat %q answer %d", c["subject"], code)
			}
		}
		if code := w.ask("", "GET", "/api/mails", nil, nil); code != 401 {
			t.Errorf("nobody: %d", code)
		}
		if code := w.ask("vreemd@"+domain, "GET", "/api/mails", nil, nil); code != 403 {
			t.Errorf("a stranger: %d", code)
		}
	})
}

// Lists over several mailboxes come in pages without a gap and without a mail
// twice, newest first; filters hold.
func TestListsInPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.tick()
		for i := range 25 {
			box := []string{"info@", "loon@"}[i%2] + domain
			from := []string{"jan@bakker.example", "wie@onbekend.example"}[i%3/2]
			w.send(from, []string{box}, letter(from, box, fmt.Sprintf("Mail %02d", i), fmt.Sprint("p", i)))
			time.Sleep(time.Second)
		}
		w.pass(1)
		for who, query := range map[string]string{
			admin + " all": "", "bram@" + domain + " all": "", "bram@" + domain + " parked": "&state=parked", admin + " parked": "&state=parked",
			admin + " processed": "&state=processed", admin + " search": "&search=MAIL+0", admin + " reason": "&reason=unknown-sender",
			"bram@" + domain + " address": "&address=info@" + domain,
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
	w.t.Helper()
	for next, pages := "", 0; pages == 0 || next != ""; pages++ {
		var page struct {
			Items []object
			Next  string
		}
		if code := w.ask(person, "GET", "/api/mails?limit=4&after="+next+query, nil, &page); code != 200 || pages > 30 {
			w.t.Fatalf("%d: %s", code, w.Answered[len(w.Answered)-1])
		}
		for _, m := range page.Items {
			subjects = append(subjects, m["subject"].(string))
		}
		next = page.Next
	}
	return subjects
}

// An address whose team has nobody active says so before mail gets stuck there.
func TestEmptyTeamIsWarnedOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		warned := func() bool {
			warnings, _ := w.must("GET", "/api/addresses/loon@"+domain, nil)["warnings"].([]any)
			return len(warnings) > 0
		}
		if warned() {
			t.Error("a team with active members is warned of")
		}
		for _, m := range w.must("GET", "/api/team-members", nil)["items"].([]any) {
			if name := m.(object)["name"]; name == "Bram" || name == "Carla" {
				w.must("PATCH", "/api/team-members/"+m.(object)["id"].(string), object{"active": false})
			}
		}
		if !warned() {
			t.Error("a team whose members are all inactive is not warned of")
		}
	})
}

// Trying again places a mail at once, for who may, and asks for rights first.
func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.must("POST", "/api/team-members", object{"name": "Lezer", "email": "lezer@" + domain, "rights": "reader", "active": true})
		w.tick()
		w.send("piet@onbekend.example", []string{"info@" + domain}, letter("piet@onbekend.example", "info@"+domain, "Vraag", "r1"))
		w.pass(1)
		id := w.mails()[0]["id"].(string)
		client := w.must("GET", "/api/clients", nil)["items"].([]any)[0].(object)["id"]
		w.must("POST", "/api/contacts", object{"name": "Piet", "emails": []string{"piet@onbekend.example"}, "clients": []any{client}})
		for who, want := range map[string]int{"lezer@" + domain: 403, "carla@" + domain: 200} {
			if code := w.ask(who, "POST", "/api/mails/"+id+"/retry", nil, nil); code != want {
				t.Errorf("%s: %d, want %d", who, code, want)
			}
		}
		if got := w.mails()[0]; got["state"] != "processed" { // no tick, and no queue

			t.Errorf("after trying again: %v", got)
		}
		if code := w.ask("anna@"+domain, "POST", "/api/mails/"+id+"/retry", nil, nil); code != 200 {
			t.Errorf("a mail that is done: %d", code)
		}
		w.drain()
		if len(w.chats()) != 1 {
			t.Error("tried again, and a second chat")
		}
		w.check(t)
	})
}

// A row that somebody damaged by hand hides no other mail.
func TestDamagedRow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.tick()
		for i := range 3 {
			w.send("jan@bakker.example", []string{"info@" + domain},
				letter("jan@bakker.example", "info@"+domain, fmt.Sprint("Mail ", i), fmt.Sprint("d", i)))
		}
		w.invoke("poll", "timer", `{}`)
		m, _ := w.queues.Take("fetch")
		w.invoke("fetch", "job", quoted(m.Text))
		w.queues.Delete(m)
		for _, r := range w.tables.Snapshot(t)["mails"] {
			if strings.HasPrefix(r.Key, "m|") {
				r.Props["data"] = "{"
				mails := w.tables.Service(t, w.tables.Transport()).Table("mails")
				if err := mails.Write(t.Context(), table.Put(r)); err != nil {
					t.Fatal(err)
				}
				break
			}
		}
		w.drain()
		w.pass(2)
		if got := subjects(w.mails(), "processed"); len(got) != 2 || len(w.Poisoned) > 0 {
			t.Errorf("in chats: %v, poisoned: %v", got, w.Poisoned)
		}
	})
}

// Real mail of every shape, when it is there: each is in a chat, or parked with
// its reason, and what it says can be read.
func TestRealMail(t *testing.T) {
	const folder = "../../shared/corpora/messages"
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
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.tick()
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			w.send("jan@bakker.example", []string{"info@" + domain}, string(raw))
		}
		w.pass(2)
		mails := w.mails()
		if len(mails) != len(files) {
			t.Errorf("%d mails of %d", len(mails), len(files))
		}
		for _, m := range mails {
			if m["state"] == "new" || m["reason"] == "technical" || m["reason"] == "undecodable" {
				t.Errorf("%v: %v %v %v", m["subject"], m["state"], m["reason"], m["detail"])
			}
			if code := w.ask(admin, "GET", "/api/mails/"+m["id"].(string)+"/body", nil, nil); code != 200 {
				t.Errorf("%v: what it says answers %d", m["subject"], code)
			}
		}
		w.check(t)
	})
}

// The secret is in the vault and nowhere else: not in tables, queues, answers.
func TestSecretStaysInTheVault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.office()
		w.send("jan@bakker.example", []string{"info@" + domain}, letter("jan@bakker.example", "info@"+domain, "Vraag", "a1"))
		w.pass(1)
		connector := w.must("GET", "/api/connectors", nil)["items"].([]any)[0].(object)["id"].(string)
		w.must("POST", "/api/connectors/"+connector+"/check", object{})
		all := fmt.Sprint(w.tables.Snapshot(t), w.Answered)
		for _, q := range queueNames() {
			all += fmt.Sprint(w.queues.Texts(q))
		}
		if strings.Contains(all, "canary") {
			t.Error("the client secret shows")
		}
	})
}
