package web

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/words"
)

// cookies are the cookies of a response, for the next request.
func cookies(w *httptest.ResponseRecorder) string {
	var all []string
	for _, c := range w.Result().Cookies() {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

// A series of solutions is undone together, the last one first; a solution that
// can no longer be undone is reported.
func TestASeriesIsTakenBack(t *testing.T) {
	api := waiting()
	for _, id := range []string{one, two} {
		api.answers["POST /api/mails/"+id+"/solve"] = map[string]any{"released": 1}
		api.answers["POST /api/mails/"+id+"/undo"] = map[string]any{"reopened": 1}
	}
	w := browse(t, api, "POST", "/web/mails/"+one+"/solve", "action=link-contact&contact=c1")
	wants(t, browse(t, api, "GET", "/web/mails", "", "Cookie", cookies(w)), 200, `action="/web/mails/`+one+`/undo"`, "!undo-series")
	w = browse(t, api, "POST", "/web/mails/"+two+"/solve", "action=dismiss", "Cookie", cookies(w))
	both := cookies(w)
	wants(t, browse(t, api, "GET", "/web/mails", "", "Cookie", both), 200,
		`action="/web/mails/`+two+`/undo"`, "Alle 2 ongedaan maken",
		`name="mail" value="`+one+`"><input type="hidden" name="mail" value="`+two+`"`)
	// When the last one is undone alone, it is no longer part of the series.
	w = browse(t, api, "POST", "/web/mails/"+two+"/undo", "", "Cookie", both)
	if got := cookies(w); !strings.Contains(got, "series="+one+";") {
		t.Error(got)
	}
	api.asked = nil
	form := "do=undo-series&mail=" + one + "&mail=" + two
	if got := cookies(browse(t, api, "POST", "/web/mails/bulk", form, "Cookie", both)); got != "series=; flash=mails.undone:2:" {
		t.Error(got)
	}
	if first, last := slices.Index(api.asked, "POST /api/mails/"+two+"/undo"),
		slices.Index(api.asked, "POST /api/mails/"+one+"/undo"); first < 0 || last < first {
		t.Error(api.asked)
	}
	api.answers["POST /api/mails/"+two+"/undo"] = Problem{Status: 409}
	if got := cookies(browse(t, api, "POST", "/web/mails/bulk", form, "Cookie", both)); got != "series=; flash=mails.not-all-undone:1:" {
		t.Error(got)
	}
	api.answers["POST /api/mails/"+two+"/undo"] = Problem{Status: 500}
	wants(t, browse(t, api, "POST", "/web/mails/bulk", form, "Cookie", both), 500)
	for _, evil := range []string{"a b", `"><script>`, strings.Repeat("a.", 500)} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Cookie", "series="+evil)
		if all := series(r); len(all) > maxUndo {
			t.Errorf("%d ids", len(all))
		}
	}
}

// Solving a mail can create its prospect in the same step.
func TestAProspectIsCreatedInPlace(t *testing.T) {
	const mails = "/web/mails/" + one
	api := waiting()
	api.answers["GET /api/me"] = person{
		Me: wire.Me{Rights: "manager", Actions: []access.Action{"mails.read", "mails.solve", "prospects.write"}},
	}
	api.answers["POST /api/clients"] = directory.Client{ID: "p1", Number: "P-1", Name: "Zonneveld"}
	api.answers["POST /api/mails/"+one+"/solve"] = map[string]any{"released": 1}
	wants(t, browse(t, api, "GET", mails, ""), 200, `name="prospect"`)
	wants(t, browse(t, waiting(), "GET", mails, ""), 200, `!name="prospect"`) // an editor may not
	browse(t, api, "POST", mails+"/solve", "action=create-contact&name=Eva&email=eva@zonneveld.example&prospect=+Zonneveld+")
	if got := api.bodies["POST /api/clients"]; !strings.Contains(got, `"type":"prospect"`) || !strings.Contains(got, `"name":"Zonneveld"`) {
		t.Error(got)
	}
	if got := api.bodies["POST /api/mails/"+one+"/solve"]; !strings.Contains(got, `"client":"p1"`) {
		t.Error(got)
	}
	// A mistake elsewhere in the form keeps the choice of a prospect: it is
	// created once.
	api.answers["POST /api/mails/"+one+"/solve"] = Problem{Status: 422, Detail: "email"}
	api.answers["GET /api/clients/p1"] = directory.Client{ID: "p1", Number: "P-1", Name: "Zonneveld"}
	wants(t, browse(t, api, "POST", mails+"/solve", "action=create-contact&name=Eva&email=x&prospect=Zonneveld"), 422, `value="p1" checked`)
	// With a chosen client no prospect is needed.
	delete(api.bodies, "POST /api/clients")
	browse(t, api, "POST", mails+"/solve", "action=create-contact&name=Eva&email=x&client=k1&prospect=Zonneveld")
	if got, made := api.bodies["POST /api/clients"]; made {
		t.Error(got)
	}
	// After undoing, the prospect stays, and the page says so.
	done := api.answers["GET /api/mails/"+one].(mailObject)
	done.State, done.Chat = "processed", "c1"
	api.answers["GET /api/mails/"+one] = done
	api.answers["GET /api/chats/c1"] = map[string]string{"client": "p1"}
	api.answers["GET /api/clients/p1"] = map[string]string{"id": "p1", "type": "prospect"}
	api.answers["POST /api/mails/"+one+"/undo"] = map[string]any{"reopened": 1}
	if got := cookies(browse(t, api, "POST", mails+"/undo", "")); got != "flash=mails.undone-prospect:1:" {
		t.Error(got)
	}
}

// A warning is above everything else; with a warning no suggestion is
// emphasised and no shortcut works.
func TestAWarningIsHeeded(t *testing.T) {
	api := waiting()
	answer := api.answers["GET /api/mails/"+one+"/suggestions"].(map[string]any)
	answer["warnings"], answer["doubt"] = []words.Text{{NL: "Lijkt op korenaar.example", EN: "Looks like korenaar.example"}}, true
	page := browse(t, api, "GET", "/web/mails/"+one, "")
	wants(t, page, 200, "Lijkt op korenaar.example", "dit kan oplichting zijn", "Koppelen aan Jan Jansen", `!data-key="1"`, `!data-key="r"`,
		`!<button class="primary">Koppelen aan`)
	if text := page.Body.String(); strings.Index(text, "Lijkt op") > strings.Index(text, "Koppelen aan Jan") {
		t.Error("the warning comes after what it warns of")
	}
	wants(t, browse(t, waiting(), "GET", "/web/mails/"+one, ""), 200, "!dit kan oplichting zijn", `<button class="primary" data-key="1"`)
}

// The recipients of a mail are shown: a few at once, many on request.
func TestRecipientsAreShown(t *testing.T) {
	api := waiting()
	m := api.answers["GET /api/mails/"+one].(mailObject)
	m.To = []mail.Address{{Name: "Info", Email: "INFO@kantoor.example"}, {Email: "b@elders.example"}}
	m.Cc = []mail.Address{{Name: "Cor", Email: "cor@elders.example"}}
	api.answers["GET /api/mails/"+one] = m
	wants(t, browse(t, api, "GET", "/web/mails/"+one, ""), 200,
		"aan <bdi>Info</bdi> &lt;<bdi>INFO@kantoor.example</bdi>&gt;, <bdi>b@elders.example</bdi>",
		"cc <bdi>Cor</bdi> &lt;<bdi>cor@elders.example</bdi>&gt;", `!<details class="recipients"`, "!ontvangen op")
	m.To[0].Email = "elders@kantoor.example"
	m.Cc = append(m.Cc, mail.Address{Email: "d@elders.example"})
	api.answers["GET /api/mails/"+one] = m
	wants(t, browse(t, api, "GET", "/web/mails/"+one, ""), 200, `<details class="recipients"`, "en nog 3", "d@elders.example",
		"ontvangen op <bdi>info@kantoor.example</bdi>")
	m.To, m.Cc = nil, nil // a mail in Bcc
	api.answers["GET /api/mails/"+one] = m
	wants(t, browse(t, api, "GET", "/web/mails/"+one, ""), 200, "aan <bdi>info@kantoor.example</bdi>")
}
