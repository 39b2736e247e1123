package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// tagged is an API whose objects have an entity tag; it records the tags in
// If-Match.
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
		"GET /api/identity": object{"exists": true, "issuer": "https://login.microsoftonline.com/t/v2.0",
			"subject": "5ub", "audience": "api://AzureADTokenExchange"},
		"GET /api/settings":                object{"enabled": true},
		"GET /api/connectors":              object{"items": []object{connectorJSON(nil)}},
		"GET /api/connectors/c1":           connectorJSON(nil),
		"GET /api/connectors/c1/addresses": object{"items": []object{addressJSON(nil)}},
		"GET /api/addresses/b1":            addressJSON(nil),
		"GET /api/clients":                 object{"items": []object{{"id": "k1"}}},
		"GET /api/team-members":            object{"items": []object{{"id": "m1"}}},
		"GET /api/roles":                   object{"items": []object{{"id": "r1", "name": "Relatiebeheerder"}}},
		"GET /api/process-teams":           object{"items": []object{{"id": "p1", "name": "Loonteam"}}},
		"GET /api/connectors/c1/mailboxes": object{"items": []object{{"address": "info@kantoor.example", "name": "Info",
			"activated": true}, {"address": "loon@kantoor.example", "name": "Loon <b>"}}, "next": "n2"},
		"GET /api/connectors/c1/limit-script": object{"script": "New-ManagementScope 'info@kantoor.example'",
			"addresses": []string{"info@kantoor.example"}},
		"GET /api/addresses/info@kantoor.example/joiners": object{"target": "Relatiebeheerder", "perClient": true,
			"members": []object{{"name": "Anna Bos"}}},
		"GET /api/addresses/loon@kantoor.example/joiners": object{"target": "Loonteam",
			"members": []object{{"name": "Carla"}, {"name": "Bert", "standsInFor": "Carla"}}},
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

// Every page exists in both languages, only for users who may see it.
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
		for _, key := range []string{"GET /api/settings", "GET /api/connectors", "GET /api/connectors/c1", "GET /api/addresses/b1",
			"GET /api/connectors/c1/mailboxes"} {
			refusing.answers[key] = Problem{Status: 403, Detail: "your rights do not include configuration.read"}
		}
		if path != "/web/connectors/new" {
			wants(t, browse(t, refusing, "GET", path, ""), 403, "Dit mag u niet")
		}
	}
}

// The switch is saved with the entity tag of the shown version. When somebody
// else was faster, the choice stays in the form and is not saved.
func TestSwitch(t *testing.T) {
	api := newOffice()
	api.answers["PUT /api/settings"] = object{"enabled": false}
	w := browse(t, api, "POST", "/web/settings", form("enabled", "no", "etag", `"5"`))
	if w.Code != 303 || w.Header().Get("Location") != "/web/settings" || api.bodies["PUT /api/settings"] != "{\"enabled\":false}\n" ||
		api.based != `"5"` {
		t.Errorf("%d %v %q %q", w.Code, w.Header(), api.bodies, api.based)
	}
	api.answers["PUT /api/settings"] = Problem{Status: 412, Detail: "changed"}
	w = browse(t, api, "POST", "/web/settings", form("enabled", "no", "etag", `"5"`))
	wants(t, w, 412, "Iemand anders", `value="no" checked`, `value="&#34;7&#34;"`)
}

// A new office is told what to do first.
func TestFirstSteps(t *testing.T) {
	api := newOffice()
	wants(t, browse(t, api, "GET", "/web/settings", ""), 200, "!In vier stappen")
	api.answers["GET /api/connectors"] = object{"items": []object{}}
	api.answers["GET /api/settings"] = object{"enabled": false}
	wants(t, browse(t, api, "GET", "/web/settings", ""), 200, "In vier stappen", "Nog geen omgeving", `href="/web/connectors/new"`,
		"Er gaat niets verloren", "!/web/directory/import")
	api.answers["GET /api/clients"] = object{"items": []object{}}
	wants(t, browse(t, api, "GET", "/web/settings", ""), 200, `href="/web/directory/import"`)
}

// The pages count down the last days of a secret.
func TestSecretExpires(t *testing.T) {
	for days, want := range map[int][2]string{
		-1: {"error", "is verlopen"}, 0: {"error", "binnen 24 uur"}, 1: {"error", "over 1 dag"}, 7: {"error", "over 7 dagen"},
		8: {"warn", "over 8 dagen"}, 30: {"warn", "over 30 dagen"}, 31: {"info", "over 31 dagen"}, 60: {"info", "over 60 dagen"}, 61: {"", ""},
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

// The first read that fails is the answer of the page: nothing is read after it, and the
// page is not shown without it.
func TestAPageEndsAtItsFirstFailure(t *testing.T) {
	for path, failing := range map[string]string{
		"/web/connectors/c1/addresses/b1": "GET /api/settings", "/web/connectors/c1/connection": "GET /api/connectors/c1",
		"/web/settings": "GET /api/settings", "/web/me": "GET /api/team-members/m1",
	} {
		api := newOffice()
		me := api.answers["GET /api/me"].(person)
		me.Actions = append(me.Actions, "me.write")
		api.answers["GET /api/me"], api.answers[failing] = me, Problem{Status: http.StatusServiceUnavailable}
		w := browse(t, api, "GET", path, "")
		wants(t, w, 503, "!<form class=\"card")
		if last := api.asked[len(api.asked)-1]; !strings.HasPrefix(last, failing) {
			t.Errorf("%s: after %s came %s", path, failing, last)
		}
	}
}
