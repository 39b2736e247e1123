package web

import (
	"net/url"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/lazyregexp"
)

// A guide leads through the app registration in Entra: each step has a link to
// its page in the portal. As soon as the client id is known, the links lead to
// that app registration.
type guide struct {
	ClientID    string
	Create      string
	Overview    string
	Secrets     string
	Permissions string
	Consent     string // "" until client id and tenant are known
	Enterprise  string // where consent can be revoked
	Identity    wire.IdentityObject
	authority   string // https://host, where tokens come from
}

// permissions are those to add, in the order of the guide.
func permissions() []string {
	return []string{"Mail.ReadWrite", "MailboxSettings.ReadWrite", "User.Read.All", "Mail.Send"}
}

// known tells whether the links lead to one app registration.
func (g guide) known() bool { return g.ClientID != "" }

const endpointStart = `^https://([a-z0-9.-]+(?::\d+)?)/([a-z0-9.-]+)/oauth2/`

var (
	guidForm     = lazyregexp.New(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	endpointForm = lazyregexp.New(endpointStart)
	// wholeEndpoint is a token endpoint with nothing after it.
	wholeEndpoint = lazyregexp.New(endpointStart + `v2\.0/token/?$`)
)

// portals are where app registrations are kept, by the host that gives tokens.
// https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
var portals = map[string]string{
	"login.microsoftonline.com":        "https://entra.microsoft.com",
	"login.microsoftonline.us":         "https://entra.microsoft.us",
	"login.partner.microsoftonline.cn": "https://portal.azure.cn",
	"login.windows.net":                "https://entra.microsoft.com",
	"login.microsoft.com":              "https://entra.microsoft.com",
	"login.chinacloudapi.cn":           "https://portal.azure.cn",
}

const publicPortal = "https://entra.microsoft.com"

// guideFor makes the guide for an app registration. Without a valid client id
// or token endpoint, its links stay general.
func guideFor(clientID, tokenEndpoint string) guide {
	clientID = strings.ToLower(strings.TrimSpace(clientID))
	portal, tenant, authority := publicPortal, "", ""
	if m := endpointForm.FindStringSubmatch(strings.ToLower(strings.TrimSpace(tokenEndpoint))); m != nil {
		if p, ok := portals[m[1]]; ok {
			portal, tenant, authority = p, m[2], "https://"+m[1]
		}
	}
	const apps = "/#view/Microsoft_AAD_RegisteredApps/"
	g := guide{
		Create:     portal + apps + "CreateApplicationBlade/quickStartType~/null/isMSAApp~/false",
		Overview:   portal + apps + "ApplicationsListBlade",
		Enterprise: portal + "/#view/Microsoft_AAD_IAM/StartboardApplicationsMenuBlade/~/AppAppsPreview",
	}
	g.Secrets, g.Permissions, g.authority = g.Overview, g.Overview, authority
	if !guidForm.MatchString(clientID) {
		return g
	}
	g.ClientID = clientID
	place := func(blade string) string {
		return portal + apps + "ApplicationMenuBlade/~/" + blade + "/appId/" + clientID + "/isMSAApp~/false"
	}
	g.Overview, g.Secrets, g.Permissions = place("Overview"), place("Credentials"), place("CallAnAPI")
	if tenant != "" {
		// https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent#construct-the-url-for-granting-tenant-wide-admin-consent
		g.Consent = authority + "/" + url.PathEscape(tenant) + "/adminconsent?client_id=" + clientID
	}
	return g
}
