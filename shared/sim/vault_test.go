package sim

import (
	"context"
	"errors"
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

// refusedWith says whether err is a refusal of Key Vault with this text.
func refusedWith(err error, status int, text string) bool {
	var r *azcore.ResponseError
	return errors.As(err, &r) && r.StatusCode == status && strings.Contains(r.Error(), text)
}

func TestTheVaultKeepsVersions(t *testing.T) {
	w := newWorld(t)
	v, ctx := w.vault(), t.Context()
	expires := w.clock.AddDate(2, 0, 0)
	one := must.Get(v.SetSecret(ctx, "graph-secret", azsecrets.SetSecretParameters{
		Value: to.Ptr("one"), SecretAttributes: &azsecrets.SecretAttributes{Expires: &expires}, Tags: map[string]*string{"tenant": to.Ptr("x")},
	}, nil))(t)
	must.Get(v.SetSecret(ctx, "graph-secret", azsecrets.SetSecretParameters{Value: to.Ptr("two")}, nil))(t)
	newest, err := v.GetSecret(ctx, "graph-secret", "", nil)
	if err != nil || *newest.Value != "two" {
		t.Errorf("newest: %v", err)
	}
	old, err := v.GetSecret(ctx, "graph-secret", one.ID.Version(), nil)
	if err != nil || *old.Value != "one" || !old.Attributes.Expires.Equal(expires) || *old.Tags["tenant"] != "x" {
		t.Errorf("the first version: %v %v", old.Secret, err)
	}
	if old.ID.Name() != "graph-secret" {
		t.Errorf("id %v", old.ID)
	}
	if _, err := v.GetSecret(ctx, "graph-secret", "0123456789abcdef0123456789abcdef", nil); !refusedWith(err, 404, "SecretNotFound") {
		t.Errorf("unknown version: %v", err)
	}
	versions, err := v.NewListSecretPropertiesVersionsPager("graph-secret", nil).NextPage(ctx)
	if err != nil || len(versions.Value) != 2 {
		t.Errorf("versions: %v", err)
	}
}

func TestADeletedSecretKeepsItsName(t *testing.T) {
	w := newWorld(t)
	v, ctx := w.vault(), t.Context()
	set := func(value string) error {
		_, err := v.SetSecret(ctx, "s", azsecrets.SetSecretParameters{Value: &value}, nil)
		return err
	}
	must.Do(t, set("one"))
	must.Get(v.DeleteSecret(ctx, "s", nil))(t)
	if _, err := v.GetSecret(ctx, "s", "", nil); !refusedWith(err, 404, "SecretNotFound") {
		t.Errorf("get: %v", err)
	}
	if err := set("two"); !refusedWith(err, 409, "ObjectIsDeletedButRecoverable") {
		t.Errorf("set: %v", err)
	}
	must.Get(v.RecoverDeletedSecret(ctx, "s", nil))(t)
	if err := set("two"); err != nil {
		t.Errorf("set after recover: %v", err)
	}
}

func TestTheVaultRefusesAsKeyVaultDoes(t *testing.T) {
	w := newWorld(t)
	v, ctx := w.vault(), t.Context()
	long := strings.Repeat("é", maxSecret)
	if _, err := v.SetSecret(ctx, "long", azsecrets.SetSecretParameters{Value: &long}, nil); err != nil {
		t.Errorf("the longest value: %v", err)
	}
	long += "x"
	if _, err := v.SetSecret(ctx, "long", azsecrets.SetSecretParameters{Value: &long}, nil); !refusedWith(err, 400, "BadParameter") {
		t.Errorf("too long: %v", err)
	}
	if _, err := v.SetSecret(ctx, "under_score", azsecrets.SetSecretParameters{Value: to.Ptr("x")}, nil); !refusedWith(err, 400,
		"BadParameter") {
		t.Errorf("bad name: %v", err)
	}
	must.Get(v.SetSecret(ctx, "off", azsecrets.SetSecretParameters{Value: to.Ptr("x"),
		SecretAttributes: &azsecrets.SecretAttributes{Enabled: to.Ptr(false)}}, nil))(t)
	if _, err := v.GetSecret(ctx, "off", "", nil); !refusedWith(err, 403, "SecretDisabled") {
		t.Errorf("disabled: %v", err)
	}
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
