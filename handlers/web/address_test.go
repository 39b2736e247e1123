package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/words"
)

// An address is activated with its link; problems are shown at their fields,
// and the choices stay.
func TestActivate(t *testing.T) {
	api := newOffice()
	api.answers["POST /api/connectors/c1/addresses"] = Problem{Status: 422, Detail: "…",
		Errors: []FieldError{{"body.link.id", "…"}, {"body.from", "…"}}, Codes: fieldCodes{"link.id": "link-id", "from": "from"}}
	typed := form("address", "loon@kantoor.example", "kind", "process-team", "team", "p1", "role", "r1", "from", "1980-01-01")
	w := browse(t, api, "POST", "/web/connectors/c1/activate", typed)
	wants(t, w, 422, "Kies er een uit de lijst", "na 1990", `value="process-team" checked`, `value="p1" selected`, `value="01-01-1980"`,
		"<bdi>Carla</bdi></strong>", "neemt waar voor Carla")
	if body := api.bodies["POST /api/connectors/c1/addresses"]; !strings.Contains(body, `"link":{"kind":"process-team","id":"p1"}`) ||
		!strings.Contains(body, `"from":"1980-01-01"`) {
		t.Error(body)
	}
	api.answers["POST /api/connectors/c1/addresses"] = addressJSON(nil)
	if w := browse(t, api, "POST", "/web/connectors/c1/activate",
		form("address", "loon@kantoor.example", "kind", "contact", "role", "r1", "from", today())); w.Code != 303 ||
		w.Header().Get("Location") != "/web/connectors/c1" {
		t.Error(w.Code, w.Header())
	}
	if body := api.bodies["POST /api/connectors/c1/addresses"]; strings.Contains(body, "from") || strings.Contains(body, "r1") {
		t.Errorf("today is from now on, and a contact has no id: %s", body)
	}
	w = browse(t, api, "GET", "/web/connectors/c1/joiners?address=loon@kantoor.example&kind=process-team&team=p1", "", "HX-Request", "true")
	wants(t, w, 200, "Loonteam", "Carla", "!<html")
	wants(t, browse(t, api, "GET", "/web/connectors/c1/joiners?address=loon@kantoor.example&kind=process-team", "", "HX-Request", "true"), 200,
		"Kies een rol of team")
}

// The state of an address is shown in words.
func TestAddressSaysHowItGoes(t *testing.T) {
	for name, x := range map[string]struct {
		with object
		want []string
	}{
		"works":   {nil, []string{"badge ok", "geen: nieuwe mail", "Pauzeren", "!Hervatten"}},
		"waiting": {object{"lastRound": nil}, []string{"Nog niet opgehaald", "nog niet"}},
		"no access": {object{"state": "no-access", "failures": 3, "behindSince": "2026-11-20T09:00:00Z",
			"whatToDo": object{"nl": "De app mag dit postvak niet lezen", "en": "…"}},
			[]string{"Geen toegang", "De app mag dit postvak niet lezen", "20 nov 2026 10:00 kan ontbreken", "3 keer achter elkaar"}},
		"reading": {object{"reading": object{"since": time.Now(), "mails": 40}}, []string{"Bezig met ophalen", "40 berichten gelezen"}},
		"paused":  {object{"active": false, "state": "no-access"}, []string{"Gepauzeerd", "Hervatten", "!Nu ophalen"}},
	} {
		api := newOffice()
		api.answers["GET /api/addresses/b1"] = addressJSON(x.with)
		t.Run(name, func(t *testing.T) {
			wants(t, browse(t, api, "GET", "/web/connectors/c1/addresses/b1", ""), 200, x.want...)
		})
	}
	api := newOffice()
	api.answers["GET /api/connectors/c1/addresses"] = object{"items": []object{addressJSON(object{"joiners": object{"members": []object{},
		"warnings": []object{{"code": "empty-team", "nl": "Leeg", "en": "Empty"}}}})}}
	wants(t, browse(t, api, "GET", "/web/connectors/c1", ""), 200, "Niemand")
	api.answers["GET /api/settings"] = object{"enabled": false}
	wants(t, browse(t, api, "GET", "/web/connectors/c1/addresses/b1", ""), 200, "er wordt niets opgehaald", "disabled")
}

// Changing, pausing and fetching use the API, with the entity tag of the shown
// version.
func TestAddressIsChanged(t *testing.T) {
	api := newOffice()
	const at = "/web/connectors/c1/addresses/b1"
	api.answers["PATCH /api/addresses/b1"] = addressJSON(nil)
	w := browse(t, api, "POST", at, form("etag", `"5"`, "kind", "process-team", "team", "p1", "from", "2026-01-31", "was", "2026-01-31"))
	if body := api.bodies["PATCH /api/addresses/b1"]; w.Code != 303 || w.Header().Get("Location") != at || api.based != `"5"` ||
		strings.Contains(body, "from") || !strings.Contains(body, "p1") {
		t.Error(w.Code, w.Header(), body)
	}
	for do, want := range map[string]string{"pause": `{"active":false}`, "resume": `{"active":true}`} {
		if w := browse(t, api, "POST", at+"/"+do, form("etag", `"5"`)); w.Code != 303 ||
			strings.TrimSpace(api.bodies["PATCH /api/addresses/b1"]) != want {
			t.Error(do, w.Code, api.bodies)
		}
	}
	api.answers["PATCH /api/addresses/b1"] = Problem{Status: 412, Detail: "changed"}
	wants(t, browse(t, api, "POST", at, form("etag", `"5"`, "kind", "process-team", "team", "p1")), 412, "Iemand anders",
		`value="process-team" checked`)
	api.answers["POST /api/addresses/b1/fetch"] = Problem{Status: 409, Detail: "switched off"}
	wants(t, browse(t, api, "POST", at+"/fetch", ""), 409, "Dit kan nu niet")
	api.answers["POST /api/addresses/b1/fetch"] = nil
	if w := browse(t, api, "POST", at+"/fetch", ""); w.Code != 303 {
		t.Error(w.Code)
	}
}

// A role selects another member at each client; a search shows whom.
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

// The switch for categories is shown as it is, on for a new address, and sent with the
// form.
func TestCategoriesAreASwitchOfTheAddress(t *testing.T) {
	api := newOffice()
	const at = "/web/connectors/c1/addresses/b1"
	const checked = `name="categories" value="true" checked`
	wants(t, browse(t, api, "GET", "/web/connectors/c1/activate?address=loon@kantoor.example", ""), 200, checked, "verwerkt")
	for on, want := range map[bool]string{true: checked, false: "!" + checked} {
		api.answers["GET /api/addresses/b1"] = addressJSON(object{"categories": on})
		wants(t, browse(t, api, "GET", at, ""), 200, want)
	}
	api.answers["PATCH /api/addresses/b1"] = addressJSON(nil)
	for sent, want := range map[string]string{"true": `"categories":true`, "": `"categories":false`} {
		browse(t, api, "POST", at, form("etag", `"5"`, "kind", "contact", "categories", sent))
		if body := api.bodies["PATCH /api/addresses/b1"]; !strings.Contains(body, want) {
			t.Errorf("%q sends %s", sent, body)
		}
	}
}

// A mailbox that cannot be read says so before it is activated, with what to do about it.
func TestAnUnreadableMailboxSaysSoBefore(t *testing.T) {
	api := newOffice()
	check := "GET /api/connectors/c1/mailboxes/loon@kantoor.example"
	api.answers[check] = object{"readable": true}
	wants(t, browse(t, api, "GET", "/web/connectors/c1/activate?address=loon@kantoor.example", ""), 200, "!nog niet te lezen",
		"Activeren</button>")
	api.answers[check] = object{"readable": false, "whatToDo": words.Text{NL: "Geef een licentie", EN: "Give a licence"}}
	wants(t, browse(t, api, "GET", "/web/connectors/c1/activate?address=loon@kantoor.example", ""), 200, "nog niet te lezen",
		"Geef een licentie", "Toch activeren</button>")
	api.answers["POST /api/connectors/c1/addresses"] = object{}
	w := browse(t, api, "POST", "/web/connectors/c1/activate", form("address", "loon@kantoor.example", "kind", "contact", "unreadable", "yes"))
	if w.Code != 303 || !strings.HasPrefix(w.Result().Cookies()[0].Value, "address.not-readable:") {
		t.Error(w.Code, w.Header())
	}
}
