package sim

import (
	"net/http"
	"strconv"
	"strings"
)

// managedIdentity is the endpoint at which a Function App requests tokens.
//
// https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
func (t *Tenant) managedIdentity(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	resource := strings.TrimRight(query.Get("resource"), "/")
	switch {
	// Any value is accepted, but the header must be there: a web page cannot make a browser send it.
	case r.Header.Get("X-IDENTITY-HEADER") == "":
		sendJSON(w, http.StatusUnauthorized,
			map[string]any{"statusCode": http.StatusUnauthorized, "message": "The X-IDENTITY-HEADER is missing."})
		return
	case query.Get("api-version") != "2019-08-01", resource == "":
		sendJSON(w, http.StatusBadRequest,
			map[string]any{"statusCode": http.StatusBadRequest, "message": "The parameters api-version and resource are required."})
		return
	}
	client := query.Get("client_id")
	if client == "" {
		client = guidOf("managed identity", t.options.Domain)
	}
	t.mu.Lock()
	token := t.newToken(claims{
		Audience: resource, AppID: client, AppName: "kantoorpost",
		Identity: "/subscriptions/" + guidOf("subscription", t.options.Domain) +
			"/resourcegroups/kantoorpost/providers/Microsoft.ManagedIdentity/userAssignedIdentities/kantoorpost",
	})
	expires := t.now().Unix() + tokenSeconds
	t.mu.Unlock()
	sendJSON(w, http.StatusOK, map[string]any{
		"access_token": token, "client_id": client, "expires_on": strconv.FormatInt(expires, 10),
		"resource": resource, "token_type": "Bearer",
	})
}
