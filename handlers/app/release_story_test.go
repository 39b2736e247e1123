package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/app"
	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/sim"
	"kantoorpost/shared/wiretest"
)

const (
	infoAddress  = "info@" + apptest.Domain
	loonAddress  = "loon@" + apptest.Domain
	pietAddress  = "piet@onbekend.example"
	otherAddress = "ander@elders.example"
	newsAddress  = "nieuws@bladen.example"
)

// fullOffice is an office in the middle of its work: it has every kind of row, and a
// message on every queue.
func fullOffice(t *testing.T) *world {
	w := &world{World: apptest.NewSavable(t)}
	w.Office()
	w.Must("PUT", "/api/settings", object{"enabled": true, "hold": 20})
	w.Tick()
	w.directoryOfAll()
	w.mailOfAll()
	w.chatsOfAll()
	w.repliesOfAll()
	w.queued()
	w.interrupted()
	return w
}

// directoryOfAll makes what Office does not.
func (w *world) directoryOfAll() {
	carla, bram := w.Named("/api/team-members", "name", "Carla"), w.Named("/api/team-members", "name", "Bram")
	left := w.Must("POST", "/api/team-members", object{"name": "Dirk", "email": "dirk@" + apptest.Domain, "rights": "reader",
		"active": true})["id"]
	w.Must("PATCH", fmt.Sprint("/api/team-members/", left), object{"email": "dirk.oud@" + apptest.Domain, "active": false})
	deleted := w.Must("POST", "/api/team-members", object{"name": "Eva", "email": "eva@" + apptest.Domain, "rights": "reader"})["id"]
	w.Answers(http.StatusNoContent, apptest.Admin, "DELETE", fmt.Sprint("/api/team-members/", deleted), nil)
	for _, who := range []string{"Anna", "Bram", "Carla"} {
		w.by(who, "GET", "/api/me", nil) // binds the account
	}
	w.by("Anna", "PATCH", "/api/me", object{"signature": "<p>Groet, Anna</p>"})
	w.by("Bram", "PUT", "/api/me/substitute", object{"member": carla, "from": time.Now().Add(-time.Hour),
		"until": time.Now().Add(48 * time.Hour)})
	w.Must("POST", "/api/clients", object{"type": "prospect", "name": "Misschien later"})
	slager := w.Must("POST", "/api/clients", object{"number": "2002", "type": "organisation", "name": "Slagerij Visser en Zonen",
		"kvk": "69599084", "vat": "NL001234567B01", "ibans": []string{"NL91ABNA0417164300"}})["id"]
	role := w.First("/api/roles")
	w.Must("PUT", fmt.Sprint("/api/clients/", slager, "/team-members"), []object{{"member": bram, "role": role}})
	w.Must("POST", "/api/contacts", object{"name": "Petra Visser", "emails": []string{"petra@slager.example"}, "clients": []any{slager}})
	w.Must("PATCH", "/api/addresses/"+loonAddress, object{"signature": "<p>Loonadministratie</p>", "quote": false})
	w.by("Carla", "POST", "/api/templates", object{"name": "Groet", "html": "<p>Dag {name}</p>"})
}

// mailOfAll has mail in every state, and every thing that a solution teaches.
func (w *world) mailOfAll() {
	w.Send(jan, []string{infoAddress}, withPicture(jan, infoAddress, "Btw", "a1"))
	w.comes(jan, "Re: Btw", "a2", "In-Reply-To: <a1@elders.example>")
	w.comes("petra@slager.example", "Vlees", "b1")
	w.comes(pietAddress, "Kennismaking", "p1")
	w.comes("klaas@elders.example", "Eerder", "k1")
	w.comes("vreemd@elders.example", "Wacht", "k2")
	w.comes(otherAddress, "Wacht ook", "k3")
	for i, list := range []string{"Krant", "Krant", "Blad", "Blad", "Weg"} {
		w.comes(newsAddress, fmt.Sprint(list, " ", i), fmt.Sprint("n", i), "List-Id: "+list+" <"+list+".bladen.example>")
	}
	w.Send("spoofed@bakker.example", []string{infoAddress}, apptest.RawMail(jan, infoAddress, "Vervalst", "m2"))
	w.Send(jan, []string{infoAddress, loonAddress}, apptest.RawMail(jan, infoAddress+", "+loonAddress, "Jaaropgave", "c1"))
	w.Pass(1)
	client := w.First("/api/clients")
	solve := func(who, subject string, body object) {
		w.by(who, "POST", "/api/mails/"+w.ID(subject)+"/solve", body)
		w.Drain()
	}
	solve("Carla", "Kennismaking", object{"action": "create-contact", "client": client, "name": "Piet"})
	solve("Carla", "Krant 0", object{"action": "dismiss", "scope": "list"})
	solve("Anna", "Blad 2", object{"action": "dismiss", "scope": "list"}) // is proposed
	solve("Carla", "Weg 4", object{"action": "dismiss", "scope": "list"})
	solve("Anna", "Eerder", object{"action": "dismiss"})
	w.comes(newsAddress, "Krant 9", "n9", "List-Id: Krant <Krant.bladen.example>")
	w.comes(pietAddress, "Vraag van Piet", "p2")
	w.Pass(1)
}

// chatsOfAll has chats in every form.
func (w *world) chatsOfAll() {
	for i, subject := range []string{"Tweede", "Derde", "Vierde", "Vijfde", "Zesde", "Zevende"} {
		w.comes(jan, subject, fmt.Sprint("d", i))
	}
	w.comes(jan, "Re: Derde", "e1", "In-Reply-To: <d1@elders.example>")
	w.Pass(1)
	chat := func(subject string) string { return "/api/chats/" + w.Mail(subject)["chat"].(string) }
	members := []string{w.Named("/api/team-members", "name", "Anna"), w.Named("/api/team-members", "name", "Carla")}
	w.Must("PUT", chat("Tweede")+"/participants", object{"members": members})
	if code, text := w.CallWith(anna, "POST", chat("Tweede")+"/notes", `{"body":"Ik bel."}`, "Idempotency-Key", "bel"); code >= 300 {
		w.T.Fatal(code, text)
	}
	w.by("Anna", "POST", chat("Tweede")+"/read", object{})
	w.by("Anna", "PATCH", chat("Zesde"), object{"state": "closed"})
	w.Must("POST", chat("Derde")+"/messages/"+w.ID("Re: Derde")+"/move", object{"new": true})
	w.Must("POST", chat("Vierde")+"/merge", object{"into": strings.TrimPrefix(chat("Derde"), "/api/chats/")})
	w.Must("PATCH", chat("Vijfde"), object{"client": w.Named("/api/clients", "number", "2002")})
}

// repliesOfAll has replies in every state, and a draft with a file.
func (w *world) repliesOfAll() {
	chat := w.Mail("Btw")["chat"]
	write := func(more object) any {
		return w.writeReply(chat, "Dag Jan.", merged(object{"force": true}, more))["id"]
	}
	write(object{"hold": 0, "text": "Dat klopt."})
	w.soon(time.Minute) // it is sent
	w.Tenant.Behave(sim.Behaviour{})
	w.ToMicrosoft.Fault(func(_ int, r *http.Request) wiretest.Fault { // Exchange is away
		if strings.HasSuffix(r.URL.Path, "/createReplyAll") || strings.HasSuffix(r.URL.Path, "/send") {
			return wiretest.Refuse
		}
		return wiretest.Pass
	})
	write(object{"hold": 0, "text": "Onderweg."})
	w.soon(5 * time.Second)
	w.Heal()
	write(object{"sendAt": time.Now().Add(6 * time.Hour), "text": "Gepland."})
	w.by("Anna", "DELETE", fmt.Sprint("/api/chats/", chat, "/replies/", write(object{"text": "Teruggenomen."})), nil)
	carla := w.Named("/api/team-members", "name", "Carla")
	fourEyes := func(members ...string) {
		w.Must("PUT", "/api/settings", object{"enabled": true,
			"fourEyes": object{"members": append([]string{}, members...), "clients": []string{}, "words": []string{"geheim"}}})
	}
	fourEyes(w.Named("/api/team-members", "name", "Anna"))
	write(object{"text": "Wacht op Carla."})
	w.by("Carla", "POST", fmt.Sprint("/api/chats/", chat, "/replies/", write(object{"text": "Liever niet."}), "/reject"),
		object{"comment": "Nog niet"})
	fourEyes(carla)
	w.by("Anna", "POST", "/api/uploads?name=brief.txt", "Beste Jan")
	file := w.by("Anna", "POST", "/api/uploads?name=loon.csv", "a;b")["id"]
	w.by("Anna", "PUT", fmt.Sprint("/api/chats/", w.Mail("Tweede")["chat"], "/draft"), object{"text": "Dag", "attachments": []any{file}})
}

// interrupted has what a tick would finish: a merge, a solution, and the undoing of a rule.
func (w *world) interrupted() {
	w.breakOff("mails", "a|open|", func() {
		w.Ask(apptest.Admin, "POST", fmt.Sprint("/api/chats/", w.Mail("Zesde")["chat"], "/merge"), object{"into": w.Mail("Zevende")["chat"]}, nil)
	})
	waits := w.ID("Wacht")
	w.breakOff("mails", "w|"+waits, func() {
		w.Ask(apptest.Admin, "POST", "/api/mails/"+waits+"/solve",
			object{"action": "create-contact", "client": w.Named("/api/clients", "number", "2002"), "name": "Vreemd"}, nil)
	})
	w.breakOff("directory", "rule-undoing|", func() {
		for _, r := range w.Must("GET", "/api/rules", nil)["items"].([]any) {
			if strings.Contains(fmt.Sprint(r.(object)["key"]), "weg") {
				w.Ask(apptest.Admin, "DELETE", "/api/rules/"+r.(object)["id"].(string), nil, nil)
			}
		}
	})
	erased := w.Must("POST", "/api/contacts", object{"name": "Wis Mij", "emails": []string{"wis@elders.example"}})["id"]
	w.breakOff("directory", "erasure|", func() {
		w.Ask(apptest.Admin, "POST", fmt.Sprint("/api/contacts/", erased, "/erase"), nil, nil)
	})
}

// breakOff does something while all storage is away, from a later write on each time,
// until it leaves a row.
func (w *world) breakOff(table, prefix string, do func()) {
	w.T.Helper()
	for at := range 40 {
		writes := 0
		w.ToTables.Fault(func(_ int, r *http.Request) wiretest.Fault {
			if r.Method != http.MethodGet {
				writes++
			}
			if r.Method != http.MethodGet && writes > at {
				return wiretest.Refuse
			}
			return wiretest.Pass
		})
		do()
		w.Heal()
		for _, r := range w.Tables.Snapshot(w.T)[table] {
			if strings.HasPrefix(r.Key, prefix) {
				return
			}
		}
	}
	w.T.Fatalf("nothing leaves a row %s", prefix)
}

// queued has a message on every queue, and a mail for each of them.
func (w *world) queued() {
	w.comes(jan, "Besloten", "q1")
	time.Sleep(5 * time.Minute) // simulated
	poll := func() { w.Invoke("poll", "timer", `{"IsPastDue":false}`) }
	poll()
	w.doJobs("fetch")
	w.doJobs("process")                                               // leaves its mark
	w.comes(jan, "Gehaald", "q2", "In-Reply-To: <k2@elders.example>") // answers a mail that waits: a process job decides it
	time.Sleep(5 * time.Minute)
	poll()
	w.doJobs("fetch")
	w.comes(jan, "Onderweg", "q3")
	// whose mail waits
	w.Must("POST", "/api/contacts", object{"name": "Ander", "emails": []string{otherAddress}, "clients": []string{w.First("/api/clients")}})
	time.Sleep(5 * time.Minute)
	poll()
	w.writeReply(w.Mail("Btw")["chat"], "Vastgehouden.", object{"force": true, "hold": 60})
	for _, q := range app.QueueNames() {
		if len(w.Queues.Texts(q)) == 0 {
			w.T.Fatalf("queue %s is empty\n%s", q, w.Picture())
		}
	}
}

// doJobs does the jobs of one queue.
func (w *world) doJobs(queue string) {
	w.T.Helper()
	for m, ok := w.Queues.Take(queue); ok; m, ok = w.Queues.Take(queue) {
		if !w.Invoke(queue, "job", apptest.Quoted(m.Text)) {
			w.T.Fatalf("%s: %s", queue, m.Text)
		}
		w.Queues.Delete(m)
	}
}

// comes lets a mail to info@ arrive.
func (w *world) comes(from, subject, id string, more ...string) {
	w.T.Helper()
	w.Receive(from, infoAddress, subject, id, more...)
}

// by calls the API as the member with a name.
func (w *world) by(name, method, path string, body any) object {
	w.T.Helper()
	text, _ := json.Marshal(body)
	code, answer := w.Call(strings.ToLower(name)+"@"+apptest.Domain, method, path, string(text))
	if code >= 300 {
		w.T.Fatalf("%s: %s %s: %d %s", name, method, path, code, answer)
	}
	out := object{}
	_ = json.Unmarshal([]byte(answer), &out) // some have no answer
	return out
}

func merged(all ...object) object {
	out := object{}
	for _, o := range all {
		maps.Copy(out, o)
	}
	return out
}
