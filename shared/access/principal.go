package access

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"kantoorpost/shared/ids"
)

// Header is the header in which the platform says who has signed in. When
// authentication is on, the platform removes what a caller puts there.
// https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
const Header = "X-Ms-Client-Principal"

// maxPrincipal is the longest header that is accepted, in bytes.
const maxPrincipal = 64 << 10

// A Principal is the identity that the platform found in a token.
type Principal struct {
	Tenant, Object string // together they are the only identity of an account
	// SignIn is the sign-in name of a person, which only the tenant gives; ""
	// when the token does not say it. An e-mail address, which a person may
	// set, is no substitute.
	// https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference#use-claims-to-reliably-identify-a-user
	SignIn      string
	Name        string
	Roles       []string
	Application bool // a service principal, not a person
	Guest       bool // a person whose account belongs to another organisation
}

type principalJSON struct {
	Type     string      `json:"auth_typ"`
	RoleType string      `json:"role_typ"`
	Claims   []claimJSON `json:"claims"`
}

type claimJSON struct {
	Type  string `json:"typ"`
	Value string `json:"val"`
}

// The platform renames some claims unless it is configured not to.
// https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities#decode-the-client-principal-header
const (
	identityClaims = "http://schemas.microsoft.com/identity/claims/"
	xmlsoapClaims  = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	roleClaim      = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
)

// signInClaims hold the sign-in name of a person. The first one that is present
// counts.
var signInClaims = [...]string{"preferred_username", "upn", xmlsoapClaims + "upn"}

// ParsePrincipal reads the header of a request. Unexpected content is an error,
// never an anonymous principal.
func ParsePrincipal(h http.Header) (Principal, error) {
	values := h.Values(Header)
	if len(values) != 1 || values[0] == "" || len(values[0]) > maxPrincipal {
		return Principal{}, fmt.Errorf("%d principal headers, or one that is empty or too long", len(values))
	}
	text, err := base64.StdEncoding.Strict().DecodeString(values[0])
	if err != nil {
		return Principal{}, fmt.Errorf("principal header: %w", err)
	}
	var in principalJSON
	if err := json.Unmarshal(text, &in); err != nil {
		return Principal{}, errors.New("principal header is not the expected JSON")
	}
	if in.Type != "aad" {
		return Principal{}, errors.New("principal did not sign in with Microsoft Entra ID")
	}
	return in.principal()
}

func (in principalJSON) principal() (p Principal, err error) {
	one := func(names ...string) string {
		var found []string
		for _, name := range names {
			for _, c := range in.Claims {
				if c.Type == name && c.Value != "" && !slices.Contains(found, c.Value) {
					found = append(found, c.Value)
				}
			}
			if len(found) > 0 {
				break
			}
		}
		if len(found) > 1 {
			err = fmt.Errorf("principal has several claims %s", names[0])
		}
		return strings.Join(found, " ")
	}
	p.Tenant = one("tid", identityClaims+"tenantid")
	p.Object = one("oid", identityClaims+"objectidentifier")
	p.SignIn = one(signInClaims[:]...)
	p.Name = one("name", xmlsoapClaims+"name")
	p.Guest = in.isGuest(p.Tenant)
	kind, scope := one("idtyp"), one("scp", identityClaims+"scope")
	for _, c := range in.Claims {
		if c.Type == "roles" || c.Type == roleClaim || c.Type != "" && c.Type == in.RoleType {
			p.Roles = append(p.Roles, c.Value)
		}
	}
	if err == nil && !(ids.IsGUID(strings.ToLower(p.Tenant)) && ids.IsGUID(strings.ToLower(p.Object))) {
		err = errors.New("principal lacks its tenant or its object id")
	}
	// The token of an application that signs in as itself has idtyp "app" if
	// that optional claim is configured. Otherwise it names the application and
	// has neither a user's name nor a scope.
	// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
	p.Application = kind == "app" ||
		kind == "" && p.SignIn == "" && scope == "" && one("email", xmlsoapClaims+"emailaddress") == "" && one("azp", "appid") != ""
	return p, err
}

// isGuest says whether any claim marks the account as a guest of tenant.
// https://learn.microsoft.com/entra/identity-platform/optional-claims-reference (acct)
// https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference (idp)
// https://learn.microsoft.com/entra/external-id/user-properties#user-principal-name
func (in principalJSON) isGuest(tenant string) bool {
	return slices.ContainsFunc(in.Claims, func(c claimJSON) bool {
		value := strings.ToLower(c.Value)
		switch c.Type {
		case "acct":
			return value == "1"
		case "idp", identityClaims + "identityprovider":
			return value != "" && !strings.Contains(value, strings.ToLower(tenant))
		case "unique_name", xmlsoapClaims + "name":
			return strings.Contains(value, "#ext#")
		}
		return slices.Contains(signInClaims[:], c.Type) && strings.Contains(value, "#ext#")
	})
}
