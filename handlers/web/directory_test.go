package web

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/words"
)

// staffed is an API with one of each kind of the directory.
func staffed(rights directory.Rights, actions ...access.Action) *fakeAPI {
	api := newAPI(rights, append(actions, "directory.read", "me.write")...)
	client := entry{ID: "k1", Name: "Bakkerij <Jansen>", Number: "1001", Type: "organisation", KvK: "12345678"}
	person := entry{ID: "c1", Name: "Jan Jansen", Emails: []string{"jan@bakker.example", "jan@thuis.example"}, Clients: []string{"k1"},
		Phone: "020", Function: "Eigenaar", Learned: map[string]string{"jan@thuis.example": "r1"},
		Undeliverable: map[string]time.Time{"jan@bakker.example": time.Date(2026, 7, 5, 10, 0, 0, 0, time.UTC)}}
	anna := entry{ID: "m1", Name: "Anna Bos", Email: "anna@kantoor.example", Rights: "editor", Active: true,
		Substitute: &directory.Substitute{
			Member: "m2",
			From:   time.Date(2126, 7, 5, 22, 0, 0, 0, time.UTC),
			Until:  time.Date(2126, 7, 19, 22, 0, 0, 0, time.UTC),
		}}
	bram := entry{ID: "m2", Name: "Bram Vos", Email: "bram@kantoor.example", Rights: "reader", Active: true}
	role, team := entry{ID: "o1", Name: "Relatiebeheerder"}, entry{ID: "p1", Name: "Salaris", Members: []string{"m2"}}
	for path, objects := range map[string][]entry{"clients": {client}, "contacts": {person}, "team-members": {anna, bram}, "roles": {role},
		"process-teams": {team}} {
		api.answers["GET /api/"+path] = func(r *http.Request) any {
			if r.URL.Query().Get("search") == "niets" {
				return wire.ListOf[entry]{}
			}
			return wire.ListOf[entry]{Items: objects}
		}
		for _, o := range objects {
			api.answers["GET /api/"+path+"/"+o.ID] = o
		}
	}
	api.answers["GET /api/clients/k1/team-members"] = wire.ListOf[directory.Link]{
		Items: []directory.Link{{Member: "m1", Role: "o1"}, {Member: "m2", Role: "o1"}},
	}
	api.answers["GET /api/clients/k1/contacts"] = wire.ListOf[contact]{
		Items: []contact{{Contact: directory.Contact{ID: "c1", Name: "Jan <Jansen>", Emails: []string{"jan@bakker.example"}}}},
	}
	api.answers["GET /api/chats"] = wire.ListOf[wire.ChatObject]{
		Items: []wire.ChatObject{{ID: one, Subject: "Btw <nu>"}},
	}
	api.answers["GET /api/rules/r1"] = ruleObject{
		RuleObject: wire.RuleObject{
			Rule:        directory.Rule{ID: "r1"},
			Explanation: words.Text{NL: "omdat Anna dat besliste", EN: "because Anna decided so"},
		},
	}
	return api
}

func TestEachKindIsListedAndOpened(t *testing.T) {
	for path, texts := range map[string][]string{
		"clients/k1": {"Bakkerij &lt;Jansen&gt;", `value="1001"`, `value="12345678"`, "Team van deze relatie",
			`<option value="m1" selected>Anna Bos`, "/web/directory/clients/k1/team", `href="/web/directory/contacts/c1"`, "Jan &lt;Jansen&gt;"},
		"contacts/c1": {"jan@bakker.example\njan@thuis.example", `value="Eigenaar"`, `name="clients" value="k1" checked`,
			"omdat Anna dat besliste", `href="/web/rules/r1"`,
			"Mail naar jan@bakker.example komt sinds 5 jul 2026"},
		"team-members/m1": {`value="anna@kantoor.example"`, `<option value="editor" selected>`, `<option value="m2" selected>Bram Vos`,
			`value="06-07-2126"`, `value="19-07-2126"`},
		"roles/o1":         {`value="Relatiebeheerder"`},
		"process-teams/p1": {`name="members" value="m2" checked`, `name="members" value="m1">`},
	} {
		api := staffed("administrator", "directory.write", "rules.read")
		wants(t, browse(t, api, "GET", "/web/directory/"+path, ""), 200, append(texts, "/delete", "Opslaan", `aria-current="true"`)...)
		wants(t, browse(t, api, "GET", "/web/directory/"+path, "", "Cookie", "lang=en"), 200, "Save", "Directory")
		// A user who may only read sees the same data without a form.
		reader := staffed("reader")
		wants(t, browse(t, reader, "GET", "/web/directory/"+path, ""), 200, "<dl class=\"facts\">", "!/delete",
			`!method="post" action="/web/directory`, "!Importeren")
		kind, _, _ := strings.Cut(path, "/")
		wants(t, browse(t, reader, "GET", "/web/directory/"+kind, ""), 200, "/web/directory/"+path, "Een beheerder kan het wijzigen")
		wants(t, browse(t, reader, "GET", "/web/directory/"+kind+"?search=niets", ""), 200, "Niets gevonden")
		wants(t, browse(t, reader, "GET", "/web/directory/"+kind+"/new", ""), 403)
		wants(t, browse(t, api, "GET", "/web/directory/"+kind+"/new", ""), 200, "Toevoegen")
		wants(t, browse(t, api, "GET", "/web/directory/"+kind+"/gone", ""), 404)
	}
	// The chats of a client are shown to users who may read chats.
	for _, api := range []*fakeAPI{staffed("reader", "chats.read"), staffed("administrator", "directory.write", "chats.read")} {
		wants(t, browse(t, api, "GET", "/web/directory/clients/k1", ""), 200, `href="/web/chats/`+one, "Btw &lt;nu&gt;")
	}
	wants(t, browse(t, staffed("reader"), "GET", "/web/directory/clients/k1", ""), 200, "!Btw &lt;nu&gt;")
	wants(t, browse(t, staffed("reader"), "GET", "/web/directory/contacts/c1", ""), 200, "jan@thuis.example is geleerd", "!/web/rules/r1",
		"Bakkerij &lt;Jansen&gt;")
	wants(t, browse(t, staffed("reader"), "GET", "/web/directory/team-members/m1", ""), 200, "Bram Vos, van 6 jul 2126 tot en met 19 jul 2126")
}

func TestFormsBecomeWhatTheAPITakes(t *testing.T) {
	for _, c := range []struct{ path, form, asked, want string }{
		{"clients", "name=Bakker&number=7&type=person&kvk=&vat=&ibans=NL91+ABNA,+DE89", "POST /api/clients",
			`{"number":"7","type":"person","name":"Bakker","kvk":"","vat":"","ibans":["NL91 ABNA","DE89"]}`},
		{"contacts/c1", "name=Jan&emails=a@b.nl%0d%0ac@d.nl&clients=k1&clients=k2&phone=&function=&language=en",
			"PATCH /api/contacts/c1",
			`{"name":"Jan","emails":["a@b.nl","c@d.nl"],"clients":["k1","k2"],"phone":"","function":"","portal":false,"language":"en"}`},
		{"contacts", "name=Jan&emails=a@b.nl&language=", "POST /api/contacts", // the API takes no empty language of a new contact
			`{"name":"Jan","emails":["a@b.nl"],"clients":[],"phone":"","function":"","portal":false}`},
		{"team-members", "name=Eva&email=e@k.nl&rights=reader&active=true", "POST /api/team-members",
			`{"name":"Eva","email":"e@k.nl","rights":"reader","active":true}`},
		{"team-members/m1", "name=Anna&email=a@k.nl&rights=editor&substitute=m2&from=2026-03-28&until=2026-03-29", "PATCH /api/team-members/m1",
			`{"name":"Anna","email":"a@k.nl","rights":"editor","active":false,"substitute":{"member":"m2","from":"2026-03-27T23:00:00Z",` +
				`"until":"2026-03-29T22:00:00Z"}}`},
		{"team-members/m1", "name=Anna&email=a@k.nl&rights=editor&active=true&substitute=&from=2026-03-28", "PATCH /api/team-members/m1",
			`{"name":"Anna","email":"a@k.nl","rights":"editor","active":true,"substitute":null}`},
		{"roles/o1", "name=Assistent", "PATCH /api/roles/o1", `{"name":"Assistent"}`},
		{"process-teams/p1", "name=Loon", "PATCH /api/process-teams/p1", `{"name":"Loon","members":[]}`},
	} {
		api := staffed("administrator", "directory.write")
		api.answers[c.asked] = entry{ID: "new1"}
		w := browse(t, api, "POST", "/web/directory/"+c.path+"?search=ja", c.form)
		kind, _, _ := strings.Cut(c.path, "/")
		if w.Code != 303 || w.Header().Get("Location") != "/web/directory/"+kind+"/new1?search=ja" {
			t.Errorf("%s: %d %v", c.path, w.Code, w.Header())
		}
		var got, want any
		if json.Unmarshal([]byte(api.bodies[c.asked]), &got) != nil || json.Unmarshal([]byte(c.want), &want) != nil ||
			!reflect.DeepEqual(got, want) {
			t.Errorf("%s sends %s", c.path, api.bodies[c.asked])
		}
	}
}

// A refusal of the API is shown at its field, in the page's language, and the
// typed values stay.
func TestARefusedFormLosesNothing(t *testing.T) {
	const form = "name=Bakker+%22de%22&number=1001&type=supplier&kvk=12&tag=%22v1%22"
	api := staffed("administrator", "directory.write")
	api.answers["PATCH /api/clients/k1"] = Problem{Status: 422, Detail: "body.kvk: expected 8 digits",
		Errors: []FieldError{{"body.kvk", "expected 8 digits"}}}
	wants(t, browse(t, api, "POST", "/web/directory/clients/k1", form), 422, `value="Bakker &#34;de&#34;"`,
		`value="12" maxlength="20" autocomplete="off" aria-invalid="true"`, "Een KvK-nummer heeft 8 cijfers",
		`<option value="supplier" selected>`, "!invalid-name")
	wants(t, browse(t, api, "POST", "/web/directory/clients/k1", form, "Cookie", "lang=en"), 422, "A KvK number has 8 digits")
	// Another client has the number.
	api.answers["PATCH /api/clients/k1"] = Problem{Status: 409, Existing: "k2", Errors: []FieldError{{"body.number", "already"}}}
	api.answers["GET /api/clients/k2"] = entry{ID: "k2", Name: "Garage"}
	wants(t, browse(t, api, "POST", "/web/directory/clients/k1", form), 409, "Dit is al van Garage", `href="/web/directory/clients/k2"`,
		"invalid-number")
	// Somebody else was faster: the typed values stay, and are based on the
	// current version.
	api.answers["PATCH /api/clients/k1"] = Problem{Status: 412}
	w := browse(t, api, "POST", "/web/directory/clients/k1", form)
	wants(t, w, 412, "Iemand anders heeft dit intussen gewijzigd", `value="Bakker &#34;de&#34;"`, `!name="tag" value="&#34;v1&#34;"`)
	// The last administrator stays administrator.
	api.answers["PATCH /api/team-members/m1"] = Problem{Status: 409, Detail: "the office needs one"}
	wants(t, browse(t, api, "POST", "/web/directory/team-members/m1", "name=A&rights=reader"), 409, "ten minste één actieve beheerder")
	api.answers["PATCH /api/team-members/m1"] = Problem{Status: 422, Errors: []FieldError{{"body.substitute.until", "a time after"}}}
	wants(t, browse(t, api, "POST", "/web/directory/team-members/m1", "name=A&substitute=m2&from=2026-05-02&until=2026-05-01"), 422,
		"niet voor de eerste", `value="01-05-2026"`)
	// Without script a button of the form searches for clients.
	wants(t, browse(t, api, "POST", "/web/directory/contacts/c1", "do=find&find=bak&name=Piet&emails=p@x.nl"), 200, `value="Piet"`,
		"p@x.nl", `name="clients" value="k1">`, "Bakkerij")
}

func TestDeleting(t *testing.T) {
	api := staffed("administrator", "directory.write")
	api.answers["DELETE /api/roles/o1"] = nil
	if w := browse(t, api, "POST", "/web/directory/roles/o1/delete", "tag=x"); w.Code != 303 ||
		w.Header().Get("Location") != "/web/directory/roles" {
		t.Error(w.Code, w.Header())
	}
	api.answers["DELETE /api/clients/k1"] = Problem{Status: 409, Detail: "in use by contact c1"}
	wants(t, browse(t, api, "POST", "/web/directory/clients/k1/delete", ""), 409, "Er zijn nog contacten aan deze relatie gekoppeld",
		`value="1001"`)
}

func TestTheTeamOfAClientIsMovedAndSaved(t *testing.T) {
	const rows = "member=m1&role=o1&member=m2&role=o1&tag=t"
	api := staffed("administrator", "directory.write")
	wants(t, browse(t, api, "POST", "/web/directory/clients/k1/team", rows+"&do=up-1"), 200, "Nog niet opgeslagen")
	wants(t, browse(t, api, "POST", "/web/directory/clients/k1/team", rows+"&do=add"), 200, "Teamlid op plaats 3")
	wants(t, browse(t, api, "POST", "/web/directory/clients/k1/team", rows+"&do=remove-0"), 200, "!Teamlid op plaats 2")
	api.answers["PUT /api/clients/k1/team-members"] = Problem{Status: 422, Errors: []FieldError{{"body[1]", "once"}}}
	wants(t, browse(t, api, "POST", "/web/directory/clients/k1/team", rows), 422, "noem niemand twee keer", "Teamlid op plaats 2")
	api.answers["PUT /api/clients/k1/team-members"] = wire.ListOf[directory.Link]{}
	w := browse(t, api, "POST", "/web/directory/clients/k1/team", rows+"&member=&role=")
	if got := strings.TrimSpace(api.bodies["PUT /api/clients/k1/team-members"]); w.Code != 303 ||
		got != `[{"member":"m1","role":"o1"},{"member":"m2","role":"o1"}]` {
		t.Error(w.Code, got)
	}
	for do, want := range map[string]string{"up-1": "ba", "up-0": "ab", "down-0": "ba", "down-1": "ab", "remove-0": "b", "remove-7": "ab",
		"up-x": "ab", "up--1": "ab", "": "ab"} {
		got := ""
		for _, r := range moved([]directory.Link{{Member: "a", Role: ""}, {Member: "b", Role: ""}}, do) {
			got += r.Member
		}
		if got != want {
			t.Errorf("%s: %s, want %s", do, got, want)
		}
	}
}

func TestMySubstitute(t *testing.T) {
	api := staffed("editor")
	wants(t, browse(t, api, "GET", "/web/me", ""), 200, "Bram Vos, van 6 jul 2126 tot en met 19 jul 2126", `!<option value="m1"`,
		`value="nl" checked`)
	over := entry{ID: "m1", Name: "Anna Bos", Email: "anna@kantoor.example", Rights: "editor", Active: true,
		Substitute: &directory.Substitute{
			Member: "m2",
			From:   time.Date(2026, 7, 5, 22, 0, 0, 0, time.UTC),
			Until:  time.Date(2026, 7, 19, 22, 0, 0, 0, time.UTC),
		}}
	then := staffed("editor")
	then.answers["GET /api/team-members/m1"] = over
	wants(t, browse(t, then, "GET", "/web/me", ""), 200, "Bram Vos", "!tot en met 19 jul", "!2026-07-19", `!value="remove"`)
	api.answers["PUT /api/me/substitute"] = Problem{Status: 422, Errors: []FieldError{{"body.substitute.until", "a time after"}}}
	wants(t, browse(t, api, "POST", "/web/me/substitute", "substitute=m2&from=2026-08-02&until=2026-08-01&do=save"), 422,
		"niet voor de eerste", `value="01-08-2026"`, `value="02-08-2026"`)
	api.answers["PUT /api/me/substitute"] = entry{}
	if w := browse(t, api, "POST", "/web/me/substitute", "substitute=m2&from=2026-08-01&until=2026-08-02"); w.Code != 303 ||
		w.Result().Cookies()[0].Value != "me.saved:0:" {
		t.Error(w.Code, w.Header())
	}
	const away = `{"member":"m2","from":"2026-07-31T22:00:00Z","until":"2026-08-02T22:00:00Z"}`
	if got := strings.TrimSpace(api.bodies["PUT /api/me/substitute"]); got != away {
		t.Error(got)
	}
	api.answers["DELETE /api/me/substitute"] = nil
	if w := browse(t, api, "POST", "/web/me/substitute", "do=remove"); w.Result().Cookies()[0].Value != "me.removed:0:" {
		t.Error(w.Header())
	}
	// The first administrator is no team member yet.
	first := newAPI("administrator", "me.write")
	first.answers["GET /api/me"] = person{
		Me: wire.Me{Email: "eerste@kantoor.example", Rights: "administrator", Actions: []access.Action{"me.write"}},
	}
	wants(t, browse(t, first, "GET", "/web/me", "", "Cookie", "lang=en"), 200, "You are not a team member in the directory yet",
		"!/web/me/substitute")
}
