package web

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
)

// A form says who looks after a mail or a chat, and when; the page goes on to the next mail
// when this one is for later.
func TestPlans(t *testing.T) {
	for _, c := range []struct{ at, form, body, to, key string }{
		{"mails", "do=take", `{"assignee":"m1"}`, "/web/mails/" + one, "plan.taken"},
		{"mails", "do=release", `{"assignee":null}`, "/web/mails/" + one, "plan.released"},
		{"mails", "do=assign&member=m3", `{"assignee":"m3"}`, "/web/mails/" + one, "plan.assigned"},
		{"mails", "do=assign&member=", "", "/web/mails/" + one, "chats.not-chosen"},
		{"mails", "do=now", `{"later":null}`, "/web/mails/" + one, "plan.back"},
		{"mails", "do=tomorrow", `{"later":"20`, "/web/mails/" + two, "plan.later"},
		{"mails", "do=day&day=31-12-2020", "", "/web/mails/" + one, "plan.not-a-day"},
		{"chats", "do=take", `{"assignee":"m1"}`, "/web/chats/" + one, "plan.taken"},
		{"chats", "do=week", `{"later":"20`, "/web/chats/" + one, "plan.later"},
	} {
		api := waiting()
		path := "PATCH /api/" + c.at + "/" + one
		api.answers[path] = map[string]any{}
		w := browse(t, api, "POST", "/web/"+c.at+"/"+one+"/plan", c.form)
		if w.Code != 303 || w.Header().Get("Location") != c.to || !strings.HasPrefix(w.Result().Cookies()[0].Value, c.key+":") {
			t.Errorf("%+v: %d %v", c, w.Code, w.Header())
		}
		if body := api.bodies[path]; c.body == "" && body != "" || !strings.HasPrefix(body, c.body) {
			t.Errorf("%+v: sent %s", c, body)
		}
	}
	for status, key := range map[int]string{422: "plan.not-allowed", 409: "plan.not-waiting"} {
		api := waiting()
		api.answers["PATCH /api/mails/"+one] = Problem{Status: status}
		if w := browse(t, api, "POST", "/web/mails/"+one+"/plan", "do=assign&member=m3"); w.Code != 303 ||
			!strings.HasPrefix(w.Result().Cookies()[0].Value, key+":") {
			t.Errorf("%d: %d %v", status, w.Code, w.Header())
		}
	}
}

// What is for later comes back at the beginning of a working day, also over the change to
// summer time.
func TestLaterChoices(t *testing.T) {
	saturday := time.Date(2026, 3, 28, 22, 30, 0, 0, time.UTC) // half past eleven in the evening
	for choice, want := range map[string]string{"tomorrow": "2026-03-29T05:00:00Z", "monday": "2026-03-30T05:00:00Z",
		"week": "2026-04-04T05:00:00Z", "1-4-2026": "2026-04-01T05:00:00Z", "29-3-2026": "2026-03-29T05:00:00Z"} {
		at, ok := laterChoice(choice, choice, saturday)
		if got := at.UTC().Format(time.RFC3339); !ok || got != want {
			t.Errorf("%s: %s, %v; want %s", choice, got, ok, want)
		}
	}
	if at, _ := laterChoice("monday", "", time.Date(2026, 3, 30, 9, 0, 0, 0, time.UTC)); at.Day() != 6 {
		t.Errorf("on a Monday, Monday is %s", at)
	}
	for _, day := range []string{"", "28-03-2026", "31-02-2027", "morgen"} {
		if at, ok := laterChoice("day", day, saturday); ok {
			t.Errorf("%q is %s", day, at)
		}
	}
}

// The open mail says who else looks at it, and that a colleague solved it.
func TestNewsOfAMail(t *testing.T) {
	api := waiting()
	look := func(state string) {
		api.answers["POST /api/mails/"+one+"/presence"] = map[string]any{
			"items": []wire.Named{{ID: "m2", Name: "Bram <b>"}},
			"state": state,
		}
	}
	ask := func(shown string) (int, string, http.Header) {
		api.asked = nil
		w := browse(t, api, "GET", "/web/mails/"+one+"/news", "", "HX-Request", "true", "If-None-Match", shown)
		return w.Code, w.Body.String(), w.Header()
	}
	look("parked")
	version := openMail{
		mailObject: mailObject{MailDetail: wire.MailDetail{MailObject: wire.MailObject{State: "parked"}}},
		Others:     []wire.Named{{ID: "m2", Name: "Bram <b>"}},
	}.version()
	code, body, _ := ask(
		openMail{mailObject: mailObject{MailDetail: wire.MailDetail{MailObject: wire.MailObject{State: "parked"}}}}.version(),
	)
	if code != 200 || !strings.Contains(body, "Kijkt nu ook: Bram &lt;b&gt;") ||
		!strings.Contains(body, `data-poll="5" data-version="`+html.EscapeString(version)) {
		t.Errorf("%d %s, want %s", code, body, version)
	}
	if code, body, _ := ask(version); code != 304 || body != "" || asks(api, "GET /api/mails/") {
		t.Errorf("nothing changed: %d %s %v", code, body, api.asked)
	}
	solved := api.answers["GET /api/mails/"+one].(mailObject)
	solved.State, solved.History = "processed", []wire.AttemptObject{{By: "m2", ByName: "Bram", Action: "link-contact", State: "processed"}}
	api.answers["GET /api/mails/"+one] = solved
	look("processed")
	code, body, header := ask(version)
	if code != 200 || !strings.Contains(body, `hx-swap-oob="true"`) || !strings.Contains(body, "Bram was u voor") ||
		strings.Contains(body, "data-poll") || header.Get("HX-Trigger") != "mails-changed" {
		t.Errorf("%d %v %s", code, header, body)
	}
}

// The open chat says who else looks at it.
func TestWhoLooksAtAChat(t *testing.T) {
	api := talking("editor", "chats.write")
	wants(t, browse(t, api, "GET", "/web/chats/"+one, ""), 200, `hx-get="/web/chats/`+one+`/looking"`)
	api.answers["POST /api/chats/"+one+"/presence"] = wire.ListOf[wire.Named]{Items: []wire.Named{{ID: "m2", Name: "Bram <b>"}}}
	h := []string{"HX-Request", "true"}
	w := browse(t, api, "GET", "/web/chats/"+one+"/looking", "", h...)
	wants(t, w, 200, "Kijkt nu ook: Bram &lt;b&gt;")
	tag := html.UnescapeString(regexp.MustCompile(`data-version="([^"]*)"`).FindStringSubmatch(w.Body.String())[1])
	if w := browse(t, api, "GET", "/web/chats/"+one+"/looking", "", append(h, "If-None-Match", tag)...); w.Code != 304 || w.Body.Len() > 0 {
		t.Errorf("nothing changed: %d %s", w.Code, w.Body)
	}
}

// A name is completed from the colleagues who see the chat: those in it first, and oneself
// not.
func TestMentionChoices(t *testing.T) {
	api := talking("editor", "chats.write")
	api.answers["GET /api/chats/"+one+"/participants"] = wire.ListOf[wire.Participant]{
		Items: []wire.Participant{{ID: "m3", Name: "Bo Zand"}, {ID: "m1", Name: "Anna Bos"}},
	}
	var staff []map[string]any
	for id, name := range map[string]string{"m1": "Anna Bos", "m2": "Bert <b>", "m3": "Bo Zand", "m4": "Els van Boven", "m5": "Carla"} {
		staff = append(staff, map[string]any{"id": id, "name": name, "active": true, "rights": "manager"})
	}
	staff = append(staff, map[string]any{"id": "m6", "name": "Ben, who sees it not", "active": true, "rights": "editor"})
	api.answers["GET /api/team-members"] = map[string]any{"items": staff}
	w := browse(t, api, "GET", "/web/chats/"+one+"/mentions?find=b", "", "HX-Request", "true")
	if got := regexp.MustCompile(`data-name="([^"]*)"`).FindAllStringSubmatch(w.Body.String(), -1); w.Code != 200 ||
		fmt.Sprint(got) != `[[data-name="Bo Zand" Bo Zand] [data-name="Bert &lt;b&gt;" Bert &lt;b&gt;] [data-name="Els van Boven" Els van `+
			`Boven]]` {
		t.Errorf("%d %q", w.Code, got)
	}
}

// A note tells the colleagues whom it names.
func TestMentions(t *testing.T) {
	people := []directory.TeamMember{{ID: "1", Name: "Jan"}, {ID: "2", Name: "Jan Bos"}, {ID: "3", Name: "Els"}}
	for text, want := range map[string][]string{
		"Dag @Jan Bos, kijk": {"2"}, "@jan: en @Els": {"1", "3"}, "mail jan@elsen.nl": nil, "@Janneke": nil, "@Jan @jan": {"1"},
		"niets": nil, "@": nil,
	} {
		if got := mentioned(text, people); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	api := talking("editor", "chats.write")
	path := "POST /api/chats/" + one + "/notes"
	api.answers[path] = map[string]any{}
	browse(t, api, "POST", "/web/chats/"+one+"/notes", "body=Kijk+@Carla+Kok&key=k")
	if !strings.Contains(api.bodies[path], `"mentions":["m3"]`) {
		t.Error(api.bodies[path])
	}
	api.answers[path] = Problem{Status: 422, Errors: []FieldError{{"body.mentions", "who sees the chat"}}}
	wants(t, browse(t, api, "POST", "/web/chats/"+one+"/notes", "body=Kijk+@Carla+Kok&key=k"), 422, "die deze chat niet ziet",
		"Kijk @Carla Kok</textarea>")
}

// Who wrote a note changes it in its place, and takes it back.
func TestMyNote(t *testing.T) {
	api := talking("editor", "chats.write")
	api.answers["GET /api/chats/"+one+"/messages"] = wire.ListOf[message]{Items: []message{
		{
			MessageObject: wire.MessageObject{
				ID:         "6",
				Kind:       "note",
				By:         &wire.Named{ID: "m1", Name: "Anna Bos"},
				AuthorName: "Anna Bos",
				Deleted:    true,
				Received:   time.Now(),
			},
		},
		{
			MessageObject: wire.MessageObject{
				ID:         "5",
				Kind:       "note",
				By:         &wire.Named{ID: "m1", Name: "Anna Bos"},
				AuthorName: "Anna Bos",
				Text:       "Ik bel <i>",
				Received:   time.Now(),
			},
		},
		{
			MessageObject: wire.MessageObject{
				ID:         "4",
				Kind:       "note",
				By:         &wire.Named{ID: "m2", Name: "Bram"},
				AuthorName: "Bram",
				Text:       "Goed",
				Received:   time.Now(),
			},
		},
	}}
	at := "/web/chats/" + one + "/notes/"
	wants(t, browse(t, api, "GET", "/web/chats/"+one, ""), 200, at+"5", "!"+at+"4", "!"+at+"6", "Deze notitie is verwijderd")
	wants(t, browse(t, api, "GET", at+"5", ""), 200, "Ik bel &lt;i&gt;</textarea>", "Notitie opslaan", `action="`+at+`5"`)
	wants(t, browse(t, api, "GET", at+"4", ""), 404)
	api.answers["PATCH /api/chats/"+one+"/notes/5"] = map[string]any{}
	api.answers["DELETE /api/chats/"+one+"/notes/5"] = map[string]any{}
	if w := browse(t, api, "POST", at+"5", "body=Anders"); w.Code != 303 ||
		api.bodies["PATCH /api/chats/"+one+"/notes/5"] != `{"body":"Anders"}`+"\n" {
		t.Error(w.Code, api.bodies)
	}
	if w := browse(t, api, "POST", at+"5", "do=delete&body=x"); w.Code != 303 || !asks(api, "DELETE /api/chats/"+one+"/notes/5") {
		t.Error(w.Code, api.asked)
	}
	api.answers["PATCH /api/chats/"+one+"/notes/5"] = Problem{Status: 422}
	wants(t, browse(t, api, "POST", at+"5", "body="), 422, "Een notitie heeft", `action="`+at+`5"`)
}

// What colleagues point out is listed, and gone when it was seen.
func TestNotices(t *testing.T) {
	api := talking("editor", "me.write")
	api.answers["GET /api/me/notices"] = wire.ListOf[notice]{
		Items: []notice{
			{
				NoticeObject: wire.NoticeObject{
					ID:     two,
					Kind:   "mentioned",
					Object: "chat",
					Of:     one,
					By:     wire.Named{ID: "m2", Name: "Bram <b>"},
					At:     time.Now(),
				},
			},
		},
	}
	api.answers["DELETE /api/me/notices/"+two] = map[string]any{}
	wants(t, browse(t, api, "GET", "/web/notices", ""), 200, "Bram &lt;b&gt; noemt u in een chat: <strong>", `value="`+one+`"`)
	seen := api.answers["GET /api/chats/"+one]
	api.answers["GET /api/chats/"+one] = Problem{Status: 404} // since the user was taken out of it
	wants(t, browse(t, api, "GET", "/web/notices", ""), 200, "noemt u in een chat <small>")
	api.answers["GET /api/chats/"+one] = Problem{Status: 500}
	wants(t, browse(t, api, "GET", "/web/notices", ""), 500)
	api.answers["GET /api/chats/"+one] = seen
	w := browse(t, api, "POST", "/web/notices/"+two, "object=chat&of="+one)
	if w.Code != 303 || w.Header().Get("Location") != "/web/chats/"+one || !asks(api, "DELETE /api/me/notices/"+two) {
		t.Error(w.Code, w.Header(), api.asked)
	}
	wants(t, browse(t, api, "GET", "/web/counts", ""), 200, `innerHTML:.count-notices">1<`, "noemt u in een chat")
}

// Marked as unread, a chat is left: open, it would be read at once.
func TestMarkUnread(t *testing.T) {
	api := talking("editor", "chats.write")
	api.answers["POST /api/chats/"+one+"/unread"] = map[string]any{}
	if w := browse(t, api, "POST", "/web/chats/"+one+"/unread?search=a", ""); w.Code != 303 ||
		w.Header().Get("Location") != "/web/chats?search=a" {
		t.Error(w.Code, w.Header())
	}
}
