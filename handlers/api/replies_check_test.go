package api

import (
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
	"kantoorpost/shared/must"
)

// What is not valid is refused with its field, and nothing is stored.
func TestRepliesThatAreRefused(t *testing.T) {
	w := newWriting(t)
	others := w.ok(t, "manager", "POST /api/uploads?name=logo.png", png).body["id"].(string)
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
		"another's file":     {map[string]any{"attachments": []string{others}}, "body.attachments"},
		"another's picture":  {map[string]any{"html": `<p>Zie</p><img src="cid:` + others + `">`}, "body.attachments"},
		"a nest of elements": {map[string]any{"html": strings.Repeat("<br><b>", maxDepth+1) + "x"}, "body.html"},
		"a hidden line":      {map[string]any{"subject": "Dag\u2028Bcc: x@y.example"}, "body.subject"},
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
		w.answers(t, want, who, "POST "+w.path(), w.body(nil))
	}
	if items := w.ok(t, "editor", "GET /api/chats/"+w.chat+"/messages", "").body["items"].([]any); len(items) != 1 || len(w.jobs) > 0 {
		t.Errorf("%v, jobs %v", items, w.jobs)
	}
}

// Each address is written to once, in the first list that names it. An address in a form that
// nobody types can be answered when mail came from it.
func TestEachAddressOnce(t *testing.T) {
	w := newWriting(t)
	quoted := `"jan klaassen"@klant.example`
	if got := w.reply(t, map[string]any{"to": []any{map[string]any{"email": quoted}}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a stranger: %d %s", got.status, got.text)
	}
	it := w.nthMail(2, "Jan")
	it.From = mail.Address{Name: "Jan", Email: quoted}
	it.To = []mail.Address{{Email: "box1@kantoor.example"}, {Email: "jan_k@vak_bond.example"}}
	w.chat = w.startWith(t, it, "Dag", "Jan", "editor")
	list := func(emails ...string) (all []any) {
		for _, email := range emails {
			all = append(all, map[string]any{"email": email})
		}
		return all
	}
	got := w.ok(t, "editor", "POST "+w.path(), w.body(map[string]any{
		"answers": w.chat, "to": list(quoted, `"Jan Klaassen"@KLANT.example`, "jan@klant.example"),
		"cc": list("JAN@klant.example", "jan_k@vak_bond.example"), "bcc": list("jan@klant.example", quoted, "piet@klant.example"),
		"confirmed": []string{"outsider"},
	})).body
	if text := emails(got["to"]) + " / " + emails(got["cc"]) + " / " + emails(got["bcc"]); text !=
		quoted+", jan@klant.example / jan_k@vak_bond.example / piet@klant.example" {
		t.Error(text)
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
	ids := must.Get(w.Items.Ingest(t.Context(), []item.Arrival{{Item: w.nthMail(n, from), Content: "Nog iets"}}))(t)
	it := must.Get(w.Items.Get(t.Context(), ids[0]))(t)
	c := must.Get(w.Chats.Get(t.Context(), w.chat))(t)
	_, ops := c.Join(it, chat.Entry{ByMessageID: true})
	it.State, it.Chat = item.Processed, c.ID
	must.Do(t, w.Items.Commit(t.Context(), append(ops, it.Transition(item.New, "")...)...))
}

// Each doubt is asked about once, all of them in one answer.
func TestReplyIsConfirmed(t *testing.T) {
	w := newWriting(t)
	w.done(t, "POST /api/clients",
		`{"number":"2044","type":"organisation","name":"Slagerij Visser B.V.","kvk":"12345678","vat":"NL123456789B01","ibans":["NL91 ABNA `+
			`0417 1643 00"]}`)
	upload := w.ok(t, "editor", "POST /api/uploads?name=Jaarrekening%20slagerij-visser.pdf", "content").body["id"].(string)
	numbered := w.ok(t, "editor", "POST /api/uploads?name=2044_2025.pdf", "content").body["id"].(string)
	own := w.ok(t, "editor", "POST /api/uploads?name=1001_2025.pdf", "content").body["id"].(string)
	to := func(email string) []any { return []any{map[string]any{"email": email}} }
	for name, c := range map[string]struct {
		with map[string]any
		want string
	}{
		"all is well":            {nil, ""},
		"own number":             {map[string]any{"html": "<p>Klantnummer 1001</p>"}, ""},
		"another's number":       {map[string]any{"html": "<p>Uw klantnummer is 2044.</p>"}, "client"},
		"another's KvK":          {map[string]any{"html": "<p>KvK 12345678</p>"}, "client"},
		"another's VAT":          {map[string]any{"html": "<p>Btw NL123456789B01</p>"}, "client"},
		"another's IBAN":         {map[string]any{"html": "<p>Betaal op NL91ABNA0417164300</p>"}, "client"},
		"another's file":         {map[string]any{"attachments": []string{upload}}, "client"},
		"another's file, number": {map[string]any{"attachments": []string{numbered}}, "client"},
		"own file":               {map[string]any{"attachments": []string{own}}, ""},
		"somebody else":          {map[string]any{"to": to("wie@elders.example")}, "outsider"},
		"in Bcc":                 {map[string]any{"bcc": to("wie@elders.example")}, "outsider"},
		"known in the chat":      {map[string]any{"to": to("els@bank.example")}, ""},
		"a colleague":            {map[string]any{"cc": to("manager@kantoor.nl")}, ""},
		"no attachment":          {map[string]any{"html": "<p>Zie de bijlage.</p>"}, "attachment"},
		"no attachment, English": {map[string]any{"html": "<p>Please find the letter attached.</p>"}, "attachment"},
		"an attachment":          {map[string]any{"html": "<p>Zie de bijlage.</p>", "attachments": []string{own}}, ""},
		"no subject":             {map[string]any{"subject": " "}, "subject"},
		"no text":                {map[string]any{"html": "<p>&nbsp;</p>"}, "body"},
		"no text at all":         {map[string]any{"html": nil}, "body"},
		"everything":             {map[string]any{"html": "", "subject": "", "to": to("wie@elders.example")}, "outsider subject body"},
		"everything but confirms": {map[string]any{"html": "", "subject": "", "to": to("wie@elders.example"),
			"confirmed": []string{"outsider", "body"}}, "subject"},
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
		if strings.Join(codes, " ") != c.want || (c.want == "") != (got.status == http.StatusAccepted) ||
			c.want != "" && got.body["type"] != "confirm" {
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
	if from, _ := got["from"].(map[string]any); from["email"] != "box1@kantoor.example" || emails(got["to"]) != "jan@klant.example" ||
		got["cc"].([]any) == nil {
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
		"Bcc":   {func(it *item.Item) { it.To = []mail.Address{{Email: "piet@klant.example"}} }, "[bcc] jan@klant.example "},
		"a tag": {func(it *item.Item) { it.To = []mail.Address{{Email: "Box1+factuur@kantoor.example"}} }, "[] jan@klant.example "},
		"Reply-To": {func(it *item.Item) { it.AnswersTo = []mail.Address{{Email: "jan@elders.example"}} },
			"[reply-to] jan@klant.example jan@elders.example new outside"},
		"same": {func(it *item.Item) { it.AnswersTo = []mail.Address{{Email: "post@klant.example"}} }, "[] post@klant.example new outside "},
	} {
		it := w.nthMail(len(name), "Jan")
		it.To = []mail.Address{{Email: "box1@kantoor.example"}}
		c.change(&it)
		w.chat = w.startWith(t, it, "Dag", "Jan", "editor")
		got := w.ok(t, "editor", "GET "+w.path("/new"), "").body
		if text := fmt.Sprint(got["warnings"], " ", emails(got["to"]), " ", emails(got["replyTo"])); text != c.want {
			t.Errorf("%s: %q, want %q", name, text, c.want)
		}
		all := w.call(t, "editor", "POST "+w.path(""),
			`{"answers":"`+fmt.Sprint(got["answers"])+`","mode":"reply-all","to":[{"email":"jan@klant.example"}],`+
				`"cc":[{"email":"piet@klant.example"}],"text":"Dag","confirmed":["outsider"]}`)
		if reveals := all.status == http.StatusUnprocessableEntity; reveals != (name == "Bcc") {
			t.Errorf("%s: all are answered: %d %s", name, all.status, all.text)
		}
		if texts, _ := got["texts"].([]any); len(texts) != len(got["warnings"].([]any)) {
			t.Errorf("%s: %v", name, got["texts"])
		}
	}
}

// Who begins to write has the Sent Items of the chat's mailbox read, once a minute: a
// colleague may have answered in Outlook. Reading the chat puts no job.
func TestSentItemsAreAskedFor(t *testing.T) {
	w := newWriting(t)
	w.ok(t, "editor", "GET "+w.path("/new"), "")
	if len(w.jobs) != 0 {
		t.Errorf("switched off, and yet %v", w.jobs)
	}
	w.done(t, "PUT /api/settings", `{"enabled":true}`)
	w.ok(t, "editor", "GET "+strings.TrimSuffix(w.path(""), "/replies"), "")
	if len(w.jobs) != 0 {
		t.Errorf("after looking: %v", w.jobs)
	}
	for range 2 {
		w.ok(t, "editor", "GET "+w.path("/new"), "")
	}
	if len(w.jobs) != 1 || !slices.Equal(w.jobs[0].(job.Fetch).Sent, []string{box(1).ID}) {
		t.Errorf("%v", w.jobs)
	}
}

// An alias that is newer than the activation of its mailbox is the office's own too.
func TestNewAlias(t *testing.T) {
	w := newWriting(t)
	it := w.nthMail(3, "Jan")
	it.To = []mail.Address{{Email: "box1@kantoor.example"}, {Email: "nieuw@kantoor.example"}, {Email: "wie@kantoor.example"}}
	w.chat = w.startWith(t, it, "Dag", "Jan", "editor")
	for _, want := range []string{"jan@klant.example, nieuw@kantoor.example outside, wie@kantoor.example outside",
		"jan@klant.example, wie@kantoor.example outside"} {
		if got := emails(w.ok(t, "editor", "GET "+w.path("/new"), "").body["to"]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		w.graph.aliases = []string{"Nieuw@kantoor.example"}
	}
}
