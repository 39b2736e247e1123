package sim

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"kantoorpost/shared/must"
)

func TestTheTokenEndpointRefusesAsEntraDoes(t *testing.T) {
	w := newWorld(t)
	must.Do(t, w.tenant.AddSecret("old", w.clock.Add(-time.Minute)))
	tenant, client := w.tenant.options.TenantID, w.tenant.options.ClientID
	secretID := w.tenant.app.Secrets[0].ID
	for name, c := range map[string]struct {
		tenant, client, secret, scope string
		status, code                  int
		oauth                         string
	}{
		"wrong secret":   {tenant, client, "wrong", root + "/.default", 401, 7000215, "invalid_client"},
		"secret's id":    {tenant, client, secretID, root + "/.default", 401, 7000215, "invalid_client"},
		"expired secret": {tenant, client, "old", root + "/.default", 401, 7000222, "invalid_client"},
		"no secret":      {tenant, client, "", root + "/.default", 401, 7000218, "invalid_client"},
		"unknown app":    {tenant, tenant, "s3cret", root + "/.default", 400, 700016, "unauthorized_client"},
		"no app":         {tenant, "", "s3cret", root + "/.default", 400, 900144, "invalid_request"},
		"unknown tenant": {client, client, "s3cret", root + "/.default", 400, 90002, "invalid_request"},
		"no tenant name": {"a_b", client, "s3cret", root + "/.default", 400, 900023, "invalid_request"},
		"common":         {"common", client, "s3cret", root + "/.default", 400, 50059, "invalid_request"},
		"other resource": {tenant, client, "s3cret", "https://elsewhere.example/.default", 400, 500011, "invalid_resource"},
		"scope":          {tenant, client, "s3cret", "Mail.Read", 400, 1002012, "invalid_scope"},
	} {
		t.Run(name, func(t *testing.T) {
			res := w.form("/"+c.tenant+"/oauth2/v2.0/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {c.client},
				"client_secret": {c.secret}, "scope": {c.scope}})
			codes, _ := res.json["error_codes"].([]any)
			if res.status != c.status || res.json["error"] != c.oauth || len(codes) != 1 || codes[0] != float64(c.code) {
				t.Errorf("%d %s", res.status, res.body)
			}
			text, _ := res.json["error_description"].(string)
			if !strings.HasPrefix(text, "AADSTS") || res.json["trace_id"] == nil || res.json["correlation_id"] == nil {
				t.Errorf("not as Entra words it: %s", res.body)
			}
			if c.secret != "" && c.secret != secretID && strings.Contains(string(res.body), c.secret) {
				t.Error("the secret is in the answer")
			}
		})
	}
}

// The real credential of the Azure SDK gets a token, and the tenant answers each of
// its requests to the authority.
func TestTheAzureSDKGetsAToken(t *testing.T) {
	w := newWorld(t)
	w.wire.Reset()
	credential := must.Get(azidentity.NewClientSecretCredential(domain, w.tenant.options.ClientID, "s3cret",
		&azidentity.ClientSecretCredentialOptions{
			ClientOptions:            policy.ClientOptions{Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: root + "/"}, Transport: w.wire},
			DisableInstanceDiscovery: true,
		}))(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	token := must.Get(credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{root + "/.default"}, EnableCAE: true}))(t)
	for _, call := range w.wire.Calls() {
		if call.Status != 200 {
			t.Errorf("%+v", call)
		}
	}
	payload := must.Get(base64.RawURLEncoding.DecodeString(strings.Split(token.Token, ".")[1]))(t)
	var c claims
	must.Do(t, json.Unmarshal(payload, &c))
	if c.Audience != root || c.Tenant != w.tenant.options.TenantID || len(c.Roles) != 4 {
		t.Errorf("claims %+v", c)
	}
}

func TestTheDiscoveryDocumentRefusesAnUnknownTenant(t *testing.T) {
	w := newWorld(t)
	get := func(path string) result {
		r, _ := http.NewRequest("GET", root+path, nil)
		return w.send(r)
	}
	found := get("/" + domain + "/v2.0/.well-known/openid-configuration")
	if found.status != 200 || found.json["issuer"] != root+"/"+w.tenant.options.TenantID+"/v2.0" ||
		found.json["msgraph_host"] != "localhost:7443" {
		t.Errorf("%d %s", found.status, found.body)
	}
	if lost := get("/elsewhere.example/v2.0/.well-known/openid-configuration"); lost.status != 400 ||
		lost.json["error"] != "invalid_request" {
		t.Errorf("%d %s", lost.status, lost.body)
	}
	if all := get("/common/discovery/instance"); all.status != 200 || all.json["metadata"] == nil {
		t.Errorf("%d %s", all.status, all.body)
	}
}

func TestTheManagedIdentityNeedsItsHeader(t *testing.T) {
	w := newWorld(t)
	get := func(header, resource string) result {
		r, _ := http.NewRequest("GET", "http://127.0.0.1:9/msi/token?api-version=2019-08-01&resource="+resource, nil)
		if header != "" {
			r.Header.Set("X-IDENTITY-HEADER", header)
		}
		return w.send(r)
	}
	if got := get("", vaultScope); got.status != 401 {
		t.Errorf("without the header: %d", got.status)
	}
	if got := get("x", ""); got.status != 400 {
		t.Errorf("without a resource: %d", got.status)
	}
	if got := get("x", vaultScope); got.status != 200 || got.json["access_token"] == "" || got.json["expires_on"] == "" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestGraphRefusesWhoMayNot(t *testing.T) {
	w := newWorld(t, "info")
	good := w.token
	w.token = ""
	w.refused(w.graph("GET", "/users", nil), 401, "InvalidAuthenticationToken")
	w.token = good + "x"
	w.refused(w.graph("GET", "/users", nil), 401, "InvalidAuthenticationToken")
	w.token = good
	*w.clock = w.clock.Add(tokenSeconds * time.Second)
	w.refused(w.graph("GET", "/users", nil), 401, "InvalidAuthenticationToken")
	w.tenant.mu.Lock()
	w.token = w.tenant.newToken(claims{Audience: vaultScope, Roles: allRoles})
	w.tenant.mu.Unlock()
	w.refused(w.graph("GET", "/users", nil), 401, "InvalidAuthenticationToken")
}

func TestEveryPermissionIsNeededWhereItIsNeeded(t *testing.T) {
	for role, c := range map[string]struct{ method, path, code string }{
		roleUserReadAll:   {"GET", "/users", "Authorization_RequestDenied"},
		roleMailReadWrite: {"GET", delta, "ErrorAccessDenied"},
		roleSettings:      {"GET", "/users/" + info + "/mailboxSettings", "ErrorAccessDenied"},
		roleMailSend:      {"POST", "/send", "ErrorAccessDenied"},
	} {
		t.Run(role, func(t *testing.T) {
			w := newWorld(t, "info")
			call := func() result {
				if c.method == "POST" {
					return w.graph(c.method, w.draftFor(info)+c.path, nil)
				}
				return w.graph(c.method, c.path, nil)
			}
			if res := call(); res.status >= 300 {
				t.Fatalf("with the role: %d %s", res.status, res.body)
			}
			must.Do(t, w.tenant.Revoke(role))
			w.refused(call(), 403, c.code)
			w.token = w.askToken()
			w.refused(call(), 403, c.code)
			must.Do(t, w.tenant.Grant(role))
			w.refused(call(), 403, c.code) // the token does not have it yet
			w.token = w.askToken()
			if res := call(); res.status >= 300 {
				t.Errorf("granted again: %d %s", res.status, res.body)
			}
		})
	}
}

func TestAnExpiredSecretStaysExpired(t *testing.T) {
	file := t.TempDir() + "/journal"
	w := openWorld(t, file)
	must.Do(t, w.tenant.ExpireSecret("s3cret"))
	w.tenant.Close()
	again := must.Get(New(Options{Domain: domain, URL: root, ClientSecret: "s3cret", Journal: file,
		Now: func() time.Time { return *w.clock }}))(t)
	defer again.Close()
	if bad := again.secretRefusal("s3cret"); bad == nil || bad.code != 7000222 {
		t.Errorf("refused with %+v", bad)
	}
}
