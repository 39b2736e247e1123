package entra

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/shared/must"
)

// The identity endpoint of the platform fails sometimes.
func TestTheManagedIdentityTriesAgain(t *testing.T) {
	statuses := []int{http.StatusInternalServerError, http.StatusGone, http.StatusOK}
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-IDENTITY-HEADER") != "header" || r.URL.Query().Get("client_id") != guid {
			t.Errorf("asked %s with %v", r.URL, r.Header)
		}
		w.WriteHeader(statuses[calls])
		calls++
		fmt.Fprintf(w, `{"access_token":"token","expires_on":"%d","resource":"r","token_type":"Bearer"}`, time.Now().Add(time.Hour).Unix())
	}))
	defer server.Close()
	t.Setenv("IDENTITY_ENDPOINT", server.URL+"/msi/token")
	t.Setenv("IDENTITY_HEADER", "header")
	c := must.Get(ManagedIdentity(guid))(t)
	token, err := c.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{"https://vault.azure.net/.default"}})
	if err != nil || token.Token != "token" || calls != 3 {
		t.Errorf("token %q after %d calls: %v", token.Token, calls, err)
	}
}
