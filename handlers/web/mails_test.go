package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/learn"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/words"
)

const one, two = "8204433009999-aaaaaaaaaaaaaaaaaaaaaaaaaa", "8204433010000-bbbbbbbbbbbbbbbbbbbbbbbbbb"

// waiting is an API with two waiting mails, called by an editor.
func waiting() *fakeAPI {
	api := newAPI("editor", "mails.read", "mails.solve")
	first := mailObject{
		MailDetail: wire.MailDetail{
			MailObject: wire.MailObject{
				ID:          one,
				Address:     "info@kantoor.example",
				From:        mail.Address{Name: "Jan <b>", Email: "jan@bakker.example"},
				Subject:     "Btw & <i>meer</i>",
				Preview:     "Hallo,\n\n dit is het",
				Received:    time.Now().Add(-3 * time.Minute),
				Verdict:     "pass",
				State:       "parked",
				Reason:      "unknown-sender",
				Explanation: &words.Text{NL: "Onbekend is jan@bakker.example", EN: "Unknown is jan@bakker.example"},
				WhatToDo:    &words.Text{NL: "Koppel", EN: "Link"},
				Solutions:   []item.Action{"link-contact", "create-contact", "dismiss"},
			},
		},
	}
	second := first
	second.ID, second.Subject, second.Verdict = two, "Loonstrook", "soft"
	api.answers["GET /api/mails/counts"] = wire.MailCounts{
		Parked:    2,
		Reasons:   map[string]int{"unknown-sender": 2},
		Addresses: map[string]int{"info@kantoor.example": 2},
	}
	api.answers["GET /api/mails"] = func(r *http.Request) any {
		if r.URL.Query().Get("after") == one {
			return wire.ListOf[mailObject]{Items: []mailObject{second}}
		}
		return wire.ListOf[mailObject]{Items: []mailObject{first, second}}
	}
	api.answers["GET /api/mails/"+one] = first
	api.answers["GET /api/mails/"+two] = second
	none := map[string]any{"items": []any{}, "prefill": map[string]string{"name": "Jan Bakker", "email": "jan@bakker.example"}}
	api.answers["GET /api/mails/"+two+"/suggestions"] = none
	api.answers["GET /api/mails/"+one+"/suggestions"] = map[string]any{
		"items": []wire.SuggestionObject{{
			Action: "link-contact", Score: 0.9, Reasons: []learn.Reason{{Text: words.Text{NL: "Zelfde naam", EN: "Same name"}}},
			Contact: &directory.Contact{ID: "c1", Name: "Jan Jansen", Clients: []string{"k1"}}, Solve: wire.SolveBody{Action: "link-contact",
				Contact: "c1"},
		}},
		"prefill": map[string]string{"name": "Jan Bakker", "email": "jan@bakker.example", "client": "k1"},
	}
	api.answers["GET /api/clients/k1"] = directory.Client{ID: "k1", Number: "1001", Name: "Bakkerij Jansen"}
	return api
}

func TestTheListShowsWhatWaits(t *testing.T) {
	api := waiting()
	wants(t, browse(t, api, "GET", "/web/mails", ""), 200, "Btw &amp; &lt;i&gt;meer&lt;/i&gt;", "Jan &lt;b&gt;", "Onbekende afzender",
		"Niet geverifieerd", "3 min<", "info@<", "Hallo, dit is het", `<span id="parked-count" class="count">2</span>`,
		`name="do" value="dismiss"`, "Kies een bericht")
	if !strings.Contains(strings.Join(api.asked, " "), "/api/mails?later=hidden&limit=50&state=parked") {
		t.Error(api.asked)
	}
	// A request for the part gets the list and the new number, with one API
	// request for the list and one for the numbers.
	api = waiting()
	w := browse(t, api, "GET", "/web/mails?reason=unknown-sender&age=3&search=btw&address=info@kantoor.example", "", "HX-Request", "true",
		"HX-Target", "mail-list")
	wants(t, w, 200, `<div id="mail-list"`, `hx-swap-oob="true">2`, "!<html", "!id=\"mail-detail", "Alle met deze reden")
	if len(api.asked) != 3 {
		t.Error("a look at the list costs ", api.asked)
	}
	q, _ := url.ParseQuery(strings.TrimPrefix(api.asked[2], "GET /api/mails?"))
	before, err := time.Parse(time.RFC3339, q.Get("before"))
	if q.Get("reason") != "unknown-sender" || q.Get("search") != "btw" || q.Get("address") != "info@kantoor.example" || err != nil ||
		time.Since(before) < 71*time.Hour {
		t.Error(api.asked)
	}
}

func TestAnEmptyListSaysWhatIsNext(t *testing.T) {
	for query, text := range map[string]string{"": "Alles is verwerkt", "?search=x": "Filters wissen", "?state=new": "Nog niets"} {
		api := waiting()
		api.answers["GET /api/mails"] = wire.ListOf[mailObject]{}
		wants(t, browse(t, api, "GET", "/web/mails"+query, ""), 200, text, "!Kies: ")
	}
}

// A user who can set up the integration is led there while no mail can arrive.
func TestANewOfficeIsLedToItsSettings(t *testing.T) {
	api := waiting()
	api.answers["GET /api/mails"] = wire.ListOf[mailObject]{}
	api.answers["GET /api/connectors"] = wire.ListOf[wire.Named]{}
	wants(t, browse(t, api, "GET", "/web/mails", ""), 200, "Alles is verwerkt")
	api.answers["GET /api/me"] = person{Me: wire.Me{Actions: []access.Action{"mails.read", "configuration.read"}}}
	wants(t, browse(t, api, "GET", "/web/mails", ""), 200, `href="/web/settings"`, "!Alles is verwerkt")
	api.answers["GET /api/connectors"] = wire.ListOf[wire.Named]{Items: []wire.Named{{ID: "x"}}}
	wants(t, browse(t, api, "GET", "/web/mails", ""), 200, "Alles is verwerkt")
}

// A long list is divided into pages, and all of it is reachable.
func TestLongLists(t *testing.T) {
	api := waiting()
	api.answers["GET /api/mails"] = func(r *http.Request) any {
		var page wire.ListOf[mailObject]
		for i := range 50 {
			page.Items = append(
				page.Items,
				mailObject{
					MailDetail: wire.MailDetail{
						MailObject: wire.MailObject{
							ID:      fmt.Sprintf("8204433009999-%026d", i),
							Subject: fmt.Sprintf("%d: %s", i, strings.Repeat("Jaarrekening ", 8)),
							Preview: strings.Repeat("tekst met van alles ", 12),
							State:   "parked",
							Reason:  "unknown-sender",
							From:    mail.Address{Name: fmt.Sprintf("Afzender %d", i)},
							Address: "info@kantoor.example",
						},
					},
				},
			)
		}
		page.Next = one
		return page
	}
	wants(t, browse(t, api, "GET", "/web/mails", ""), 200, `href="/web/mails?show=100"`)
	wants(t, browse(t, api, "GET", "/web/mails?show=150", ""), 200, `href="/web/mails?show=200"`)
	wants(t, browse(t, api, "GET", "/web/mails?show=200", ""), 200, `href="/web/mails?after=`+one+`"`)
	if w := browse(t, api, "GET", "/web/mails", ""); w.Body.Len() > 60<<10 {
		t.Errorf("%d bytes for 50 mails", w.Body.Len())
	}
}

func TestAMailSaysWhyItWaitsAndWhatHelps(t *testing.T) {
	wants(t, browse(t, waiting(), "GET", "/web/mails/"+one, ""), 200,
		"Onbekend is jan@bakker.example", "Koppelen aan Jan Jansen (Bakkerij Jansen)", "Zeer waarschijnlijk", "Zelfde naam", `data-key="1"`,
		`src="/api/mails/`+one+`/body?quoted=folded" sandbox="allow-popups allow-popups-to-escape-sandbox allow-same-origin"`,
		`value="Jan Bakker"`, `value="k1" checked`, "!name=\"scope\" value=\"list\"", "!Doorlaten")
	wants(t, browse(t, waiting(), "GET", "/web/mails/"+one, "", "Cookie", "theme=dark"), 200,
		`src="/api/mails/`+one+`/body?quoted=folded&amp;colours=dark"`)
	for body, want := range map[string]string{"/a": "/a?pictures=remote", "/a?colours=dark": "/a?colours=dark&pictures=remote"} {
		if got := remote(body); got != want {
			t.Errorf("%s with pictures is %s", body, got)
		}
	}
	// The few most likely suggestions are shown at once, the others on request.
	api := waiting()
	many := []wire.SuggestionObject{}
	for i := range 5 {
		many = append(many, wire.SuggestionObject{Action: "choose-client", Score: 0.1,
			Client: &directory.Client{Name: fmt.Sprintf("Relatie %d", i)},
			Solve:  wire.SolveBody{Action: "choose-client", Client: fmt.Sprint(i)}})
	}
	api.answers["GET /api/mails/"+one+"/suggestions"] = map[string]any{"items": many}
	page := browse(t, api, "GET", "/web/mails/"+one, "")
	wants(t, page, 200, "Hoort bij Relatie 0", "Hoort bij Relatie 4", "Nog 2 voorstellen", "!<button class=\"primary\" data-key=\"1\"")
	if text := page.Body.String(); strings.Count(text, `data-key="1"`) != 1 ||
		strings.Index(text, "Relatie 2") > strings.Index(text, "Nog 2") || strings.Index(text, "Relatie 3") < strings.Index(text, "Nog 2") {
		t.Error("the suggestions stand in the wrong place")
	}
	// The list is not requested when only the mail is needed.
	api = waiting()
	w := browse(t, api, "GET", "/web/mails/"+one+"?age=1", "", "HX-Request", "true", "HX-Target", "mail-detail")
	wants(t, w, 200, `<section id="mail-detail"`, "!id=\"mail-list", "!<html")
	if asked := strings.Join(api.asked, " "); strings.Contains(asked, "counts") || strings.Contains(asked, "limit=") {
		t.Error(asked)
	}
	if to := w.Header().Get("HX-Push-Url"); to != "/web/mails/"+one+"?age=1" {
		t.Error(to)
	}
	// In English, without the right to solve.
	reader := waiting()
	reader.answers["GET /api/me"] = person{
		Me: wire.Me{Email: "r@kantoor.example", Rights: "reader", Actions: []access.Action{"mails.read"}},
	}
	wants(t, browse(t, reader, "GET", "/web/mails/"+one, "", "Cookie", "lang=en"), 200, "Unknown is", "You may read this mail", "!/solve",
		"!/retry", "!type=\"checkbox\"")
	wants(t, browse(t, waiting(), "GET", "/web/mails/nothing", ""), 404, "Niet gevonden")
}

func TestSolvingOpensTheNextMail(t *testing.T) {
	api := waiting()
	api.answers["POST /api/mails/"+one+"/solve"] = map[string]any{"released": 3}
	w := browse(t, api, "POST", "/web/mails/"+one+"/solve?address=info%40kantoor.example", "action=link-contact&contact=c1")
	if to := w.Header().Get("Location"); w.Code != 303 || to != "/web/mails/"+two+"?address=info%40kantoor.example" {
		t.Error(w.Code, to)
	}
	var sent wire.SolveBody
	if err := json.Unmarshal([]byte(api.bodies["POST /api/mails/"+one+"/solve"]), &sent); err != nil ||
		sent != (wire.SolveBody{Action: "link-contact", Contact: "c1"}) {
		t.Error(sent, err)
	}
	w = browse(t, api, "GET", "/web/mails/"+two, "", "Cookie", cookies(w), "HX-Request", "true", "HX-Target", "mail-detail")
	wants(t, w, 200, "3 berichten verwerkt", `action="/web/mails/`+one+`/undo"`, `hx-swap-oob="innerHTML"`)
	if w.Header().Get("HX-Trigger") != "mails-changed" {
		t.Error("the list is not told")
	}
	// The first mail follows after the last, and the empty list after all of
	// them.
	api.answers["POST /api/mails/"+two+"/solve"] = map[string]any{"released": 1}
	api.answers["GET /api/mails"] = func(r *http.Request) any {
		if r.URL.Query().Get("after") == "" {
			return wire.ListOf[mailObject]{
				Items: []mailObject{
					{MailDetail: wire.MailDetail{MailObject: wire.MailObject{ID: two}}},
					{MailDetail: wire.MailDetail{MailObject: wire.MailObject{ID: one}}},
				},
			}
		}
		return wire.ListOf[mailObject]{}
	}
	if to := browse(t, api, "POST", "/web/mails/"+two+"/solve", "action=dismiss").Header().Get("Location"); to != "/web/mails/"+one {
		t.Error(to)
	}
	api.answers["GET /api/mails"] = wire.ListOf[mailObject]{}
	if to := browse(t, api, "POST", "/web/mails/"+two+"/solve", "action=dismiss").Header().Get("Location"); to != "/web/mails" {
		t.Error(to)
	}
}

func TestAMistakeKeepsWhatWasTyped(t *testing.T) {
	api := waiting()
	api.answers["POST /api/mails/"+one+"/solve"] = Problem{Status: 422, Detail: "body.email: expected",
		Errors: []FieldError{{Location: "body.email", Message: "expected an address"}}}
	w := browse(t, api, "POST", "/web/mails/"+one+"/solve", "action=create-contact&name=Piet+%22de%22&email=piet&phone=06&client=k1",
		"HX-Request", "true", "HX-Target", "mail-detail")
	wants(t, w, 422, `value="Piet &#34;de&#34;"`, `value="piet" required maxlength="320" autocomplete="off" aria-invalid="true"`,
		`value="06"`, "<details open>", "Vul een e-mailadres in", `value="k1" checked`, "!aria-describedby=\"invalid-name\"")
	if to := w.Header().Get("HX-Push-Url"); to != "/web/mails/"+one {
		t.Error("the address becomes ", to)
	}
	// A contact already has the address: that contact is offered.
	api.answers["POST /api/mails/"+one+"/solve"] = Problem{Status: 409, Existing: "c9",
		Errors: []FieldError{{Location: "body.emails", Message: "already"}}}
	api.answers["GET /api/contacts/c9"] = contact{Contact: directory.Contact{ID: "c9", Name: "Piet de Boer"}}
	wants(t, browse(t, api, "POST", "/web/mails/"+one+"/solve", "action=create-contact&name=Piet"), 409, "Dit adres is al van Piet de Boer",
		"Koppelen aan Piet de Boer", `name="contact" value="c9"`)
}

func TestSomebodyWasFaster(t *testing.T) {
	api := waiting()
	api.answers["POST /api/mails/"+one+"/solve"] = Problem{Status: 409, Detail: "this mail waits no longer"}
	api.answers["GET /api/mails/"+one] = mailObject{
		MailDetail: wire.MailDetail{MailObject: wire.MailObject{ID: one, State: "processed", Chat: "x"}, History: []wire.AttemptObject{
			{State: "parked"}, {By: "m2", ByName: "Bram Vos", Action: "link-contact", At: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)},
			{State: "processed"}}},
	}
	wants(t, browse(t, api, "POST", "/web/mails/"+one+"/solve", "action=dismiss"), 409, "Bram Vos was u voor",
		"gekoppeld aan een contact, 25 nov 2026 10:00", "/web/mails/"+one+"/next", "!/retry")
	if to := browse(t, api, "GET", "/web/mails/"+one+"/next", "").Header().Get("Location"); to != "/web/mails/"+two {
		t.Error(to)
	}
}

func TestSearches(t *testing.T) {
	api := waiting()
	api.answers["GET /api/contacts"] = wire.ListOf[contact]{
		Items: []contact{
			{Contact: directory.Contact{ID: "c1", Name: "Jan Jansen", Emails: []string{"jan@jansen.example"}, Clients: []string{"k1"}}},
		},
	}
	w := browse(t, api, "GET", "/web/mails/"+one+"/contacts?find=jan", "", "HX-Request", "true", "HX-Target", "contact-choices")
	wants(t, w, 200, `<div id="contact-choices"`, "Jan Jansen", "Bakkerij Jansen", "jan@jansen.example", `name="contact" value="c1"`, "!<html")
	wants(t, browse(t, api, "GET", "/web/mails/"+one+"/contacts?find=jan", ""), 200, "<html", "<details open>", `name="contact" value="c1"`)
	api.answers["GET /api/clients"] = func(r *http.Request) any {
		if r.URL.Query().Get("search") != "a&b" {
			t.Error(r.URL)
		}
		return wire.ListOf[directory.Client]{Items: []directory.Client{{ID: "k2", Name: "A&B", Number: "7"}}}
	}
	wants(t, browse(t, api, "GET", "/web/mails/"+one+"/clients?for=new&find=a%26b", "", "HX-Request", "true"), 200,
		`type="radio" name="client" value="k2"`)
	wants(t, browse(t, api, "GET", "/web/mails/"+one+"/clients?find=a%26b", "", "HX-Request", "true"), 200, `value="choose-client"`, "A&amp;B")
	// Without script it is a button of the form, which keeps the typed values.
	wants(t, browse(t, api, "POST", "/web/mails/"+one+"/solve", "action=create-contact&name=Piet&do=find&find=a%26b"), 200, `value="Piet"`,
		`type="radio" name="client" value="k2"`)
}

// A doubtful sender gets no keyboard shortcut: the action needs a button.
func TestNoKeyTrustsADoubtfulSender(t *testing.T) {
	for _, c := range []struct {
		name, verdict, reason, action string
		first, retry                  bool // whether there is a key
	}{
		{"proven", "pass", "unknown-sender", "link-contact", true, true},
		{"not proven, to be linked", "soft", "unknown-sender", "link-contact", false, true},
		{"not proven, to be placed", "soft", "several-clients", "choose-client", false, true},
		{"not proven, to be ignored", "soft", "automated", "dismiss", true, true},
		{"refuted", "fail", "unknown-sender", "dismiss", false, false},
		{"doubted", "pass", "sender-not-verified", "dismiss", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			api := waiting()
			m := api.answers["GET /api/mails/"+one].(mailObject)
			m.Verdict, m.Reason, m.Solutions = c.verdict, c.reason, []item.Action{item.Action(c.action)}
			api.answers["GET /api/mails/"+one] = m
			api.answers["GET /api/mails/"+one+"/suggestions"] = map[string]any{"items": []wire.SuggestionObject{{
				Action: item.Action(c.action), Score: 0.9, Contact: &directory.Contact{Name: "Jan Jansen"},
				Client: &directory.Client{Name: "Bakkerij Jansen"},
				Solve:  wire.SolveBody{Action: c.action},
			}}}
			page := browse(t, api, "GET", "/web/mails/"+one, "")
			for key, want := range map[string]bool{"1": c.first, "r": c.retry} {
				if got := strings.Contains(page.Body.String(), `data-key="`+key+`"`); got != want {
					t.Errorf("key %s: %v, want %v", key, got, want)
				}
			}
			wants(t, page, 200, `name="action" value="`+c.action+`"`)
		})
	}
}

// A page of results may be short although more pages follow: the search says
// that there are no contacts or clients only after the last page.
func TestASearchIsFollowedToItsEnd(t *testing.T) {
	api := newAPI("manager", "mails.read", "mails.solve")
	pages := func(found any) any {
		return func(r *http.Request) any {
			switch r.URL.Query().Get("after") {
			case "":
				return map[string]any{"items": []any{}, "next": "two"}
			case "two":
				return map[string]any{"items": []any{}, "next": "three"}
			}
			return map[string]any{"items": []any{found}}
		}
	}
	api.answers["GET /api/contacts"] = pages(contact{Contact: directory.Contact{ID: "c9", Name: "Zwaantje"}})
	api.answers["GET /api/clients"] = pages(directory.Client{ID: "k9", Name: "Zuurkool"})
	wants(t, browse(t, api, "GET", "/web/mails/"+one+"/contacts?find=zwaan", "", "HX-Request", "true", "HX-Target", "contact-choices"), 200,
		`name="contact" value="c9"`)
	wants(t, browse(t, api, "GET", "/web/mails/"+one+"/clients?find=zuur", "", "HX-Request", "true"), 200, `name="client" value="k9"`)
}
