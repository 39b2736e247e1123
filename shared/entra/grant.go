package entra

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// A Grant holds the claims of a token about itself. It is a hint and no proof:
// clients must treat tokens as opaque, and a token does not show rights that were
// given inside Exchange.
// https://learn.microsoft.com/entra/identity-platform/access-tokens
type Grant struct {
	Roles  []string // application permissions with consent
	Tenant string   // id of the tenant, "" when the token does not say

	object string // id of the application in the tenant
}

// Check requests a token, which proves the endpoint, the application and its
// secret, and returns the token's claims.
func Check(ctx context.Context, c azcore.TokenCredential, scope string) (Grant, error) {
	// The client of Graph uses CAE, and tokens with CAE are kept apart, so this
	// requests the same kind. https://learn.microsoft.com/entra/identity-platform/app-resilience-continuous-access-evaluation
	token, err := c.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{scope}, EnableCAE: true})
	if err != nil {
		return Grant{}, err
	}
	return read(token.Token), nil
}

// read reads the payload of a token without verifying it. A token in another
// format gives an empty Grant.
func read(token string) Grant {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return Grant{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return Grant{}
	}
	var claims struct{ Roles, TID, OID json.RawMessage }
	if json.Unmarshal(payload, &claims) != nil {
		return Grant{}
	}
	var g Grant
	if json.Unmarshal(claims.Roles, &g.Roles) != nil {
		g.Roles = nil
	}
	_ = json.Unmarshal(claims.TID, &g.Tenant)
	_ = json.Unmarshal(claims.OID, &g.object)
	g.Tenant = strings.ToLower(g.Tenant)
	return g
}
