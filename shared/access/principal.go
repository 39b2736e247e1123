package access

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Header is where the platform puts who has signed in. It removes what a
// caller puts there himself, when authentication is on.
// https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
const Header = "X-Ms-Client-Principal"

// maxPrincipal is the longest header that is read, in bytes.
const maxPrincipal = 64 << 10

// A Principal is who has signed in, as the platform tells.
type Principal struct {
	Tenant, Object string // an account is known by both, and by nothing else
	Email, Name    string
	Roles          []string
	Application    bool // a service principal, not a person
}

type principalJSON struct {
	Type     string `json:"auth_typ"`
	RoleType string `json:"role_typ"`
	Claims   []struct {
		Type  string `json:"typ"`
		Value string `json:"val"`
	} `json:"claims"`
}

// The platform renames some claims unless it is told not to.
// https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities#decode-the-client-principal-header
const (
	identityClaims = "http://schemas.microsoft.com/identity/claims/"
	xmlsoapClaims  = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	roleClaim      = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
)

// ParsePrincipal reads the header of a request. Anything odd in it is an
// error, never an anonymous principal.
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
	// An address that anybody may set for himself comes last.
	p.Email = one("preferred_username", "upn", xmlsoapClaims+"upn", "email", xmlsoapClaims+"emailaddress")
	p.Name = one("name", xmlsoapClaims+"name")
	kind, scope := one("idtyp"), one("scp", identityClaims+"scope")
	for _, c := range in.Claims {
		if c.Type == "roles" || c.Type == roleClaim || c.Type != "" && c.Type == in.RoleType {
			p.Roles = append(p.Roles, c.Value)
		}
	}
	if err == nil && (!isGUID(p.Tenant) || !isGUID(p.Object)) {
		err = errors.New("principal lacks its tenant or its object id")
	}
	// A token that an application asked for itself has idtyp "app" when that
	// optional claim is on; otherwise it names the application and has neither
	// a user's name nor a scope.
	// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
	p.Application = kind == "app" || kind == "" && p.Email == "" && scope == "" && one("azp", "appid") != ""
	if err == nil && !p.Application && p.Email == "" {
		err = errors.New("principal is a person without an e-mail address")
	}
	return p, err
}

func isGUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, r := range text {
		switch i {
		case 8, 13, 18, 23:
			if r != '-' {
				return false
			}
		default:
			if !strings.ContainsRune("0123456789abcdefABCDEF", r) {
				return false
			}
		}
	}
	return true
}
