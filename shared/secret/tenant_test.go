package secret_test

import (
	"errors"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/entra"
	"kantoorpost/shared/must"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/sim"
	"kantoorpost/shared/wiretest"
)

// The vault of the simulated tenant works like any other, and gives its secrets
// to the managed identity of the app.
func TestTheSimulatedVaultIsAVault(t *testing.T) {
	const address = "https://localhost:7443"
	tenant := must.Get(sim.New(sim.Options{Domain: "kantoor.example", URL: address}))(t)
	identity := httptest.NewServer(tenant.Handler())
	defer identity.Close()
	t.Setenv("IDENTITY_ENDPOINT", identity.URL+"/msi/token")
	t.Setenv("IDENTITY_HEADER", "header")
	credential := must.Get(entra.ManagedIdentity(""))(t)
	wire := wiretest.Transport(tenant.Handler())
	// A new vault has nothing in its cache.
	open := func() *secret.Vault {
		v := must.Get(secret.OpenVault(secret.VaultOptions{URL: address, Credential: credential, Transport: wire, Simulated: true}))(t)
		return v
	}
	vault := open()
	set := func(text string) string {
		version := must.Get(vault.Set(t.Context(), "connector-1", secret.New(text), time.Now().Add(time.Hour),
			map[string]string{"tenant": "kantoor.example"}))(t)
		return version
	}
	first, second := set("een"), set("twee")
	for version, want := range map[string]string{"": "twee", first: "een", second: "twee"} {
		if got, err := open().Get(t.Context(), "connector-1", version); err != nil || got.Reveal() != want {
			t.Errorf("Get(%q) = %q, %v", version, got.Reveal(), err)
		}
	}
	if got, err := vault.Versions(t.Context(), "connector-1"); err != nil || len(got) != 2 || !slices.Contains(got, first) {
		t.Errorf("Versions = %q, %v", got, err)
	}
	if _, err := open().Get(t.Context(), "connector-1", "0123456789abcdef0123456789abcdef"); !errors.Is(err, secret.ErrNotFound) {
		t.Errorf("a version that never was: %v", err)
	}
	must.Do(t, vault.Delete(t.Context(), "connector-1"))
	if _, err := vault.Get(t.Context(), "connector-1", ""); !errors.Is(err, secret.ErrNotFound) {
		t.Errorf("after Delete: %v", err)
	}
	set("drie") // a deleted secret occupies the name, and is recovered first
	if got, err := open().Get(t.Context(), "connector-1", ""); err != nil || got.Reveal() != "drie" {
		t.Errorf("after Set of a deleted name: %q, %v", got.Reveal(), err)
	}
}
