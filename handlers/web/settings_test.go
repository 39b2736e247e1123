package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// tagged is an API whose objects have an entity tag, and which notes on what
// tag a change was based.
type tagged struct {
	*fakeAPI
	based string
}

func (a *tagged) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("ETag", `"7"`)
	if r.Method != http.MethodGet {
		a.based = r.Header.Get("If-Match")
	}
	a.fakeAPI.ServeHTTP(w, r)
}

const (
	secretTyped = "Kn4ry8Q~typed-and-never-shown"
	appID       = "b3f1c8a2-7e64-4f0d-8a55-0d9c6e2b7f42"
	tenantID    = "6f0c5d0e-4b7a-4c51-9d0b-2f6c1f3a9e11"
	tokenURL    = "https://login.microsoftonline.com/" + tenantID + "/oauth2/v2.0/token"
)

type object = map[string]any

func connectorJSON(with object) object {
	c := object{
		"id": "c1", "kind": "microsoft-azure", "name": "Mijn Kantoor", "clientId": appID, "tenant": tenantID, "tokenEndpoint": tokenURL,
		"secretExpires": time.Now().Add(700 * 24 * time.Hour), "state": "works",
	}
	for k, v := range with {
		c[k] = v
	}
	return c
}

func addressJSON(with object) object {
	a := object{
		"id": "b1", "address": "info@kantoor.example", "name": "Info", "connector": "c1", "link": object{"kind": "role", "id": "r1"},
		"from": "2026-01-31T12:00:00Z", "active": true, "lastRound": time.Now().Add(-4 * time.Minute), "state": "",
		"joiners": object{"target": "Relatiebeheerder", "perClient": true, "members": []object{{"id": "m1", "name": "Anna Bos"}}},
	}
	for k, v := range with {
		a[k] = v
	}
	return a
}

// newOffice is an API with one connector and one address, for an administrator.
func newOffice() *tagged {
	api := newAPI("administrator", "configuration.read", "configuration.write", "directory.read")
	for key, answer := range map[string]any{
		"GET /api/settings":                               object{"enabled": true},
		"GET /api/connectors":                             object{"items": []object{connectorJSON(nil)}},
		"GET /api/connectors/c1":                          connectorJSON(nil),
		"GET /api/connectors/c1/addresses":                object{"items": []object{addressJSON(nil)}},
		"GET /api/addresses/b1":                           addressJSON(nil),
		"GET /api/roles":                                  object{"items": []object{{"id": "r1", "name": "Relatiebeheerder"}}},
		"GET /api/process-teams":                          object{"items": []object{{"id": "p1", "name": "Loonteam"}}},
		"GET /api/connectors/c1/mailboxes":                object{"items": []object{{"address": "info@kantoor.example", "name": "Info", "activated": true}, {"address": "loon@kantoor.example", "name": "Loon <b>"}}, "next": "n2"},
		"GET /api/connectors/c1/limit-script":             object{"script": "New-ManagementScope 'info@kantoor.example'", "addresses": []string{"info@kantoor.example"}},
		"GET /api/addresses/info@kantoor.example/joiners": object{"target": "Relatiebeheerder", "perClient": true, "members": []object{{"name": "Anna Bos"}}},
		"GET /api/addresses/loon@kantoor.example/joiners": object{"target": "Loonteam", "members": []object{{"name": "Carla"}, {"name": "Bert", "standsInFor": "Carla"}}},
	} {
		api.answers[key] = answer
	}
	return &tagged{fakeAPI: api}
}

func form(pairs ...string) string {
	f := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f.Encode()
}

// Every page is there in both languages, for who may see it and nobody else.
func TestConfigurationPages(t *testing.T) {
	for path, texts := range map[string][2]string{
		"/web/settings":                                            {"Ingeschakeld", "Enabled"},
		"/web/connectors/new":                                      {"Maak een app-registratie", "Make an app registration"},
		"/web/connectors/c1":                                       {"Rol: Relatiebeheerder", "Role: Relatiebeheerder"},
		"/web/connectors/c1/mailboxes":                             {"loon@kantoor.example activeren", "Activate loon@kantoor.example"},
		"/web/connectors/c1/connection":                            {"Clientgeheim vervangen", "Replace the client secret"},
		"/web/connectors/c1/limits":                                {"Voer dit script uit", "Run this script"},
		"/web/connectors/c1/addresses/b1":                          {"Nu ophalen", "Fetch now"},
		"/web/connectors/c1/activate?address=loon@kantoor.example": {"Adres activeren", "Activate address"},
	} {
		for i, lang := range []string{"nl", "en"} {
			w := browse(t, newOffice(), "GET", path, "", "Cookie", "lang="+lang)
			wants(t, w, 200, texts[i], "<h1>", `<html lang="`+lang+`"`, "!connector.", "!settings.", "!address.kind", "!limits.")
			if strings.Count(w.Body.String(), "<h1>") != 1 {
				t.Errorf("%s has more than one title", path)
			}
		}
		refusing := newAPI("reader", "mails.read")
		for _, key := range []string{"GET /api/settings", "GET /api/connectors", "GET /api/connectors/c1", "GET /api/addresses/b1", "GET /api/connectors/c1/mailboxes"} {
			refusing.answers[key] = Problem{Status: 403, Detail: "your rights do not include configuration.read"}
		}
		if path != "/web/connectors/new" {
			wants(t, browse(t, refusing, "GET", path, ""), 403, "Dit mag u niet")
		}
	}
}

// The switch is saved over what was seen. When somebody else was faster the
// choice stays, and is not done.
func TestSwitch(t *testing.T) {
	api := newOffice()
	api.answers["PUT /api/settings"] = object{"enabled": false}
	w := browse(t, api, "POST", "/web/settings", form("enabled", "no", "etag", `"5"`))
	if w.Code != 303 || w.Header().Get("Location") != "/web/settings" || api.bodies["PUT /api/settings"] != "{\"enabled\":false}\n" || api.based != `"5"` {
		t.Errorf("%d %v %q %q", w.Code, w.Header(), api.bodies, api.based)
	}
	api.answers["PUT /api/settings"] = Problem{Status: 412, Detail: "changed"}
	w = browse(t, api, "POST", "/web/settings", form("enabled", "no", "etag", `"5"`))
	wants(t, w, 412, "Iemand anders", `value="no" checked`, `value="&#34;7&#34;"`)
}

// A new office is told what comes first.
func TestFirstSteps(t *testing.T) {
	api := newOffice()
	wants(t, browse(t, api, "GET", "/web/settings", ""), 200, "!In drie stappen")
	api.answers["GET /api/connectors"] = object{"items": []object{}}
	api.answers["GET /api/settings"] = object{"enabled": false}
	wants(t, browse(t, api, "GET", "/web/settings", ""), 200, "In drie stappen", "Nog geen omgeving", `href="/web/connectors/new"`, "Er gaat niets verloren")
}

// A secret that nears its end is counted down where people come.
func TestSecretExpires(t *testing.T) {
	for days, want := range map[int][2]string{
		-1: {"error", "is verlopen"}, 0: {"error", "binnen 24 uur"}, 1: {"error", "over 1 dag"}, 7: {"error", "over 7 dagen"}, 8: {"warn", "over 8 dagen"}, 30: {"warn", "over 30 dagen"}, 31: {"info", "over 31 dagen"}, 60: {"info", "over 60 dagen"}, 61: {"", ""},
	} {
		api := newOffice()
		c := connectorJSON(object{"secretExpires": time.Now().Add(time.Duration(days)*24*time.Hour + time.Hour)})
		if days < 0 {
			c["secretExpires"] = time.Now().Add(-time.Minute)
		}
		api.answers["GET /api/connectors/c1"], api.answers["GET /api/connectors"] = c, object{"items": []object{c}}
		for _, path := range []string{"/web/settings", "/web/connectors/c1", "/web/connectors/c1/connection"} {
			w := browse(t, api, "GET", path, "")
			if want[0] == "" {
				wants(t, w, 200, "!card notice")
			} else {
				wants(t, w, 200, `card notice `+want[0], want[1])
			}
		}
	}
}

// What is wrong with a new connector is said at its field, and nothing that was
// typed is lost, but for the secret: that is never sent back.
func TestNewConnector(t *testing.T) {
	api := newOffice()
	api.answers["POST /api/connectors"] = Problem{
		Status: 422, Detail: "…", Errors: []FieldError{{"body.clientSecret", "expected …"}, {"body.tokenEndpoint", "expected …"}, {"body.secretExpires", "expected …"}},
		Codes: map[string]string{"clientSecret": "client-secret-id", "tokenEndpoint": "token-endpoint-shared-tenant"},
	}
	typed := form("name", "Mijn <Kantoor>", "clientId", appID, "tokenEndpoint", "https://login.microsoftonline.com/common", "clientSecret", secretTyped, "secretExpires", "2020-01-01")
	for _, header := range [][]string{nil, {"HX-Request", "true", "HX-Target", "connector-form"}} {
		w := browse(t, api, "POST", "/web/connectors/new", typed, header...)
		wants(t, w, 422, "Dit is de Geheime id", "van alle tenants", "Dit kan zo niet", "Mijn &lt;Kantoor&gt;", appID, `value="2020-01-01"`, "/common", "!"+secretTyped)
		if header != nil && strings.Contains(w.Body.String(), "<html") {
			t.Error("a part was asked for")
		}
	}
	if !strings.Contains(api.bodies["POST /api/connectors"], secretTyped) {
		t.Error("the secret did not arrive")
	}
	api.answers["POST /api/connectors"] = Problem{Status: 409, Existing: "c1", Detail: "exists"}
	wants(t, browse(t, api, "POST", "/web/connectors/new", typed), 409, "al toegevoegd", `href="/web/connectors/c1/connection"`)
	api.answers["POST /api/connectors"] = Problem{Status: 503, Detail: "the key vault"}
	wants(t, browse(t, api, "POST", "/web/connectors/new", typed), 503, "staat er nog", "the key vault", appID, "!"+secretTyped)

	api.answers["POST /api/connectors"] = connectorJSON(nil)
	w := browse(t, api, "POST", "/web/connectors/new", typed)
	if w.Code != 303 || w.Header().Get("Location") != "/web/connectors/c1/connection" {
		t.Error(w.Code, w.Header())
	}
	w = browse(t, api, "POST", "/web/connectors/new", typed, "HX-Request", "true", "HX-Target", "connector-form")
	if w.Code != 204 || w.Header().Get("HX-Redirect") != "/web/connectors/c1/connection" {
		t.Error(w.Code, w.Header())
	}
}

// Every code that the API gives has words.
func TestCodesHaveWords(t *testing.T) {
	texts, err := readTexts("nl")
	if err != nil {
		t.Fatal(err)
	}
	for prefix, codes := range map[string]string{
		"connector.bad.": "name client-id token-endpoint-empty token-endpoint-too-long token-endpoint-characters token-endpoint-not-https token-endpoint-extras token-endpoint-unknown-host token-endpoint-closed-cloud token-endpoint-path token-endpoint-shared-tenant token-endpoint-tenant " +
			"client-secret client-secret-empty client-secret-id client-secret-again client-secret-secret-wrong client-secret-secret-expired client-secret-app-not-in-tenant client-secret-tenant-unknown client-secret-other-tenant client-secret-refused " +
			"secret-expires address address-unknown address-activated from link-kind link-id other",
		"connector.state.": "new works secret-expired secret-wrong secret-missing vault-unreachable app-not-in-tenant tenant-unknown other-tenant refused unreachable token-refused",
		"address.state.":   "works paused waiting reading throttled no-access no-licence missing no-settings unreachable token-refused",
	} {
		for code := range strings.FieldsSeq(codes) {
			if texts[prefix+code] == "" {
				t.Errorf("no text %s%s", prefix, code)
			}
		}
	}
}

// Links of the guide lead to one app registration once it is typed, and never
// where something else was typed.
func TestGuide(t *testing.T) {
	g := guideFor(" "+strings.ToUpper(appID)+" ", tokenURL)
	if g.Consent != "https://login.microsoftonline.com/"+tenantID+"/adminconsent?client_id="+appID || !strings.Contains(g.Permissions, "/CallAnAPI/appId/"+appID) || !strings.Contains(g.Secrets, "/Credentials/appId/"+appID) {
		t.Errorf("%+v", g)
	}
	if g := guideFor(appID, strings.Replace(tokenURL, "microsoftonline.com", "microsoftonline.us", 1)); !strings.HasPrefix(g.Secrets, "https://entra.microsoft.us/") {
		t.Errorf("%+v", g)
	}
	for _, typed := range [][2]string{{"", ""}, {"javascript:alert(1)", "javascript:alert(1)"}, {appID, "https://evil.example/" + tenantID + "/oauth2/v2.0/token"}, {appID, "https://login.microsoftonline.com.evil.example/x/oauth2/"}, {secretTyped, tokenURL}} {
		g := guideFor(typed[0], typed[1])
		if g.Consent != "" {
			t.Errorf("%q: %s", typed, g.Consent)
		}
		for _, link := range []string{g.Create, g.Overview, g.Secrets, g.Permissions} {
			if !strings.HasPrefix(link, publicPortal+"/#view/") {
				t.Errorf("%q: %s", typed, link)
			}
		}
	}
	w := browse(t, newOffice(), "POST", "/web/connectors/guide", form("clientId", appID, "tokenEndpoint", tokenURL), "HX-Request", "true")
	wants(t, w, 200, "/adminconsent?client_id="+appID, "Mail.ReadWrite", "User.Read.All", `id="guide"`, "!<html")
}

// A check ticks off each permission and mailbox, with how to mend what is
// missing; what cannot be known is neither.
func TestConnectionIsChecked(t *testing.T) {
	api := newOffice()
	api.answers["POST /api/connectors/c1/check"] = object{
		"works": false, "state": "works",
		"permissions": []object{{"name": "Mail.ReadWrite", "granted": true}, {"name": "Mail.Send", "granted": false, "whatToDo": object{"nl": "Voeg Mail.Send toe", "en": "Add Mail.Send"}}, {"name": "User.Read.All", "granted": nil}},
		"mailboxes":   []object{{"address": "info@kantoor.example", "readable": false, "whatToDo": object{"nl": "Geen licentie", "en": "No licence"}}},
	}
	for _, header := range [][]string{nil, {"HX-Request", "true", "HX-Target", "check"}} {
		w := browse(t, api, "POST", "/web/connectors/c1/check", "", header...)
		wants(t, w, 200, "Er ontbreekt nog iets", "Voeg Mail.Send toe", "Geen licentie", "Onbekend:")
		if n := strings.Count(w.Body.String(), `class="mark ok"`); n != 1 {
			t.Errorf("%d ticks", n)
		}
	}
	api.answers["POST /api/connectors/c1/check"] = Problem{Status: 503, Detail: "busy"}
	wants(t, browse(t, api, "POST", "/web/connectors/c1/check", ""), 200, "Dit lukte nu niet", "busy")
	// A connector that was never tried is tried when it is looked at.
	wants(t, browse(t, api, "GET", "/web/connectors/c1/connection", ""), 200, `!hx-trigger="load"`)
	api.answers["GET /api/connectors/c1"] = connectorJSON(object{"state": "new"})
	wants(t, browse(t, api, "GET", "/web/connectors/c1/connection", ""), 200, `hx-trigger="load"`)
}

// A secret is replaced over what was seen; one that Entra refuses is said so,
// and is not sent back.
func TestSecretIsReplaced(t *testing.T) {
	api := newOffice()
	typed := form("etag", `"5"`, "clientSecret", secretTyped, "secretExpires", "2028-11-22")
	api.answers["PATCH /api/connectors/c1"] = Problem{Status: 422, Detail: "…", Errors: []FieldError{{"body.clientSecret", "…"}}, Codes: map[string]string{"clientSecret": "client-secret-secret-wrong"}}
	w := browse(t, api, "POST", "/web/connectors/c1/rotate", typed, "HX-Request", "true", "HX-Target", "rotate-form")
	wants(t, w, 422, "Het huidige blijft in gebruik", `value="2028-11-22"`, "!"+secretTyped, "!<html")
	if api.based != `"5"` || !strings.Contains(api.bodies["PATCH /api/connectors/c1"], secretTyped) {
		t.Error(api.based, api.bodies)
	}
	api.answers["PATCH /api/connectors/c1"] = connectorJSON(nil)
	if w := browse(t, api, "POST", "/web/connectors/c1/rotate", typed); w.Code != 303 || !strings.HasPrefix(w.Header().Get("Set-Cookie"), "flash=connector.rotated") {
		t.Error(w.Code, w.Header())
	}
	// Without a secret a change of the name leaves the secret and its date.
	browse(t, api, "POST", "/web/connectors/c1/edit", form("name", "Nieuw", "clientId", appID, "tokenEndpoint", tokenURL, "secretExpires", "2028-11-22"))
	if body := api.bodies["PATCH /api/connectors/c1"]; strings.Contains(body, "ecret") || !strings.Contains(body, "Nieuw") {
		t.Error(body)
	}
	api.answers["PATCH /api/connectors/c1"] = Problem{Status: 412, Detail: "changed"}
	wants(t, browse(t, api, "POST", "/web/connectors/c1/edit", form("name", "Nieuw", "clientId", appID, "tokenEndpoint", tokenURL)), 412, "Iemand anders", `value="Nieuw"`)
	api.answers["DELETE /api/connectors/c1"] = Problem{Status: 409, Detail: "addresses are still activated"}
	wants(t, browse(t, api, "POST", "/web/connectors/c1/delete", form("etag", `"7"`)), 409, "Pauzeer die eerst")
}

func TestLimitsAreProven(t *testing.T) {
	api := newOffice()
	for limited, text := range map[any]string{true: "Andere postvakken worden geweigerd", false: "meer lezen dan u activeerde", nil: "niet gebleken"} {
		api.answers["POST /api/connectors/c1/check-limits"] = object{"limited": limited, "tried": []object{{"address": "loon@kantoor.example", "readable": nil}}}
		wants(t, browse(t, api, "POST", "/web/connectors/c1/check-limits", form("address", "loon@kantoor.example"), "HX-Request", "true", "HX-Target", "limits-found"), 200, text, "loon@kantoor.example", "!<html")
	}
	if !strings.Contains(api.bodies["POST /api/connectors/c1/check-limits"], "loon@") {
		t.Error(api.bodies)
	}
	api.answers["POST /api/connectors/c1/check-limits"] = Problem{Status: 422, Detail: "…", Errors: []FieldError{{"body.address", "…"}}, Codes: map[string]string{"address": "address-activated"}}
	wants(t, browse(t, api, "POST", "/web/connectors/c1/check-limits", form("address", "info@kantoor.example")), 422, "Dit adres is geactiveerd", `value="info@kantoor.example"`)
}

// Mailboxes of the tenant come by themselves, or say why they do not.
func TestMailboxes(t *testing.T) {
	api := newOffice()
	wants(t, browse(t, api, "GET", "/web/connectors/c1", ""), 200, `hx-trigger="load"`, "Anna Bos")
	w := browse(t, api, "GET", "/web/connectors/c1/mailboxes?search=loon", "", "HX-Request", "true", "HX-Target", "boxes")
	wants(t, w, 200, "Loon &lt;b&gt;", "/web/connectors/c1/activate?address=loon%40kantoor.example", "after=n2", "!<html")
	if !slices.Contains(api.asked, "GET /api/connectors/c1/mailboxes?limit=50&search=loon") {
		t.Error(api.asked)
	}
	api.answers["GET /api/connectors/c1/mailboxes"] = Problem{Status: 502, Detail: "refused"}
	wants(t, browse(t, api, "GET", "/web/connectors/c1/mailboxes", ""), 200, "nu niet op te vragen", "refused", "info@kantoor.example")
}

// An address is activated with its link; what is wrong is said at its field,
// and what was chosen stays.
func TestActivate(t *testing.T) {
	api := newOffice()
	api.answers["POST /api/connectors/c1/addresses"] = Problem{Status: 422, Detail: "…", Errors: []FieldError{{"body.link.id", "…"}, {"body.from", "…"}}, Codes: map[string]string{"link.id": "link-id", "from": "from"}}
	typed := form("address", "loon@kantoor.example", "kind", "process-team", "team", "p1", "role", "r1", "from", "1980-01-01")
	w := browse(t, api, "POST", "/web/connectors/c1/activate", typed)
	wants(t, w, 422, "Kies er een uit de lijst", "na 1990", `value="process-team" checked`, `value="p1" selected`, `value="1980-01-01"`, "Carla</strong>", "neemt waar voor Carla")
	if body := api.bodies["POST /api/connectors/c1/addresses"]; !strings.Contains(body, `"link":{"kind":"process-team","id":"p1"}`) || !strings.Contains(body, `"from":"1980-01-01"`) {
		t.Error(body)
	}
	api.answers["POST /api/connectors/c1/addresses"] = addressJSON(nil)
	if w := browse(t, api, "POST", "/web/connectors/c1/activate", form("address", "loon@kantoor.example", "kind", "contact", "role", "r1", "from", today())); w.Code != 303 || w.Header().Get("Location") != "/web/connectors/c1" {
		t.Error(w.Code, w.Header())
	}
	if body := api.bodies["POST /api/connectors/c1/addresses"]; strings.Contains(body, "from") || strings.Contains(body, "r1") {
		t.Errorf("today is from now on, and a contact has no id: %s", body)
	}
	w = browse(t, api, "GET", "/web/connectors/c1/joiners?address=loon@kantoor.example&kind=process-team&team=p1", "", "HX-Request", "true")
	wants(t, w, 200, "Loonteam", "Carla", "!<html")
	wants(t, browse(t, api, "GET", "/web/connectors/c1/joiners?address=loon@kantoor.example&kind=process-team", "", "HX-Request", "true"), 200, "Kies een rol of team")
}

// How an address goes is said in words.
func TestAddressSaysHowItGoes(t *testing.T) {
	for name, x := range map[string]struct {
		with object
		want []string
	}{
		"works":     {nil, []string{"badge ok", "geen: nieuwe mail", "Pauzeren", "!Hervatten"}},
		"waiting":   {object{"lastRound": nil}, []string{"Nog niet opgehaald", "nog niet"}},
		"no access": {object{"state": "no-access", "failures": 3, "behindSince": "2026-11-20T09:00:00Z", "whatToDo": object{"nl": "De app mag dit postvak niet lezen", "en": "…"}}, []string{"Geen toegang", "De app mag dit postvak niet lezen", "20 nov 2026 10:00 kan ontbreken", "3 keer achter elkaar"}},
		"reading":   {object{"reading": object{"since": time.Now(), "mails": 40}}, []string{"Bezig met ophalen", "40 berichten gelezen"}},
		"paused":    {object{"active": false, "state": "no-access"}, []string{"Gepauzeerd", "Hervatten", "!Nu ophalen"}},
	} {
		api := newOffice()
		api.answers["GET /api/addresses/b1"] = addressJSON(x.with)
		t.Run(name, func(t *testing.T) {
			wants(t, browse(t, api, "GET", "/web/connectors/c1/addresses/b1", ""), 200, x.want...)
		})
	}
	api := newOffice()
	api.answers["GET /api/connectors/c1/addresses"] = object{"items": []object{addressJSON(object{"joiners": object{"members": []object{}, "warnings": []object{{"code": "empty-team", "nl": "Leeg", "en": "Empty"}}}})}}
	wants(t, browse(t, api, "GET", "/web/connectors/c1", ""), 200, "Niemand")
	api.answers["GET /api/settings"] = object{"enabled": false}
	wants(t, browse(t, api, "GET", "/web/connectors/c1/addresses/b1", ""), 200, "er wordt niets opgehaald", "disabled")
}

// Changing, pausing and fetching go by the API, over what was seen.
func TestAddressIsChanged(t *testing.T) {
	api := newOffice()
	const at = "/web/connectors/c1/addresses/b1"
	api.answers["PATCH /api/addresses/b1"] = addressJSON(nil)
	w := browse(t, api, "POST", at, form("etag", `"5"`, "kind", "process-team", "team", "p1", "from", "2026-01-31", "was", "2026-01-31"))
	if body := api.bodies["PATCH /api/addresses/b1"]; w.Code != 303 || w.Header().Get("Location") != at || api.based != `"5"` || strings.Contains(body, "from") || !strings.Contains(body, "p1") {
		t.Error(w.Code, w.Header(), body)
	}
	for do, want := range map[string]string{"pause": `{"active":false}`, "resume": `{"active":true}`} {
		if w := browse(t, api, "POST", at+"/"+do, form("etag", `"5"`)); w.Code != 303 || strings.TrimSpace(api.bodies["PATCH /api/addresses/b1"]) != want {
			t.Error(do, w.Code, api.bodies)
		}
	}
	api.answers["PATCH /api/addresses/b1"] = Problem{Status: 412, Detail: "changed"}
	wants(t, browse(t, api, "POST", at, form("etag", `"5"`, "kind", "process-team", "team", "p1")), 412, "Iemand anders", `value="process-team" checked`)
	api.answers["POST /api/addresses/b1/fetch"] = Problem{Status: 409, Detail: "switched off"}
	wants(t, browse(t, api, "POST", at+"/fetch", ""), 409, "Dit kan nu niet")
	api.answers["POST /api/addresses/b1/fetch"] = nil
	if w := browse(t, api, "POST", at+"/fetch", ""); w.Code != 303 {
		t.Error(w.Code)
	}
}

// At each client a role brings another member; a search tells whom.
func TestWhoJoinsAtAClient(t *testing.T) {
	api := newOffice()
	api.answers["GET /api/clients"] = object{"items": []object{{"id": "k1", "number": "100", "name": "Bakkerij Jansen"}}}
	api.answers["GET /api/addresses/info@kantoor.example/joiners"] = func(r *http.Request) any {
		if r.URL.Query().Get("client") == "k1" && r.URL.Query().Get("link") == "r1" {
			return object{"members": []object{{"name": "Bert Smit"}}}
		}
		return object{"perClient": true, "members": []object{{"name": "Anna Bos"}}}
	}
	for _, header := range [][]string{nil, {"HX-Request", "true", "HX-Target", "per-client-found"}} {
		wants(t, browse(t, api, "GET", "/web/connectors/c1/addresses/b1?find=bakker", "", header...), 200, "Bakkerij Jansen", "Bert Smit")
	}
}
