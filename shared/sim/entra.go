package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// The resources for which tokens are issued.
const (
	publicGraph = "https://graph.microsoft.com"
	graphAppID  = "00000003-0000-0000-c000-000000000000"
	vaultScope  = "https://vault.azure.net"
)

// graphRoot is the resource of the simulated Graph.
func (t *Tenant) graphRoot() string { return t.options.URL }

// tenantShape matches any possible name of a tenant.
var tenantShape = regexp.MustCompile(`^[0-9A-Za-z.-]+$`)

// tenantRefusal is Entra's answer for a tenant other than this one.
func (t *Tenant) tenantRefusal(name string) *entraRefusal {
	switch {
	case strings.EqualFold(name, t.options.TenantID), strings.EqualFold(name, t.options.Domain):
		return nil
	case name == "common", name == "organizations", name == "consumers":
		return &entraRefusal{http.StatusBadRequest, "invalid_request", 50059,
			"No tenant-identifying information found in either the request or implied by any provided credentials."}
	case !tenantShape.MatchString(name) || !strings.ContainsAny(name, ".-"):
		return &entraRefusal{http.StatusBadRequest, "invalid_request", 900023,
			"Specified tenant identifier '" + name + "' is neither a valid DNS name, nor a valid external domain."}
	}
	return &entraRefusal{http.StatusBadRequest, "invalid_request", 90002,
		"Tenant '" + name + "' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check " +
			"with your subscription administrator, this may happen if there are no active subscriptions for the tenant."}
}

// discovery returns the tenant's OpenID document.
//
// https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
func (t *Tenant) discovery(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("tenant")
	// "common" also has a document, with a placeholder for the tenant.
	if name != "common" && name != "organizations" {
		if bad := t.tenantRefusal(name); bad != nil {
			t.refuseToken(w, r, bad)
			return
		}
		name = t.options.TenantID
	} else {
		name = "{tenantid}"
	}
	base := t.graphRoot()
	authority := base + "/" + r.PathValue("tenant")
	sendJSON(w, http.StatusOK, map[string]any{
		"token_endpoint":                        authority + "/oauth2/v2.0/token",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"jwks_uri":                              authority + "/discovery/v2.0/keys",
		"issuer":                                base + "/" + name + "/v2.0",
		"authorization_endpoint":                authority + "/oauth2/v2.0/authorize",
		"cloud_instance_name":                   hostOf(base),
		"msgraph_host":                          hostOf(base),
	})
}

// instances returns the hosts that are authorities of the same cloud.
func (t *Tenant) instances(w http.ResponseWriter, _ *http.Request) {
	host := hostOf(t.graphRoot())
	sendJSON(w, http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": t.graphRoot() + "/" + t.options.TenantID + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata": []map[string]any{{
			"preferred_network": host, "preferred_cache": host, "aliases": []string{host},
		}},
	})
}

// token handles the client credentials grant.
//
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
func (t *Tenant) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		t.refuseToken(w, r, &entraRefusal{http.StatusBadRequest, "invalid_request", 900144,
			"The request body must contain the following parameter: 'grant_type'."})
		return
	}
	audience, bad := t.mayHave(r)
	if bad != nil {
		t.refuseToken(w, r, bad)
		return
	}
	t.mu.Lock()
	token := t.newToken(claims{Audience: audience, AppID: t.options.ClientID, AppName: "Kantoorpost",
		Roles: slices.Sorted(slices.Values(t.app.Roles))})
	t.mu.Unlock()
	w.Header().Set("Cache-Control", "no-store, no-cache")
	sendJSON(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": tokenSeconds, "ext_expires_in": tokenSeconds,
		"access_token": token})
}

// mayHave decides on a token request, and returns the token's audience.
func (t *Tenant) mayHave(r *http.Request) (audience string, bad *entraRefusal) {
	if bad := t.tenantRefusal(r.PathValue("tenant")); bad != nil {
		return "", bad
	}
	form := r.PostForm
	for _, name := range []string{"grant_type", "client_id", "scope"} {
		if form.Get(name) == "" {
			return "", &entraRefusal{http.StatusBadRequest, "invalid_request", 900144,
				"The request body must contain the following parameter: '" + name + "'."}
		}
	}
	if form.Get("grant_type") != "client_credentials" {
		return "", &entraRefusal{http.StatusBadRequest, "unsupported_grant_type", 70003,
			"The app requested an unsupported grant type '" + form.Get("grant_type") + "'."}
	}
	client := form.Get("client_id")
	if !strings.EqualFold(client, t.options.ClientID) {
		return "", &entraRefusal{http.StatusBadRequest, "unauthorized_client", 700016,
			"Application with identifier '" + client + "' was not found in the directory '" + t.options.Domain +
				"'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in " +
				"the tenant. You may have sent your authentication request to the wrong tenant."}
	}
	if text := form.Get("client_assertion"); text != "" {
		bad = t.assertionRefusal(form.Get("client_assertion_type"), text)
	} else {
		bad = t.secretRefusal(form.Get("client_secret"))
	}
	if bad != nil {
		return "", bad
	}
	// The SDK adds scopes of OpenID, which a client credentials grant ignores.
	for scope := range strings.FieldsSeq(form.Get("scope")) {
		if resource, ok := strings.CutSuffix(scope, "/.default"); ok {
			resource = strings.TrimRight(resource, "/")
			if resource != t.graphRoot() && resource != publicGraph && resource != graphAppID && resource != vaultScope {
				return "", &entraRefusal{http.StatusBadRequest, "invalid_resource", 500011,
					"The resource principal named " + resource + " was not found in the tenant named " + t.options.Domain + "."}
			}
			return resource, nil
		}
	}
	return "", &entraRefusal{http.StatusBadRequest, "invalid_scope", 1002012,
		"The provided value for scope " + form.Get("scope") +
			" is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application " +
			"ID URI)."}
}

func (t *Tenant) secretRefusal(secret string) *entraRefusal {
	if secret == "" {
		return &entraRefusal{http.StatusUnauthorized, "invalid_client", 7000218,
			"The request body must contain the following parameter: 'client_assertion' or 'client_secret'."}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.app.Secrets {
		if !s.matches(secret) {
			continue
		}
		if !t.now().Before(s.Expires) {
			return &entraRefusal{http.StatusUnauthorized, "invalid_client", 7000222,
				"The provided client secret keys for app '" + t.options.ClientID +
					"' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using " +
					"certificate credentials for added security: https://aka.ms/certCreds."}
		}
		return nil
	}
	return &entraRefusal{http.StatusUnauthorized, "invalid_client", 7000215,
		"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, " +
			"for a secret added to app '" + t.options.ClientID + "'."}
}

// entraRefusal is a refusal of the token endpoint.
//
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
type entraRefusal struct {
	status int
	name   string // error code of OAuth
	code   int    // AADSTS…
	text   string
}

func (t *Tenant) refuseToken(w http.ResponseWriter, r *http.Request, bad *entraRefusal) {
	trace, correlation := newGUID(), r.Header.Get("client-request-id")
	if correlation == "" {
		correlation = newGUID()
	}
	at := t.now().Format("2006-01-02 15:04:05Z")
	t.log.InfoContext(r.Context(), "token refused", "code", bad.code, "tenant", r.PathValue("tenant"))
	sendJSON(w, bad.status, map[string]any{
		"error": bad.name,
		"error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", bad.code, bad.text, trace,
			correlation, at),
		"error_codes":    []int{bad.code},
		"timestamp":      at,
		"trace_id":       trace,
		"correlation_id": correlation,
		"error_uri":      fmt.Sprintf("%s/error?code=%d", t.graphRoot(), bad.code),
	})
}

func hostOf(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	return rest
}

// sendJSON writes an answer of any service but Graph.
func sendJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) //nolint:errcheck // the client may be gone
}
