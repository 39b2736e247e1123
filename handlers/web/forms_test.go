package web

import (
	"net/http"
	"strings"
	"testing"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/must"
)

// The address of a form that was refused leads back to its page: a reload works.
func TestAFormsAddressLeadsToItsPage(t *testing.T) {
	for at, want := range map[string]string{
		"/web/mails/" + one + "/solve?reason=bounce": "/web/mails/" + one + "?reason=bounce", "/web/mails/bulk": "/web/mails",
		"/web/preferences":             home,
		"/web/chats/" + one + "/notes": "/web/chats/" + one, "/web/chats/" + one + "/replies/x/back": "/web/chats/" + one,
		"/web/directory/clients/k1/team": "/web/directory/clients/k1",
	} {
		w := browse(t, newAPI("manager"), "GET", at, "")
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
			t.Errorf("%s: %d %s, want %s", at, w.Code, w.Header().Get("Location"), want)
		}
	}
	pages := must.Get(New(Options{API: newAPI("manager")}))(t)
	for _, path := range pages.(*site).forms {
		w := browse(t, newAPI("reader"), "GET", strings.NewReplacer("{", "", "}", "").Replace(path), "")
		if w.Code == http.StatusMethodNotAllowed {
			t.Errorf("a reload of %s fails", path)
		}
	}
	if w := browse(t, newAPI("reader"), "POST", "/web/me/substitute", "x=y", "HX-Request", "true"); w.Header().
		Get("HX-Push-Url") !=
		"false" {
		t.Error("a refusal changes the address of the page")
	}
}

// People type dates as the office writes them.
func TestTypedDates(t *testing.T) {
	for typed, want := range map[string]string{
		"1-2-2027": "2027-02-01", " 31/12/2026 ": "2026-12-31", "01.02.2027": "2027-02-01", "2027-02-01": "2027-02-01",
		"31-02-2027":    "31-02-2027",
		"1-2-2027 9:05": "2027-02-01T09:05", "01-02-2027, 14.30": "2027-02-01T14:30", "morgen": "morgen", "": "",
	} {
		if got := isoDate(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
		if f := (dateField{Value: want}); want != "" && isoDate(f.shown()) != want {
			t.Errorf("%q is shown as %q", want, f.shown())
		}
	}
	wants(t, browse(t, newAPI("reader"), "GET", "/web/me", ""), 200, "!type=\"date\"", "!type=\"file\"")
}

// A contact whose own name fits the search comes before one who has it in an address.
func TestContactsAreRanked(t *testing.T) {
	api := waiting()
	api.answers["GET /api/contacts"] = wire.ListOf[contact]{Items: []contact{
		{
			Contact: directory.Contact{ID: "1", Name: "Bakkerij", Emails: []string{"jan@bakker.example"}},
		}, {Contact: directory.Contact{ID: "2", Name: "Piet Jansen"}}, {Contact: directory.Contact{ID: "3", Name: "Bert-Jan Vos"}},
		{Contact: directory.Contact{ID: "4", Name: "Jan Zwart"}},
	}}
	w := browse(t, api, "GET", "/web/mails/"+one+"/contacts?find=jan", "", "HX-Request", "true")
	wants(t, w, 200, `data-found="jan"`)
	var got []string
	for _, part := range strings.Split(w.Body.String(), `name="contact" value="`)[1:] {
		got = append(got, part[:1])
	}
	if strings.Join(got, "") != "4213" {
		t.Errorf("%v", got)
	}
}

// Who solved a mail is led to its chat, and told who got it; who may not see the chat is
// told neither.
func TestWhoGotASolvedMail(t *testing.T) {
	api := waiting()
	solved := api.answers["GET /api/mails/"+one].(mailObject)
	solved.State, solved.Chat = "processed", one
	api.answers["POST /api/mails/"+one+"/solve"] = map[string]any{"mail": solved, "released": 1}
	w := browse(t, api, "POST", "/web/mails/"+one+"/solve", "action=link-contact&contact=c1")
	var cookie string
	for _, c := range w.Result().Cookies() {
		if c.Name == flashCookie {
			cookie = c.Name + "=" + c.Value
		}
	}
	if !strings.HasSuffix(cookie, ":"+one) {
		t.Fatal(cookie)
	}
	wants(t, browse(t, api, "GET", "/web/mails", "", "Cookie", cookie), 200, "1 bericht verwerkt", `!href="/web/chats/`+one)
	api.answers["GET /api/chats/"+one+"/participants"] = wire.ListOf[wire.Participant]{
		Items: []wire.Participant{{ID: "m1", Name: "Anna Bos"}, {ID: "m2", Name: "Bram <b>"}},
	}
	wants(t, browse(t, api, "GET", "/web/mails", "", "Cookie", cookie), 200, `href="/web/chats/`+one,
		"<bdi>Anna Bos</bdi>, <bdi>Bram &lt;b&gt;</bdi>", `count-parked">2<`)
}

// The first visit explains the product in three steps, until somebody has read them.
func TestTheFirstVisit(t *testing.T) {
	api := waiting()
	w := browse(t, api, "GET", "/web/mails", "")
	wants(t, w, 200, "in drie stappen")
	if n := strings.Count(w.Body.String()[strings.Index(w.Body.String(), `class="card tour"`):], "<li>"); n != 3 {
		t.Errorf("%d steps", n)
	}
	me := api.answers["GET /api/me"].(person)
	api.answers["PATCH /api/me"] = nil
	if w = browse(t, api, "POST", "/web/preferences", "tour=done&back=/web/mails"); w.Code != 303 ||
		strings.TrimSpace(api.bodies["PATCH /api/me"]) != `{"toured":true}` {
		t.Errorf("%d %s", w.Code, api.bodies["PATCH /api/me"])
	}
	me.Toured = true
	api.answers["GET /api/me"] = me
	wants(t, browse(t, api, "GET", "/web/mails", ""), 200, "!in drie stappen")

	me.ID = "" // the first administrator is not in the directory: the browser remembers it
	me.Toured = false
	api.answers["GET /api/me"] = me
	w = browse(t, api, "POST", "/web/preferences", "tour=done&back=/web/mails")
	wants(t, browse(t, api, "GET", "/web/mails", ""), 200, "in drie stappen")
	wants(t, browse(t, api, "GET", "/web/mails", "", "Cookie", w.Result().Cookies()[0].Name+"="+w.Result().Cookies()[0].Value), 200,
		"!in drie stappen")
}
