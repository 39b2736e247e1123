package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/job"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
	"kantoorpost/shared/outbox"
)

// A writing office has a chat with Jan, a contact of its client, whom the editor
// answers from box1.
type writing struct {
	*talking
	chat, mail string
}

func newWriting(t *testing.T) *writing {
	t.Helper()
	k := newTalking(t)
	k.done(t, "POST /api/contacts", fmt.Sprintf(`{"name":"Jan Jansen","emails":["jan@klant.example"],"clients":[%q]}`, k.client))
	w := &writing{talking: k}
	it := k.nthMail(1, "Jan")
	it.To = []mail.Address{{Email: "Box1@kantoor.example"}, {Name: "Piet", Email: "piet@klant.example"}}
	it.Cc = []mail.Address{{Email: "els@bank.example"}}
	w.chat = k.startWith(t, it, "Dag, hoe zit het?", "Jan", "editor", "reader")
	w.mail = w.chat
	return w
}

// body is a reply to the mail, with some members replaced; nil leaves one out.
func (w *writing) body(with map[string]any) string {
	b := map[string]any{
		"answers": w.mail, "mode": "reply", "to": []any{map[string]any{"name": "Jan", "email": "jan@klant.example"}}, "subject": "RE: Vraag 1",
		"html": "<p>Dag Jan</p>", "since": 1,
	}
	for name, value := range with {
		if b[name] = value; value == nil {
			delete(b, name)
		}
	}
	text, _ := json.Marshal(b) // plain values encode
	return string(text)
}

func (w *writing) path(more ...string) string {
	return "/api/chats/" + w.chat + "/replies" + strings.Join(more, "")
}

// reply has the editor write a reply.
func (w *writing) reply(t *testing.T, with map[string]any, headers ...string) answer {
	t.Helper()
	return w.call(t, "editor", "POST "+w.path(), w.body(with), headers...)
}

func emails(list any) string {
	var all []string
	items, _ := list.([]any)
	for _, r := range items {
		o := r.(map[string]any)
		text := fmt.Sprint(o["email"])
		if marks, ok := o["marks"].([]any); ok {
			for _, m := range marks {
				text += " " + m.(string)
			}
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// What is offered comes from the mail that is answered, without the office's own
// addresses, and with what is known of each recipient.
func TestNewReply(t *testing.T) {
	w := newWriting(t)
	for mode, want := range map[string][3]string{
		"":                {"jan@klant.example, piet@klant.example outside", "els@bank.example outside", "RE: Vraag 1"},
		"&mode=reply":     {"jan@klant.example", "", "RE: Vraag 1"},
		"&mode=forward":   {"", "", "FW: Vraag 1"},
		"&mode=reply-all": {"jan@klant.example, piet@klant.example outside", "els@bank.example outside", "RE: Vraag 1"},
	} {
		got := w.ok(t, "editor", "GET "+w.path("/new?answers=", w.mail, mode), "").body
		if emails(got["to"]) != want[0] || emails(got["cc"]) != want[1] || got["subject"] != want[2] || got["since"] != 1.0 {
			t.Errorf("%s: %v", mode, got)
		}
		from, _ := got["from"].(map[string]any)
		if from["email"] != "box1@kantoor.example" || !strings.Contains(got["quote"].(string), "hoe zit het") {
			t.Errorf("%s: from %v, quote %v", mode, from, got["quote"])
		}
	}
}

// A reply is held, stored once, and shown in its chat; its job comes later.
func TestReplyIsHeld(t *testing.T) {
	w := newWriting(t)
	before := time.Now()
	got := w.reply(t, nil, "Idempotency-Key", "k1")
	leaves, err := time.Parse(time.RFC3339Nano, fmt.Sprint(got.body["leavesAt"]))
	if got.status != http.StatusAccepted || got.body["state"] != "held" || err != nil || leaves.Before(before.Add(9*time.Second)) ||
		leaves.After(time.Now().Add(11*time.Second)) {
		t.Fatalf("%d %s", got.status, got.text)
	}
	id := got.body["id"].(string)
	seen := map[string]any{"since": 0, "force": true, "confirmed": []string{"x"}}
	if again := w.reply(t, seen, "Idempotency-Key", "k1"); again.body["id"] != id {
		t.Errorf("the key is not looked up first: %d %s", again.status, again.text)
	}
	for field, value := range map[string]any{"text": "Nee", "subject": "Anders", "mode": "reply-all", "hold": 1} {
		other := w.reply(t, map[string]any{field: value}, "Idempotency-Key", "k1")
		if other.status != http.StatusUnprocessableEntity || other.body["type"] != "idempotency-key" {
			t.Errorf("the key with another %s: %d %s", field, other.status, other.text)
		}
	}
	items := w.ok(t, "editor", "GET /api/chats/"+w.chat+"/messages", "").body["items"].([]any)
	first := items[0].(map[string]any)
	if len(items) != 2 || first["id"] != id || first["kind"] != "reply" || first["direction"] != "out" || first["state"] != "held" ||
		first["seq"] != 2.0 ||
		emails(first["recipients"]) != "jan@klant.example" || first["by"].(map[string]any)["id"] != w.ids["editor"] {
		t.Errorf("%v", items)
	}
	body := w.ok(t, "reader", "GET /api/chats/"+w.chat+"/messages/"+id+"/body", "")
	if !strings.Contains(body.text, "Dag Jan") || !strings.Contains(body.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%v %s", body.header, body.text)
	}
	if len(w.jobs) != 1 || w.jobs[0].(job.Send).Replies[0] != id {
		t.Errorf("jobs %v", w.jobs)
	}
}

// Taken back, the text is the draft again; a second time changes nothing.
func TestReplyIsTakenBack(t *testing.T) {
	w := newWriting(t)
	id := w.reply(t, nil).body["id"].(string)
	w.answers(t, http.StatusForbidden, "reader", "DELETE "+w.path("/", id), "")
	for range 2 {
		if got := w.call(t, "editor", "DELETE "+w.path("/", id), ""); got.status != http.StatusNoContent {
			t.Fatalf("%d %s", got.status, got.text)
		}
	}
	draft := w.ok(t, "editor", "GET /api/chats/"+w.chat+"/draft", "").body
	if draft["html"] != "<p>Dag Jan</p>" || emails(draft["to"]) != "jan@klant.example" || draft["reply"] != id {
		t.Errorf("%v", draft)
	}
	if items := w.ok(t, "editor", "GET /api/chats/"+w.chat+"/messages", "").body["items"].([]any); len(items) != 1 {
		t.Errorf("%v", items)
	}
	if got := w.ok(t, "editor", "GET "+w.path("/", id), "").body; got["state"] != "draft" {
		t.Errorf("%v", got)
	}
	id = w.reply(t, map[string]any{"hold": 0}).body["id"].(string)
	r, err := w.Outbox.Load(t.Context(), id)
	if err == nil {
		_, err = w.Outbox.Claim(t.Context(), r)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.answers(t, http.StatusConflict, "editor", "DELETE "+w.path("/", id), "") // a reply that leaves
}

// A file of a reply that has not left stays.
func TestFileOfAReplyStays(t *testing.T) {
	w := newWriting(t)
	upload := w.ok(t, "editor", "POST /api/uploads?name=brief.txt", "content").body["id"].(string)
	id := w.reply(t, map[string]any{"attachments": []string{upload}}).body["id"].(string)
	w.answers(t, http.StatusConflict, "editor", "DELETE /api/uploads/"+upload, "")
	w.ok(t, "editor", "DELETE "+w.path("/", id), "")
	w.ok(t, "editor", "DELETE /api/uploads/"+upload, "")
}

// Who has left the chat still takes back what he or she wrote.
func TestReplyIsTakenBackAfterLeaving(t *testing.T) {
	w := newWriting(t)
	id := w.reply(t, nil).body["id"].(string)
	w.done(t, "PUT /api/chats/"+w.chat+"/participants", fmt.Sprintf(`{"members":[%q]}`, w.ids["reader"]))
	if got := w.reply(t, nil); got.status != http.StatusNotFound {
		t.Errorf("who left writes: %d", got.status)
	}
	w.ok(t, "editor", "DELETE "+w.path("/", id), "")
}

// The text leaves without what could harm, and with what belongs to it.
func TestReplyIsSanitised(t *testing.T) {
	w := newWriting(t)
	picture := w.ok(t, "editor", "POST /api/uploads?name=logo.png", "png", "Content-Type", "image/png").body["id"].(string)
	id := w.reply(t, map[string]any{"html": `<p onclick="x()" style="color:red;position:fixed">Dag<script>x()</script></p><a ` +
		`href="javascript:x()">a</a>` +
		`<a href="https://kantoor.example/x">b</a><img src="cid:` + picture + `"><img src="https://elders.example/x.png">` +
		`<table border=0 style='border-collapse:collapse'><tr>` +
		`<td class=xl65 style='border:.5pt solid windowtext;background:#D9E1F2;width:48pt'>1</td></tr>` +
		`</table><img src="data:image/png;base64,AAAA"><a href="data:text/html,x">c</a><form action="/api/me"><input></form>` +
		`<svg onload="x()"></svg><base href="//elders.example"><meta http-equiv=refresh content=0>` +
		`<iframe src="/web"></iframe>`}).body["id"].(string)
	html := must.Get(w.Outbox.Body(t.Context(), id))(t)
	for bad := range strings.FieldsSeq("onclick script position elders class data: form input svg base meta iframe") {
		if strings.Contains(html, bad) {
			t.Errorf("%s stays in %s", bad, html)
		}
	}
	for _, good := range []string{"color: red", `href="https://kantoor.example/x"`, `src="cid:` + picture + `"`, "border-collapse: collapse",
		"solid windowtext", "background: #D9E1F2"} {
		if !strings.Contains(html, good) {
			t.Errorf("%s is lost in %s", good, html)
		}
	}
	r, err := w.Outbox.Load(t.Context(), id)
	if err != nil || len(r.Attachments) != 1 || !r.Attachments[0].Inline || r.Attachments[0].Upload != picture {
		t.Errorf("%+v, %v", r.Attachments, err)
	}
	body := w.ok(t, "reader", "GET /api/chats/"+w.chat+"/messages/"+id+"/body", "").text
	_, at, _ := strings.Cut(body, `src="`)
	at, _, _ = strings.Cut(at, `"`)
	if got := w.ok(t, "reader", "GET "+at, ""); got.text != "png" || got.header.Get("Content-Type") != "image/png" {
		t.Errorf("%s: %v %s", at, got.header, got.text)
	}
}

// Plain text keeps its lines, and is no HTML.
func TestReplyAsText(t *testing.T) {
	for text, want := range map[string]string{
		"Dag Jan,\nhoi\n\n1 < 2": "<p>Dag Jan,<br>hoi</p><p>1 &lt; 2</p>", "": "", " \n ": "", "a\r\nb": "<p>a<br>b</p>",
		"a  b": "<p>a&nbsp; b</p>",
	} {
		if got := textAsHTML(text); got != want {
			t.Errorf("%q: %q; want %q", text, got, want)
		}
	}
}

// A second person, who is a manager and not the writer, lets a reply leave.
func TestFourEyes(t *testing.T) {
	w := newWriting(t)
	w.done(t, "PUT /api/settings",
		fmt.Sprintf(`{"enabled":true,"hold":0,"fourEyes":{"members":[%q],"clients":[],"words":["Definitieve Aanslag"]}}`, w.ids["administrator"]))
	if got := w.done(t, "GET /api/settings", "").body; got["hold"] != 0.0 ||
		fmt.Sprint(got["fourEyes"].(map[string]any)["words"]) != "[Definitieve Aanslag]" {
		t.Errorf("%v", got)
	}
	if got := w.reply(t, nil); got.body["state"] != "held" {
		t.Errorf("%s", got.text)
	}
	got := w.reply(t, map[string]any{"html": "<p>De <b>definitieve aanslag</b> komt.</p>"})
	id := fmt.Sprint(got.body["id"])
	if got.body["state"] != "approval" || fmt.Sprint(got.body["approval"].(map[string]any)["why"]) != "[word]" || len(w.jobs) != 1 {
		t.Fatalf("%s", got.text)
	}
	w.answers(t, http.StatusForbidden, "editor", "POST "+w.path("/", id, "/approve"), "") // its writer
	if got := w.call(t, "manager", "POST "+w.path("/", id, "/approve"), "",
		"If-Match", `"b2xk"`); got.status != http.StatusPreconditionFailed {
		t.Errorf("another version: %d", got.status)
	}
	etag := w.ok(t, "manager", "GET "+w.path("/", id), "").header.Get("ETag")
	if got := w.ok(t, "manager", "POST "+w.path("/", id, "/approve"), "", "If-Match", etag); got.body["state"] != "held" || len(w.jobs) != 2 {
		t.Errorf("%s, jobs %v", got.text, w.jobs)
	}
	// What a manager writes who is on the list, another manager approves.
	own := fmt.Sprint(w.call(t, "administrator", "POST "+w.path(), w.body(map[string]any{"since": 99})).body["id"])
	w.answers(t, http.StatusForbidden, "administrator", "POST "+w.path("/", own, "/approve"), "") // one's own
	w.ok(t, "manager", "POST "+w.path("/", own, "/reject"), `{"comment":"Nog niet"}`)
	if d := w.ok(t, "administrator", "GET /api/chats/"+w.chat+"/draft", "").body; d["reason"] != "rejected" {
		t.Errorf("%v", d)
	}
}

// Lists of replies show what needs a person, to whom may see it.
func TestReplyList(t *testing.T) {
	w := newWriting(t)
	id := w.reply(t, map[string]any{"sendAt": time.Now().Add(48 * time.Hour)}).body["id"]
	w.reply(t, nil)
	other := w.start(t, 5, "Kees", "manager")
	for who, want := range map[string]map[string]int{
		"editor":  {"": 2, "?state=scheduled": 1, "?state=failed": 0, "?mine=true": 2},
		"manager": {"": 2, "?mine=true": 0},
	} {
		for query, n := range want {
			items := w.ok(t, who, "GET /api/replies"+query, "").body["items"].([]any)
			if len(items) != n || n == 1 && items[0].(map[string]any)["id"] != id {
				t.Errorf("%s %s: %v", who, query, items)
			}
		}
	}
	got := w.call(t, "manager", "POST /api/chats/"+other+"/replies", strings.Replace(w.body(nil), w.mail, other, 1))
	if got.status != http.StatusAccepted {
		t.Fatalf("%d %s", got.status, got.text)
	}
	if items := w.ok(t, "editor", "GET /api/replies", "").body["items"].([]any); len(items) != 2 {
		t.Errorf("a reply in a chat of others: %v", items)
	}
	w.answers(t, http.StatusForbidden, "reader", "GET /api/replies", "")
}

// What failed can be tried again or put away; what is unknown only after somebody has
// looked.
func TestRetryAndDismiss(t *testing.T) {
	w := newWriting(t)
	in := func(state outbox.State) string {
		id := fmt.Sprint(w.reply(t, map[string]any{"hold": 0, "since": 99}).body["id"])
		r, err := w.Outbox.Load(t.Context(), id)
		if err == nil {
			r, err = w.Outbox.Claim(t.Context(), r)
		}
		if err == nil && state == outbox.Failed {
			_, err = w.Outbox.MarkFailed(t.Context(), r, outbox.ReasonTooLarge, "ErrorMessageSizeExceeded")
		} else if err == nil {
			_, err = w.Outbox.MarkUnknown(t.Context(), r)
		}
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	failed, unknown := in(outbox.Failed), in(outbox.Unknown)
	got := w.ok(t, "editor", "GET "+w.path("/", failed), "").body
	if got["reason"] != "too-large" || got["explanation"] == nil || got["whatToDo"] == nil || got["canRetry"] != true {
		t.Errorf("%v", got)
	}
	// Who may not send is offered neither.
	for who, can := range map[string]bool{"editor": true, "reader": false} {
		first := items(w.ok(t, who, "GET /api/chats/"+w.chat+"/messages", ""))[0]
		if retry, dismiss := first["canRetry"] == true, first["canDismiss"] == true; retry != can || dismiss != can {
			t.Errorf("%s: retry %v, dismiss %v", who, retry, dismiss)
		}
	}
	w.answers(t, http.StatusForbidden, "reader", "POST "+w.path("/", failed, "/dismiss"), "")
	w.answers(t, http.StatusConflict, "editor", "POST "+w.path("/", unknown, "/retry"), "")
	w.ok(t, "editor", "POST "+w.path("/", unknown, "/retry"), `{"confirmed":true}`)
	w.ok(t, "editor", "POST "+w.path("/", failed, "/dismiss"), "")
	if items := w.ok(t, "editor", "GET /api/replies?state=failed", "").body["items"].([]any); len(items) != 0 {
		t.Errorf("%v", items)
	}
}

// A reply that its writer may not send is in the chat and in the list of its members, with its
// text, and another member takes it over.
func TestAReplyForOthersIsTakenOver(t *testing.T) {
	w := newWriting(t)
	id := fmt.Sprint(w.reply(t, map[string]any{"hold": 60}).body["id"])
	r, err := w.Outbox.Load(t.Context(), id)
	if err == nil {
		_, err = w.Outbox.BackToDraft(t.Context(), r, outbox.ReasonRights)
	}
	if err != nil {
		t.Fatal(err)
	}
	listed := items(w.ok(t, "manager", "GET /api/replies?state=draft", ""))
	if len(listed) != 1 || listed[0]["forOthers"] != true || listed[0]["canTakeBack"] != true || listed[0]["whatToDo"] == nil {
		t.Errorf("listed: %v", listed)
	}
	shown := items(w.ok(t, "manager", "GET /api/chats/"+w.chat+"/messages", ""))
	if m := shown[0]; m["id"] != id || m["state"] != "draft" || m["reason"] != "no-right" || m["body"] == nil {
		t.Errorf("in the chat: %v", m)
	}
	w.answers(t, http.StatusForbidden, "reader", "DELETE "+w.path("/", id), "")
	w.done(t, "DELETE "+w.path("/", id), "")
}

// Of a mail to several addresses of the office, the one in To answers, whichever
// mailbox was read first.
func TestTheAddressInToAnswers(t *testing.T) {
	w := newWriting(t)
	w.done(t, "POST /api/connectors/"+items(w.ok(t, "administrator", "GET /api/connectors", ""))[0]["id"].(string)+"/addresses",
		fmt.Sprintf(`{"address":"box2@kantoor.example","link":{"kind":"role","id":%q}}`, w.role))
	it := w.nthMail(2, "Jan")
	it.To, it.Cc = []mail.Address{{Email: "box2@kantoor.example"}}, []mail.Address{{Email: "box1@kantoor.example"}}
	id := w.startWith(t, it, "Dag", "Jan", "editor")
	got := w.ok(t, "manager", "GET /api/chats/"+id+"/replies/new?answers="+id, "").body
	if from, _ := got["from"].(map[string]any); from["email"] != "box2@kantoor.example" {
		t.Errorf("from %v, of %v", from, got["addresses"])
	}
}

// Of the files of a mail that is forwarded, those that the request names go along, beside
// those that the writer added; none when it names none.
func TestFilesThatGoAlongWithAForward(t *testing.T) {
	w := newWriting(t)
	w.graph.attachments = map[string][]fakeAttachment{"message1": attachments()}
	for _, c := range []struct {
		along any
		want  string
	}{{[]int{2, 6}, "Jaarrekening é “2025”.pdf, foto.JPG"}, {[]int{}, ""}} {
		got := w.reply(t, map[string]any{"mode": "forward", "to": []any{map[string]any{"email": "els@bank.example"}}, "along": c.along,
			"attachments": []string{},
			"confirmed":   []string{"outsider", "attachment"}})
		if got.status != http.StatusAccepted {
			t.Fatalf("%v: %d %s", c.along, got.status, got.text)
		}
		var names []string
		files, _ := got.body["attachments"].([]any)
		for _, f := range files {
			names = append(names, f.(map[string]any)["name"].(string))
		}
		if strings.Join(names, ", ") != c.want {
			t.Errorf("%v: %v", c.along, names)
		}
	}
	for _, along := range []int{0, len(attachments()) + 1} {
		got := w.reply(t, map[string]any{"mode": "forward", "along": []int{along}})
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, "body.along[0]") {
			t.Errorf("no file has number %d: %d %s", along, got.status, got.text)
		}
	}
	// A draft knows which files were left out, and one that was a reply takes no file twice.
	for _, along := range []string{`[2]`, `[]`} {
		d := w.ok(t, "editor", "PUT /api/chats/"+w.chat+"/draft", `{"mode":"forward","answers":"`+w.mail+`","text":"Dag","along":`+along+`}`)
		if got, _ := json.Marshal(d.body["along"]); string(got) != along {
			t.Errorf("draft with %s: %s", along, d.text)
		}
	}
	w.ok(t, "editor", "DELETE /api/chats/"+w.chat+"/draft", "")
	r := w.reply(t, map[string]any{"mode": "forward", "to": []any{map[string]any{"email": "els@bank.example"}}, "along": []int{2}, "hold": 60,
		"confirmed": []string{"outsider", "attachment"}})
	w.ok(t, "editor", "DELETE "+w.path("/", r.body["id"].(string)), "")
	d := w.ok(t, "editor", "GET /api/chats/"+w.chat+"/draft", "")
	if along, files := d.body["along"].([]any), d.body["attachments"].([]any); len(along) != 0 || along == nil || len(files) != 1 {
		t.Errorf("taken back: %s", d.text)
	}
}
