package api

import (
	"fmt"
	"net/http"
	"testing"
)

// A message says which way it went, who wrote it, and what came with it once that
// was read. A note has a path of its own, and none of a mail.
func TestMessages(t *testing.T) {
	k := newTalking(t)
	id := k.start(t, 1, "Jan", "editor", "reader")
	k.graph.attachments = map[string][]fakeAttachment{"message1": attachments()}
	path := "/api/chats/" + id
	note := k.ok(t, "editor", "POST "+path+"/notes", `{"body":"Ik bel."}`, "Idempotency-Key", "k1")
	by := fmt.Sprintf("map[id:%s name:editor@kantoor.nl]", k.ids["editor"])
	if note.status != http.StatusCreated || fmt.Sprint(note.body["by"]) != by || note.body["kind"] != "note" {
		t.Errorf("%d %s", note.status, note.text)
	}
	if again := k.ok(t, "editor", "POST "+path+"/notes", `{"body":"Ik bel."}`, "Idempotency-Key", "k1"); again.body["id"] != note.body["id"] {
		t.Errorf("written twice: %s", again.text)
	}
	k.answers(t, http.StatusUnprocessableEntity, "editor", "POST "+path+"/notes", `{"body":"Ik mail."}`, "Idempotency-Key", "k1")
	list := func() (note, letter map[string]any) {
		t.Helper()
		all := items(k.ok(t, "reader", "GET "+path+"/messages", ""))
		if len(all) != 2 {
			t.Fatalf("%d messages", len(all))
		}
		return all[0], all[1]
	}
	written, letter := list()
	if fmt.Sprint(written["by"]) != by || written["author"] != k.ids["editor"] || written["direction"] != nil || written["mail"] != nil ||
		written["at"] != written["received"] || written["text"] != "Ik bel." || written["seq"] != 2.0 {
		t.Errorf("the note: %v", written)
	}
	if files, there := letter["attachments"]; letter["direction"] != "in" || letter["kind"] != "mail" || letter["seq"] != 1.0 || !there ||
		files != nil || letter["hasAttachments"] != true {
		t.Errorf("the mail: %v", letter)
	}
	read := k.ok(t, "reader", "GET /api/mails/"+id+"/attachments", "")
	if _, letter = list(); fmt.Sprint(letter["attachments"]) != fmt.Sprint(read.body["items"]) {
		t.Errorf("after they were read: %v", letter["attachments"])
	}
	// A mail of which nothing came says so.
	k.graph.attachments["message1"] = nil
	k.ok(t, "reader", "GET /api/mails/"+id+"/attachments", "")
	if _, letter = list(); fmt.Sprint(letter["attachments"]) != "[]" {
		t.Errorf("with none: %v", letter["attachments"])
	}
	for request, want := range map[string]int{
		"POST " + path + "/messages": http.StatusMethodNotAllowed,
		"POST " + path + "/notes":    http.StatusUnprocessableEntity,
	} {
		k.answers(t, want, "editor", request, `{"kind":"note","body":"Ik bel."}`)
	}
	// What a colleague wrote keeps its author when he or she is deleted.
	k.done(t, "PUT /api/clients/"+k.client+"/team-members", `[]`)
	k.done(t, "DELETE /api/team-members/"+k.ids["editor"], "")
	if written, _ = list(); fmt.Sprint(written["by"]) != by {
		t.Errorf("by a former colleague: %v", written["by"])
	}
}
