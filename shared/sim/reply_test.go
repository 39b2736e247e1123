package sim

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

const jan = "jan@bakkerijjansen.example"

// letter delivers a raw mail to info@ and returns its path.
func (w *world) letter(raw string) string {
	w.Helper()
	raw = strings.ReplaceAll(raw, "\n", "\r\n")
	must.Do(w, w.tenant.Deliver(w.Context(), Envelope{From: jan, To: []string{info}}, []byte(raw)))
	items, _ := w.round(delta)
	return "/users/" + info + "/messages/" + url.PathEscape(items[len(items)-1]["id"].(string))
}

// pictureMail has a picture in its text and a file.
const pictureMail = `From: Jan Jansen <jan@bakkerijjansen.example>
To: info@kantoordevries.example
Cc: Els <els@bakkerijjansen.example>
Subject: Bonnen
Date: Mon, 23 Nov 2026 08:30:00 +0000
Message-ID: <bonnen@bakkerijjansen.example>
References: <eerder@bakkerijjansen.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: multipart/related; boundary=r

--r
Content-Type: text/html; charset=utf-8

<html><head><style>p{color:red}</style></head><body lang="NL"><p>Zie <img src="cid:bon1"></p></body></html>
--r
Content-Type: image/png; name=bon.png
Content-ID: <bon1>
Content-Disposition: inline; filename=bon.png
Content-Transfer-Encoding: base64

UE5H
--r--
--m
Content-Type: application/pdf; name=bon.pdf
Content-Disposition: attachment; filename=bon.pdf
Content-Transfer-Encoding: base64

UERG
--m--
`

func (w *world) attachmentNames(path string) string {
	w.Helper()
	var names []string
	for _, a := range values(w.want(w.graph("GET", path+"/attachments", nil), 200)) {
		names = append(names, a["name"].(string))
	}
	return strings.Join(names, " ")
}

func TestAReplyQuotesTheMailWithItsPictures(t *testing.T) {
	w := newWorld(t, "info")
	path := w.letter(pictureMail)
	draft, at := w.reply(path, nil)
	content := draft["body"].(map[string]any)["content"].(string)
	for _, want := range []string{`id="divRplyFwdMsg"`, "<b>Van:</b> Jan Jansen &lt;" + jan + "&gt;", "maandag 23 november 2026 08:30:00",
		"<b>CC:</b> Els", "<b>Onderwerp:</b> Bonnen", `<img src="cid:bon1">`, "p{color:red}"} {
		if !strings.Contains(content, want) {
			t.Errorf("%q is missing in %s", want, content)
		}
	}
	if n := strings.Count(content, "<body"); n != 1 {
		t.Errorf("%d body elements", n)
	}
	if got := w.attachmentNames(at); got != "bon.png" {
		t.Errorf("attachments %s", got)
	}
	w.tenant.Behave(Behaviour{DropInline: true})
	if _, at := w.reply(path, nil); w.attachmentNames(at) != "" {
		t.Error("pictures are copied")
	}
}

func TestTheQuoteIsInTheZoneThatIsAsked(t *testing.T) {
	w := newWorld(t, "info")
	path := w.letter(pictureMail)
	for zone, want := range map[string]string{"W. Europe Standard Time": "09:30:00", "Europe/Amsterdam": "09:30:00", "UTC": "08:30:00"} {
		res := w.want(w.graph("POST", path+"/createReply", nil, "Prefer", `IdType="ImmutableId", outlook.timezone="`+zone+`"`), 201)
		if content := res.json["body"].(map[string]any)["content"].(string); !strings.Contains(content, "23 november 2026 "+want) {
			t.Errorf("%s: %s", zone, content)
		}
	}
	w.refused(w.graph("POST", path+"/createReply", nil, "Prefer", `outlook.timezone="Mars"`), 400, "TimeZoneNotSupportedException")
}

func TestTheQuoteIsInTheLanguageOfTheMailbox(t *testing.T) {
	w := newWorld(t, "info")
	path := w.letter(pictureMail)
	for locale, want := range map[string][]string{
		"en-GB": {"<b>From:</b> Jan", "<b>Sent:</b> Monday, November 23, 2026 8:30:00 AM", "<b>Subject:</b> Bonnen"},
		"pl-PL": {"<b>From:</b> Jan"},
		"de-AT": {"<b>Von:</b> Jan", "<b>Gesendet:</b> Montag, 23. November 2026 08:30:00", "<b>An:</b> ", "<b>Betreff:</b> Bonnen"},
		"fr-BE": {"<b>De\u00a0:</b> Jan", "<b>Envoyé\u00a0:</b> lundi 23 novembre 2026 08:30:00", "<b>À\u00a0:</b> "},
		"NL-be": {"<b>Van:</b> Jan", "<b>Verzonden:</b> maandag 23 november 2026 08:30:00"},
	} {
		w.want(w.graph("PATCH", "/users/"+info+"/mailboxSettings", `{"language":{"locale":"`+locale+`","displayName":""}}`), 200)
		draft, _ := w.reply(path, nil)
		for _, line := range want {
			if content := draft["body"].(map[string]any)["content"].(string); !strings.Contains(content, line) {
				t.Errorf("%s: %q is missing in %s", locale, line, content)
			}
		}
	}
}

func TestAForwardTakesTheFilesAlong(t *testing.T) {
	w := newWorld(t, "info")
	path := w.letter(pictureMail)
	bank := recipient("jansen@bank.example")
	res := w.want(w.graph("POST", path+"/createForward", map[string]any{"comment": "Ter info", "toRecipients": []any{bank}}), 201)
	at := "/users/" + info + "/messages/" + url.PathEscape(res.json["id"].(string))
	if got := w.attachmentNames(at); got != "bon.png bon.pdf" || res.json["subject"] != "FW: Bonnen" || res.json["hasAttachments"] != true {
		t.Errorf("attachments %s of %v", got, res.json["subject"])
	}
	w.refused(w.graph("POST", path+"/createForward", map[string]any{"toRecipients": []any{bank},
		"message": map[string]any{"toRecipients": []any{bank}}}), 400, "ErrorInvalidRequest")
	w.want(w.graph("POST", at+"/send", nil), 202)
	got := w.tenant.OutsideItems("jansen@bank.example")
	if len(got) != 1 || len(got[0].Attachments) != 2 || got[0].InReplyTo != "<bonnen@bakkerijjansen.example>" ||
		len(w.tenant.Outside(jan)) != 0 {
		t.Errorf("outside %+v", got)
	}
}

func TestAReplyToOwnMail(t *testing.T) {
	w := newWorld(t, "info")
	w.mailOut(map[string]any{"subject": "x", "toRecipients": []any{recipient(jan)}})
	sent, _ := w.round(sentDelta)
	path := "/users/" + info + "/messages/" + url.PathEscape(sent[0]["id"].(string))
	to := func(operation string) string {
		return asJSON(t, w.want(w.graph("POST", path+"/"+operation, nil), 201).json["toRecipients"])
	}
	if got := to("createReply"); !strings.Contains(got, info) || strings.Contains(got, jan) {
		t.Errorf("reply to %s", got)
	}
	if got := to("createReplyAll"); strings.Contains(got, info) || !strings.Contains(got, jan) {
		t.Errorf("reply to all %s", got)
	}
	w.tenant.Behave(Behaviour{OwnReplyToRecipients: true})
	if got := to("createReply"); !strings.Contains(got, jan) {
		t.Errorf("reply to recipients %s", got)
	}
}

const ownProperty = "String {66F5A359-4659-4830-9070-00047EC6AC6E} Name KantoorpostReply"

func TestAMailIsFoundByItsIDsAndItsProperty(t *testing.T) {
	w := newWorld(t, "info")
	path := w.letter(pictureMail)
	draft, at := w.reply(path, map[string]any{"message": map[string]any{
		"singleValueExtendedProperties": []any{map[string]any{"id": ownProperty, "value": "r-42"}}}})
	w.letter(strings.Replace(pictureMail, "bonnen@", "anders@", 1))
	find := func(filter string) []map[string]any {
		return values(w.want(w.graph("GET", "/users/"+info+"/messages?$filter="+url.PathEscape(filter), nil), 200))
	}
	any := "singleValueExtendedProperties/Any(ep: ep/id eq '" + ownProperty + "' and ep/value eq 'R-42')"
	for _, filter := range []string{any, any + " and isDraft eq true", "internetMessageId eq '" + draft["internetMessageId"].(string) + "'"} {
		if got := find(filter); len(got) != 1 || got[0]["id"] != draft["id"] || got[0]["singleValueExtendedProperties"] != nil {
			t.Errorf("%s finds %v", filter, got)
		}
	}
	if got := find(strings.Replace(any, "KantoorpostReply", "kantoorpostreply", 1)); len(got) != 0 {
		t.Error("a name in another case is found")
	}
	w.want(w.graph("POST", at+"/send", nil), 202)
	if got := find(any + " and isDraft eq false"); len(got) != 1 || got[0]["internetMessageId"] != draft["internetMessageId"] {
		t.Errorf("the sent copy is found as %v", got)
	}
	if got := w.tenant.OutsideItems(jan); len(got) != 1 || strings.Contains(got[0].Raw, "r-42") {
		t.Error("the property leaves the tenant")
	}
	expand := "?$expand=" + url.PathEscape(
		"singleValueExtendedProperties($filter=id eq '"+ownProperty+"' or id eq 'String 0x1042' or id eq 'String 0x001A')",
	)
	got := asJSON(t, w.want(w.graph("GET", at+expand, nil), 200).json["singleValueExtendedProperties"])
	for _, want := range []string{"r-42", `\u003cbonnen@bakkerijjansen.example\u003e`, "IPM.Note"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
	w.refused(w.graph("GET", "/users/"+info+"/messages?$filter=nonsense%20eq%201", nil), 400, "ErrorInvalidUrlQueryFilter")
	w.tenant.Behave(Behaviour{IgnoreFilters: true})
	if got := find(any); len(got) < 2 {
		t.Errorf("%d messages without a filter", len(got))
	}
}

func TestADraftWithoutItsOriginalJoinsTheThread(t *testing.T) {
	w := newWorld(t, "info")
	res := w.want(w.graph("POST", "/users/"+info+"/messages", map[string]any{
		"subject": "RE: Bonnen", "toRecipients": []any{recipient(jan)}, "bccRecipients": []any{recipient("blind@elders.example")},
		"internetMessageId": "<eigen@kantoordevries.example>", "body": map[string]any{"contentType": "html", "content": "<p>Dank</p>"},
		"internetMessageHeaders": []any{map[string]any{"name": "x-kantoorpost", "value": "1"}},
		"singleValueExtendedProperties": []any{map[string]any{"id": "String 0x1042", "value": "<b@x>"},
			map[string]any{"id": "String 0x1039", "value": "<a@x> <b@x>"}},
	}), 201)
	w.want(w.graph("POST", "/users/"+info+"/messages/"+url.PathEscape(res.json["id"].(string))+"/send", nil), 202)
	for _, address := range []string{jan, "blind@elders.example"} {
		got := w.tenant.OutsideItems(address)
		if len(got) != 1 || got[0].InReplyTo != "<b@x>" || strings.Join(got[0].References, " ") != "<a@x> <b@x>" ||
			got[0].MessageID != "<eigen@kantoordevries.example>" || strings.Contains(got[0].Raw, "blind@") {
			t.Errorf("%s received %+v", address, got)
		}
	}
	if sent := w.tenant.Sent(info)[0]; len(sent.Headers) != 1 || sent.Headers[0].Name != "x-kantoorpost" {
		t.Errorf("the copy has headers %v", sent.Headers)
	}
}

func TestAConflictAfterCreateReplyComesOnce(t *testing.T) {
	w := newWorld(t, "info")
	path := w.letter(pictureMail)
	w.tenant.Behave(Behaviour{ConflictAfterReply: true})
	_, at := w.reply(path, nil)
	change := `{"body":{"contentType":"html","content":"<p>Alleen dit</p>"}}`
	w.refused(w.graph("PATCH", at, change), 412, "ErrorIrresolvableConflict")
	res := w.want(w.graph("PATCH", at, change), 200)
	if content := res.json["body"].(map[string]any)["content"]; content != "<p>Alleen dit</p>" || res.json["bodyPreview"] != "Alleen dit" {
		t.Errorf("body %v", res.json)
	}
}

func TestPropertiesAreRefusedByBehaviour(t *testing.T) {
	w := newWorld(t, "info")
	path := w.letter(pictureMail)
	property := map[string]any{"singleValueExtendedProperties": []any{map[string]any{"id": ownProperty, "value": "1"}}}
	_, at := w.reply(path, nil)
	w.want(w.graph("PATCH", at, property), 200)
	w.tenant.Behave(Behaviour{RefuseReplyProperties: true, RefusePatchedProperties: true})
	w.refused(w.graph("POST", path+"/createReply", map[string]any{"message": property}), 400, "ErrorInvalidProperty")
	w.refused(w.graph("PATCH", at, property), 400, "ErrorInvalidProperty")
	w.refused(
		w.graph("PATCH", at, `{"singleValueExtendedProperties":[{"id":"nonsense","value":"1"}]}`),
		http.StatusBadRequest,
		"ErrorInvalidProperty",
	)
}

func TestABodyThatExchangeWritesOtherwise(t *testing.T) {
	w := newWorld(t, "info")
	path := w.letter(pictureMail)
	w.tenant.Behave(Behaviour{TextReplies: true, RewriteIDs: true})
	draft, at := w.reply(path, nil)
	if body := draft["body"].(map[string]any); body["contentType"] != "text" ||
		!strings.Contains(body["content"].(string), "Onderwerp: Bonnen") {
		t.Errorf("body %v", body)
	}
	res := w.want(w.graph("PATCH", at, `{"body":{"contentType":"html","content":"<p id=\"a\">x</p><div class=b>y</div>"}}`), 200)
	if got := res.json["body"].(map[string]any)["content"]; got != `<p id="x_a">x</p><div class=x_b>y</div>` {
		t.Errorf("written %v", got)
	}
}
