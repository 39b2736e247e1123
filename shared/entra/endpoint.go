package entra

import (
	"net/url"
	"strings"
)

// An Endpoint is what is stored of a pasted token endpoint. The address itself
// is neither stored nor requested: TokenURL builds it again.
type Endpoint struct {
	Cloud  string // name of a Cloud
	Tenant string // GUID or domain, lower case
}

// Codes of an EndpointError.
const (
	EndpointEmpty      = "empty"
	EndpointTooLong    = "too-long"
	EndpointCharacters = "characters"    // blanks inside, control characters, %, backslash, not ASCII
	EndpointNotHTTPS   = "not-https"     // another scheme
	EndpointExtras     = "extras"        // user, port, query or fragment
	EndpointHost       = "unknown-host"  // not a sign-in host of Microsoft
	EndpointClosed     = "closed-cloud"  // a cloud that Microsoft has closed
	EndpointPath       = "path"          // not /{tenant}/oauth2/v2.0/token
	EndpointShared     = "shared-tenant" // common, organizations, consumers
	EndpointTenant     = "tenant"        // neither GUID nor domain
)

// An EndpointError says why a pasted text is not a token endpoint. It never holds
// the text, which may be a secret in the wrong field.
type EndpointError struct{ Code string }

func (e *EndpointError) Error() string {
	return "token endpoint: " + e.Code +
		": expected https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token with the id or domain of one tenant"
}

// maxEndpoint is much longer than the longest endpoint (a domain of 253
// characters), and short enough to refuse a pasted document at once.
const maxEndpoint = 512

// Parse reads what an administrator pastes: the token or authorization endpoint
// of version 1 or 2 from the portal, or only the id or domain of a tenant in the
// public cloud. Any other text gives an *EndpointError.
//
// The client secret is sent to the resulting host, so that host must be on the
// list exactly, and the address must not contain anything that another parser
// could read differently.
func (cs Clouds) Parse(text string) (Endpoint, error) {
	text = strings.Trim(text, " \t\r\n\u00a0\u200b\ufeff")
	switch {
	case text == "":
		return refuse(EndpointEmpty)
	case len(text) > maxEndpoint:
		return refuse(EndpointTooLong)
	case strings.ContainsFunc(text, foreign):
		return refuse(EndpointCharacters)
	}
	text = strings.ToLower(text)
	scheme, rest, hasScheme := strings.Cut(text, ":")
	if !hasScheme {
		if strings.Contains(text, "/") {
			return refuse(EndpointNotHTTPS)
		}
		cloud, ok := cs.byAuthority("https://login.microsoftonline.com")
		if !ok {
			return refuse(EndpointHost)
		}
		return endpoint(cloud, text)
	}
	if scheme != "https" || !strings.HasPrefix(rest, "//") {
		return refuse(EndpointNotHTTPS)
	}
	return cs.parseURL(text)
}

// parseURL reads an https address of safe lower-case characters.
func (cs Clouds) parseURL(text string) (Endpoint, error) {
	if strings.ContainsAny(text, "@?#") {
		return refuse(EndpointExtras)
	}
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" {
		return refuse(EndpointPath)
	}
	authority := "https://" + u.Host
	cloud, ok := cs.byAuthority(authority)
	switch {
	case closed(authority):
		return refuse(EndpointClosed)
	case !ok && strings.Contains(u.Host, ":"):
		return refuse(EndpointExtras)
	case !ok:
		return refuse(EndpointHost)
	}
	tenant, tail, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	switch strings.TrimSuffix(tail, "/") {
	case "oauth2/v2.0/token", "oauth2/token", "oauth2/v2.0/authorize", "oauth2/authorize":
		return endpoint(cloud, tenant)
	}
	return refuse(EndpointPath)
}

// TokenURL returns the address at which tokens of this endpoint are requested,
// or "" if its cloud is not among these.
func (cs Clouds) TokenURL(e Endpoint) string {
	cloud, ok := cs.Find(e.Cloud)
	if !ok || !isTenant(e.Tenant) {
		return ""
	}
	return cloud.Authority + "/" + e.Tenant + "/oauth2/v2.0/token"
}

func endpoint(c Cloud, tenant string) (Endpoint, error) {
	switch {
	case tenant == "common" || tenant == "organizations" || tenant == "consumers":
		// An application signs in at one tenant:
		// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
		return refuse(EndpointShared)
	case !isTenant(tenant):
		return refuse(EndpointTenant)
	}
	return Endpoint{Cloud: c.Name, Tenant: tenant}, nil
}

func refuse(code string) (Endpoint, error) { return Endpoint{}, &EndpointError{Code: code} }

// foreign says whether a character is not allowed in a token endpoint.
func foreign(r rune) bool { return r <= ' ' || r >= 0x7f || r == '%' || r == '\\' }
