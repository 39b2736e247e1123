package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailhtml"
	"kantoorpost/shared/words"
)

// replying is a chat that the user can answer.
func replying() *fakeAPI {
	api := talking("editor", "chats.write", "chats.send")
	from := wire.SenderObject{
		Email:            "info@kantoor.example",
		SignaturesObject: wire.SignaturesObject{Signature: "<p>Groet,<br>Anna &amp; co</p>", SignatureEN: "<p>Regards,<br>Anna</p>"},
	}
	api.answers["GET /api/chats/"+one+"/replies/new"] = wire.NewReply{
		From:         &from,
		Addresses:    []wire.SenderObject{from, {Email: "anna@kantoor.example"}},
		Language:     "en",
		LanguageFrom: "mail",
		To:           []wire.RecipientObject{{Name: "Jan <b>", Email: "jan@bakker.example"}},
		Cc:           []wire.RecipientObject{{Email: "piet@nieuw.example", Marks: []string{"new", "outside"}}},
		Subject:      "RE: Btw",
		Quote:        "<p>x</p>",
		Since:        8,
		UsualSize:    25 << 20,
		Texts:        []wire.WarningObject{{Code: "bcc", Text: wordsOf("U was Bcc")}},
		Writing:      []wire.Named{{ID: "m3", Name: "Carla Kok"}},
	}
	return api
}

func wordsOf(nl string) words.Text { return words.Text{NL: nl, EN: nl} }

// typed is the form as it is sent, with other values.
func typed(more url.Values) string {
	form := url.Values{"mode": {"reply-all"}, "answers": {"2"}, "since": {"8"}, "key": {"k1"}, "address": {"info@kantoor.example"},
		"to": {`Jan, de bakker <jan@bakker.example>`},
		"cc": {
			"piet@nieuw.example; ann@x.example",
		}, "subject": {"RE: Btw"}, "text": {"Beste <Jan>"}, "signature": {"yes"}, "quote": {"yes"},
		"attachment": {"u1 1200 stuk 1.pdf"}, "do": {"send"}}
	for name, values := range more {
		form[name] = values
	}
	return form.Encode()
}

// The form shows before sending from whom and to whom the reply goes, what is
// unusual about a recipient, and who else writes.
func TestTheFormShowsToWhomItGoes(t *testing.T) {
	api := replying()
	w := browse(t, api, "GET", "/web/chats/"+one+"/write?mode=reply-all&answers=2", "")
	wants(t, w, 200, `name="to" value="Jan b &lt;jan@bakker.example&gt;"`, `name="cc" value="piet@nieuw.example"`, `data-mark="new"`,
		`data-mark="outside"`, `value="RE: Btw"`, `name="since" value="8"`,
		`<option value="info@kantoor.example" selected>`, "Groet,\nAnna &amp; co", `lang="en"><pre class="signature">Regards,`,
		"U was Bcc", "Carla Kok schrijft ook", "<textarea", "Samen ten hoogste 25 MB", `name="answers" value="2"`,
		`<option value="en" selected>Engels`, "zoals het contact schrijft")
	if !asks(api, "replies/new?answers=2&mode=reply-all") {
		t.Error(api.asked)
	}
	// By script only the form comes.
	part := browse(t, api, "GET", "/web/chats/"+one+"/write?mode=forward&answers=2", "", "HX-Request", "true", "HX-Target", "composer")
	wants(t, part, 200, `<div id="composer"`, "!<html", `value="forward"`)
	// A note is another form, at another path.
	wants(t, browse(t, api, "GET", "/web/chats/"+one+"/write?mode=note", ""), 200, "/web/chats/"+one+"/notes", "!data-compose", "noting")
	// Who may not send can only write a note.
	only := talking("editor", "chats.write")
	wants(t, browse(t, only, "GET", "/web/chats/"+one, ""), 200, "mode=note", "!mode=reply")
}

// A reply is sent once with what the form says.
func TestAReplyIsSent(t *testing.T) {
	api := replying()
	path := "POST /api/chats/" + one + "/replies"
	var keys []string
	says := func(answer any) {
		api.answers[path] = func(r *http.Request) any { keys = append(keys, r.Header.Get("Idempotency-Key")); return answer }
	}
	says(wire.ReplyObject{ID: "r1", State: "held", LeavesAt: time.Now().Add(10 * time.Second)})
	w := browse(t, api, "POST", "/web/chats/"+one+"/write", typed(nil))
	if w.Code != 303 || w.Header().Get("Location") != "/web/chats/"+one || w.Result().Cookies()[0].Value != "replies.held:10:"+one+".r1" {
		t.Error(w.Code, w.Header())
	}
	want := `{"address":"info@kantoor.example","answers":"2","attachments":["u1"],"bcc":[],"cc":[{"email":"piet@nieuw.example"},` +
		`{"email":"ann@x.example"}],` +
		`"mode":"reply-all","quote":true,"signature":true,"since":8,"subject":"RE: Btw","text":"Beste \u003cJan\u003e","to":[{"email":"Jan"},` +
		`{"name":"de bakker","email":"jan@bakker.example"}]}`
	if got := strings.TrimSpace(api.bodies[path]); got != want {
		t.Errorf("sent\n%s, want\n%s", got, want)
	}
	// The page that follows can take it back.
	wants(t, browse(t, api, "GET", "/web/chats/"+one, "", "Cookie", "flash=replies.held:10:"+one+".r1"), 200, `data-seconds="10"`,
		"/web/chats/"+one+"/replies/r1/back", "Wordt over 10 s verzonden")
	api.answers["PATCH /api/chats/"+one] = wire.ChatObject{}
	browse(t, api, "POST", "/web/chats/"+one+"/write", typed(url.Values{"do": {"close"}, "html": {"<p>Dag</p>"}}))
	if api.bodies["PATCH /api/chats/"+one] != `{"state":"closed"}`+"\n" ||
		!strings.Contains(api.bodies[path], `"html":"\u003cp\u003eDag`) ||
		strings.Contains(api.bodies[path], `"text"`) {
		t.Error(api.bodies)
	}
	at := time.Now().In(office).AddDate(0, 0, 1).Format("2006-01-02T15:04")
	browse(t, api, "POST", "/web/chats/"+one+"/write", typed(url.Values{"do": {"later"}, "sendAt": {at}}))
	if !strings.Contains(api.bodies[path], `"sendAt":"`+at) {
		t.Error(api.bodies[path])
	}
	n := len(keys)
	wants(t, browse(t, api, "POST", "/web/chats/"+one+"/write", typed(url.Values{"do": {"later"}, "sendAt": {"2020-01-01T10:00"}})), 422,
		"tijdstip in de toekomst", "Beste &lt;Jan&gt;</textarea>")
	if len(keys) != n {
		t.Error("sent at a time that is over")
	}
	for _, k := range keys {
		if k != "k1" {
			t.Errorf("sent with the key %q", k)
		}
	}
	browse(t, api, "POST", "/web/chats/"+one+"/write", typed(url.Values{"again": {"k2"}}))
	if k := keys[len(keys)-1]; k != "k2" {
		t.Errorf("a second message with the key %q", k)
	}
	says(wire.ReplyObject{ID: "r1", State: "draft"})
	w = browse(t, api, "POST", "/web/chats/"+one+"/write", typed(nil))
	if got := w.Result().Cookies()[0].Value; got != "replies.back:0:" {
		t.Errorf("a message that was taken back: %q", got)
	}
}

// What the API asks back is shown in its words, and nothing typed is lost: with
// script the form stays as it is.
func TestAReplyThatIsAskedAbout(t *testing.T) {
	api := replying()
	path := "POST /api/chats/" + one + "/replies"
	text := wordsOf("Klantnummer 1002 is van een ander")
	var p Problem
	if err := json.Unmarshal([]byte(`{"type":"confirm","status":409,"codes":["client"],"warnings":[{"code":"client","text":{"nl":"a"}}]}`),
		&p); err != nil || p.Warnings[0].Text.NL != "a" || p.Codes != nil {
		t.Error(err, p)
	}
	for _, c := range []struct {
		problem Problem
		shows   []string
		again   url.Values
		sent    string
	}{
		{Problem{Status: 409, Type: "confirm", Warnings: []wire.WarningObject{{Code: "client", Text: text}, {Code: "attachment",
			Text: wordsOf("er is niets bijgevoegd")}}},
			[]string{"Klantnummer 1002", "er is niets bijgevoegd", `name="confirmed" value="client"`, "Toch verzenden"},
			url.Values{"confirmed": {"client", "attachment"}}, `"confirmed":["client","attachment"]`},
		{Problem{Status: 409, Type: "newer-message", Message: &message{MessageObject: wire.MessageObject{From: mail.Address{Name: "Jan"},
			Preview: "Toch niet nodig"}}},
			[]string{"Er kwam intussen", "Toch niet nodig", `name="force"`}, url.Values{"force": {"yes"}}, `"force":true`},
		{Problem{Status: 422, Type: "idempotency-key"}, []string{"al een bericht verzonden", `name="again"`}, url.Values{"again": {"k2"}}, ""},
		{Problem{Status: 422, Errors: []FieldError{{Location: "body.to[0].email", Message: "an address"}}},
			[]string{"geen e-mailadres", `aria-invalid="true"`}, nil, ""},
		{Problem{Status: 503, Detail: "later"}, []string{"niet verzonden"}, nil, ""},
	} {
		api.answers[path] = c.problem
		wants(t, browse(t, api, "POST", "/web/chats/"+one+"/write", typed(nil)), c.problem.Status,
			append(c.shows, "Beste &lt;Jan&gt;</textarea>", `value="k1"`, "u1 1200 stuk 1.pdf")...)
		w := browse(t, api, "POST", "/web/chats/"+one+"/write", typed(nil), "HX-Request", "true", "HX-Target", "chat-detail")
		if to := w.Header().Get("HX-Retarget"); w.Code != c.problem.Status || to != "#compose-answer" && c.problem.Status != 503 ||
			strings.Contains(w.Body.String(), "<textarea") {
			t.Errorf("%d %s %s", w.Code, to, w.Body)
		}
		if c.again == nil {
			continue
		}
		api.answers[path] = wire.ReplyObject{ID: "r1", State: "held"}
		if w := browse(t, api, "POST", "/web/chats/"+one+"/write", typed(c.again)); w.Code != 303 ||
			!strings.Contains(api.bodies[path], c.sent) {
			t.Error(w.Code, api.bodies[path])
		}
	}
}

// Who has chosen too many recipients reads how many there are.
func TestTooManyRecipients(t *testing.T) {
	api := replying()
	api.answers["POST /api/chats/"+one+"/replies"] = Problem{Status: 422, Errors: []FieldError{{Location: "body.to", Message: "at most 100"}}}
	many := url.Values{"to": {strings.Repeat("a@b.example;", 100)}, "cc": {"c@b.example"}}
	wants(t, browse(t, api, "POST", "/web/chats/"+one+"/write", typed(many)), 422, "101 ontvangers")
}

// A draft is saved while it is written, comes back, and can be thrown away.
func TestDrafts(t *testing.T) {
	api := replying()
	draft := "/api/chats/" + one + "/draft"
	api.answers["PUT "+draft], api.answers["DELETE "+draft] = map[string]any{}, map[string]any{}
	w := browse(t, api, "POST", "/web/chats/"+one+"/draft", typed(nil), "HX-Request", "true")
	wants(t, w, 200, "opgeslagen "+time.Now().In(office).Format("15:04"), "!<html")
	var saved map[string]any
	if err := json.Unmarshal([]byte(api.bodies["PUT "+draft]), &saved); err != nil || saved["text"] != "Beste <Jan>" ||
		saved["since"] != 8.0 || saved["signature"] != nil {
		t.Error(err, saved)
	}
	api.answers["PUT "+draft] = Problem{Status: 409}
	wants(t, browse(t, api, "POST", "/web/chats/"+one+"/draft", typed(nil), "HX-Request", "true"), 200, "nog niet opgeslagen")
	api.answers["GET "+draft] = wire.DraftObject{
		Mode:        "reply",
		Answers:     "1",
		To:          []wire.RecipientObject{{Email: "x@y.example"}},
		Subject:     "Concept",
		Text:        "Half af",
		Since:       5,
		Reason:      "newer-message",
		Updated:     time.Now(),
		Attachments: []wire.ReplyFile{{ID: "u9", Name: "a.pdf", Size: 3}},
	}
	wants(t, browse(t, api, "GET", "/web/chats/"+one, ""), 200, "Verder met uw concept", "!<textarea")
	wants(t, browse(t, api, "GET", "/web/chats/"+one+"/write", ""), 200, "Half af</textarea>", `name="to" value="x@y.example"`,
		`value="Concept"`, `name="since" value="5"`, "Lees het, en verzend daarna opnieuw", "u9 3 a.pdf", `name="answers" value="1"`)
	// A draft from an address that its writer may not send from says so.
	taken := api.answers["GET "+draft].(wire.DraftObject)
	taken.Address = "piet@kantoor.example"
	api.answers["GET "+draft] = taken
	wants(t, browse(t, api, "GET", "/web/chats/"+one+"/write", ""), 200, "zou weggaan vanaf piet@kantoor.example",
		"weg vanaf info@kantoor.example", `<option value="info@kantoor.example" selected>`)
	// Without script what is typed counts, and not the HTML that a script would have sent.
	draftHTML := api.answers["GET "+draft].(wire.DraftObject)
	draftHTML.HTML, draftHTML.Text = "<p>Half <b>af</b></p>", ""
	api.answers["GET "+draft] = draftHTML
	wants(t, browse(t, api, "GET", "/web/chats/"+one+"/write", ""), 200, "Half af</textarea>",
		`name="html" value="&lt;p&gt;Half &lt;b&gt;af&lt;/b&gt;&lt;/p&gt;" disabled`)
	// The text goes along to another mode, whose recipients are offered anew.
	wants(t, browse(t, api, "GET", "/web/chats/"+one+"/write?mode=reply-all&answers=2", ""), 200, "Half af</textarea>",
		"jan@bakker.example", "!x@y.example")
	w = browse(t, api, "POST", "/web/chats/"+one+"/write", typed(url.Values{"do": {"mode forward"}}))
	wants(t, w, 200, "Beste &lt;Jan&gt;</textarea>", `name="mode" value="forward"`)
	if w = browse(t, api, "POST", "/web/chats/"+one+"/write", typed(url.Values{"do": {"discard"}})); w.Code != 303 ||
		!asks(api, "DELETE "+draft) {
		t.Error(w.Code, api.asked)
	}
}

// Without script files are attached and removed by the form.
func TestFilesOfAReply(t *testing.T) {
	api := replying()
	api.answers["POST /api/uploads"] = wire.ReplyFile{ID: "u2", Name: "b & c.pdf", Size: 2_000_000}
	body, contentType := sent(t, "inhoud", "mode", "reply", "answers", "2", "do", "attach", "attachment", "u1 1200 stuk.pdf", "text", "Hallo")
	w := browse(t, api, "POST", "/web/chats/"+one+"/write", body, "Content-Type", contentType)
	wants(t, w, 200, "u1 1200 stuk.pdf", "u2 2000000 b &amp; c.pdf", "2 MB", "Hallo</textarea>")
	if !asks(api, "POST /api/uploads?name=") || api.bodies["POST /api/uploads"] != "inhoud" {
		t.Error(api.asked, api.bodies["POST /api/uploads"])
	}
	wants(t, browse(t, api, "POST", "/web/chats/"+one+"/write", typed(url.Values{"do": {"drop u1"}})), 200, "!u1 1200",
		"Beste &lt;Jan&gt;</textarea>")
	api.answers["GET /api/mails/2/attachments"] = wire.ListOf[wire.AttachmentObject]{
		Items: []wire.AttachmentObject{{N: 1, Name: "jaar.pdf", Size: 3000, Content: "/x"}},
	}
	part := browse(t, api, "POST", "/web/chats/"+one+"/write", typed(url.Values{"do": {"sources"}}), "HX-Request", "true",
		"HX-Target", "composer")
	wants(t, part, 200, `value="take 2 1"`, "jaar.pdf", "!<textarea", `value="sources `+two+`"`)
	api.answers["GET /api/chats/"+two+"/messages"] = wire.ListOf[message]{
		Items: []message{{MessageObject: wire.MessageObject{ID: "9", Kind: "mail", Mail: "9", HasAttachments: true}}},
	}
	api.answers["GET /api/mails/9/attachments"] = wire.ListOf[wire.AttachmentObject]{
		Items: []wire.AttachmentObject{{N: 2, Name: "vorig jaar.pdf", Content: "/x"}},
	}
	part = browse(t, api, "POST", "/web/chats/"+one+"/write", typed(url.Values{"do": {"sources " + two}}), "HX-Request", "true",
		"HX-Target", "composer")
	wants(t, part, 200, `value="take 9 2"`, "vorig jaar.pdf")
	browse(t, api, "POST", "/web/chats/"+one+"/write", typed(url.Values{"do": {"take 2 1"}}))
	if got := api.bodies["POST /api/uploads"]; got != `{"attachment":1,"mail":"2"}`+"\n" {
		t.Error(got)
	}
}

func TestRecipientsIn(t *testing.T) {
	for line, want := range map[string][]wire.RecipientObject{
		"": {}, " a@b.nl ,, c@d.nl;": {{Email: "a@b.nl"}, {Email: "c@d.nl"}}, "Jan Bos <jan@b.nl>": {{Name: "Jan Bos", Email: "jan@b.nl"}},
		"Bos (Bakkerij) & co. <a@b.nl>": {{Name: "Bos (Bakkerij) & co.", Email: "a@b.nl"}}, "geen adres": {{Email: "geen adres"}},
	} {
		got := recipientsIn(line)
		if !slices.EqualFunc(got, want, func(a, b wire.RecipientObject) bool { return a.Name == b.Name && a.Email == b.Email }) {
			t.Errorf("%q: %v", line, got)
		}
	}
	r := wire.RecipientObject{Name: `Bos, "Jan" <x>`, Email: "jan@b.nl"}
	if back := recipientsIn(label(r.Name, r.Email)); len(back) != 1 || back[0].Email != r.Email {
		t.Error(label(r.Name, r.Email), back)
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"<p>Groet,<br>Anna &amp; co</p><div> </div><p>Tel 1</p>": "Groet,\nAnna & co\n\nTel 1", "<style>p{}</style>a<script>x</script>": "a",
		"": "",
	} {
		if got := plain(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// The signature is shown with its pictures, and its field takes them.
func TestPicturesOfASignature(t *testing.T) {
	api, upload := replying(), strings.Repeat("a", 26)
	o := api.answers["GET /api/chats/"+one+"/replies/new"].(wire.NewReply)
	same := `<p>Eddie</p><img src="cid:` + upload + `" alt="logo">`
	o.Addresses = []wire.SenderObject{
		{Email: "info@kantoor.example", SignaturesObject: wire.SignaturesObject{Signature: same, SignatureEN: same}},
	}
	o.From = &o.Addresses[0]
	api.answers["GET /api/chats/"+one+"/replies/new"] = o
	api.answers["GET /api/chats/"+one+"/draft"] = Problem{Status: 404}
	wants(t, browse(t, api, "GET", "/web/chats/"+one+"/write?mode=reply&answers=2", ""), 200, `<pre class="signature">Eddie`,
		`src="/api/uploads/`+upload+`"`)
	field := signatureField("Handtekening", o.From.Signature, "nl")
	if !field.Pictures || !strings.Contains(field.HTML, upload) || picturesIn("<p>x</p>") != nil {
		t.Errorf("%+v", field)
	}
}

// Of the files of a message that is forwarded, those that are ticked go along; with no
// form before, all.
func TestWhatGoesAlongWithAForward(t *testing.T) {
	api := replying()
	o := api.answers["GET /api/chats/"+one+"/replies/new"].(wire.NewReply)
	o.Attachments = []wire.AttachmentObject{{N: 1, Name: "stuk <1>.pdf"}, {N: 3, Name: "foto.png"}}
	api.answers["GET /api/chats/"+one+"/replies/new"] = o
	w := browse(t, api, "GET", "/web/chats/"+one+"/write?mode=forward&answers=2", "")
	wants(t, w, 200, `name="along" value="1" checked`, `name="along" value="3" checked`, "stuk &lt;1&gt;.pdf")
	path := "POST /api/chats/" + one + "/replies"
	api.answers[path] = wire.ReplyObject{ID: "r1", State: "held"}
	for ticked, want := range map[string]string{"3": `"along":[3]`, "": `"along":[]`} {
		form := url.Values{"mode": {"forward"}, "files-shown": {"yes"}}
		if ticked != "" {
			form["along"] = []string{ticked}
		}
		browse(t, api, "POST", "/web/chats/"+one+"/write", typed(form))
		if !strings.Contains(api.bodies[path], want) {
			t.Errorf("%q: %s", ticked, api.bodies[path])
		}
	}
	browse(t, api, "POST", "/web/chats/"+one+"/write", typed(url.Values{"mode": {"reply"}, "files-shown": {"yes"}}))
	if strings.Contains(api.bodies[path], "along") {
		t.Error(api.bodies[path])
	}
	// The draft keeps what is ticked; the next message that is forwarded has a choice of its own.
	browse(t, api, "POST", "/web/chats/"+one+"/draft", typed(url.Values{"mode": {"forward"}, "files-shown": {"yes"}, "along": {"3"}}))
	if saved := api.bodies["PUT /api/chats/"+one+"/draft"]; !strings.Contains(saved, `"along":[3]`) {
		t.Error(saved)
	}
	api.answers["GET /api/chats/"+one+"/draft"] = wire.DraftObject{Mode: "forward", Answers: "2", Along: []int{3}}
	w = browse(t, api, "GET", "/web/chats/"+one+"/write", "")
	wants(t, w, 200, `name="along" value="1">`, `name="along" value="3" checked`)
	w = browse(t, api, "GET", "/web/chats/"+one+"/write?mode=forward&answers=1", "")
	wants(t, w, 200, `name="along" value="1" checked`)
	api.answers[path] = Problem{Status: 422}
	w = browse(t, api, "POST", "/web/chats/"+one+"/write", typed(url.Values{"mode": {"forward"}, "files-shown": {"yes"}, "along": {"3"}}))
	wants(t, w, 422, `name="along" value="1">`, `name="along" value="3" checked`)
}

// The templates of the writer's teams and of the language of the mail come first, and one of them is chosen.
func TestWhichTemplateIsChosen(t *testing.T) {
	api := replying()
	me := api.answers["GET /api/me"].(person)
	me.Actions = append(me.Actions, "templates.read")
	api.answers["GET /api/me"] = me
	api.answers["GET /api/templates"] = wire.ListOf[wire.TemplateObject]{Items: []wire.TemplateObject{
		{ID: "t1", Name: "Van een ander team", Language: "nl", Team: "p2"}, {ID: "t2", Name: "Voor allen", Language: "nl"},
		{ID: "t3", Name: "Of our team", Language: "en", Team: "p1"}, {ID: "t4", Name: "Van ons team", Language: "nl", Team: "p1"},
	}}
	api.answers["GET /api/process-teams"] = map[string]any{"items": []map[string]any{{"id": "p1", "members": []string{"m1"}},
		{"id": "p2", "members": []string{"m2"}}}}
	order := func(lang string) (got, chosen string) {
		path := "GET /api/chats/" + one + "/replies/new"
		o := api.answers[path].(wire.NewReply)
		o.Language = mailhtml.Language(lang)
		api.answers[path] = o
		w := browse(t, api, "GET", "/web/chats/"+one+"/write?mode=reply&answers=2", "")
		for _, part := range strings.Split(w.Body.String(), `<option value="t`)[1:] {
			if got += part[:1]; strings.HasPrefix(part[1:], `" selected`) {
				chosen = part[:1]
			}
		}
		return got, chosen
	}
	for lang, want := range map[string]string{"nl": "4321 4", "en": "3421 3"} {
		if got, chosen := order(lang); got+" "+chosen != want {
			t.Errorf("%s: %s, chosen %s", lang, got, chosen)
		}
	}
}
