package entra

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/must"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/sim"
	"kantoorpost/shared/wiretest"
)

// From a pasted endpoint to the granted permissions, with every possible mistake.
func TestAConnectionToATenantIsExplained(t *testing.T) {
	const app = "3f2504e0-4f89-41d3-9a0c-0305e82c3302"
	tenant := must.Get(sim.New(sim.Options{Domain: "kantoor.example", TenantID: guid, ClientID: app, ClientSecret: canary,
		URL: simulated.Authority}))(t)
	must.Do(t, tenant.AddSecret("oud~"+canary, time.Now().Add(-time.Hour)))
	wire := wiretest.Transport(tenant.Handler())
	clouds := Public().With(simulated)
	check := func(tenant, app, password string) (Grant, error) {
		e, err := clouds.Parse(simulated.Authority + "/" + tenant + "/oauth2/v2.0/token")
		if err != nil {
			return Grant{}, err
		}
		c, err := NewCredential(clouds, e, app, Proof{Secret: secret.New(password)}, wire)
		if err != nil {
			return Grant{}, err
		}
		return Check(t.Context(), c, simulated.Scope())
	}
	for _, name := range []string{guid, "kantoor.example"} {
		g, err := check(name, app, canary)
		if err != nil || g.Tenant != guid || !slices.Contains(g.Roles, "Mail.ReadWrite") {
			t.Errorf("Check = %+v, %v", g, err)
		}
	}
	for name, c := range map[string][4]string{
		"wrong":    {guid, app, canary + "x", "secret-wrong"},
		"expired":  {guid, app, "oud~" + canary, "secret-expired"},
		"id":       {guid, app, app, "secret-id-pasted"},
		"app":      {guid, guid, canary, "app-not-in-tenant"},
		"tenant":   {app, app, canary, "tenant-unknown"},
		"a domain": {"elders.example", app, canary, "tenant-unknown"},
	} {
		_, err := check(c[0], c[1], c[2])
		r, ok := RefusalOf(err)
		if !ok || r.Meaning() != c[3] || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %+v of %v", name, r, err)
		}
	}
}
