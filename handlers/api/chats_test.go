package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/teamwork"
	"kantoorpost/shared/wiretest"
)

// A talking office has an address, chats, and people with different rights.
type talking struct {
	*connected
	mails        *wiretest.Wire // to their table
	client, role string
	ids          map[string]string // of team members, by rights
}

func newTalking(t *testing.T) *talking {
	t.Helper()
	c := newConnected(t)
	wire := c.tables.Transport()
	service := c.tables.Service(t, wire)
	must.Do(t, service.Create(t.Context(), "mails"))
	k := &talking{connected: c, mails: wire, ids: map[string]string{}}
	c.Items, c.Chats = item.NewStore(service.Table("mails")), chat.NewStore(service.Table("mails"))
	c.Outbox, c.Teamwork = outbox.NewStore(service.Table("mails"), c.Chats), teamwork.NewStore(service.Table("mails"))
	page := must.Get(c.Directory.TeamMembers().List(t.Context(), directory.Query{}))(t)
	for _, m := range page.Items {
		k.ids[string(m.Rights)] = m.ID
	}
	k.client = c.done(t, "POST /api/clients", `{"number":"1001","type":"organisation","name":"Bakkerij Jansen"}`).body["id"].(string)
	k.role = c.done(t, "POST /api/roles", `{"name":"Relatiebeheerder"}`).body["id"].(string)
	c.done(t, "PUT /api/clients/"+k.client+"/team-members", fmt.Sprintf(`[{"member":%q,"role":%q}]`, k.ids["editor"], k.role))
	c.graph.n = 3
	path, _ := c.create(t)
	c.done(t, "POST "+path+"/addresses", fmt.Sprintf(`{"address":"box1@kantoor.example","link":{"kind":"role","id":%q}}`, k.role))
	return k
}

// nthMail is the nth mail, at box1.
func (k *talking) nthMail(n int, from string) item.Item {
	received := time.Unix(1_790_000_000+int64(n)*3600, 0).UTC()
	return item.Item{
		Mailbox: box(1).ID, Address: "box1@kantoor.example", MessageID: fmt.Sprint("message", n),
		InternetMessageID: fmt.Sprintf("<%d@x>", n), Subject: fmt.Sprint("Vraag ", n), Preview: "Dag,", Received: received, HasAttachments: true,
		From: mail.Address{Name: from, Email: strings.ToLower(from) + "@klant.example"}, BodyType: "text",
	}
}

// start creates a chat of the nth mail with people of these rights.
func (k *talking) start(t *testing.T, n int, from string, rights ...string) string {
	t.Helper()
	return k.startWith(t, k.nthMail(n, from), "Dag", from, rights...)
}

// startWith starts a chat with a mail that has this content.
func (k *talking) startWith(t *testing.T, it item.Item, content, from string, rights ...string) string {
	t.Helper()
	ids, err := k.Items.Ingest(t.Context(), []item.Arrival{{Item: it, Content: content}})
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	kept := must.Get(k.Items.Get(t.Context(), ids[0]))(t)
	kept.State, kept.Chat = item.Processed, kept.ID
	var members []string
	for _, r := range rights {
		members = append(members, k.ids[r])
	}
	_, ops := chat.Start(kept.ID, kept, k.client, "contact", from, members, true)
	must.Do(t, k.Items.Commit(t.Context(), append(ops, kept.Transition(item.New, "")...)...))
	return kept.ID
}

func (k *talking) subjects(t *testing.T, who, query string) (subjects []string, list []map[string]any) {
	t.Helper()
	list = items(k.ok(t, who, "GET /api/chats"+query, ""))
	for _, c := range list {
		subjects = append(subjects, c["subject"].(string))
	}
	return subjects, list
}

// The list has the requested chats, with the number of messages that the caller
// has not read.
func TestChatList(t *testing.T) {
	k := newTalking(t)
	k.start(t, 1, "Jan", "editor", "reader")
	second := k.start(t, 2, "Petra", "editor")
	k.start(t, 3, "Jansje", "manager")
	k.ok(t, "editor", "POST /api/chats/"+second+"/read", "")
	k.ok(t, "editor", "PATCH /api/chats/"+second, `{"state":"closed"}`)
	for _, c := range []struct {
		who, query string
		want       []string
	}{
		{"editor", "", []string{"Vraag 2", "Vraag 1"}},
		{"editor", "?state=open", []string{"Vraag 1"}},
		{"editor", "?state=closed", []string{"Vraag 2"}},
		{"editor", "?unread=true", []string{"Vraag 1"}},
		{"editor", "?search=petra", []string{"Vraag 2"}},
		{"editor", "?search=vraag%201", []string{"Vraag 1"}},
		{"manager", "", []string{"Vraag 3", "Vraag 2", "Vraag 1"}},
		{"manager", "?search=dag%20jan", nil},
		{"manager", "?search=vraag%20jans", []string{"Vraag 3", "Vraag 2", "Vraag 1"}},
		{"manager", "?unread=true", []string{"Vraag 3"}},
		{"manager", "?mine=true", []string{"Vraag 3"}},
		{"reader", "", []string{"Vraag 1"}},
		{"Chats.ReadWrite", "", []string{"Vraag 3", "Vraag 2", "Vraag 1"}},
		{"Chats.ReadWrite", "?unread=true", nil},
	} {
		if got, _ := k.subjects(t, c.who, c.query); !slices.Equal(got, c.want) {
			t.Errorf("%s%s: %v, want %v", c.who, c.query, got, c.want)
		}
	}
	_, list := k.subjects(t, "editor", "?names=true")
	if list[0]["unread"] != 0.0 || list[1]["unread"] != 1.0 || list[1]["clientName"] != "Bakkerij Jansen" {
		t.Errorf("%v", list)
	}
	if _, list := k.subjects(t, "editor", ""); list[0]["clientName"] != nil {
		t.Error("names come without being asked for")
	}
}

// A read mark is stored for the reader, also without the right to write, but
// not for somebody who takes no part.
func TestSeen(t *testing.T) {
	k := newTalking(t)
	id := k.start(t, 1, "Jan", "editor", "reader")
	unread := func(who string) any {
		t.Helper()
		return k.ok(t, who, "GET /api/chats/"+id, "").body["unread"]
	}
	if unread("reader") != 1.0 || unread("editor") != 1.0 || unread("manager") != 0.0 {
		t.Error("at first: ", unread("reader"), unread("editor"), unread("manager"))
	}
	for _, who := range []string{"reader", "manager", "Chats.ReadWrite"} {
		if got := k.ok(t, who, "POST /api/chats/"+id+"/read", ""); got.status != http.StatusNoContent {
			t.Errorf("%s: %d", who, got.status)
		}
	}
	if unread("reader") != 0.0 || unread("editor") != 1.0 {
		t.Error("after: ", unread("reader"), unread("editor"))
	}
	position := k.ok(t, "reader", "GET /api/chats/"+id, "").body["position"]
	k.ok(t, "editor", "POST /api/chats/"+id+"/notes", `{"body":"Ik bel."}`)
	if unread("reader") != 1.0 {
		t.Error("a note is not unread")
	}
	// A member who read before the note came has not read the note; a member
	// who read the note has read all messages before it.
	read := func(who string, position any) {
		t.Helper()
		k.ok(t, who, "POST /api/chats/"+id+"/read", fmt.Sprintf(`{"position":%v}`, position))
	}
	if read("reader", position); unread("reader") != 1.0 {
		t.Error("what came later counts as read")
	}
	if read("reader", 1000); unread("reader") != 0.0 {
		t.Error("afterwards: ", unread("reader"))
	}
	if read("reader", position); unread("reader") != 0.0 {
		t.Error("what was read is unread again")
	}
	k.answers(t, http.StatusUnprocessableEntity, "reader", "POST /api/chats/"+id+"/read", `{"position":-1}`)
}

// A member who may write closes and reopens a chat, on the version that he or
// she has seen.
func TestCloseAChat(t *testing.T) {
	k := newTalking(t)
	id := k.start(t, 1, "Jan", "editor", "reader")
	tag := k.ok(t, "editor", "GET /api/chats/"+id, "").header.Get("ETag")
	k.ok(t, "editor", "POST /api/chats/"+id+"/notes", `{"body":"Ik bel."}`)
	// A chat with a newer message is not closed unseen.
	k.answers(t, http.StatusPreconditionFailed, "editor", "PATCH /api/chats/"+id, `{"state":"closed"}`, "If-Match", tag)
	late := tag
	tag = k.ok(t, "editor", "GET /api/chats/"+id, "").header.Get("ETag")
	for list, want := range map[string]int{late: 200, late + ", " + tag: 304, late + ",W/" + tag: 304, "*": 304} {
		k.answers(t, want, "editor", "GET /api/chats/"+id, "", "If-None-Match", list)
	}
	for _, list := range []string{late + ", *", late + ` , W/` + tag, `"a", , "b"`, ",", strings.ReplaceAll(tag+","+tag, `"`, "")} {
		got := k.call(t, "editor", "PATCH /api/chats/"+id, `{"state":"closed"}`, "If-Match", list)
		if got.status != http.StatusPreconditionFailed {
			t.Errorf("If-Match %s: %d", list, got.status)
		}
	}
	got := k.ok(t, "editor", "PATCH /api/chats/"+id, `{"state":"closed"}`, "If-Match", late+`, "other",`+tag)
	if got.body["state"] != "closed" || got.header.Get("ETag") == tag || got.body["clientName"] != "Bakkerij Jansen" {
		t.Errorf("%s %v", got.text, got.header)
	}
	for who, want := range map[string]int{"reader": 403, "nobody": 401, "stranger": 403, "Mails.Read": 403, "manager": 200,
		"Chats.ReadWrite": 200} {
		k.answers(t, want, who, "PATCH /api/chats/"+id, `{"state":"open"}`)
	}
	for _, bad := range []string{`{"state":"done"}`, `{}`, `{"state":null}`} {
		k.answers(t, http.StatusUnprocessableEntity, "editor", "PATCH /api/chats/"+id, bad)
	}
}

// Participants are listed with the reason; a removed participant can no longer
// see the chat.
func TestParticipants(t *testing.T) {
	k := newTalking(t)
	id := k.start(t, 1, "Jan", "editor", "reader")
	path := "/api/chats/" + id + "/participants"
	why := func(a answer) (all []string) {
		for _, p := range items(a) {
			all = append(all, fmt.Sprint(p["name"], " ", p["why"], " ", p["what"]))
		}
		return all
	}
	got := k.ok(t, "reader", "GET "+path, "")
	if want := []string{"editor@kantoor.nl role Relatiebeheerder", "reader@kantoor.nl earlier <nil>"}; !slices.Equal(why(got), want) {
		t.Errorf("%v", why(got))
	}
	// Every member can be a substitute.
	k.ok(t, "editor", "PUT /api/me/substitute", fmt.Sprintf(`{"member":%q,"from":"2026-01-01T00:00:00Z","until":"2099-01-01T00:00:00Z"}`,
		k.ids["reader"]))
	if got := why(k.ok(t, "editor", "GET "+path, "")); got[1] != "reader@kantoor.nl substitute editor@kantoor.nl" {
		t.Errorf("%v", got)
	}
	set := func(who string, headers []string, ids ...string) answer {
		t.Helper()
		body := must.Get(json.Marshal(map[string]any{"members": ids}))(t)
		return k.call(t, who, "PUT "+path, string(body), headers...)
	}
	etag := []string{"If-Match", got.header.Get("ETag")}
	got = set("editor", etag, k.ids["editor"], k.ids["manager"])
	if want := []string{"editor@kantoor.nl role Relatiebeheerder", "manager@kantoor.nl hand editor@kantoor.nl"}; got.status != 200 ||
		!slices.Equal(why(got), want) {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got := set("editor", etag, k.ids["editor"]); got.status != http.StatusPreconditionFailed {
		t.Errorf("on an old version: %d", got.status)
	}
	for name, ids := range map[string][]string{"nobody": {}, "a stranger": {k.ids["editor"], "x"},
		"twice": {k.ids["editor"], k.ids["editor"]}} {
		got := set("editor", nil, ids...)
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, "body.members") {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	// An inactive member stays, and cannot be added again.
	k.done(t, "PATCH /api/team-members/"+k.ids["manager"], `{"active":false}`)
	if got := set("editor", nil, k.ids["manager"], k.ids["editor"]); got.status != 200 {
		t.Errorf("who is inactive must go: %d", got.status)
	}
	set("editor", nil, k.ids["editor"])
	if got := set("editor", nil, k.ids["editor"], k.ids["manager"]); got.status != http.StatusUnprocessableEntity {
		t.Errorf("who is inactive came in: %d", got.status)
	}
	// The substitute can read the chat during the substitution, and not after
	// it.
	k.ok(t, "editor", "DELETE /api/me/substitute", "")
	for _, request := range []string{"GET /api/chats/" + id, "GET " + path, "GET /api/chats/" + id + "/messages",
		"PUT /api/chats/" + id + "/seen"} {
		k.answers(t, http.StatusNotFound, "reader", request, "")
	}
	if got := set("reader", nil, k.ids["reader"]); got.status != http.StatusForbidden {
		t.Errorf("a reader changes who takes part: %d", got.status)
	}
	// A participant may leave when somebody else takes over.
	if got := set("editor", nil, k.ids["administrator"]); got.status != 200 {
		t.Errorf("leave: %d %s", got.status, got.text)
	}
	k.answers(t, http.StatusNotFound, "editor", "GET /api/chats/"+id, "") // who left still has it
}
