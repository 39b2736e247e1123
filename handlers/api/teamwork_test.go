package api

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/item"
	"kantoorpost/shared/must"
)

// park stores the nth mail as one that waits.
func (k *talking) park(t *testing.T, n int, from string) string {
	t.Helper()
	ids, err := k.Items.Ingest(t.Context(), []item.Arrival{{Item: k.nthMail(n, from), Content: "Dag"}})
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	it := must.Get(k.Items.Get(t.Context(), ids[0]))(t)
	it.State, it.Reason, it.Lookups = item.Parked, item.UnknownSender, []string{"lookup"}
	must.Do(t, k.Items.Commit(t.Context(), it.Transition(item.New, item.DecisionVersion(7, "", ""))...))
	return it.ID
}

// waiting are the subjects of a list.
func (k *talking) waiting(t *testing.T, who, query string) (subjects []string) {
	t.Helper()
	for _, m := range items(k.ok(t, who, "GET /api/mails?"+query, "")) {
		subjects = append(subjects, m["subject"].(string))
	}
	return subjects
}

// A waiting mail is given to a colleague who may see it, set aside until a moment, and
// taken over; counts and lists follow, and the decision version stays.
func TestPlanOfAMail(t *testing.T) {
	k := newTalking(t)
	first, second := k.park(t, 1, "Jan"), k.park(t, 2, "Petra")
	for _, refused := range []string{
		fmt.Sprintf(`{"assignee":%q}`, k.ids["reader"]), `{"assignee":"nobody"}`, `{"later":"2020-01-01T00:00:00Z"}`,
		`{"later":"2100-01-01T00:00:00Z"}`,
	} {
		k.answers(t, http.StatusUnprocessableEntity, "manager", "PATCH /api/mails/"+first, refused)
	}
	offered := map[string]bool{} // exactly those whom the mail can be given to
	for _, m := range items(k.ok(t, "manager", "GET /api/mails/"+first+"/colleagues", "")) {
		offered[m["id"].(string)] = m["name"] != ""
	}
	if want := map[string]bool{k.ids["editor"]: true, k.ids["manager"]: true, k.ids["administrator"]: true}; !maps.Equal(offered, want) {
		t.Errorf("%v, want %v", offered, want)
	}
	got := k.ok(t, "manager", "PATCH /api/mails/"+first, fmt.Sprintf(`{"assignee":%q}`, k.ids["editor"]))
	if a := got.body["assignee"].(map[string]any); a["id"] != k.ids["editor"] || a["name"] == "" {
		t.Errorf("%v", a)
	}
	notices := items(k.ok(t, "editor", "GET /api/me/notices", ""))
	if len(notices) != 1 || notices[0]["kind"] != "assigned" || notices[0]["object"] != "mail" || notices[0]["of"] != first {
		t.Fatalf("%v", notices)
	}
	k.ok(t, "editor", "DELETE /api/me/notices/"+notices[0]["id"].(string), "")
	if left := items(k.ok(t, "editor", "GET /api/me/notices", "")); len(left) > 0 {
		t.Errorf("%v", left)
	}
	later := time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
	k.ok(t, "editor", "PATCH /api/mails/"+second, fmt.Sprintf(`{"assignee":%q,"later":%q}`, k.ids["editor"], later))
	if mine := items(k.ok(t, "editor", "GET /api/me/notices", "")); len(mine) > 0 {
		t.Errorf("who takes something over is told so: %v", mine)
	}
	for query, want := range map[string][]string{
		"state=parked":                         {"Vraag 2", "Vraag 1"},
		"state=parked&order=oldest":            {"Vraag 1", "Vraag 2"},
		"state=parked&later=hidden":            {"Vraag 1"},
		"state=parked&later=only":              {"Vraag 2"},
		"state=parked&later=only&order=oldest": {"Vraag 2"},
		"state=parked&assignee=me":             {"Vraag 2", "Vraag 1"},
	} {
		if got := k.waiting(t, "editor", query); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	if got := k.waiting(t, "manager", "state=parked&assignee=me"); len(got) > 0 {
		t.Errorf("the manager's: %v", got)
	}
	if n := k.ok(t, "editor", "GET /api/mails/counts", "").body; n["parked"] != 1.0 || n["later"] != 1.0 {
		t.Errorf("%v", n)
	}
	k.ok(t, "editor", "PATCH /api/mails/"+second, `{"assignee":null,"later":null}`)
	if n := k.ok(t, "editor", "GET /api/mails/counts", "").body; n["parked"] != 2.0 || n["later"] != 0.0 {
		t.Errorf("back: %v", n)
	}
	if outdated, err := k.Items.Outdated(t.Context(), item.Office{Version: 7, Now: time.Now()}, 10); err != nil || len(outdated) > 0 {
		t.Errorf("decided again: %v, %v", outdated, err)
	}
	it, err := k.Items.Get(t.Context(), second)
	if err != nil || it.Assignee != "" || !it.Later.IsZero() {
		t.Fatalf("%+v, %v", it, err)
	}
	it.State, it.Chat = item.Dismissed, ""
	must.Do(t, k.Items.Commit(t.Context(), it.Transition(item.Parked, "")...))
	k.answers(t, http.StatusConflict, "editor", "PATCH /api/mails/"+second, `{"later":null}`) // a mail that waits no more
	k.answers(t, http.StatusUnprocessableEntity, "editor", "GET /api/mails?order=oldest", "") // oldest of all
}

// Pages of the oldest mail lose and repeat nothing.
func TestOldestFirstInPages(t *testing.T) {
	k := newTalking(t)
	var want []string
	for n := range 7 {
		k.park(t, n+1, "Jan")
		want = append(want, fmt.Sprint("Vraag ", n+1))
	}
	var got []string
	for after, pages := "", 0; pages < 9; pages++ {
		page := k.ok(t, "editor", "GET /api/mails?state=parked&order=oldest&limit=3&after="+url.QueryEscape(after), "")
		for _, m := range items(page) {
			got = append(got, m["subject"].(string))
		}
		if after, _ = page.body["next"].(string); after == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// Who looks at a mail learns who else does; who may not see it learns nothing.
func TestWhoElseLooksAtAMail(t *testing.T) {
	k := newTalking(t)
	id := k.park(t, 1, "Jan")
	look := func(who string) []map[string]any {
		t.Helper()
		return items(k.ok(t, who, "POST /api/mails/"+id+"/presence", ""))
	}
	if others := look("manager"); len(others) > 0 {
		t.Errorf("%v", others)
	}
	if others := look("editor"); len(others) != 1 || others[0]["id"] != k.ids["manager"] || others[0]["name"] == "" {
		t.Errorf("%v", others)
	}
	if others := look("Mails.Read"); len(others) != 2 {
		t.Errorf("a program sees %v", others)
	}
	if others := look("manager"); len(others) != 1 || others[0]["id"] != k.ids["editor"] {
		t.Errorf("%v: a program is nobody", others)
	}
}

// A chat says so as well, to those who see it.
func TestWhoElseLooksAtAChat(t *testing.T) {
	k := newTalking(t)
	path := "POST /api/chats/" + k.start(t, 1, "Jan", "editor", "administrator") + "/presence"
	if others := items(k.ok(t, "editor", path, "")); len(others) > 0 {
		t.Errorf("%v", others)
	}
	if others := items(k.ok(t, "administrator", path, "")); len(others) != 1 || others[0]["id"] != k.ids["editor"] || others[0]["name"] == "" {
		t.Errorf("%v", others)
	}
	k.answers(t, http.StatusNotFound, "reader", path, "") // who does not see it
}

// A note names a colleague who sees the chat, and tells him or her once; its author
// changes it and takes it back, and nobody else.
func TestANoteIsItsAuthors(t *testing.T) {
	k := newTalking(t)
	id := k.start(t, 1, "Jan", "editor", "administrator")
	path := "/api/chats/" + id + "/notes"
	if got := k.call(t, "editor", "POST "+path, fmt.Sprintf(`{"body":"Kijk","mentions":[%q]}`,
		k.ids["reader"])); got.status != http.StatusUnprocessableEntity {
		t.Fatalf("named somebody who does not see it: %d", got.status)
	}
	note := k.ok(t, "editor", "POST "+path, fmt.Sprintf(`{"body":"Kijk eens","mentions":[%q]}`, k.ids["manager"])).body["id"].(string)
	told := func(who string) int { return len(items(k.ok(t, who, "GET /api/me/notices", ""))) }
	if told("manager") != 1 || told("administrator") != 0 {
		t.Error(told("manager"), told("administrator"))
	}
	for _, other := range []string{"manager", "administrator"} {
		for request, body := range map[string]string{"PATCH": `{"body":"Van mij"}`, "DELETE": ""} {
			k.answers(t, http.StatusForbidden, other, request+" "+path+"/"+note, body)
		}
	}
	edited := k.ok(t, "editor", "PATCH "+path+"/"+note,
		fmt.Sprintf(`{"body":"Kijk hier","mentions":[%q,%q]}`, k.ids["manager"], k.ids["administrator"])).body
	if edited["text"] != "Kijk hier" || edited["edited"] == nil || told("manager") != 1 || told("administrator") != 1 {
		t.Errorf("%v: %d, %d", edited, told("manager"), told("administrator"))
	}
	if c := k.ok(t, "editor", "GET /api/chats/"+id, "").body; c["preview"] != "Kijk hier" {
		t.Errorf("the chat shows %v", c["preview"])
	}
	k.ok(t, "editor", "DELETE "+path+"/"+note, "")
	c := k.ok(t, "editor", "GET /api/chats/"+id, "").body
	m := items(k.ok(t, "editor", "GET /api/chats/"+id+"/messages", ""))[0]
	if c["preview"] != "" || c["messages"] != 2.0 || m["deleted"] != true || m["text"] != nil || m["preview"] != "" {
		t.Errorf("%v\n%v", c, m)
	}
	k.answers(t, http.StatusNotFound, "editor", "PATCH "+path+"/"+note, `{"body":"Terug"}`) // changed what is gone
}

// A chat is given to a participant, or to who sees all chats; set aside, it comes back when
// something new comes. What was read can be made unread.
func TestPlanOfAChat(t *testing.T) {
	k := newTalking(t)
	id := k.start(t, 1, "Jan", "editor")
	if got := k.call(t, "editor", "PATCH /api/chats/"+id,
		fmt.Sprintf(`{"assignee":%q}`, k.ids["reader"])); got.status != http.StatusUnprocessableEntity {
		t.Errorf("given to who does not see it: %d", got.status)
	}
	later := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	c := k.ok(t, "editor", "PATCH /api/chats/"+id, fmt.Sprintf(`{"assignee":%q,"later":%q}`, k.ids["manager"], later)).body
	if c["assignee"].(map[string]any)["id"] != k.ids["manager"] || c["later"] != later ||
		len(items(k.ok(t, "manager", "GET /api/me/notices", ""))) != 1 {
		t.Errorf("%v", c)
	}
	for query, want := range map[string]int{"?later=hidden": 0, "?later=only": 1, "?assignee=me": 0, "?assignee=" + k.ids["manager"]: 1} {
		if got, _ := k.subjects(t, "editor", query); len(got) != want {
			t.Errorf("%s: %v", query, got)
		}
	}
	k.ok(t, "editor", "POST /api/chats/"+id+"/notes", `{"body":"Ik bel."}`)
	if c := k.ok(t, "editor", "GET /api/chats/"+id, "").body; c["later"] != nil {
		t.Errorf("it stays away: %v", c["later"])
	}
	k.ok(t, "editor", "POST /api/chats/"+id+"/read", "")
	for range 2 {
		k.ok(t, "editor", "POST /api/chats/"+id+"/unread", "")
		if c := k.ok(t, "editor", "GET /api/chats/"+id, "").body; c["unread"] != 1.0 {
			t.Errorf("unread: %v", c["unread"])
		}
	}
}
