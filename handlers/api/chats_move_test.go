package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/chat"
	"kantoorpost/shared/item"
	"kantoorpost/shared/must"
)

// add stores the nth mail in a chat.
func (k *talking) add(t *testing.T, n int, from, id string) string {
	t.Helper()
	ids, err := k.Items.Ingest(t.Context(), []item.Arrival{{Item: k.nthMail(n, from), Content: "Dag"}})
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	it := must.Get(k.Items.Get(t.Context(), ids[0]))(t)
	c := must.Get(k.Chats.Get(t.Context(), id))(t)
	it.State, it.Chat = item.Processed, c.ID
	_, ops := c.Join(it, chat.Entry{ByMessageID: true})
	must.Do(t, k.Items.Commit(t.Context(), append(ops, it.Transition(item.New, "")...)...))
	return it.ID
}

// mails are the ids of the mails of a chat, newest first.
func (k *talking) mailsIn(t *testing.T, id string) (mails []string) {
	t.Helper()
	for _, m := range items(k.ok(t, "manager", "GET /api/chats/"+id+"/messages", "")) {
		if m["kind"] == "mail" {
			mails = append(mails, m["id"].(string))
		}
	}
	return mails
}

func (k *talking) refused(t *testing.T, who, request, body string, status int, kind string) {
	t.Helper()
	got := k.call(t, who, request, body)
	if got.status != status || kind != "" && got.body["type"] != kind {
		t.Errorf("%s: %s %s: %d %s, want %d %s", who, request, body, got.status, got.text, status, kind)
	}
}

// events returns the events of a chat. What happens in one millisecond has no order in
// its messages, so a note may come before the event that follows it.
func (k *talking) events(t *testing.T, who, chat string) []map[string]any {
	t.Helper()
	return slices.DeleteFunc(items(k.ok(t, who, "GET /api/chats/"+chat+"/messages", "")),
		func(m map[string]any) bool { return m["kind"] != "event" })
}

// Who takes part in both chats moves a mail from one into the other, and undoes that.
// A chat that somebody may not see does not exist.
func TestMoveAMail(t *testing.T) {
	k := newTalking(t)
	c := k.start(t, 1, "Jan", "editor", "reader")
	m := k.add(t, 2, "Jan", c)
	into, strange := k.start(t, 3, "Petra", "editor"), k.start(t, 4, "Kees", "manager")
	move := "POST /api/chats/" + c + "/messages/" + m + "/move"
	for body, status := range map[string]int{
		`{}`: 422, `{"new":false}`: 422, `{"new":true,"chat":"` + into + `"}`: 422, `{"chat":"` + strange + `"}`: 404,
		`{"chat":"nothing"}`: 404, `{"client":"nothing"}`: 422, `{"other":1}`: 422,
	} {
		k.refused(t, "editor", move, body, status, "")
	}
	k.refused(t, "editor", move, `{"chat":"`+c+`"}`, 409, "same-chat")
	k.refused(t, "reader", move, `{"chat":"`+into+`"}`, 403, "")
	k.refused(t, "editor", "POST /api/chats/"+strange+"/messages/"+strange+"/move", `{"client":"nothing"}`, 404, "")
	note := k.ok(t, "editor", "POST /api/chats/"+c+"/notes", `{"body":"Ik bel."}`).body["id"].(string)
	k.refused(t, "editor", "POST /api/chats/"+c+"/messages/"+note+"/move", `{"new":true}`, 409, "not-a-mail")

	got := k.ok(t, "editor", move, `{"chat":"`+into+`"}`)
	if got.body["id"] != into || got.header.Get("Location") != "/api/chats/"+into || got.body["messages"] != 2.0 {
		t.Errorf("%s", got.text)
	}
	if !slices.Equal(k.mailsIn(t, into), []string{into, m}) || !slices.Equal(k.mailsIn(t, c), []string{c}) {
		t.Error(k.mailsIn(t, into), k.mailsIn(t, c))
	}
	// The reader is not in the other chat, and is not told which it is, nor what went.
	for who, want := range map[string]any{"editor": into, "reader": nil} {
		named := map[string]string{"editor": "“Vraag 2”", "reader": "een bericht"}[who]
		e := k.events(t, who, c)[0]
		event := e["event"].(map[string]any)
		if text := "editor@kantoor.nl verplaatste " + named + " naar een andere chat"; event["chat"] != want || e["kind"] != "event" ||
			e["preview"] != text || e["mail"] != nil || e["body"] != nil || e["direction"] != nil {
			t.Errorf("%s: %v", who, e)
		}
	}
	history := k.ok(t, "manager", "GET /api/mails/"+m, "").body["history"].([]any)
	if last := history[len(history)-1].(map[string]any); last["action"] != "move" || last["chat"] != into ||
		last["byName"] != "editor@kantoor.nl" {
		t.Errorf("%v", history)
	}
	undo := k.ok(t, "reader", "GET /api/chats/"+c, "").body["undo"].(map[string]any)
	if undo["kind"] != "move" || undo["by"].(map[string]any)["name"] != "editor@kantoor.nl" {
		t.Errorf("%v", undo)
	}
	k.refused(t, "reader", "POST /api/chats/"+c+"/undo", "", 403, "")
	if got := k.ok(t, "editor", "POST /api/chats/"+c+"/undo", ""); got.body["id"] != c || got.body["messages"] != 3.0 ||
		got.body["undo"] != nil {
		t.Errorf("%s", got.text)
	}
	k.refused(t, "editor", "POST /api/chats/"+c+"/undo", "", 409, "nothing-to-undo")
	for id, want := range map[string]string{c: "maakte de verplaatsing van “Vraag 2” ongedaan",
		into: "maakte de verplaatsing van “Vraag 2” ongedaan"} {
		if all := k.events(t, "editor", id); !slices.ContainsFunc(all,
			func(e map[string]any) bool { return e["preview"] == "editor@kantoor.nl "+want }) {
			t.Errorf("undone: %v", all)
		}
	}
	k.ok(t, "manager", move, `{"chat":"`+strange+`"}`)
	k.refused(t, "editor", "POST /api/chats/"+c+"/undo", "", 404, "") // not the other chat's
	k.add(t, 5, "Kees", strange)
	k.refused(t, "manager", "POST /api/chats/"+strange+"/undo", "", 409, "undo-messages")
}

// A mail moves into a new chat of the same people, or into one of another client for
// those whom the address brings there. Its mover may undo that, though he or she does
// not take part there.
func TestMoveIntoANewChat(t *testing.T) {
	k := newTalking(t)
	other := k.done(t, "POST /api/clients", `{"number":"1002","type":"organisation","name":"Slagerij Visser"}`).body["id"].(string)
	petra := k.done(t, "POST /api/contacts", `{"name":"Petra Visser","emails":["petra@klant.example"]}`).body["id"]
	c := k.start(t, 1, "Jan", "editor", "reader")
	m := k.add(t, 2, "Petra", c)
	move := "POST /api/chats/" + c + "/messages/" + m + "/move"
	// Where nobody looks after the client, its mover does.
	k.refused(t, "Chats.ReadWrite", move, `{"client":"`+other+`"}`, 409, "nobody")
	lone := k.ok(t, "editor", move, `{"client":"`+other+`"}`)
	if fmt.Sprint(lone.body["members"]) != fmt.Sprint([]any{k.ids["editor"]}) {
		t.Errorf("%s", lone.text)
	}
	k.ok(t, "editor", "POST /api/chats/"+c+"/undo", "")
	k.done(t, "PUT /api/clients/"+other+"/team-members", fmt.Sprintf(`[{"member":%q,"role":%q}]`, k.ids["manager"], k.role))
	got := k.ok(t, "editor", move, `{"client":"`+other+`"}`)
	made := got.body["id"].(string)
	if made == m || made == c || got.body["client"] != other || got.body["contact"] != petra ||
		fmt.Sprint(got.body["members"]) != fmt.Sprint([]any{k.ids["manager"]}) {
		t.Errorf("%s", got.text)
	}
	k.refused(t, "editor", "GET /api/chats/"+made, "", 404, "")
	k.refused(t, "reader", "POST /api/chats/"+c+"/undo", "", 403, "")
	if got := k.ok(t, "editor", "POST /api/chats/"+c+"/undo", ""); got.body["id"] != c {
		t.Errorf("%s", got.text)
	}
	if got := k.ok(t, "manager", "GET /api/chats/"+made, ""); got.body["id"] != c {
		t.Errorf("the empty chat: %s", got.text)
	}
	split := k.ok(t, "editor", move, `{"new":true}`).body["id"].(string)
	if !slices.Equal(k.mailsIn(t, split), []string{m}) || split > c {
		t.Error(split, k.mailsIn(t, split))
	}
	k.refused(t, "editor", "POST /api/chats/"+split+"/messages/"+m+"/move", `{"new":true}`, 409, "only-message")
	k.ok(t, "reader", "GET /api/chats/"+split, "")
}

// All of a chat goes into another, and its old id leads there.
func TestMergeChats(t *testing.T) {
	k := newTalking(t)
	c, into, strange := k.start(t, 1, "Jan", "editor", "reader"), k.start(t, 2, "Jan", "editor"), k.start(t, 3, "Kees", "manager")
	k.ok(t, "editor", "POST /api/chats/"+c+"/notes", `{"body":"Ik bel."}`)
	merge := "POST /api/chats/" + c + "/merge"
	k.refused(t, "editor", merge, `{"into":"`+strange+`"}`, 404, "")
	k.refused(t, "reader", merge, `{"into":"`+into+`"}`, 403, "")
	k.refused(t, "editor", merge, `{}`, 422, "")
	k.refused(t, "editor", merge, `{"into":"`+c+`"}`, 409, "same-chat")
	if got := k.ok(t, "editor", merge, `{"into":"`+into+`"}`); got.body["id"] != into || got.body["messages"] != 3.0 {
		t.Errorf("%s", got.text)
	}
	if got := k.ok(t, "editor", "GET /api/chats/"+c, ""); got.body["id"] != into {
		t.Errorf("its old id: %s", got.text)
	}
	k.refused(t, "reader", "GET /api/chats/"+c, "", 404, "")
	first := k.events(t, "editor", c)[0]
	if want := "editor@kantoor.nl voegde de chat “Vraag 1” hierbij (2 berichten)"; first["preview"] != want {
		t.Errorf("%v", first)
	}
	if _, list := k.subjects(t, "manager", ""); len(list) != 2 {
		t.Errorf("%v", list)
	}
	k.ok(t, "editor", merge, `{"into":"`+into+`"}`)
	k.refused(t, "manager", merge, `{"into":"`+strange+`"}`, 409, "merged")
	k.refused(t, "manager", "PATCH /api/chats/"+c, `{"client":"`+k.client+`"}`, 409, "merged")
	if got := k.ok(t, "editor", "POST /api/chats/"+c+"/undo", ""); got.body["id"] != c || got.body["messages"] != 2.0 {
		t.Errorf("%s", got.text)
	}
	k.ok(t, "reader", "GET /api/chats/"+c, "")
}

// A chat is given to another client, and back by who gave it though he or she does not
// take part any more.
func TestGiveAChatToAnotherClient(t *testing.T) {
	k := newTalking(t)
	other := k.done(t, "POST /api/clients", `{"number":"1002","type":"organisation","name":"Slagerij Visser"}`).body["id"].(string)
	k.done(t, "PUT /api/clients/"+other+"/team-members", fmt.Sprintf(`[{"member":%q,"role":%q}]`, k.ids["manager"], k.role))
	c := k.start(t, 1, "Jan", "editor", "reader")
	patch := "PATCH /api/chats/" + c
	k.refused(t, "editor", patch, `{"client":"nothing"}`, 422, "")
	k.refused(t, "editor", patch, `{"client":null}`, 422, "")
	k.refused(t, "reader", patch, `{"client":"`+other+`"}`, 403, "")
	tag := k.ok(t, "editor", "GET /api/chats/"+c, "").header.Get("ETag")
	k.ok(t, "editor", "POST /api/chats/"+c+"/notes", `{"body":"Ik bel."}`)
	k.answers(t, http.StatusPreconditionFailed, "editor", patch, `{"client":"`+other+`"}`, "If-Match", tag) // an old version
	tag = k.ok(t, "editor", "GET /api/chats/"+c, "").header.Get("ETag")
	got := k.ok(t, "editor", patch, `{"client":"`+other+`","state":"closed"}`, "If-Match", tag)
	if got.body["client"] != other || got.body["clientName"] != "Slagerij Visser" || got.body["state"] != "closed" ||
		fmt.Sprint(got.body["members"]) != fmt.Sprint([]any{k.ids["manager"]}) {
		t.Errorf("%s", got.text)
	}
	event := k.events(t, "manager", c)[0]["event"]
	if !strings.Contains(fmt.Sprint(event), "editor@kantoor.nl gaf deze chat aan relatie Slagerij Visser") {
		t.Errorf("%v", event)
	}
	k.refused(t, "editor", "GET /api/chats/"+c, "", 404, "")
	k.refused(t, "reader", "POST /api/chats/"+c+"/undo", "", 403, "")
	if got := k.ok(t, "editor", "POST /api/chats/"+c+"/undo", ""); got.body["client"] != k.client || len(got.body["members"].([]any)) != 2 {
		t.Errorf("%s", got.text)
	}
	k.refused(t, "stranger", "POST /api/chats/"+c+"/undo", "", 403, "")
}
