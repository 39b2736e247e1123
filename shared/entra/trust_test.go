package entra

import (
	"context"
	"encoding/base64"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// An identityDouble gives a token for any scope, and keeps the scope.
type identityDouble struct{ scope string }

func (i *identityDouble) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	i.scope = o.Scopes[0]
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"tid":"` + guid + `","oid":"object"}`))
	return azcore.AccessToken{Token: "e30." + claims + ".x"}, nil
}

// The cloud of an app is that of its storage account. Issuer and audience of the federated
// credential that trusts it depend on that.
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
func TestTrustInEachCloud(t *testing.T) {
	for service, want := range map[string][3]string{
		"https://st.table.core.windows.net":          {"public", "login.microsoftonline.com", ""},
		"https://ST.table.core.usgovcloudapi.net/":   {"us-gov", "login.microsoftonline.us", "USGov"},
		"https://st.table.core.chinacloudapi.cn":     {"china", "login.partner.microsoftonline.cn", "China"},
		"https://st.table.core.sovcloud-api.de":      {"delos", "login.sovcloud-identity.de", ""},
		"https://core.usgovcloudapi.net.bad.example": {"public", "login.microsoftonline.com", ""},
		"http://127.0.0.1:10002/devstoreaccount1":    {"public", "login.microsoftonline.com", ""},
		"":    {"public", "login.microsoftonline.com", ""},
		"::%": {"public", "login.microsoftonline.com", ""},
	} {
		home := Public().With(simulated).Home(service)
		var identity identityDouble
		got, err := TrustIn(t.Context(), &identity, home)
		audience := "api://AzureADTokenExchange" + want[2]
		if home.Name != want[0] || got != (Trust{"https://" + want[1] + "/" + guid + "/v2.0", "object", audience}) || err != nil {
			t.Errorf("%q: %s, %+v, %v", service, home.Name, got, err)
		}
		if identity.scope != audience+"/.default" {
			t.Errorf("%q: a token for %s", service, identity.scope)
		}
	}
}
