package app_test

import (
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/app"
	"kantoorpost/handlers/app/apptest"
	"kantoorpost/shared/chat"
	"kantoorpost/shared/outbox"
)

// A matrixOffice is an office in which each kind of user and of object is.
type matrixOffice struct {
	*world
	ids map[string]string
}

func newMatrixOffice(t *testing.T) *matrixOffice {
	w := &world{World: apptest.NewSavable(t)}
	w.WaitingMail()
	o := &matrixOffice{w, map[string]string{}}
	for _, m := range []object{
		{"name": "Lezer", "rights": "reader"}, {"name": "Buiten", "rights": "reader"}, {"name": "Vreemd", "rights": "editor"},
		{"name": "Waarnemer", "rights": "editor"},
	} {
		m["email"] = strings.ToLower(m["name"].(string)) + "@" + apptest.Domain
		w.Must("POST", "/api/team-members", m)
	}
	for _, m := range w.Must("GET", "/api/team-members?limit=200", nil)["items"].([]any) {
		o.ids[strings.ToLower(m.(object)["name"].(string))] = m.(object)["id"].(string)
	}
	o.ids["role"], o.ids["client"], o.ids["contact"] = w.First("/api/roles"), w.First("/api/clients"), w.First("/api/contacts")
	o.ids["team"], o.ids["connector"] = w.First("/api/process-teams"), w.First("/api/connectors")
	o.ids["address"] = w.First("/api/connectors/" + o.ids["connector"] + "/addresses")
	o.ids["spareRole"] = w.Must("POST", "/api/roles", object{"name": "Over"})["id"].(string)
	o.ids["spareTeam"] = w.Must("POST", "/api/process-teams", object{"name": "Over"})["id"].(string)
	// Of info@, linked with a role: Anna and the reader have it at the client; one
	// stands in for Anna.
	w.Must("PUT", "/api/clients/"+o.ids["client"]+"/team-members",
		[]object{{"member": o.ids["anna"], "role": o.ids["role"]}, {"member": o.ids["lezer"], "role": o.ids["role"]}})
	now := time.Now()
	o.as("anna", "PUT", "/api/me/substitute",
		object{"member": o.ids["waarnemer"], "from": now.Add(-time.Hour), "until": now.Add(24 * time.Hour)})

	info := "info@" + apptest.Domain
	const piet, bladen = "piet@onbekend.example", "nieuws@bladen.example"
	w.Receive("jan@bakker.example", info, "Btw", "m1")
	w.Send("spoofed@bakker.example", []string{info}, apptest.RawMail("jan@bakker.example", info, "Vervalst", "m2"))
	w.Receive("klaas@elders.example", info, "Eerder", "m3")
	w.Receive(bladen, info, "Blad 2", "m4", "List-Id: Blad <blad.bladen.example>")
	w.Receive(bladen, info, "Krant 1", "m5", "List-Id: Krant <krant.bladen.example>")
	w.Receive("jan@bakker.example", info, "Tweede", "m7")
	w.Receive("jan@bakker.example", info, "Derde", "m8")
	w.Receive("jan@bakker.example", info, "Re: Derde", "m9", "In-Reply-To: <m8@elders.example>")
	w.Receive("jan@bakker.example", info, "Vierde", "m10")
	w.Send("jan@bakker.example", []string{"loon@" + apptest.Domain},
		apptest.RawMail("jan@bakker.example", "loon@"+apptest.Domain, "Loon", "m11"))
	w.Pass(1)
	// A rule that a manager made, what it decided, and one that waits for a manager.
	o.ids["rule"] = o.as("carla", "POST", "/api/mails/"+w.ID("Krant 1")+"/solve",
		object{"action": "dismiss", "scope": "list"})["rule"].(string)
	o.ids["proposed"] = o.as("anna", "POST", "/api/mails/"+w.ID("Blad 2")+"/solve",
		object{"action": "dismiss", "scope": "list"})["rule"].(string)
	o.as("anna", "POST", "/api/mails/"+w.ID("Eerder")+"/solve", object{"action": "dismiss"})
	w.Receive(bladen, info, "Krant 2", "m6", "List-Id: Krant <krant.bladen.example>")
	w.Pass(1)
	btw := w.Mail("Btw")
	if btw["chat"] == "" || w.Mail("Krant 2")["state"] != "dismissed" || w.Mail("Vervalst")["reason"] != "sender-not-verified" {
		t.Fatalf("not the office of this test:\n%s", w.Picture())
	}
	// The role brings one of its members; a reader takes part who was added.
	members := []any{o.ids["lezer"]}
	for _, p := range w.Must("GET", "/api/chats/"+btw["chat"].(string)+"/participants", nil)["items"].([]any) {
		members = append(members, p.(object)["id"])
	}
	for _, subject := range []string{"Btw", "Tweede", "Derde", "Vierde"} {
		o.as("anna", "PUT", "/api/chats/"+w.Mail(subject)["chat"].(string)+"/participants", object{"members": members})
	}
	o.ids["otherChat"], o.ids["merged"], o.ids["strange"] = w.Mail("Tweede")["chat"].(string), w.Mail("Derde")["chat"].(string),
		w.Mail("Loon")["chat"].(string)
	o.ids["answer"], o.ids["strangeMessage"] = w.ID("Re: Derde"), w.ID("Loon")
	o.as("carla", "POST", "/api/chats/"+w.Mail("Vierde")["chat"].(string)+"/merge", object{"into": o.ids["merged"]})
	o.ids["otherClient"] = w.Must("POST", "/api/clients",
		object{"number": "2002", "type": "organisation", "name": "Slagerij Visser"})["id"].(string)
	w.Must("PUT", "/api/clients/"+o.ids["otherClient"]+"/team-members", []object{{"member": o.ids["anna"], "role": o.ids["role"]}})
	o.ids["chat"], o.ids["message"] = btw["chat"].(string), btw["id"].(string)
	o.ids["news"] = w.ID("Nieuws 1")
	o.ids["note"] = o.as("anna", "POST", "/api/chats/"+o.ids["chat"]+"/notes", object{"body": "Ik bel."})["id"].(string)
	o.ids["mailbox"] = "info@" + apptest.Domain
	o.ids["tomorrow"] = now.Add(24 * time.Hour).Format(time.RFC3339)
	o.ids["mail"], o.ids["forged"], o.ids["annas"], o.ids["ruled"] = w.ID("Kennismaking"), w.ID("Vervalst"), w.ID("Eerder"), w.ID("Krant 2")
	o.ids["upload"] = o.as("anna", "POST", "/api/uploads?name=brief.txt", "Beste Jan")["id"].(string)
	o.poison()
	// Who asks for the first time is bound to an account.
	for _, u := range matrixUsers {
		o.as(u.name, "GET", "/api/me", nil)
	}
	return o
}

// openMatrixOffice is a matrixOffice that was saved: much sooner there than a new one.
func openMatrixOffice(t *testing.T, dir string, ids map[string]string) *matrixOffice {
	w, _ := apptest.Open(t, dir)
	o := &matrixOffice{&world{World: w}, maps.Clone(ids)}
	o.poison()
	return o
}

// poison is a message that failed too often, which is not saved.
func (o *matrixOffice) poison() {
	o.Queues.Add("mark-poison", `{"job":"mark","mails":[]}`)
	o.ids["queue"], o.ids["poison"] = "mark", o.First("/api/poison")
}

// write has Anna write replies, each in another state, and a draft.
func (o *matrixOffice) write() {
	reply := func(more object) string {
		body := object{"answers": o.ids["message"], "to": []object{{"email": "jan@bakker.example"}}, "text": "Dag Jan"}
		maps.Copy(body, more)
		return o.as("anna", "POST", "/api/chats/"+o.ids["chat"]+"/replies", body)["id"].(string)
	}
	o.ids["reply"], o.ids["failed"] = reply(nil), reply(object{"hold": 0})
	mails := o.Tables.Service(o.T, o.Tables.Transport()).Table("mails")
	store := outbox.NewStore(mails, chat.NewStore(mails))
	r, err := store.Load(o.T.Context(), o.ids["failed"])
	if err == nil {
		r, err = store.Claim(o.T.Context(), r)
	}
	if err == nil {
		_, err = store.MarkFailed(o.T.Context(), r, outbox.ReasonQuota, "")
	}
	if err != nil {
		o.T.Fatal(err)
	}
	o.Must("PUT", "/api/settings", object{"enabled": true,
		"fourEyes": object{"members": []string{o.ids["anna"]}, "clients": []string{}, "words": []string{}}})
	o.ids["waiting"] = reply(nil)
	o.as("anna", "PUT", "/api/chats/"+o.ids["chat"]+"/draft", object{"text": "Dag"})
	o.ids["template"] = o.as("carla", "POST", "/api/templates", object{"name": "Groet", "html": "Dag {name}"})["id"].(string)
}

// as is must as another person.
func (o *matrixOffice) as(who, method, path string, body any) object {
	o.T.Helper()
	out := object{}
	if code := o.Ask(who+"@"+apptest.Domain, method, path, body, &out); code >= 300 {
		o.T.Fatalf("%s: %s %s: %d %s", who, method, path, code, o.Answered[len(o.Answered)-1])
	}
	return out
}

var placeholder = regexp.MustCompile(`\{[A-Za-z]+\}`)

// fill puts ids into a text.
func (o *matrixOffice) fill(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		id := o.ids[strings.Trim(name, "{}")]
		if id == "" {
			o.T.Fatalf("nothing is called %s", name)
		}
		return id
	})
}

// stored is all that the product keeps: its tables, its queues and its uploads.
func (o *matrixOffice) stored() any {
	queues := map[string][]string{}
	for _, q := range app.QueueNames() {
		queues[q] = o.Queues.Texts(q)
	}
	return []any{o.Tables.Snapshot(o.T), queues, o.Blobs.Names(app.Uploads)}
}

// pattern is an operation without the names of its placeholders, which are those
// of objects here and those of parameters in the description of the API.
func pattern(operation string) string { return placeholder.ReplaceAllString(operation, "{}") }
