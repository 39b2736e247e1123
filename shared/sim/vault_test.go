package sim

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"kantoorpost/shared/must"
)

// identity is a credential that gets its tokens like a managed identity.
type identity struct{ w *world }

func (i identity) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	r, err := http.NewRequestWithContext(ctx, "GET", root+"/msi/token?api-version=2019-08-01&resource="+strings.TrimSuffix(o.Scopes[0],
		"/.default"), nil)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	r.Header.Set("X-IDENTITY-HEADER", "x")
	token, _ := i.w.send(r).json["access_token"].(string)
	return azcore.AccessToken{Token: token, ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func (w *world) vault() *azsecrets.Client {
	w.Helper()
	c := must.Get(azsecrets.NewClient(root, identity{w}, &azsecrets.ClientOptions{
		ClientOptions:                        policy.ClientOptions{Transport: w.wire, Retry: policy.RetryOptions{MaxRetries: -1}},
		DisableChallengeResourceVerification: true,
	}))(w)
	return c
}

func TestTheVaultChallengesFirstAndWantsTheIdentity(t *testing.T) {
	w := newWorld(t)
	get := func(token string) result {
		r, _ := http.NewRequest("GET", root+"/secrets/x?api-version=7.5", nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		return w.send(r)
	}
	if got := get(""); got.status != 401 || !strings.Contains(got.header.Get("WWW-Authenticate"), `resource="`+vaultScope+`"`) {
		t.Errorf("%d %v", got.status, got.header)
	}
	if got := get(w.token); got.status != 401 {
		t.Errorf("a token for Graph: %d", got.status)
	}
	w.tenant.mu.Lock()
	app := w.tenant.newToken(claims{Audience: vaultScope, AppID: w.tenant.options.ClientID})
	w.tenant.mu.Unlock()
	if got := get(app); got.status != 403 {
		t.Errorf("the application that reads mail: %d", got.status)
	}
}

func TestSecretsOutliveARestartForTheirOwnerOnly(t *testing.T) {
	file := t.TempDir() + "/journal"
	w := openWorld(t, file)
	must.Get(w.vault().SetSecret(t.Context(), "s", azsecrets.SetSecretParameters{Value: to.Ptr("one")}, nil))(t)
	if mode := modeOf(t, file); mode != 0o600 {
		t.Errorf("the journal has mode %o", mode)
	}
	w.tenant.Close()
	again, err := openWorld(t, file).vault().GetSecret(t.Context(), "s", "", nil)
	if err != nil || *again.Value != "one" {
		t.Errorf("after a restart: %v", err)
	}
}
