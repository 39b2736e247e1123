package web

import (
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

// Problems with a new connector are shown at their fields, and valid values
// stay. A refused value is not sent back: it may be the secret.
func TestNewConnector(t *testing.T) {
	api := newOffice()
	api.answers["POST /api/connectors"] = Problem{
		Status: 422, Detail: "…", Errors: []FieldError{{"body.clientSecret", "expected …"}, {"body.tokenEndpoint", "expected …"},
			{"body.secretExpires", "expected …"}},
		Codes: fieldCodes{"clientSecret": "client-secret-id", "tokenEndpoint": "token-endpoint-shared-tenant"},
	}
	typed := form("name", "Mijn <Kantoor>", "clientId", appID, "tokenEndpoint", "https://login.microsoftonline.com/common", "clientSecret",
		secretTyped, "secretExpires", "2020-01-01")
	for _, header := range [][]string{nil, {"HX-Request", "true", "HX-Target", "connector-form"}} {
		w := browse(t, api, "POST", "/web/connectors/new", typed, header...)
		wants(t, w, 422, "Dit is de Geheime id", "van alle tenants", "Dit is niet geldig", "Mijn &lt;Kantoor&gt;", appID, `value="01-01-2020"`,
			"!microsoftonline.com/common", "!"+secretTyped)
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

// A secret that was pasted into a wrong field is not shown again, whatever the
// API says of that field, and also when it was pasted as secret too.
func TestSecretInAWrongField(t *testing.T) {
	const pasted = "abc8Q~Zk3xW0mNq7.RtY5uI-oP9aS_dF2gH4jK6l"
	for _, answer := range []Problem{
		{Status: 422, Detail: "…", Errors: []FieldError{{"body.name", "…"}, {"body.clientId", "…"}, {"body.tokenEndpoint", "…"},
			{"body.secretExpires", "…"}}},
		{Status: 422, Detail: "…", Errors: []FieldError{{"body.secretExpires", "expected a date"}}}, {Status: 412, Detail: "changed"},
		{Status: 503, Detail: "busy"},
	} {
		for _, field := range []string{"name", "clientId", "tokenEndpoint", "secretExpires"} {
			for _, value := range []string{pasted, " " + pasted, "https://login.microsoftonline.com/" + pasted + "/oauth2/v2.0/token",
				tokenURL + "?" + pasted, tokenURL + "/" + pasted} {
				for _, other := range []string{"", pasted} {
					api := newOffice()
					api.answers["POST /api/connectors"], api.answers["PATCH /api/connectors/c1"] = answer, answer
					typed := map[string]string{"name": "Kantoor", "clientId": appID, "tokenEndpoint": tokenURL, "secretExpires": "2028-11-22",
						"clientSecret": other, field: value}
					var pairs []string
					for k, v := range typed {
						pairs = append(pairs, k, v)
					}
					for _, path := range []string{"/web/connectors/new", "/web/connectors/c1/edit", "/web/connectors/c1/rotate", "/web/connectors/guide"} {
						if w := browse(t, api, "POST", path, form(pairs...)); strings.Contains(strings.ToLower(w.Body.String()), strings.ToLower(pasted)) {
							t.Errorf("%s after %d: %s = %q is shown", path, answer.Status, field, value)
						}
					}
				}
			}
		}
	}
}

// Every code of the API has words.
func TestCodesHaveWords(t *testing.T) {
	texts := must.Get(readTexts("nl"))(t)
	for prefix, codes := range map[string]string{
		"connector.invalid.": "name name-secret client-id client-id-app-not-in-tenant token-endpoint-tenant-unknown " +
			"token-endpoint-other-tenant token-endpoint-empty token-endpoint-too-long token-endpoint-characters token-endpoint-not-https " +
			"token-endpoint-extras token-endpoint-unknown-host token-endpoint-closed-cloud token-endpoint-path " +
			"token-endpoint-shared-tenant token-endpoint-tenant " +
			"client-secret client-secret-empty client-secret-id client-secret-again client-secret-secret-wrong client-secret-secret-expired " +
			"client-secret-app-not-in-tenant client-secret-tenant-unknown client-secret-other-tenant client-secret-refused " +
			"client-secret-unused credential credential-identity-missing certificate certificate-missing secret-expires address address-unknown " +
			"address-activated from link-kind link-id other",
		"connector.state.": "new works secret-expired secret-wrong secret-missing vault-unreachable app-not-in-tenant tenant-unknown " +
			"other-tenant refused unreachable token-refused",
		"address.state.": "works paused waiting reading throttled no-access no-licence missing no-settings unreachable token-refused",
	} {
		for code := range strings.FieldsSeq(codes) {
			if texts[prefix+code] == "" {
				t.Errorf("no text %s%s", prefix, code)
			}
		}
	}
}

// The form and the guide offer three ways to prove the app to Entra. The identity of the
// app is the first choice where it has one. Only the fields of the chosen way are sent,
// and a mistake is shown at its field.
func TestNewConnectorInEachWay(t *testing.T) {
	api := newOffice()
	const page, checked = "/web/connectors/new", ` checked`
	wants(t, browse(t, api, "GET", page, ""), 200, `value="managed-identity"`+checked, "aanbevolen", `value="certificate"`,
		`value="client-secret"`,
		"az ad app create", "az ad app federated-credential create --id $app", "api://AzureADTokenExchange", "5ub", `class="by-managed-identity"`,
		`class="by-certificate"`, `class="by-client-secret"`,
		"e2a3a72e-5f79-4c64-b1b1-878b674786c9=Role")
	wants(t, browse(t, api, "GET", page, "", "Cookie", "lang=en"), 200, "recommended", "Let the app registration trust this app")
	api.answers["GET /api/identity"] = object{"exists": false, "keyVault": "kv-kantoor"}
	wants(t, browse(t, api, "GET", page, ""), 200, `value="client-secret"`+checked, `value="managed-identity" disabled`,
		"dat kan alleen in Azure",
		"--years 2 --query password", "!federated-credential")
	guide := browse(t, api, "POST", "/web/connectors/guide", form("clientId", appID, "tokenEndpoint", tokenURL), "HX-Request", "true")
	wants(t, guide, 200, "app="+appID, "az keyvault certificate create --vault-name kv-kantoor", "--append --cert @kantoorpost.pem",
		"De sleutelkluis heet",
		"!az ad app create", "https://login.microsoftonline.com/$(az account show")

	typed := []string{"name", "Kantoor", "clientId", appID, "tokenEndpoint", tokenURL, "clientSecret", secretTyped, "secretExpires",
		"22-11-2028", "certificate", "graph-1"}
	sent := map[string][]string{
		"managed-identity": {`"credential":"managed-identity"`, "!graph-1", "!secretExpires", "!" + secretTyped},
		"certificate":      {`"certificate":"graph-1"`, "!secretExpires", "!" + secretTyped},
		"client-secret":    {secretTyped, `"secretExpires":"2028-11-22"`, "!graph-1"},
	}
	for way, want := range sent {
		api.answers["POST /api/connectors"] = connectorJSON(nil)
		if w := browse(t, api, "POST", page, form(append(typed, "credential", way)...)); w.Code != 303 {
			t.Errorf("%s: %d", way, w.Code)
		}
		for _, text := range want {
			text, without := strings.CutPrefix(text, "!")
			if strings.Contains(api.bodies["POST /api/connectors"], text) == without {
				t.Errorf("%s: %q in %s: %t", way, text, api.bodies["POST /api/connectors"], !without)
			}
		}
	}
	for field, says := range map[string][2]string{"certificate": {"certificate-missing", "geen certificaat met deze naam"},
		"credential": {"credential-trust-subject", "Andere identiteit vertrouwd"}} {
		api.answers["POST /api/connectors"] = Problem{Status: 422, Errors: []FieldError{{"body." + field, "expected …"}},
			Codes: fieldCodes{field: says[0]}}
		w := browse(t, api, "POST", page, form(append(typed, "credential", "certificate")...))
		wants(t, w, 422, says[1], `value="certificate"`+checked)
		if field == "certificate" {
			wants(t, w, 422, `aria-describedby="invalid-certificate"`, "!graph-1")
		}
	}
}

// The links of the guide lead to an app registration once it is typed, and
// never to another site because of other input.
func TestGuide(t *testing.T) {
	g := guideFor(" "+strings.ToUpper(appID)+" ", tokenURL)
	if g.Consent != "https://login.microsoftonline.com/"+tenantID+"/adminconsent?client_id="+appID ||
		!strings.Contains(g.Permissions, "/CallAnAPI/appId/"+appID) || !strings.Contains(g.Secrets, "/Credentials/appId/"+appID) {
		t.Errorf("%+v", g)
	}
	if g := guideFor(appID, strings.Replace(tokenURL, "microsoftonline.com", "microsoftonline.us", 1)); !strings.HasPrefix(g.Secrets,
		"https://entra.microsoft.us/") {
		t.Errorf("%+v", g)
	}
	for _, typed := range [][2]string{{"", ""}, {"javascript:alert(1)", "javascript:alert(1)"},
		{appID, "https://evil.example/" + tenantID + "/oauth2/v2.0/token"}, {appID, "https://login.microsoftonline.com.evil.example/x/oauth2/"},
		{secretTyped, tokenURL}} {
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

// A check marks each permission and mailbox as right or wrong, and says how to
// correct it; an unknown result is neither.
func TestConnectionIsChecked(t *testing.T) {
	api := newOffice()
	api.answers["POST /api/connectors/c1/check"] = object{
		"works": false, "state": "works",
		"permissions": []object{{"name": "Mail.ReadWrite", "granted": true},
			{"name": "Mail.Send", "granted": false, "whatToDo": object{"nl": "Voeg Mail.Send toe", "en": "Add Mail.Send"}},
			{"name": "User.Read.All", "granted": nil}},
		"mailboxes": []object{{"address": "info@kantoor.example", "readable": false,
			"whatToDo": object{"nl": "Geen licentie", "en": "No licence"}}},
	}
	for _, header := range [][]string{nil, {"HX-Request", "true", "HX-Target", "check"}} {
		w := browse(t, api, "POST", "/web/connectors/c1/check", "", header...)
		wants(t, w, 200, "Er ontbreekt nog iets", "Voeg Mail.Send toe", "Geen licentie", "Onbekend:")
		if n := strings.Count(w.Body.String(), `class="mark ok"`); n != 1 {
			t.Errorf("%d ticks", n)
		}
		if n := strings.Count(w.Body.String(), `id="connector-state"`); n != 1 {
			t.Errorf("%d states", n)
		}
	}
	api.answers["POST /api/connectors/c1/check"] = Problem{Status: 503, Detail: "busy"}
	wants(t, browse(t, api, "POST", "/web/connectors/c1/check", ""), 200, "Dit lukte nu niet", "busy")
	// A connector that was never checked is checked when its page is opened.
	wants(t, browse(t, api, "GET", "/web/connectors/c1/connection", ""), 200, `!hx-trigger="load"`)
	api.answers["GET /api/connectors/c1"] = connectorJSON(object{"state": "new"})
	wants(t, browse(t, api, "GET", "/web/connectors/c1/connection", ""), 200, `hx-trigger="load"`)
}

// A secret is replaced with the entity tag of the shown version; one that Entra
// refuses is reported, and is not sent back.
func TestSecretIsReplaced(t *testing.T) {
	api := newOffice()
	typed := form("etag", `"5"`, "clientSecret", secretTyped, "secretExpires", "2028-11-22")
	api.answers["PATCH /api/connectors/c1"] = Problem{Status: 422, Detail: "…", Errors: []FieldError{{"body.clientSecret", "…"}},
		Codes: fieldCodes{"clientSecret": "client-secret-secret-wrong"}}
	w := browse(t, api, "POST", "/web/connectors/c1/rotate", typed, "HX-Request", "true", "HX-Target", "rotate-form")
	wants(t, w, 422, "Het huidige blijft in gebruik", `value="22-11-2028"`, "!"+secretTyped, "!<html")
	if api.based != `"5"` || !strings.Contains(api.bodies["PATCH /api/connectors/c1"], secretTyped) {
		t.Error(api.based, api.bodies)
	}
	api.answers["PATCH /api/connectors/c1"] = connectorJSON(nil)
	if w := browse(t, api, "POST", "/web/connectors/c1/rotate", typed); w.Code != 303 ||
		!strings.HasPrefix(w.Header().Get("Set-Cookie"), "flash=connector.rotated") {
		t.Error(w.Code, w.Header())
	}
	// A change of the name without a secret keeps the secret and its date.
	browse(t, api, "POST", "/web/connectors/c1/edit",
		form("name", "Nieuw", "clientId", appID, "tokenEndpoint", tokenURL, "secretExpires", "2028-11-22"))
	if body := api.bodies["PATCH /api/connectors/c1"]; strings.Contains(body, "ecret") || !strings.Contains(body, "Nieuw") {
		t.Error(body)
	}
	api.answers["PATCH /api/connectors/c1"] = Problem{Status: 412, Detail: "changed"}
	wants(t, browse(t, api, "POST", "/web/connectors/c1/edit", form("name", "Nieuw", "clientId", appID, "tokenEndpoint", tokenURL)), 412,
		"Iemand anders", `value="Nieuw"`)
	api.answers["DELETE /api/connectors/c1"] = Problem{Status: 409, Detail: "addresses are still activated"}
	wants(t, browse(t, api, "POST", "/web/connectors/c1/delete", form("etag", `"7"`)), 409, "Pauzeer die eerst")
}

func TestLimitsAreProven(t *testing.T) {
	api := newOffice()
	for limited, text := range map[any]string{true: "Andere postvakken worden geweigerd", false: "meer lezen dan u activeerde",
		nil: "niet vast te stellen"} {
		api.answers["POST /api/connectors/c1/check-limits"] = object{"limited": limited,
			"tried": []object{{"address": "loon@kantoor.example", "readable": limited}}}
		wants(t, browse(t, api, "POST", "/web/connectors/c1/check-limits", form("address", "loon@kantoor.example"), "HX-Request", "true",
			"HX-Target", "limits-found"), 200, text, "loon@kantoor.example", "!<html")
	}
	if !strings.Contains(api.bodies["POST /api/connectors/c1/check-limits"], "loon@") {
		t.Error(api.bodies)
	}
	api.answers["POST /api/connectors/c1/check-limits"] = Problem{Status: 422, Detail: "…", Errors: []FieldError{{"body.address", "…"}},
		Codes: fieldCodes{"address": "address-activated"}}
	wants(t, browse(t, api, "POST", "/web/connectors/c1/check-limits", form("address", "info@kantoor.example")), 422,
		"Dit adres is geactiveerd", `value="info@kantoor.example"`)
}

// The mailboxes of the tenant are loaded automatically; an error says why not.
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

// The connection page says what must be trusted, and changes to it; a refusal stays on
// the page with its reason.
func TestConnectionWithoutASecret(t *testing.T) {
	api := newOffice()
	wants(t, browse(t, api, "GET", "/web/connectors/c1/connection", ""), 200, "https://login.microsoftonline.com/t/v2.0", "5ub",
		"api://AzureADTokenExchange")
	api.answers["PATCH /api/connectors/c1"] = Problem{Status: 422, Errors: []FieldError{{"body.credential", "Entra refused (AADSTS70025)"}}}
	wants(t, browse(t, api, "POST", "/web/connectors/c1/credential", "credential=managed-identity"), 422, "AADSTS70025")
	api.answers["PATCH /api/connectors/c1"] = connectorJSON(nil)
	browse(t, api, "POST", "/web/connectors/c1/credential", "credential=certificate&certificate=graph")
	if body := api.bodies["PATCH /api/connectors/c1"]; !strings.Contains(body, `"certificate":"graph"`) ||
		strings.Contains(body, "clientSecret") {
		t.Error(body)
	}
	api.answers["GET /api/identity"] = object{"exists": false}
	wants(t, browse(t, api, "GET", "/web/connectors/c1/connection", ""), 200, "dat kan alleen in Azure")
}
