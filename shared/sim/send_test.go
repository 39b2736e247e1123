package sim

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

func (w *world) reply(path string, body any) (map[string]any, string) {
	w.Helper()
	res := w.want(w.graph("POST", path+"/createReply", body), 201)
	return res.json, "/users/" + info + "/messages/" + url.PathEscape(res.json["id"].(string))
}

func TestAReplyIsOneMailInTheSameThread(t *testing.T) {
	w := newWorld(t, "info")
	w.deliver(info, "Vraag")
	m, path := w.first("")
	draft, at := w.reply(path, map[string]any{"Message": map[string]any{"internetMessageHeaders": []any{map[string]any{"name": "x-reply",
		"value": "42"}}}})
	if draft["isDraft"] != true || draft["subject"] != "RE: Vraag" || draft["conversationId"] != m["conversationId"] {
		t.Errorf("draft %v", draft)
	}
	w.want(w.graph("PATCH", at, map[string]any{"body": map[string]any{"contentType": "html", "content": "<p>Antwoord é</p>"}}), 200)
	w.want(w.graph("POST", at+"/attachments", map[string]any{"@odata.type": FileAttachment, "name": "jaarcijfers é.pdf",
		"contentType": "application/pdf", "contentBytes": "UERG"}), 201)
	sent := w.want(w.graph("POST", at+"/send", nil), http.StatusAccepted)
	if len(sent.body) != 0 {
		t.Errorf("body %q", sent.body)
	}

	out := w.tenant.Outside("jan@bakkerijjansen.example")
	if len(out) != 1 {
		t.Fatalf("%d mails outside", len(out))
	}
	got := out[0]
	if got.Subject != "RE: Vraag" || strings.TrimSpace(got.Body.Content) != "<p>Antwoord é</p>" || got.From.EmailAddress.Address != info {
		t.Errorf("mail outside: %q from %v: %q", got.Subject, got.From, got.Body.Content)
	}
	if got.InReplyTo != "<Vraag@bakkerijjansen.example>" || len(got.References) != 1 || got.InternetMessageID != draft["internetMessageId"] {
		t.Errorf("thread %q %v %s", got.InReplyTo, got.References, got.InternetMessageID)
	}
	if len(got.Attachments) != 1 || got.Attachments[0].Name != "jaarcijfers é.pdf" || string(got.Attachments[0].Content) != "PDF" {
		t.Errorf("attachments %+v", got.Attachments)
	}
	if !strings.Contains(asJSON(t, got.Headers), `"x-reply","value":"42"`) &&
		!strings.Contains(asJSON(t, got.Headers), `"X-Reply","value":"42"`) {
		t.Errorf("headers %v", got.Headers)
	}

	kept := w.want(w.graph("GET", at, nil), 200) // the copy has the draft's id
	if kept.json["isDraft"] != false || len(w.tenant.Sent(info)) != 1 {
		t.Errorf("copy %s", kept.body)
	}
	w.refused(w.graph("POST", at+"/send", nil), 404, "ErrorItemNotFound")
	if len(w.tenant.Outside("jan@bakkerijjansen.example")) != 1 {
		t.Error("it was sent twice")
	}
}

func TestAReplyIsACommentOrABody(t *testing.T) {
	w := newWorld(t, "info")
	w.deliver(info, "Vraag")
	_, path := w.first("")
	both := map[string]any{"comment": "a", "message": map[string]any{"body": map[string]any{"contentType": "text", "content": "b"}}}
	w.refused(w.graph("POST", path+"/createReply", both), 400, "ErrorInvalidRequest")
	draft, _ := w.reply(path, `{"Comment":"Dank <u>"}`)
	if content := draft["body"].(map[string]any)["content"].(string); !strings.Contains(content, "Dank &lt;u&gt;") ||
		!strings.Contains(content, "Goedemorgen") {
		t.Errorf("body %s", content)
	}
	w.reply(path, nil)
}

func TestReplyToIsHonoured(t *testing.T) {
	w := newWorld(t, "info")
	raw := "From: a@b.example\r\nReply-To: c@d.example\r\nTo: " + info + ", e@f.example\r\nSubject: x\r\n\r\nx"
	must.Do(t, w.tenant.Deliver(t.Context(), Envelope{From: "a@b.example", To: []string{info}}, []byte(raw)))
	_, path := w.first("")
	draft, _ := w.reply(path, nil)
	if got := asJSON(t, draft["toRecipients"]); !strings.Contains(got, "c@d.example") || strings.Contains(got, "a@b.example") {
		t.Errorf("to %s", got)
	}
	all := w.want(w.graph("POST", path+"/createReplyAll", nil), 201)
	if got := asJSON(t, all.json["toRecipients"]); !strings.Contains(got, "e@f.example") || strings.Contains(got, info) {
		t.Errorf("to all %s", got)
	}
}

// A person at Outlook sends without a draft that stays.
func TestSendMail(t *testing.T) {
	w := newWorld(t, "info")
	for saved, to := range []any{recipient("no address"), recipient("a@b.example"), recipient("a@b.example")} {
		body := map[string]any{"message": map[string]any{"subject": "x", "toRecipients": []any{to}}, "saveToSentItems": saved == 2}
		want := http.StatusAccepted
		if saved == 0 {
			want = http.StatusBadRequest
		}
		if got := w.graph("POST", "/users/"+info+"/sendMail", body); got.status != want {
			t.Errorf("%d: %s", got.status, got.body)
		}
	}
	w.refused(w.graph("POST", "/users/"+info+"/sendMail", `{}`), 400, "BadRequest")
	left := values(w.want(w.graph("GET", "/users/"+info+"/messages", nil), 200))
	if len(w.tenant.Outside("a@b.example")) != 2 || len(w.tenant.Sent(info)) != 1 || len(left) != 1 {
		t.Errorf("%d left, %d in Sent Items, %d messages", len(w.tenant.Outside("a@b.example")), len(w.tenant.Sent(info)), len(left))
	}
}

func TestWhichHeadersCanBeWritten(t *testing.T) {
	w := newWorld(t, "info")
	for headers, code := range map[string]string{
		`[{"name":"In-Reply-To","value":"<a@b>"}]`:         "InvalidInternetMessageHeader",
		`[{"name":"x-a","value":"a\r\nBcc: x@y.example"}]`: "InvalidInternetMessageHeader",
		`[]`: "InvalidInternetMessageHeaderCollection",
		`[` + strings.Repeat(`{"name":"x-a","value":"1"},`, 5) + `{"name":"x-b","value":"1"}]`: "InvalidInternetMessageHeaderCollection",
	} {
		w.refused(w.graph("POST", "/users/"+info+"/messages", `{"internetMessageHeaders":`+headers+`}`), 400, code)
	}
}

func TestNoFieldOfAMailBecomesAnother(t *testing.T) {
	w := newWorld(t, "info")
	w.mailOut(map[string]any{
		"subject":      "a\r\nBcc: kwaad@elders.example",
		"toRecipients": []any{map[string]any{"emailAddress": map[string]any{"name": "x\r\nX-Bad: 1", "address": "x@y.example"}}},
		"body":         map[string]any{"contentType": "text", "content": "b"},
		"attachments": []any{map[string]any{"@odata.type": FileAttachment, "name": "a\r\nX-Bad: 2", "isInline": true,
			"contentId": "c\r\nX-Bad: 3", "contentBytes": "YQ=="}},
	})
	got := w.tenant.Outside("x@y.example")[0]
	for _, h := range got.Headers {
		if strings.EqualFold(h.Name, "Bcc") || strings.EqualFold(h.Name, "X-Bad") {
			t.Errorf("header %v", h)
		}
	}
	if strings.Contains(string(got.MIME), "\nX-Bad") {
		t.Errorf("source %s", got.MIME)
	}
}

func TestSendingRefusesWhatExchangeRefuses(t *testing.T) {
	w := newWorld(t, "info", "loon")
	send := func(m map[string]any) result {
		draft := w.want(w.graph("POST", "/users/"+info+"/messages", m), 201)
		return w.graph("POST", "/users/"+info+"/messages/"+url.PathEscape(draft.json["id"].(string))+"/send", nil)
	}
	w.refused(send(map[string]any{"subject": "x"}), 400, "ErrorInvalidRecipients")
	w.refused(send(map[string]any{"toRecipients": []any{recipient("no address")}}), 400, "ErrorInvalidRecipients")
	w.refused(send(map[string]any{"toRecipients": []any{recipient("a@b.example")}, "from": recipient("loon@" + domain)}), 403,
		"ErrorSendAsDenied")
}

func TestADraftIsWrittenAndOutlivesARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "journal")
	w := openWorld(t, file, "info")
	res := w.want(w.graph("POST", "/users/"+info+"/messages", map[string]any{
		"subject": "Concept", "toRecipients": []any{recipient("x@y.example")}, "body": map[string]any{"contentType": "text", "content": "hoi"},
		"attachments": []any{map[string]any{"@odata.type": FileAttachment, "name": "a.txt", "contentBytes": "YQ=="}},
	}), 201)
	if res.json["hasAttachments"] != true || res.json["bodyPreview"] != "hoi" {
		t.Errorf("draft %s", res.body)
	}
	w.tenant.Close()
	token := w.token
	w = openWorld(t, file)
	w.token = token
	at := "/users/" + info + "/messages/" + url.PathEscape(res.json["id"].(string))
	list := values(w.want(w.graph("GET", at+"/attachments", nil), 200))
	w.want(w.graph("DELETE", at+"/attachments/"+url.PathEscape(list[0]["id"].(string)), nil), 204)
	if after := w.want(w.graph("GET", at, nil), 200); after.json["hasAttachments"] != false {
		t.Errorf("after %s", after.body)
	}
	w.want(w.graph("POST", at+"/send", nil), 202)
	if out := w.tenant.Outside("x@y.example"); len(out) != 1 || out[0].Subject != "Concept" || len(out[0].Attachments) != 0 {
		t.Errorf("outside %+v", out)
	}
}

// Two forms of a message do not share the array of their attachments.
func TestAnAttachmentIsAddedToOneFormOnly(t *testing.T) {
	original := Message{Attachments: make([]Attachment, 0, 4)}
	a, b := original, original
	a.attach(Attachment{Name: "a"}, a.Created)
	b.attach(Attachment{Name: "b"}, b.Created)
	if a.Attachments[0].Name != "a" {
		t.Errorf("became %s", a.Attachments[0].Name)
	}
}
