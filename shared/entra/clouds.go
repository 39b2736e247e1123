package entra

import (
	"slices"
	"strings"
)

// A Cloud is one of the national clouds of Microsoft: where its tokens come
// from, and where its Graph is.
type Cloud struct {
	Name      string // how it is kept in settings
	Authority string // https://host, and a port only for the simulator
	Graph     string // root of Microsoft Graph, without /v1.0
}

// Scope is what a token for the Graph of this cloud is asked with.
func (c Cloud) Scope() string { return c.Graph + "/.default" }

// Clouds are the clouds that are accepted; an authority may occur twice, the
// first one is what Parse chooses.
type Clouds []Cloud

// Public gives the clouds that Microsoft runs. Hosts are those of
// https://learn.microsoft.com/graph/deployments
func Public() Clouds {
	return Clouds{
		{"public", "https://login.microsoftonline.com", "https://graph.microsoft.com"},
		{"us-gov", "https://login.microsoftonline.us", "https://graph.microsoft.us"},
		{"us-dod", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"},
		{"china", "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"},
		{"bleu", "https://login.sovcloud-identity.fr", "https://graph.svc.sovcloud.fr"},
		{"delos", "https://login.sovcloud-identity.de", "https://graph.svc.sovcloud.de"},
		{"govsg", "https://login.sovcloud-identity.sg", "https://graph.svc.sovcloud.sg"},
	}
}

// With gives the same clouds and one more, for the simulated tenant.
func (cs Clouds) With(c Cloud) Clouds {
	return append(slices.Clip(slices.Clone(cs)), c)
}

// Find gives the cloud of that name.
func (cs Clouds) Find(name string) (Cloud, bool) {
	i := slices.IndexFunc(cs, func(c Cloud) bool { return c.Name == name })
	if i < 0 {
		return Cloud{}, false
	}
	return cs[i], true
}

// byAuthority gives the first cloud whose tokens come from there.
func (cs Clouds) byAuthority(authority string) (Cloud, bool) {
	authority = canonical(authority)
	i := slices.IndexFunc(cs, func(c Cloud) bool { return strings.EqualFold(c.Authority, authority) })
	if i < 0 {
		return Cloud{}, false
	}
	return cs[i], true
}

// canonical replaces the older names of an authority by today's.
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

// closed tells whether an authority existed once and will not answer again.
func closed(authority string) bool {
	return authority == "https://login.microsoftonline.de" || authority == "https://login-us.microsoftonline.com"
}
