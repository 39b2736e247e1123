package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/mail"
)

// Signatures stand once, the member's own before that of the address, and are fixed
// when the reply is written.
func TestSignatures(t *testing.T) {
	w := newWriting(t)
	w.ok(t, "editor", "PATCH /api/me", `{"signature":"<p>Eddie<script>x</script></p>"}`)
	w.done(t, "PATCH /api/addresses/box1@kantoor.example", `{"signature":"<p>Kantoor</p>","quote":false}`)
	if got := w.ok(t, "editor", "GET "+w.path("/new"), "").body; got["signature"] != "<p>Eddie</p><p>Kantoor</p>" || got["quote"] != "" {
		t.Errorf("%v", got)
	}
	for name, c := range map[string]struct {
		with      map[string]any
		signature string
		noQuote   bool
	}{
		"as set":    {nil, "<p>Eddie</p><p>Kantoor</p>", true},
		"left out":  {map[string]any{"signature": false}, "", true},
		"quoted":    {map[string]any{"quote": true}, "<p>Eddie</p><p>Kantoor</p>", false},
		"forwarded": {map[string]any{"mode": "forward"}, "<p>Eddie</p><p>Kantoor</p>", false},
	} {
		got := w.reply(t, c.with)
		r, err := w.Outbox.Load(t.Context(), fmt.Sprint(got.body["id"]))
		if err != nil || r.Signature != c.signature || r.NoQuote != c.noQuote {
			t.Errorf("%s: %q %v, %v: %s", name, r.Signature, r.NoQuote, err, got.text)
		}
	}
	if got := w.ok(t, "editor", "GET /api/me", "").body["signature"]; got != "<p>Eddie</p>" {
		t.Errorf("%v", got)
	}
}

// The office begins: a chat with a contact of a client, found by later mail as any
// other.
func TestBegin(t *testing.T) {
	w := newWriting(t)
	contact := w.done(t, "GET /api/contacts", "").body["items"].([]any)[0].(map[string]any)["id"]
	body := fmt.Sprintf(`{"client":%q,"contact":%q,"subject":"Jaarrekening","text":"Dag Jan"}`, w.client, contact)
	got := w.ok(t, "editor", "POST /api/chats", body, "Idempotency-Key", "b1")
	id := fmt.Sprint(got.body["id"])
	reply, _ := got.body["reply"].(map[string]any)
	if got.status != http.StatusAccepted || id == w.chat || got.body["client"] != w.client || reply["state"] != "held" ||
		emails(reply["to"]) != "jan@klant.example" ||
		!slices.Contains(got.body["members"].([]any), any(w.ids["editor"])) || fmt.Sprint(got.body["addresses"]) != "[box1@kantoor.example]" {
		t.Errorf("%s", got.text)
	}
	if again := w.ok(t, "editor", "POST /api/chats", body, "Idempotency-Key", "b1"); again.body["id"] != id {
		t.Errorf("%s", again.text)
	}
	other := strings.Replace(body, "Dag", "Hallo", 1)
	w.answers(t, http.StatusUnprocessableEntity, "editor", "POST /api/chats", other, "Idempotency-Key", "b1")
	if items := w.ok(t, "editor", "GET /api/chats/"+id+"/messages", "").body["items"].([]any); len(items) != 1 {
		t.Errorf("%v", items)
	}
	if next := w.ok(t, "editor", "GET /api/chats/"+id+"/replies/new", "").body; next["mode"] != "new" || next["subject"] != "Jaarrekening" ||
		next["since"] != 1.0 ||
		next["from"].(map[string]any)["email"] != "box1@kantoor.example" {
		t.Errorf("%v", next)
	}
	w.answers(t, http.StatusForbidden, "reader", "POST /api/chats", body)
	for field, body := range map[string]string{
		"body.client":  `{"client":"none","to":[{"email":"jan@klant.example"}],"subject":"x","text":"x"}`,
		"body.contact": fmt.Sprintf(`{"client":%q,"contact":"none","subject":"x","text":"x"}`, w.client),
		"body.to":      fmt.Sprintf(`{"client":%q,"subject":"x","text":"x"}`, w.client),
	} {
		got := w.call(t, "editor", "POST /api/chats", body)
		errors, _ := got.body["errors"].([]any)
		if got.status != http.StatusUnprocessableEntity || len(errors) == 0 || errors[0].(map[string]any)["location"] != field {
			t.Errorf("%s: %d %s", field, got.status, got.text)
		}
	}
	if got := w.ok(t, "editor", "GET /api/me/addresses", "").body["items"].([]any); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// A draft is its writer's alone; the last save counts, unless it says on what it is
// based. Who else writes is shown for two minutes.
func TestDrafts(t *testing.T) {
	w := newWriting(t)
	path := "/api/chats/" + w.chat + "/draft"
	upload := w.ok(t, "editor", "POST /api/uploads?name=brief.txt", "content").body["id"].(string)
	first := w.ok(t, "editor", "PUT "+path,
		fmt.Sprintf(`{"mode":"reply","answers":%q,"html":"<p>Dag</p>","to":[{"email":"half"}],"attachments":[%q],"since":1}`, w.mail, upload))
	w.ok(t, "editor", "PUT "+path, `{"text":"Dag J"}`)
	for _, version := range []string{first.header.Get("ETag"), `"b2xk"`, `"aaaa"`} {
		w.answers(t, http.StatusPreconditionFailed, "editor", "PUT "+path, `{"text":"Dag Ja"}`, "If-Match", version)
	}
	if got := w.ok(t, "editor", "GET "+path, "").body; got["text"] != "Dag J" {
		t.Errorf("%v", got)
	}
	w.answers(t, http.StatusNotFound, "manager", "GET "+path, "") // another's
	got := w.ok(t, "manager", "GET "+w.path("/new"), "").body
	if others, _ := got["writing"].([]any); len(others) != 1 || others[0].(map[string]any)["id"] != w.ids["editor"] {
		t.Errorf("%v", got["writing"])
	}
	w.ok(t, "editor", "DELETE "+path, "")
	w.answers(t, http.StatusNotFound, "editor", "GET "+path, "") // deleted
	if n, err := w.Uploads.Sweep(t.Context(), time.Now().Add(uploadAge+time.Hour), unused); err != nil || n != 0 {
		t.Errorf("a file of a draft is deleted after a day: %d, %v", n, err)
	}
}

// Templates are filled in for a chat; what is missing is named.
func TestTemplates(t *testing.T) {
	w := newWriting(t)
	made := w.ok(t, "manager", "POST /api/templates",
		`{"name":"Stukken","language":"nl","subject":"Stukken {client}","html":"<p>Dag {name}, graag voor {deadline}<script>x</script></p>"}`)
	id := made.body["id"].(string)
	items := w.ok(t, "editor", "GET /api/templates?chat="+w.chat, "").body["items"].([]any)
	got := items[0].(map[string]any)
	if got["subject"] != "Stukken Bakkerij Jansen" || got["html"] != "<p>Dag Jan, graag voor {deadline}</p>" ||
		fmt.Sprint(got["missing"]) != "[deadline]" {
		t.Errorf("%v", got)
	}
	// An unknown placeholder.
	w.answers(t, http.StatusUnprocessableEntity, "manager", "POST /api/templates", `{"name":"x","html":"{geheim}"}`)
	w.ok(t, "manager", "PATCH /api/templates/"+id, `{"name":"Stukken opvragen"}`, "If-Match", made.header.Get("ETag"))
	if got := w.call(t, "manager", "DELETE /api/templates/"+id, "", "If-Match",
		made.header.Get("ETag")); got.status != http.StatusPreconditionFailed {
		t.Errorf("an old version: %d", got.status)
	}
	for who, want := range map[string]int{"editor": 403, "reader": 403, "manager": 204} {
		if who == "manager" {
			continue
		}
		w.answers(t, want, who, "DELETE /api/templates/"+id, "")
	}
	w.ok(t, "manager", "DELETE /api/templates/"+id, "")
}

// A forward takes the files of the mail along, unless it says which go along; the
// pictures of its text go with the text.
func TestForward(t *testing.T) {
	w := newWriting(t)
	w.graph.attachments = map[string][]fakeAttachment{"message1": {
		{Attachment: mail.Attachment{ID: "a", Kind: mail.AttachedFile, Name: "aangifte.pdf", ContentType: "application/pdf", Size: 7},
			content: "content"},
		{Attachment: mail.Attachment{ID: "b", Kind: mail.AttachedLink, Name: "Map"}},
	}}
	if got := w.ok(t, "editor", "GET "+w.path("/new?mode=forward"), "").body["attachments"].([]any); len(got) != 1 ||
		got[0].(map[string]any)["name"] != "aangifte.pdf" {
		t.Errorf("%v", got)
	}
	own := w.ok(t, "editor", "POST /api/uploads?name=eigen.txt", "eigen").body["id"].(string)
	for name, c := range map[string]struct {
		attachments any
		want        string
	}{"its files": {nil, "aangifte.pdf"}, "no files": {[]string{}, ""}, "another file": {[]string{own}, "eigen.txt"}} {
		with := map[string]any{"mode": "forward", "to": []any{map[string]any{"email": "els@bank.example"}}}
		if c.attachments != nil {
			with["attachments"] = c.attachments
		}
		got := w.reply(t, with)
		var names []string
		list, _ := got.body["attachments"].([]any)
		for _, f := range list {
			names = append(names, f.(map[string]any)["name"].(string))
		}
		if got.status != http.StatusAccepted || strings.Join(names, " ") != c.want {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
		if c.want == "aangifte.pdf" {
			file := w.ok(t, "reader", fmt.Sprintf("GET %s/attachments/1", w.path("/", got.body["id"].(string))), "")
			if file.text != "content" || !strings.Contains(file.header.Get("Content-Disposition"), "aangifte.pdf") {
				t.Errorf("%v %s", file.header, file.text)
			}
		}
	}
}
