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
	"kantoorpost/shared/item"
	"kantoorpost/shared/job"
	"kantoorpost/shared/mail"
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
	if got.status != http.StatusAccepted || got.body["state"] != "held" || err != nil || leaves.Before(before.Add(9*time.Second)) || leaves.After(time.Now().Add(11*time.Second)) {
		t.Fatalf("%d %s", got.status, got.text)
	}
	id := got.body["id"].(string)
	if again := w.reply(t, map[string]any{"since": 0, "subject": ""}, "Idempotency-Key", "k1"); again.body["id"] != id {
		t.Errorf("the key is not looked up first: %d %s", again.status, again.text)
	}
	items := w.ok(t, "editor", "GET /api/chats/"+w.chat+"/messages", "").body["items"].([]any)
	first := items[0].(map[string]any)
	if len(items) != 2 || first["id"] != id || first["kind"] != "reply" || first["direction"] != "out" || first["state"] != "held" || first["seq"] != 2.0 ||
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
	if got := w.call(t, "reader", "DELETE "+w.path("/", id), ""); got.status != http.StatusForbidden {
		t.Errorf("reader: %d", got.status)
	}
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
		_, err = w.Outbox.Take(t.Context(), r)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := w.call(t, "editor", "DELETE "+w.path("/", id), ""); got.status != http.StatusConflict {
		t.Errorf("a reply that leaves: %d %s", got.status, got.text)
	}
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

// What is not valid is refused with its field, and nothing is stored.
func TestRepliesThatAreRefused(t *testing.T) {
	w := newWriting(t)
	to := func(name, email string) []any { return []any{map[string]any{"name": name, "email": email}} }
	for name, c := range map[string]struct {
		with  map[string]any
		field string
	}{
		"both texts":         {map[string]any{"text": "Dag"}, "body"},
		"nobody":             {map[string]any{"to": []any{}}, "body.to"},
		"no address":         {map[string]any{"to": to("Jan", "jan")}, "body.to[0].email"},
		"a line in a name":   {map[string]any{"cc": to("Jan\r\nBcc: x@y.example", "jan@klant.example")}, "body.cc[0].name"},
		"NUL in a name":      {map[string]any{"cc": to("Jan\x00", "jan@klant.example")}, "body.cc[0].name"},
		"a line in an email": {map[string]any{"bcc": to("", "jan@klant.example\nBcc: x@y.example")}, "body.bcc[0].email"},
		"a line in subject":  {map[string]any{"subject": "Dag\r\nBcc: x@y.example"}, "body.subject"},
		"a long subject":     {map[string]any{"subject": strings.Repeat("x", 256)}, "body.subject"},
		"NUL in the text":    {map[string]any{"html": nil, "text": "a\x00b"}, "body"},
		"no message":         {map[string]any{"answers": "none"}, "body.answers"},
		"nothing answered":   {map[string]any{"answers": nil}, "body.answers"},
		"another's address":  {map[string]any{"address": "niemand@kantoor.example"}, "body.address"},
		"in the past":        {map[string]any{"sendAt": time.Now().Add(-time.Minute)}, "body.sendAt"},
		"no upload":          {map[string]any{"attachments": []string{strings.Repeat("a", 26)}}, "body.attachments"},
		"no picture":         {map[string]any{"html": `<img src="cid:` + strings.Repeat("a", 26) + `">`}, "body.attachments"},
		"a placeholder":      {map[string]any{"html": "<p>Dag {name}, graag voor {deadline}</p>"}, "body.html"},
	} {
		got := w.reply(t, c.with)
		errors, _ := got.body["errors"].([]any)
		if got.status != http.StatusUnprocessableEntity || len(errors) == 0 || errors[0].(map[string]any)["location"] != c.field {
			t.Errorf("%s: %d %s, want %s", name, got.status, got.text, c.field)
		}
	}
	if got := w.reply(t, map[string]any{"hold": 61}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("hold: %d", got.status)
	}
	for who, want := range map[string]int{"reader": 403, "Chats.ReadWrite": 403, "nobody": 401} {
		if got := w.call(t, who, "POST "+w.path(), w.body(nil)); got.status != want {
			t.Errorf("%s: %d %s", who, got.status, got.text)
		}
	}
	if items := w.ok(t, "editor", "GET /api/chats/"+w.chat+"/messages", "").body["items"].([]any); len(items) != 1 || len(w.jobs) > 0 {
		t.Errorf("%v, jobs %v", items, w.jobs)
	}
}

// Something newer is shown before anything is asked; force is for that alone.
func TestReplyAfterSomethingNewer(t *testing.T) {
	w := newWriting(t)
	w.arrive(t, 2, "Jan")
	got := w.reply(t, map[string]any{"subject": ""})
	message, _ := got.body["message"].(map[string]any)
	if got.status != http.StatusConflict || got.body["type"] != "newer-message" || message["subject"] != "Vraag 2" {
		t.Fatalf("%d %s", got.status, got.text)
	}
	if got := w.reply(t, map[string]any{"subject": "", "force": true}); got.body["type"] != "confirm" {
		t.Errorf("force is no confirmation: %d %s", got.status, got.text)
	}
	if got := w.reply(t, map[string]any{"force": true}); got.status != http.StatusAccepted {
		t.Errorf("%d %s", got.status, got.text)
	}
	// A note is nothing newer, and neither is one's own reply.
	w.ok(t, "editor", "POST /api/chats/"+w.chat+"/notes", `{"body":"Ik doe dit."}`)
	if got := w.reply(t, map[string]any{"since": 2}); got.status != http.StatusAccepted {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got := w.call(t, "manager", "POST "+w.path(), w.body(map[string]any{"since": 2})); got.body["type"] != "newer-message" {
		t.Errorf("a held reply of another: %d %s", got.status, got.text)
	}
}

// arrive adds the nth mail to the chat.
func (w *writing) arrive(t *testing.T, n int, from string) {
	t.Helper()
	ids, err := w.Items.Ingest(t.Context(), []item.Arrival{{Item: w.nthMail(n, from), Content: "Nog iets"}})
	if err != nil {
		t.Fatal(err)
	}
	it, err := w.Items.Get(t.Context(), ids[0])
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.Chats.Get(t.Context(), w.chat)
	if err != nil {
		t.Fatal(err)
	}
	_, ops := c.Join(it, chat.Entry{Named: true})
	it.State, it.Chat = item.Processed, c.ID
	if err := w.Items.Commit(t.Context(), append(ops, it.Transition(item.New, "")...)...); err != nil {
		t.Fatal(err)
	}
}

// Each doubt is asked about once, all of them in one answer.
func TestReplyIsConfirmed(t *testing.T) {
	w := newWriting(t)
	w.done(t, "POST /api/clients", `{"number":"2044","type":"organisation","name":"Slagerij Visser B.V.","kvk":"12345678","vat":"NL123456789B01"}`)
	upload := w.ok(t, "editor", "POST /api/uploads?name=Jaarrekening%20slagerij-visser.pdf", "content").body["id"].(string)
	numbered := w.ok(t, "editor", "POST /api/uploads?name=2044_2025.pdf", "content").body["id"].(string)
	own := w.ok(t, "editor", "POST /api/uploads?name=1001_2025.pdf", "content").body["id"].(string)
	to := func(email string) []any { return []any{map[string]any{"email": email}} }
	for name, c := range map[string]struct {
		with map[string]any
		want string
	}{
		"all is well":             {nil, ""},
		"own number":              {map[string]any{"html": "<p>Klantnummer 1001</p>"}, ""},
		"another's number":        {map[string]any{"html": "<p>Uw klantnummer is 2044.</p>"}, "client"},
		"another's KvK":           {map[string]any{"html": "<p>KvK 12345678</p>"}, "client"},
		"another's VAT":           {map[string]any{"html": "<p>Btw NL123456789B01</p>"}, "client"},
		"another's file":          {map[string]any{"attachments": []string{upload}}, "client"},
		"another's file, number":  {map[string]any{"attachments": []string{numbered}}, "client"},
		"own file":                {map[string]any{"attachments": []string{own}}, ""},
		"somebody else":           {map[string]any{"to": to("wie@elders.example")}, "outsider"},
		"in Bcc":                  {map[string]any{"bcc": to("wie@elders.example")}, "outsider"},
		"known in the chat":       {map[string]any{"to": to("els@bank.example")}, ""},
		"a colleague":             {map[string]any{"cc": to("manager@kantoor.nl")}, ""},
		"no attachment":           {map[string]any{"html": "<p>Zie de bijlage.</p>"}, "attachment"},
		"no attachment, English":  {map[string]any{"html": "<p>Please find the letter attached.</p>"}, "attachment"},
		"an attachment":           {map[string]any{"html": "<p>Zie de bijlage.</p>", "attachments": []string{own}}, ""},
		"no subject":              {map[string]any{"subject": " "}, "subject"},
		"no text":                 {map[string]any{"html": "<p>&nbsp;</p>"}, "body"},
		"no text at all":          {map[string]any{"html": nil}, "body"},
		"everything":              {map[string]any{"html": "", "subject": "", "to": to("wie@elders.example")}, "outsider subject body"},
		"everything but confirms": {map[string]any{"html": "", "subject": "", "to": to("wie@elders.example"), "confirmed": []string{"outsider", "body"}}, "subject"},
	} {
		with := map[string]any{"since": 99}
		for k, v := range c.with {
			with[k] = v
		}
		got := w.reply(t, with)
		var codes []string
		list, _ := got.body["codes"].([]any)
		for _, code := range list {
			codes = append(codes, code.(string))
		}
		if strings.Join(codes, " ") != c.want || (c.want == "") != (got.status == http.StatusAccepted) || c.want != "" && got.body["type"] != "confirm" {
			t.Errorf("%s: %d %s; want %q", name, got.status, got.text, c.want)
		}
		if c.want == "" {
			continue
		}
		with["confirmed"] = []string{"client", "outsider", "attachment", "subject", "body"}
		if got := w.reply(t, with); got.status != http.StatusAccepted {
			t.Errorf("%s, confirmed: %d %s", name, got.status, got.text)
		}
	}
}

// The text leaves without what could harm, and with what belongs to it.
func TestReplyIsSanitised(t *testing.T) {
	w := newWriting(t)
	picture := w.ok(t, "editor", "POST /api/uploads?name=logo.png", "png", "Content-Type", "image/png").body["id"].(string)
	id := w.reply(t, map[string]any{"html": `<p onclick="x()" style="color:red;position:fixed">Dag<script>x()</script></p><a href="javascript:x()">a</a>` +
		`<a href="https://kantoor.example/x">b</a><img src="cid:` + picture + `"><img src="https://elders.example/x.png">` +
		`<table border=0 style='border-collapse:collapse'><tr><td class=xl65 style='border:.5pt solid windowtext;width:48pt'>1</td></tr></table>`}).body["id"].(string)
	html, err := w.Outbox.Body(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"onclick", "script", "position", "elders", "class"} {
		if strings.Contains(html, bad) {
			t.Errorf("%s stays in %s", bad, html)
		}
	}
	for _, good := range []string{"color: red", `href="https://kantoor.example/x"`, `src="cid:` + picture + `"`, "border-collapse: collapse", "solid windowtext"} {
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
		"Dag Jan,\nhoi\n\n1 < 2": "<p>Dag Jan,<br>hoi</p><p>1 &lt; 2</p>", "": "", " \n ": "", "a\r\nb": "<p>a<br>b</p>", "a  b": "<p>a&nbsp; b</p>",
	} {
		if got := textAsHTML(text); got != want {
			t.Errorf("%q: %q; want %q", text, got, want)
		}
	}
}

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

// A second person, who is a manager and not the writer, lets a reply leave.
func TestFourEyes(t *testing.T) {
	w := newWriting(t)
	w.done(t, "PUT /api/settings", fmt.Sprintf(`{"enabled":true,"hold":0,"fourEyes":{"members":[%q],"clients":[],"words":["Definitieve Aanslag"]}}`, w.ids["administrator"]))
	if got := w.done(t, "GET /api/settings", "").body; got["hold"] != 0.0 || fmt.Sprint(got["fourEyes"].(map[string]any)["words"]) != "[Definitieve Aanslag]" {
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
	if got := w.call(t, "editor", "POST "+w.path("/", id, "/approve"), ""); got.status != http.StatusForbidden {
		t.Errorf("its writer: %d", got.status)
	}
	if got := w.call(t, "manager", "POST "+w.path("/", id, "/approve"), "", "If-Match", `"b2xk"`); got.status != http.StatusPreconditionFailed {
		t.Errorf("another version: %d", got.status)
	}
	etag := w.ok(t, "manager", "GET "+w.path("/", id), "").header.Get("ETag")
	if got := w.ok(t, "manager", "POST "+w.path("/", id, "/approve"), "", "If-Match", etag); got.body["state"] != "held" || len(w.jobs) != 2 {
		t.Errorf("%s, jobs %v", got.text, w.jobs)
	}
	// What a manager writes who is on the list, another manager approves.
	own := fmt.Sprint(w.call(t, "administrator", "POST "+w.path(), w.body(map[string]any{"since": 99})).body["id"])
	if got := w.call(t, "administrator", "POST "+w.path("/", own, "/approve"), ""); got.status != http.StatusForbidden {
		t.Errorf("one's own: %d %s", got.status, got.text)
	}
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
	if got := w.call(t, "reader", "GET /api/replies", ""); got.status != http.StatusForbidden {
		t.Errorf("reader: %d", got.status)
	}
}

// What failed can be tried again or put away; what is unknown only after somebody has
// looked.
func TestRetryAndDismiss(t *testing.T) {
	w := newWriting(t)
	in := func(state outbox.State) string {
		id := fmt.Sprint(w.reply(t, map[string]any{"hold": 0, "since": 99}).body["id"])
		r, err := w.Outbox.Load(t.Context(), id)
		if err == nil {
			r, err = w.Outbox.Take(t.Context(), r)
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
	if got := w.call(t, "editor", "POST "+w.path("/", unknown, "/retry"), ""); got.status != http.StatusConflict {
		t.Errorf("unknown: %d %s", got.status, got.text)
	}
	w.ok(t, "editor", "POST "+w.path("/", unknown, "/retry"), `{"confirmed":true}`)
	w.ok(t, "editor", "POST "+w.path("/", failed, "/dismiss"), "")
	if items := w.ok(t, "editor", "GET /api/replies?state=failed", "").body["items"].([]any); len(items) != 0 {
		t.Errorf("%v", items)
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
	if got.status != http.StatusAccepted || id == w.chat || got.body["client"] != w.client || reply["state"] != "held" || emails(reply["to"]) != "jan@klant.example" ||
		!slices.Contains(got.body["members"].([]any), any(w.ids["editor"])) || fmt.Sprint(got.body["addresses"]) != "[box1@kantoor.example]" {
		t.Errorf("%s", got.text)
	}
	if again := w.ok(t, "editor", "POST /api/chats", body, "Idempotency-Key", "b1"); again.body["id"] != id {
		t.Errorf("%s", again.text)
	}
	if items := w.ok(t, "editor", "GET /api/chats/"+id+"/messages", "").body["items"].([]any); len(items) != 1 {
		t.Errorf("%v", items)
	}
	if got := w.call(t, "reader", "POST /api/chats", body); got.status != http.StatusForbidden {
		t.Errorf("reader: %d", got.status)
	}
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
	first := w.ok(t, "editor", "PUT "+path, fmt.Sprintf(`{"mode":"reply","answers":%q,"html":"<p>Dag</p>","to":[{"email":"half"}],"attachments":[%q],"since":1}`, w.mail, upload))
	w.ok(t, "editor", "PUT "+path, `{"text":"Dag J"}`)
	if got := w.call(t, "editor", "PUT "+path, `{"text":"Dag Ja"}`, "If-Match", first.header.Get("ETag")); got.status != http.StatusPreconditionFailed {
		t.Errorf("an old version: %d", got.status)
	}
	if got := w.ok(t, "editor", "GET "+path, "").body; got["text"] != "Dag J" {
		t.Errorf("%v", got)
	}
	if got := w.call(t, "manager", "GET "+path, ""); got.status != http.StatusNotFound {
		t.Errorf("another's: %d", got.status)
	}
	got := w.ok(t, "manager", "GET "+w.path("/new"), "").body
	if others, _ := got["writing"].([]any); len(others) != 1 || others[0].(map[string]any)["id"] != w.ids["editor"] {
		t.Errorf("%v", got["writing"])
	}
	w.ok(t, "editor", "DELETE "+path, "")
	if got := w.call(t, "editor", "GET "+path, ""); got.status != http.StatusNotFound {
		t.Errorf("deleted: %d", got.status)
	}
	if n, err := w.Uploads.Sweep(t.Context(), time.Now().Add(uploadAge+time.Hour)); err != nil || n != 0 {
		t.Errorf("a file of a draft is deleted after a day: %d, %v", n, err)
	}
}

// Templates are filled in for a chat; what is missing is named.
func TestTemplates(t *testing.T) {
	w := newWriting(t)
	made := w.ok(t, "manager", "POST /api/templates", `{"name":"Stukken","language":"nl","subject":"Stukken {client}","html":"<p>Dag {name}, graag voor {deadline}<script>x</script></p>"}`)
	id := made.body["id"].(string)
	items := w.ok(t, "editor", "GET /api/templates?chat="+w.chat, "").body["items"].([]any)
	got := items[0].(map[string]any)
	if got["subject"] != "Stukken Bakkerij Jansen" || got["html"] != "<p>Dag Jan, graag voor {deadline}</p>" || fmt.Sprint(got["missing"]) != "[deadline]" {
		t.Errorf("%v", got)
	}
	if got := w.call(t, "manager", "POST /api/templates", `{"name":"x","html":"{geheim}"}`); got.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown placeholder: %d", got.status)
	}
	w.ok(t, "manager", "PATCH /api/templates/"+id, `{"name":"Stukken opvragen"}`, "If-Match", made.header.Get("ETag"))
	if got := w.call(t, "manager", "DELETE /api/templates/"+id, "", "If-Match", made.header.Get("ETag")); got.status != http.StatusPreconditionFailed {
		t.Errorf("an old version: %d", got.status)
	}
	for who, want := range map[string]int{"editor": 403, "reader": 403, "manager": 204} {
		if who == "manager" {
			continue
		}
		if got := w.call(t, who, "DELETE /api/templates/"+id, ""); got.status != want {
			t.Errorf("%s: %d", who, got.status)
		}
	}
	w.ok(t, "manager", "DELETE /api/templates/"+id, "")
}

// A forward takes the files of the mail along, unless it says which go along; the
// pictures of its text go with the text.
func TestForward(t *testing.T) {
	w := newWriting(t)
	w.graph.attachments = map[string][]fakeAttachment{"message1": {
		{Attachment: mail.Attachment{ID: "a", Kind: mail.AttachedFile, Name: "aangifte.pdf", ContentType: "application/pdf", Size: 7}, content: "content"},
		{Attachment: mail.Attachment{ID: "b", Kind: mail.AttachedLink, Name: "Map"}},
	}}
	if got := w.ok(t, "editor", "GET "+w.path("/new?mode=forward"), "").body["attachments"].([]any); len(got) != 1 || got[0].(map[string]any)["name"] != "aangifte.pdf" {
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

// Somebody's own address sends only for him or her, a shared one for who takes part in
// a chat that it received mail of; a mail to two addresses is answered from the one
// that the writer is linked with.
func TestFromWhichAddress(t *testing.T) {
	w := newWriting(t)
	w.graph.n = 4
	connectors := w.done(t, "GET /api/connectors", "").body["items"].([]any)
	path := "/api/connectors/" + connectors[0].(map[string]any)["id"].(string) + "/addresses"
	w.done(t, "POST "+path, `{"address":"box2@kantoor.example","link":{"kind":"contact"}}`)
	w.done(t, "POST "+path, fmt.Sprintf(`{"address":"box3@kantoor.example","link":{"kind":"role","id":%q}}`,
		w.done(t, "POST /api/roles", `{"name":"Assistent"}`).body["id"]))
	for who, want := range map[string]map[string]int{
		"editor":  {"": 202, "BOX1@kantoor.example": 202, "box2@kantoor.example": 403, "box3@kantoor.example": 403},
		"manager": {"": 202, "box2@kantoor.example": 403, "box3@kantoor.example": 202},
	} {
		for address, status := range want {
			got := w.call(t, who, "POST "+w.path(), w.body(map[string]any{"address": address, "since": 99}))
			if got.status != status {
				t.Errorf("%s from %q: %d %s", who, address, got.status, got.text)
			}
		}
	}
	// The mail came to box3 and to box1, which the editor is linked with.
	it := w.nthMail(7, "Jan")
	it.Address, it.Mailbox = "box3@kantoor.example", box(3).ID
	it.To = []mail.Address{{Email: "box3@kantoor.example"}, {Email: "box1@kantoor.example"}}
	w.chat = w.startWith(t, it, "Dag", "Jan", "editor")
	got := w.ok(t, "editor", "GET "+w.path("/new"), "").body
	if from, _ := got["from"].(map[string]any); from["email"] != "box1@kantoor.example" || emails(got["to"]) != "jan@klant.example" || got["cc"].([]any) == nil {
		t.Errorf("from %v to %v", got["from"], got["to"])
	}
	if list := got["addresses"].([]any); len(list) != 2 {
		t.Errorf("may choose from %v", list)
	}
}

// Who got the mail as Bcc learns that, and cannot answer all; a Reply-To elsewhere is
// offered and not used.
func TestWarningsAboutRecipients(t *testing.T) {
	w := newWriting(t)
	for name, c := range map[string]struct {
		change func(*item.Item)
		want   string
	}{
		"Bcc":      {func(it *item.Item) { it.To = []mail.Address{{Email: "piet@klant.example"}} }, "[bcc] jan@klant.example "},
		"Reply-To": {func(it *item.Item) { it.AnswersTo = []mail.Address{{Email: "jan@elders.example"}} }, "[reply-to] jan@klant.example jan@elders.example new outside"},
		"same":     {func(it *item.Item) { it.AnswersTo = []mail.Address{{Email: "post@klant.example"}} }, "[] post@klant.example new outside "},
	} {
		it := w.nthMail(len(name), "Jan")
		it.To = []mail.Address{{Email: "box1@kantoor.example"}}
		c.change(&it)
		w.chat = w.startWith(t, it, "Dag", "Jan", "editor")
		got := w.ok(t, "editor", "GET "+w.path("/new"), "").body
		if text := fmt.Sprint(got["warnings"], " ", emails(got["to"]), " ", emails(got["replyTo"])); text != c.want {
			t.Errorf("%s: %q, want %q", name, text, c.want)
		}
		if texts, _ := got["texts"].([]any); len(texts) != len(got["warnings"].([]any)) {
			t.Errorf("%s: %v", name, got["texts"])
		}
	}
}
