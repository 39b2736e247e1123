package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/mail"
)

// talking is an API with a chat of three messages, called by a participant.
func talking(rights directory.Rights, actions ...access.Action) *fakeAPI {
	api := newAPI(rights, append(actions, "chats.read")...)
	c := wire.ChatObject{
		ID:          one,
		Subject:     "Btw & <i>meer</i>",
		ClientName:  "Bakkerij <Jansen>",
		ContactName: "Jan <b>",
		Members:     []string{"m1", "m2"},
		Addresses:   []string{"info@kantoor.example"},
		State:       "open",
		Last:        time.Now().Add(-3 * time.Minute),
		Preview:     "Tot ziens",
		Unread:      2,
		Position:    7,
	}
	old := c
	old.ID, old.Subject, old.Unread, old.Last = two, "Loonstrook", 0, time.Now()
	api.answers["GET /api/chats"] = wire.ListOf[wire.ChatObject]{Items: []wire.ChatObject{c, old}}
	api.answers["GET /api/chats/counts"] = wire.ChatCounts{Unread: 1000, More: true}
	api.answers["GET /api/chats/"+one] = c
	api.answers["POST /api/chats/"+one+"/read"] = map[string]any{}
	from := mail.Address{Name: "Jan <b>", Email: "jan@bakker.example"}
	api.answers["GET /api/chats/"+one+"/messages"] = wire.ListOf[message]{Items: []message{
		{MessageObject: wire.MessageObject{ID: "4", Kind: "note", AuthorName: "Bram <b>", Text: "Ik bel\nhem <i>", Received: time.Now()}},
		{
			MessageObject: wire.MessageObject{
				ID:       "3",
				Kind:     "auto-reply",
				Mail:     "3",
				From:     from,
				Preview:  "Ik ben er niet",
				Received: time.Now(),
				Body:     "/api/chats/" + one + "/messages/3/body",
				Away:     &wire.AwayObject{Until: "2020-08-14", Replacement: "Els de <Boer>"},
			},
		},
		{
			MessageObject: wire.MessageObject{
				ID:       "3b",
				Kind:     "delivery-report",
				Mail:     "3b",
				From:     mail.Address{Email: "mailer-daemon@x.example"},
				Subject:  "Niet bezorgd",
				Received: time.Now(),
				Body:     "/api/chats/" + one + "/messages/3b/body",
			},
		},
		{
			MessageObject: wire.MessageObject{
				ID:             "2",
				Kind:           "mail",
				Mail:           "2",
				From:           from,
				Preview:        "Tweede",
				Received:       time.Now(),
				HasAttachments: true,
				Body:           "/api/chats/" + one + "/messages/2/body",
			},
		},
		{
			MessageObject: wire.MessageObject{
				ID:       "1",
				Kind:     "mail",
				Mail:     "1",
				From:     from,
				Preview:  "Eerste",
				Received: time.Now(),
				Body:     "/api/chats/" + one + "/messages/1/body",
			},
		},
	}}
	api.answers["GET /api/chats/"+one+"/participants"] = wire.ListOf[wire.Participant]{Items: []wire.Participant{
		{ID: "m1", Name: "Anna Bos", Active: true, Why: "role", What: "Relatiebeheerder"},
		{ID: "m2", Name: "Bram <b>", Why: "hand", What: "Anna Bos"},
	}}
	api.answers["GET /api/team-members"] = map[string]any{"items": []map[string]any{
		{"id": "m1", "name": "Anna Bos", "active": true}, {"id": "m3", "name": "Carla Kok", "active": true},
		{"id": "m4", "name": "Weg Gegaan", "active": false},
	}}
	return api
}

func asks(api *fakeAPI, want string) bool {
	return strings.Contains(strings.Join(api.asked, "\n"), want)
}

// The list shows the user's own open chats, the most recently active first.
func TestChatsAreListed(t *testing.T) {
	api := talking("editor", "chats.write")
	w := browse(t, api, "GET", "/web/chats", "")
	wants(t, w, 200, "Btw &amp; &lt;i&gt;meer", "Jan &lt;b&gt;", "Bakkerij &lt;Jansen", "2 nieuw", "3 min<",
		`href="/web/chats" aria-current="page"`, "Kies een chat", `!value="all"`)
	if !asks(api, "GET /api/chats?later=hidden&limit=100&mine=true&names=true&state=open") ||
		strings.Index(w.Body.String(), "m-"+one) < strings.Index(w.Body.String(), "m-"+two) {
		t.Error(api.asked)
	}
	for query, want := range map[string]string{
		"?state=closed&search=jan&unread=1": "limit=100&mine=true&names=true&search=jan&state=closed&unread=true",
		"?whose=all&state=all":              "limit=100&mine=true&names=true\n", // an editor sees no others
		"?state=x&show=9999":                "limit=200&mine=true&names=true&state=open",
	} {
		api.asked = nil
		browse(t, api, "GET", "/web/chats"+query, "")
		if !asks(api, want) && !asks(api, strings.TrimSpace(want)) {
			t.Errorf("%s: %v", query, api.asked)
		}
	}
	manager := talking("manager", "chats.write")
	wants(t, browse(t, manager, "GET", "/web/chats?whose=all", ""), 200, `<option value="all" selected>`)
	if !asks(manager, "mine=false") {
		t.Error(manager.asked)
	}
	// A request for the part gets only the list.
	wants(t, browse(t, api, "GET", "/web/chats", "", "HX-Request", "true", "HX-Target", "chat-list"), 200, `<div id="chat-list"`, "!<html",
		`!id="chat-detail"`)
}

func TestNoChats(t *testing.T) {
	for query, text := range map[string]string{"": "Geen open chats", "?state=closed": "Geen gesloten chats", "?search=x": "Niets gevonden",
		"?after=" + one: "Dit waren alle chats"} {
		api := talking("manager")
		api.answers["GET /api/chats"] = wire.ListOf[wire.ChatObject]{Items: []wire.ChatObject{}}
		wants(t, browse(t, api, "GET", "/web/chats"+query, ""), 200, text, "!<ol")
	}
	api := talking("manager")
	api.answers["GET /api/chats"] = wire.ListOf[wire.ChatObject]{Items: []wire.ChatObject{}, Next: one}
	wants(t, browse(t, api, "GET", "/web/chats", ""), 200, "Meer chats", "Niets gevonden")
	wants(t, browse(t, api, "GET", "/web/chats?show=200", ""), 200, "after="+one)
}

// A chat shows its messages oldest first, the last mail open, which messages
// are new, and its participants with the reason; reading it is stored.
func TestAChatIsShown(t *testing.T) {
	for lang, texts := range map[string][]string{
		"nl": {"Rol Relatiebeheerder bij deze relatie", "Toegevoegd door Anna Bos", "Jan &lt;b&gt; is afwezig tot en met 14 aug 2020",
			"vervanging: Els de &lt;Boer&gt;", "Bezorgmelding: Niet bezorgd", "Intern", "2 deelnemers", "Niet actief", "<span>Nieuw</span>"},
		"en": {"Role Relatiebeheerder at this client", "Added by Anna Bos", "Jan &lt;b&gt; is away until", "Delivery report: Niet bezorgd",
			"Internal", "2 participants", "Inactive", "<span>New</span>"},
	} {
		api := talking("editor", "chats.write")
		w := browse(t, api, "GET", "/web/chats/"+one, "", "Cookie", "lang="+lang)
		wants(t, w, 200, append(texts, "Ik bel\nhem &lt;i&gt;", "Bram &lt;b&gt;",
			`sandbox="allow-popups allow-popups-to-escape-sandbox allow-same-origin"`, "Carla Kok", "!Weg Gegaan",
			"/web/chats/"+one+"/files/2", "/web/chats/"+one+"/write?mode=note", `data-mail="`+one+`"`)...)
		body := w.Body.String()
		if first, last := strings.Index(body, "/messages/1/body"), strings.Index(body, "/messages/2/body"); first < 0 || first > last {
			t.Error("not the oldest first")
		}
		if opened := regexp.MustCompile(`<details open><summary class="by">`).FindAllString(body, -1); len(opened) != 1 {
			t.Errorf("%d mails are open", len(opened))
		}
		// The note and the mail before it are new; an automatic reply is not.
		if at := strings.Index(body, `id="new"`); at < strings.Index(body, "/messages/1/body") ||
			at > strings.Index(body, "/messages/2/body") {
			t.Error("what is new begins elsewhere")
		}
		// Messages that arrive in the meantime stay unread.
		if at, messages := strings.Index(strings.Join(api.asked, "\n")+"\n", "/api/chats/"+one+"\n"),
			strings.Index(strings.Join(api.asked, "\n"), "/messages"); at < 0 || at > messages {
			t.Errorf("the position is of later than the messages: %v", api.asked)
		}
		if form := `data-read><input type="hidden" name="position" value="7"><noscript><button>`; !strings.Contains(body, form) {
			t.Errorf("nothing says that the chat was read: %s", body)
		}
	}
	// A reader sees the chat, but no actions.
	reader := talking("reader")
	wants(t, browse(t, reader, "GET", "/web/chats/"+one, ""), 200, "Relatiebeheerder", "U kunt deze chat lezen", "!mode=note",
		"!name=\"do\"", `!value="closed"`)
	if asks(reader, "/read") || asks(reader, "/api/team-members") {
		t.Error(reader.asked)
	}
	// Earlier messages can be shown without having seen the end.
	api := talking("editor", "chats.write")
	wants(t, browse(t, api, "GET", "/web/chats/"+one+"?earlier="+two, ""), 200, "Naar de laatste berichten", `!id="new"`, "!data-read")
	if !asks(api, "after="+two) {
		t.Error(api.asked)
	}
	wants(t, browse(t, api, "GET", "/web/chats/"+two, ""), 404, "Niet gevonden")
}

// A GET request has no effect; only the form marks a chat as read.
func TestAChatIsRead(t *testing.T) {
	api := talking("reader")
	for _, method := range []string{"GET", "HEAD"} {
		browse(t, api, method, "/web/chats/"+one, "")
	}
	for _, asked := range api.asked {
		if !strings.HasPrefix(asked, "GET ") {
			t.Errorf("a look asks %s", asked)
		}
	}
	w := browse(t, api, "POST", "/web/chats/"+one+"/read?state=all", "position=7")
	if w.Code != 303 || w.Header().Get("Location") != "/web/chats/"+one+"?state=all" || !asks(api, "POST /api/chats/"+one+"/read") ||
		strings.TrimSpace(api.bodies["POST /api/chats/"+one+"/read"]) != `{"position":7}` {
		t.Errorf("%d %v %v %v", w.Code, w.Header(), api.asked, api.bodies)
	}
	if w := browse(t, api, "POST", "/web/chats/"+one+"/read", "position=7", "HX-Request", "true"); w.Code != 204 {
		t.Errorf("by script: %d", w.Code)
	}
}

// A search that leaves out clients says so.
func TestASearchThatLeavesOutClients(t *testing.T) {
	api := talking("manager", "chats.read")
	for _, found := range []wire.ChatList{{ClientsLeftOut: true}, {}} {
		api.answers["GET /api/chats"] = found
		want := map[bool]string{true: "Meer dan vijftig relaties", false: "!Meer dan vijftig"}[found.ClientsLeftOut]
		wants(t, browse(t, api, "GET", "/web/chats?search=stichting", ""), 200, want, "Niets gevonden")
	}
}

// The page asks for new messages, and does not change when there are none.
func TestNews(t *testing.T) {
	api := talking("editor", "chats.write")
	h := []string{"HX-Request", "true", "HX-Target", "chat-thread"}
	chat := api.answers["GET /api/chats/"+one]
	api.answers["GET /api/chats/"+one] = func(r *http.Request) any {
		if r.Header.Get("If-None-Match") == `W/"now"` {
			return Problem{Status: 304}
		}
		return chat
	}
	w := browse(t, api, "GET", "/web/chats/"+one+"/news", "", append(h, "If-None-Match", openChat{Tag: "now"}.version())...)
	if w.Code != 304 || w.Body.Len() > 0 || len(api.asked) != 2 { // with who asks
		t.Errorf("%d %s %v", w.Code, w.Body, api.asked)
	}
	w = browse(t, api, "GET", "/web/chats/"+one+"/news", "", append(h, "If-None-Match", `W/"old"`)...)
	// The version that a close is based on is that of the thread that is shown.
	wants(t, w, 200, `<div id="chat-thread"`, `form="chat-state"`, "!<textarea", "!<html")
	if asks(api, "/participants") || w.Header().Get("HX-Push-Url") != "" || w.Header().Get("HX-Trigger-After-Settle") != "chats-changed" {
		t.Error(api.asked, w.Header())
	}
	if w := browse(t, api, "GET", "/web/chats/"+one+"/news", ""); w.Code != 303 {
		t.Errorf("without script: %d", w.Code)
	}
}

// A note is written with its key, so that a second click writes nothing, and it
// is not lost when it cannot be written.
func TestNotes(t *testing.T) {
	api := talking("editor", "chats.write")
	path, form := "/api/chats/"+one+"/notes", url.Values{"body": {"Ik bel <hem>"}, "key": {"k1"}}.Encode()
	var keys []string
	says := func(answer any) {
		api.answers["POST "+path] = func(r *http.Request) any {
			keys = append(keys, r.Header.Get("Idempotency-Key"))
			return answer
		}
	}
	says(message{})
	w := browse(t, api, "POST", "/web/chats/"+one+"/notes?state=all", form)
	if w.Code != 303 || w.Header().Get("Location") != "/web/chats/"+one+"?state=all" ||
		!strings.Contains(api.bodies["POST "+path], "Ik bel") {
		t.Error(w.Code, w.Header(), api.bodies)
	}
	says(Problem{Status: 422, Detail: "body.body", Errors: []FieldError{{Location: "body.body", Message: "expected"}}})
	wants(t, browse(t, api, "POST", "/web/chats/"+one+"/notes", form), 422, "Ik bel &lt;hem&gt;</textarea>", `value="k1"`,
		"Een notitie heeft 1 tot", `aria-invalid="true"`)
	for _, status := range []int{403, 404, 500, 503} {
		says(Problem{Status: status, Detail: "no"})
		wants(t, browse(t, api, "POST", "/web/chats/"+one+"/notes", form), status, "Ik bel &lt;hem&gt;</textarea>", `value="k1"`,
			"nog niet geplaatst")
		// With script the form stays where it is.
		w := browse(t, api, "POST", "/web/chats/"+one+"/notes", form, "HX-Request", "true", "HX-Target", "chat-detail")
		if w.Code != status || w.Header().Get("HX-Retarget") != "#toasts" {
			t.Error(status, w.Code, w.Header())
		}
	}
	for _, k := range keys {
		if k != "k1" {
			t.Errorf("sent with the key %q", k)
		}
	}
	// A note that names a colleague is not lost when the colleagues cannot be read.
	named := talking("editor", "chats.write")
	named.answers["GET /api/team-members"] = Problem{Status: 503}
	wants(t, browse(t, named, "POST", "/web/chats/"+one+"/notes", "body=Kijk+@Anna&key=k2"), 503, "Kijk @Anna</textarea>",
		"nog niet geplaatst")
	// Each form has its own key.
	key := regexp.MustCompile(`name="key" value="([^"]{20,})"`)
	note := func() []string {
		return key.FindStringSubmatch(browse(t, api, "GET", "/web/chats/"+one+"/write?mode=note", "").Body.String())
	}
	a, b := note(), note()
	if a == nil || b == nil || a[1] == b[1] {
		t.Error("keys: ", a, b)
	}
}

func TestChatIsClosed(t *testing.T) {
	api := talking("editor", "chats.write")
	var tag string
	api.answers["PATCH /api/chats/"+one] = func(r *http.Request) any { tag = r.Header.Get("If-Match"); return wire.ChatObject{} }
	for form, key := range map[string]string{"state=closed&tag=t1": "chats.closed:0:" + one, "state=open&tag=t1": "chats.opened:0:"} {
		w := browse(t, api, "POST", "/web/chats/"+one+"/state", form)
		if w.Code != 303 || w.Result().Cookies()[0].Value != key || tag != `"t1"` {
			t.Error(w.Code, w.Header(), tag)
		}
	}
	wants(t, browse(t, api, "GET", "/web/chats/"+one, "", "Cookie", "flash=chats.closed:0:"+one), 200,
		`action="/web/chats/`+one+`/state"`, `name="state" value="open"`)
	api.answers["PATCH /api/chats/"+one] = Problem{Status: 412}
	w := browse(t, api, "POST", "/web/chats/"+one+"/state", "state=closed&tag=t1")
	if w.Code != 303 || w.Result().Cookies()[0].Value != "chats.not-closed:0:" {
		t.Error(w.Code, w.Header())
	}
	wants(t, browse(t, api, "GET", "/web/chats/"+one, "", "Cookie", "flash=chats.not-closed:0:"), 200, "Er kwam net iets bij", "toast warn")
	api.answers["PATCH /api/chats/"+one] = Problem{Status: 422, Detail: "body.state"}
	wants(t, browse(t, api, "POST", "/web/chats/"+one+"/state", "state=x"), 422, "body.state")
}

// A member is added or removed, and the changes of others in the meantime stay.
func TestPeopleOfAChat(t *testing.T) {
	for _, c := range []struct{ form, members, to, key string }{
		{"do=add&member=m3", `["m1","m2","m3"]`, "/web/chats/" + one, "chats.added:0:"},
		{"do=add&member=m1", `["m2","m1"]`, "/web/chats/" + one, "chats.added:0:"},
		{"do=remove&member=m2", `["m1"]`, "/web/chats/" + one, "chats.removed:0:"},
		{"do=remove&member=m1", `["m2"]`, "/web/chats", "chats.left:0:"},
		{"do=add&member=", ``, "/web/chats/" + one, "chats.not-chosen:0:"},
	} {
		api := talking("editor", "chats.write")
		tries := 0
		api.answers["PUT /api/chats/"+one+"/participants"] = func(*http.Request) any {
			if tries++; tries == 1 {
				return Problem{Status: 412}
			}
			return map[string]any{}
		}
		w := browse(t, api, "POST", "/web/chats/"+one+"/people", c.form)
		if w.Code != 303 || w.Header().Get("Location") != c.to || w.Result().Cookies()[0].Value != c.key {
			t.Errorf("%s: %d %v", c.form, w.Code, w.Header())
		}
		var sent struct{ Members json.RawMessage }
		_ = json.Unmarshal([]byte(api.bodies["PUT /api/chats/"+one+"/participants"]), &sent)
		if string(sent.Members) != c.members {
			t.Errorf("%s: %s", c.form, sent.Members)
		}
	}
	api := talking("editor", "chats.write")
	api.answers["GET /api/chats/"+one+"/participants"] = wire.ListOf[wire.Participant]{Items: []wire.Participant{{ID: "m1"}}}
	if w := browse(t, api, "POST", "/web/chats/"+one+"/people", "do=remove&member=m1"); w.Code != 303 ||
		w.Result().Cookies()[0].Value != "chats.not-last:0:" {
		t.Error(w.Code, w.Header())
	}
	api.answers["PUT /api/chats/"+one+"/participants"] = Problem{Status: 422}
	if w := browse(t, api, "POST", "/web/chats/"+one+"/people", "do=add&member=x"); w.Code != 303 ||
		w.Result().Cookies()[0].Value != "chats.not-added:0:" {
		t.Error(w.Code, w.Header())
	}
}

// Attachments are loaded when they become visible; when that fails, the chat
// stays readable.
func TestFilesOfAChat(t *testing.T) {
	api := talking("reader")
	api.answers["GET /api/mails/2/attachments"] = wire.ListOf[wire.AttachmentObject]{Items: []wire.AttachmentObject{
		{Name: `Factuur "1" <b>.pdf`, Size: 1_234_567, Kind: "file", Content: "/api/mails/2/attachments/1"}, {Name: "Map", Kind: "link"},
	}}
	path := "/web/chats/" + one + "/files/2"
	w := browse(t, api, "GET", path, "", "HX-Request", "true")
	wants(t, w, 200, `href="/api/mails/2/attachments/1" download hx-boost="false"`, "Factuur &#34;1&#34; &lt;b&gt;.pdf", "1 MB",
		"cloud van de afzender", "!<html")
	wants(t, browse(t, api, "GET", path, ""), 200, `href="/api/mails/2/attachments/1"`, "<html", `/messages/1/body?quoted=folded"`)
	wants(t, browse(t, api, "GET", path, "", "Cookie", "theme=dark"), 200, `/messages/1/body?quoted=folded&amp;colours=dark"`)
	api.answers["GET /api/mails/2/attachments"] = wire.ListOf[wire.AttachmentObject]{Items: []wire.AttachmentObject{}}
	wants(t, browse(t, api, "GET", path, "", "HX-Request", "true"), 200, "Geen bijlagen meer in Outlook")
	for _, status := range []int{404, 409, 502, 503} {
		api.answers["GET /api/mails/2/attachments"] = Problem{Status: status, Detail: "the mailbox says no"}
		wants(t, browse(t, api, "GET", path, "", "HX-Request", "true"), 200, "konden niet worden opgehaald", "the mailbox says no",
			"Opnieuw proberen")
		wants(t, browse(t, api, "GET", path, ""), 200, "konden niet worden opgehaald", "/messages/1/body")
	}
	for size, want := range map[int64]string{0: "", 12: "1 kB", 1499: "1 kB", 250_000: "250 kB", 25_400_000: "25 MB"} {
		if got := length(size); got != want {
			t.Errorf("%d bytes: %q", size, got)
		}
	}
}

func TestSubjectOfAMessage(t *testing.T) {
	for subject, want := range map[string]string{"Btw": "", "Re: BTW": "", "Antw: RE: Btw": "", "Loon": "Loon",
		"Re: Loon": "Re: Loon", "": ""} {
		if got := (message{MessageObject: wire.MessageObject{Subject: subject}}).own("Fwd: Btw"); got != want {
			t.Errorf("%q: %q, want %q", subject, got, want)
		}
	}
}

func TestTheFilterOfChatsTravels(t *testing.T) {
	for _, q := range []string{"", "?state=closed", "?search=a+b&state=all&unread=1&whose=all", "?after=" + one + "&show=200"} {
		v, _ := url.ParseQuery(strings.TrimPrefix(q, "?"))
		if got := chatFilterOf(v).query(); got != q {
			t.Errorf("%q becomes %q", q, got)
		}
	}
	open := openChat{
		ChatObject: wire.ChatObject{ID: one},
		Tag:        "a/b",
		Filter:     chatFilterOf(url.Values{"state": {"all"}}),
	}
	if got := open.updatesPath(); got != fmt.Sprint("/web/chats/", one, "/news?state=all") {
		t.Error(got)
	}
}

// The line above a mail counts all recipients, also those that are not stored. It then does
// not say that the mail names the receiving address nowhere.
func TestAllRecipientsAreCounted(t *testing.T) {
	m := mailObject{wire.MailDetail{MailObject: wire.MailObject{
		Address: "info@kantoor.example", To: make([]mail.Address, 50), Cc: make([]mail.Address, 2), Omitted: 21}}}
	if r := m.recipients(); r.others() != 72 || r.Via != "" || !r.Many {
		t.Errorf("%d others, via %q", r.others(), r.Via)
	}
	c := message{MessageObject: wire.MessageObject{To: m.To, Omitted: 21}}
	if n := c.recipients().others(); n != 70 {
		t.Errorf("%d others in a chat", n)
	}
}

// The chat shows the recipients of a mail, and whether its sender is verified.
func TestAChatSaysWhoIsInDoubt(t *testing.T) {
	for verdict, texts := range map[string][]string{
		"pass": {"!Niet geverifieerd", "!Mogelijk vervalst"},
		"soft": {`<p class="doubt">`, "Niet geverifieerd", "!Mogelijk vervalst"},
		"fail": {`<p class="doubt error"`, "Mogelijk vervalst", "!Niet geverifieerd"},
	} {
		api := talking("editor", "chats.read", "chats.write")
		api.answers["GET /api/chats/"+one+"/messages"] = wire.ListOf[message]{
			Items: []message{
				{
					MessageObject: wire.MessageObject{
						ID:      two,
						Mail:    two,
						Kind:    "mail",
						From:    mail.Address{Name: "Jan", Email: "jan@bakker.example"},
						Verdict: verdict,
						Body:    "/b",
						To:      []mail.Address{{Email: "info@kantoor.example"}},
						Cc:      []mail.Address{{Name: "Cor", Email: "cor@elders.example"}},
					},
				},
			},
		}
		wants(
			t,
			browse(t, api, "GET", "/web/chats/"+one, ""),
			200,
			append(texts, "aan <bdi>info@kantoor.example</bdi>", "cc <bdi>Cor</bdi>")...)
	}
}
