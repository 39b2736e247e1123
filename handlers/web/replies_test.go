package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/mail"
)

// answered is a chat with replies in each state.
func answered() *fakeAPI {
	api := talking("manager", "chats.write", "chats.send")
	anna := wire.Named{ID: "m1", Name: "Anna Bos"}
	info := mail.Address{Email: "info@kantoor.example"}
	var items []message
	for _, state := range []string{"sent", "held", "scheduled", "approval", "sending", "failed", "bounced", "unknown", "draft"} {
		r := replyObject{
			ReplyObject: wire.ReplyObject{
				ID:       state,
				Chat:     one,
				State:    state,
				From:     info,
				To:       []wire.RecipientObject{{Name: "Jan", Email: "jan@bakker.example"}},
				Subject:  "RE: Btw",
				By:       anna,
				LeavesAt: time.Now().Add(time.Hour),
				Reason:   "too-large",
				Detail:   "Error<x>",
				Recipients: []wire.RecipientState{
					{Email: "jan@bakker.example", State: "sent"},
					{Email: "weg@x.example", State: "bounced", Status: "5.1.1"},
				},
				CanTakeBack: state == "held" || state == "draft",
				ForOthers:   state == "draft",
				CanRetry:    state == "failed" || state == "unknown",
				CanDismiss:  state == "failed" || state == "unknown" || state == "bounced" || state == "draft",
				CanApprove:  state == "approval",
				Approval:    &wire.ApprovalObject{Why: []string{"word"}},
			},
		}
		api.answers["GET "+r.api("")] = r
		items = append(
			items,
			message{
				MessageObject: wire.MessageObject{
					ID:        state,
					Kind:      kindReply,
					Direction: "out",
					State:     state,
					By:        &anna,
					From:      mail.Address{Email: info.Email},
					To:        []mail.Address{{Name: "Jan", Email: "jan@bakker.example"}},
					Received:  time.Now(),
					Preview:   "Dag",
					Receipt:   state == "held",
				},
			},
		)
	}
	api.answers["GET /api/chats/"+one+"/messages"] = wire.ListOf[message]{Items: items}
	api.answers["GET /api/replies"] = func(r *http.Request) any {
		var found []any
		for _, m := range items {
			if state := r.URL.Query().Get("state"); (state == "" || state == m.State) && m.State != "scheduled" && m.State != "sent" {
				found = append(found, api.answers["GET /api/chats/"+one+"/replies/"+m.State])
			}
		}
		return wire.ListOf[any]{Items: found}
	}
	return api
}

// Each reply says what became of it, what can be done, and to whom it did not come.
func TestRepliesSayTheirState(t *testing.T) {
	w := browse(t, answered(), "GET", "/web/chats/"+one, "")
	wants(t, w, 200, "door Anna Bos", "Wordt over 3600 s verzonden", "Wordt verzonden op", "Wacht op goedkeuring",
		"een woord in dat goedkeuring vraagt", "Wordt verzonden…", "groter dan het postvak", "Error&lt;x&gt;",
		"weg@x.example</bdi> (5.1.1: dit adres bestaat niet)", "Verzonden items van info@kantoor.example", "/replies/held/back",
		"!/replies/sent/back", "/replies/failed/retry", "/replies/approval/approve", "/replies/bounced/dismiss",
		"/replies/draft/dismiss", `action="/web/chats/`+one+`/replies/draft/back"><input type="hidden" name="over"`, "Overnemen")
	body := w.Body.String()
	if strings.Count(body, "Vraagt om een leesbevestiging") != 1 {
		t.Error("not said once that a read receipt is asked for")
	}
	if strings.Count(body, `class="message out"`) != 9 || strings.Count(body, `data-poll="2"`) != 2 {
		t.Errorf("%d are out, %d are asked about", strings.Count(body, `class="message out"`), strings.Count(body, `data-poll="2"`))
	}
	// One is asked for by itself while its state changes.
	wants(t, browse(t, answered(), "GET", "/web/chats/"+one+"/replies/held/state", "", "HX-Request", "true"), 200, `id="reply-held"`, "!<html")
	if w := browse(t, answered(), "GET", "/web/chats/"+one+"/replies/bounced/state", "", "HX-Request",
		"true"); w.Header().Get("HX-Trigger-After-Settle") != "chats-changed" {
		t.Error("nobody hears that it has another state")
	}
}

// What waits and what went wrong is one list, with a number in the navigation.
func TestOutgoing(t *testing.T) {
	api := answered()
	wants(t, browse(t, api, "GET", "/web/replies", ""), 200, "Niet verzonden", "Onbekend of het weg is", "Niet aangekomen",
		"Wacht op een andere schrijver",
		"Wacht op goedkeuring", "!Gepland <", `href="/web/chats/`+one)
	if !asks(api, "state=failed") || asks(api, "mine=true") {
		t.Error(api.asked)
	}
	browse(t, api, "GET", "/web/replies?whose=mine", "")
	if !asks(api, "mine=true") {
		t.Error(api.asked)
	}
	wants(t, browse(t, api, "GET", "/web/counts", ""), 200, `<span hx-swap-oob="innerHTML:.count-outgoing">5</span>`)
	api.answers["GET /api/replies"] = wire.ListOf[replyObject]{}
	wants(t, browse(t, api, "GET", "/web/replies", ""), 200, "Alles is verzonden")
	wants(t, browse(t, api, "GET", "/web/counts", ""), 200, `<span hx-swap-oob="innerHTML:.count-outgoing"></span>`)
}

// Taking back opens the draft, and the chat of one that was sent and closed; deciding holds for the version that was seen.
func TestActionsOnReplies(t *testing.T) {
	for _, c := range []struct {
		do, form, asked, body, to, key string
		problem                        int
	}{
		{"back", "", "DELETE ", "", "/web/chats/" + one + "/write", "replies.back:0:", 0},
		{"back", "", "DELETE ", "", "/web/chats/" + one, "replies.not-back:0:", 409},
		{"back", "over=yes", "DELETE ", "", "/web/chats/" + one + "/write", "replies.over:0:", 0},
		{"retry", "confirmed=yes", "POST /retry", `{"confirmed":true}`, "/web/replies", "replies.held:0:" + one + ".r1", 0},
		{"retry", "", "POST /retry", `{}`, "/web/replies", "replies.not-again:0:", 409},
		{"approve", "tag=%22v1%22", "POST /approve", `{"comment":""}`, "/web/replies", "replies.approved:0:", 0},
		{"reject", "tag=%22v1%22&comment=Nee", "POST /reject", `{"comment":"Nee"}`, "/web/replies", "replies.rejected:0:", 0},
		{"reject", "tag=%22v1%22", "POST /reject", `{"comment":""}`, "/web/replies", "replies.not-decided:0:", 412},
		{"dismiss", "", "POST /dismiss", "", "/web/replies", "replies.dismissed:0:", 0},
	} {
		api := answered()
		method, do, _ := strings.Cut(c.asked, " ")
		path := "/api/chats/" + one + "/replies/r1" + do
		var tag string
		api.answers[method+" "+path] = func(r *http.Request) any {
			tag = r.Header.Get("If-Match")
			if c.problem != 0 {
				return Problem{Status: c.problem}
			}
			return map[string]any{}
		}
		api.answers["PATCH /api/chats/"+one] = map[string]any{}
		w := browse(t, api, "POST", "/web/chats/"+one+"/replies/r1/"+c.do, c.form, "Referer", "http://example.com/web/replies")
		if w.Code != 303 || w.Header().Get("Location") != c.to || len(w.Result().Cookies()) == 0 ||
			w.Result().Cookies()[0].Value != c.key ||
			strings.TrimSpace(api.bodies[method+" "+path]) != c.body {
			t.Errorf("%s: %d %v %q", c.do, w.Code, w.Header(), api.bodies)
		}
		if opened := strings.TrimSpace(api.bodies["PATCH /api/chats/"+one]) == `{"state":"open"}`; opened != strings.HasSuffix(c.to, "/write") {
			t.Errorf("%s: the chat was opened: %t", c.do, opened)
		}
		if strings.Contains(c.form, "tag") && tag != `"v1"` {
			t.Errorf("%s: %q", c.do, tag)
		}
	}
}

// Who is new in the conversation is said once; what is between the office and a
// third party is marked, and its people are not new to the client's part.
func TestRelate(t *testing.T) {
	// What the API says of a message is no field of the page.
	var m message
	if err := json.Unmarshal([]byte(`{"id":"1","kind":"mail","new":true,"outside":true,"leg":"0","direction":"in"}`), &m); err != nil ||
		m.New || !m.Outside {
		t.Error(err, m)
	}
	a := func(email string) mail.Address { return mail.Address{Email: email} }
	jan, piet, bank, info := a("jan@b.nl"), a("Piet@c.nl"), a("bank@bank.nl"), a("Info@kantoor.nl")
	in := func(from mail.Address, to ...mail.Address) message {
		return message{MessageObject: wire.MessageObject{Kind: "mail", Direction: "in", From: from, To: to}}
	}
	out := func(to ...mail.Address) message {
		return message{MessageObject: wire.MessageObject{Kind: kindReply, Direction: "out", From: info, To: to}}
	}
	c := openChat{ChatObject: wire.ChatObject{Addresses: []string{"info@kantoor.nl"}}, Thread: []message{
		in(
			jan,
			info,
		), {MessageObject: wire.MessageObject{Kind: "note"}}, out(bank), in(bank, info), in(jan, info, piet), out(jan, piet),
		in(a("jan@thuis.nl"), info),
		out(jan, bank),
	}}
	c.relate()
	var legs []int
	added := map[int][]mail.Address{}
	for i, m := range c.Thread {
		if m.ThirdParty {
			legs = append(legs, i)
		}
		if m.NewRecipients != nil {
			added[i] = m.NewRecipients
		}
	}
	if !slices.Equal(legs, []int{2, 3}) || len(added) != 3 || added[4][0] != piet || added[6][0].Email != "jan@thuis.nl" ||
		added[7][0] != bank {
		t.Error(legs, added)
	}
}

// Twenty unread letters: what is new is open, by its place in the chat and not by
// its time; notes and programs are not opened.
func TestUnfold(t *testing.T) {
	c := openChat{ChatObject: wire.ChatObject{Unread: 2}, Thread: []message{
		{
			MessageObject: wire.MessageObject{ID: "old", Kind: "mail", Sequence: 9},
		}, {MessageObject: wire.MessageObject{ID: "a", Kind: "mail", Sequence: 1}}, {MessageObject: wire.MessageObject{ID: "n",
			Kind: "note", Sequence: 8}},
		{
			MessageObject: wire.MessageObject{ID: "b", Kind: kindReply, Sequence: 3},
		}, {MessageObject: wire.MessageObject{ID: "auto", Kind: "auto-reply", Sequence: 10}},
	}}
	c.unfold()
	var shown, fresh, first []string
	for _, m := range c.Thread {
		for is, list := range map[*[]string]bool{&shown: m.Shown, &fresh: m.New, &first: m.First} {
			if list {
				*is = append(*is, m.ID)
			}
		}
	}
	if !slices.Equal(shown, []string{"old", "b"}) || !slices.Equal(fresh, []string{"old", "n"}) || !slices.Equal(first, []string{"old"}) {
		t.Error(shown, fresh, first)
	}
}

// What is unread need not be what came last into the chat: it was read before it moved.
func TestWhatIsNew(t *testing.T) {
	c := openChat{ChatObject: wire.ChatObject{Unread: 2, UnreadAt: []wire.Place{{First: 2, Last: 3}}}}
	for n := range 4 {
		c.Thread = append(c.Thread, message{MessageObject: wire.MessageObject{ID: fmt.Sprint(n), Kind: "mail", Sequence: int64(n + 1)}})
	}
	c.unfold()
	if t0 := c.Thread; t0[0].New || !t0[1].New || !t0[2].New || t0[3].New || !t0[1].First || !t0[3].Shown {
		t.Errorf("%+v", t0)
	}
}

// A message or a chat is moved to what a search finds, and that can be undone.
func TestMoving(t *testing.T) {
	api := replying()
	api.answers["GET /api/clients"] = wire.ListOf[directory.Client]{
		Items: []directory.Client{{ID: "k2", Number: "1002", Name: "Fietsen & zo"}},
	}
	wants(t, browse(t, api, "GET", "/web/chats/"+one+"/move?message=2&find=fiets", ""), 200, "Loonstrook", "!Fietsen", `value="new"`)
	manager := replying()
	manager.answers["GET /api/me"] = person{Me: wire.Me{ID: "m1", Actions: []access.Action{"chats.read", "chats.write", "directory.read"}}}
	manager.answers["GET /api/clients"] = api.answers["GET /api/clients"]
	wants(t, browse(t, manager, "GET", "/web/chats/"+one+"/move?find=fiets", "", "HX-Request", "true", "HX-Target", "composer"), 200,
		"Fietsen &amp; zo", "Samenvoegen", "!<html", `!value="new"`)
	for _, c := range []struct{ form, path, body, to, key string }{
		{"message=2&do=new", "POST /messages/2/move", `{"new":true}`, "", "move.done:0:"},
		{"message=2&do=chat&to=" + two, "POST /messages/2/move", `{"chat":"` + two + `"}`, "", "move.done:0:"},
		{"message=2&do=client&to=k2", "POST /messages/2/move", `{"client":"k2"}`, "", "move.done:0:"},
		{"do=chat&to=" + two, "POST /merge", `{"into":"` + two + `"}`, "/web/chats/" + two, "move.merged:0:"},
		{"do=client&to=k2", "PATCH ", `{"client":"k2"}`, "", "move.done:0:"},
		{"do=undo&tag=v1", "POST /undo", "", "", "move.undone:0:"},
	} {
		method, path, _ := strings.Cut(c.path, " ")
		key := method + " /api/chats/" + one + path
		api.answers[key] = wire.ChatObject{ID: two}
		w := browse(t, api, "POST", "/web/chats/"+one+"/move", c.form)
		if to := w.Header().Get("Location"); w.Code != 303 || to != "/web/chats/"+one && to != c.to ||
			w.Result().Cookies()[0].Value != c.key ||
			strings.TrimSpace(api.bodies[key]) != c.body {
			t.Errorf("%s: %d %v %v", c.form, w.Code, w.Header(), api.bodies)
		}
		api.answers[key] = Problem{Status: 409, Type: "nobody"}
		if w := browse(t, api, "POST", "/web/chats/"+one+"/move", c.form); w.Result().Cookies()[0].Value != "move.not-moved.nobody:0:" {
			t.Error(w.Header())
		}
	}
	wants(t, browse(t, api, "GET", "/web/chats/"+one, "", "Cookie", "flash=move.not-moved.nobody:0:"), 200, "toast warn",
		"ziet geen collega het bericht")
}

// The office begins: a contact with a client is chosen, and the first mail written.
func TestTheOfficeBegins(t *testing.T) {
	api := replying()
	api.answers["GET /api/contacts"] = wire.ListOf[contact]{
		Items: []contact{
			{Contact: directory.Contact{ID: "c1", Name: "Jan <b>", Emails: []string{"jan@bakker.example"}, Clients: []string{"k1"}}},
		},
	}
	api.answers["GET /api/contacts/c1"] = contact{
		Contact: directory.Contact{
			ID:      "c1",
			Name:    "Jan <b>",
			Emails:  []string{"jan@bakker.example", "jan@thuis.example"},
			Clients: []string{"k1"},
		},
	}
	api.answers["GET /api/clients/k1"] = directory.Client{ID: "k1", Number: "1001", Name: "Bakkerij & zn"}
	api.answers["GET /api/me/addresses"] = wire.ListOf[wire.SenderObject]{Items: []wire.SenderObject{{Email: "info@kantoor.example"}}}
	wants(t, browse(t, api, "GET", "/web/chats/new?find=jan", ""), 200, "contact=c1", "client=k1", "Bakkerij &amp; zn")
	wants(t, browse(t, api, "GET", "/web/chats/new?contact=c1&client=k1&to=jan@thuis.example", ""), 200, "jan@thuis.example", "<textarea",
		`name="client" value="k1"`, "!data-draft", "!Vorige bericht citeren")
	api.answers["POST /api/chats"] = map[string]any{"id": two, "reply": wire.ReplyObject{ID: "r1", State: "held"}}
	form := url.Values{"mode": {"new"}, "client": {"k1"}, "contact": {"c1"}, "to": {"jan@thuis.example"}, "subject": {"Afspraak"},
		"text": {"Dag"}, "do": {"send"}, "key": {"k9"}, "address": {"info@kantoor.example"}}
	w := browse(t, api, "POST", "/web/chats/new", form.Encode())
	var sent map[string]any
	_ = json.Unmarshal([]byte(api.bodies["POST /api/chats"]), &sent)
	if w.Code != 303 || w.Header().Get("Location") != "/web/chats/"+two || sent["client"] != "k1" || sent["contact"] != "c1" ||
		sent["subject"] != "Afspraak" || sent["mode"] != nil || sent["since"] != nil {
		t.Error(w.Code, w.Header(), sent)
	}
	api.answers["POST /api/chats"] = Problem{
		Status:   409,
		Type:     "confirm",
		Warnings: []wire.WarningObject{{Code: "body", Text: wordsOf("Het bericht is leeg")}},
	}
	wants(t, browse(t, api, "POST", "/web/chats/new", form.Encode()), 409, "Het bericht is leeg", "Dag</textarea>", "Toch verzenden")
	wants(t, browse(t, talking("reader"), "GET", "/web/chats/new", ""), 403)
}
