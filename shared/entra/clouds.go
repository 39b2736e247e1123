package entra

import (
	"net/url"
	"slices"
	"strings"
)

// A Cloud is one of the national clouds of Microsoft, with the hosts of its
// tokens, of its Graph and of its storage accounts.
type Cloud struct {
	Name      string // its name in settings
	Authority string // https://host; only the simulator's has a port
	Graph     string // root of Microsoft Graph, without /v1.0
	Storage   string // end of the hosts of storage accounts; "" for the simulator
}

// Scope is the scope of a token for Microsoft Graph in this cloud.
func (c Cloud) Scope() string { return c.Graph + "/.default" }

// Clouds are the clouds that are accepted. Two clouds may have one authority;
// Parse chooses the first one.
type Clouds []Cloud

// Public returns the clouds of Microsoft. Their hosts come from
// https://learn.microsoft.com/graph/deployments and
// https://github.com/Azure/azure-storage-azcopy (the ends of the hosts of storage accounts).
func Public() Clouds {
	return Clouds{
		{"public", "https://login.microsoftonline.com", "https://graph.microsoft.com", ".core.windows.net"},
		{"us-gov", "https://login.microsoftonline.us", "https://graph.microsoft.us", ".core.usgovcloudapi.net"},
		{"us-dod", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us", ".core.usgovcloudapi.net"},
		{"china", "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn", ".core.chinacloudapi.cn"},
		{"bleu", "https://login.sovcloud-identity.fr", "https://graph.svc.sovcloud.fr", ".core.sovcloud-api.fr"},
		{"delos", "https://login.sovcloud-identity.de", "https://graph.svc.sovcloud.de", ".core.sovcloud-api.de"},
		{"govsg", "https://login.sovcloud-identity.sg", "https://graph.svc.sovcloud.sg", ".core.sovcloud-api.sg"},
	}
}

// With returns the same clouds and one more, for the simulated tenant.
func (cs Clouds) With(c Cloud) Clouds {
	return append(slices.Clip(slices.Clone(cs)), c)
}

// Find returns the cloud with the given name.
func (cs Clouds) Find(name string) (Cloud, bool) {
	i := slices.IndexFunc(cs, func(c Cloud) bool { return c.Name == name })
	if i < 0 {
		return Cloud{}, false
	}
	return cs[i], true
}

// Home returns the cloud of a storage account, by the URL of one of its services: that
// is where an app runs which keeps its data there. It is the first cloud for a URL that
// belongs to none, such as that of a private emulator.
func (cs Clouds) Home(service string) Cloud {
	u, err := url.Parse(service)
	if err != nil {
		return cs[0]
	}
	host := strings.ToLower(u.Hostname())
	i := slices.IndexFunc(cs, func(c Cloud) bool { return c.Storage != "" && strings.HasSuffix(host, c.Storage) })
	return cs[max(i, 0)]
}

// byAuthority returns the first cloud that gets its tokens from authority.
func (cs Clouds) byAuthority(authority string) (Cloud, bool) {
	authority = canonical(authority)
	i := slices.IndexFunc(cs, func(c Cloud) bool { return strings.EqualFold(c.Authority, authority) })
	if i < 0 {
		return Cloud{}, false
	}
	return cs[i], true
}

// canonical replaces an older name of an authority by its present one.
func canonical(authority string) string {
	switch authority {
	case "https://login.windows.net", "https://login.microsoft.com", "https://sts.windows.net":
		return "https://login.microsoftonline.com"
	case "https://login.usgovcloudapi.net":
		return "https://login.microsoftonline.us"
	case "https://login.chinacloudapi.cn":
		return "https://login.partner.microsoftonline.cn"
	}
	return authority
}

// closed says whether Microsoft has closed the cloud of an authority.
func closed(authority string) bool {
	return authority == "https://login.microsoftonline.de" || authority == "https://login-us.microsoftonline.com"
}
