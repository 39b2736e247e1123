package infra_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A rule is one of Microsoft's PSRule for Azure, applied to a snapshot:
// https://azure.github.io/PSRule.Rules.Azure/en/rules/
type rule struct {
	name  string
	typ   string // of the resources that it checks
	holds func(resource) bool
}

// exempt returns the rules that an environment breaks, each with its reason.
func exempt(environment string) map[string]string {
	all := map[string]string{
		"Storage.DefenderCloud":       "Defender for Storage costs more than all else; it is switched on for a subscription, not by an app",
		"AppService.AvailabilityZone": "zones need instances that always wait, which cost; the parameter zoneRedundant turns them on",
		"Log.Replication":             "logs of mail traffic need no second region; what counts is in the tables",
		"Monitor.ServiceHealth":       "alerts on service health belong to the subscription, of which the app is a part",
	}
	if environment != "private" {
		all["Storage.Firewall"] = "without a private network the app has no fixed address; keys are off, so that only Entra identities with a " +
			"role get in"
		all["KeyVault.Firewall"] = "as Storage.Firewall"
	}
	if environment == "dev" {
		all["Storage.UseReplication"] = "what is tried out may be lost"
		all["Lock"] = "what is tried out is removed again"
	}
	return all
}

func is(path string, want any) func(resource) bool {
	return func(r resource) bool { return r.at(path) == want }
}

func isOneOf(path string, want ...any) func(resource) bool {
	return func(r resource) bool { return slices.Contains(want, r.at(path)) }
}

func named(pattern string) func(resource) bool {
	re := regexp.MustCompile(pattern)
	return func(r resource) bool { return re.MatchString(r.Name) }
}

func isZonal(r resource) bool {
	return strings.Contains(r.SKU.Name, "ZRS") || strings.Contains(r.SKU.Name, "GRS")
}

func atLeast(path string, n float64) func(resource) bool {
	return func(r resource) bool { v, ok := r.at(path).(float64); return ok && v >= n }
}

const (
	account = "Microsoft.Storage/storageAccounts"
	vault   = "Microsoft.KeyVault/vaults"
	site    = "Microsoft.Web/sites"
	plan    = "Microsoft.Web/serverfarms"
)

// rules returns the rules about single resources; those about several follow below.
func rules() []rule {
	never := func(resource) bool { return false }
	return []rule{
		{"Storage.LocalAuth", account, is("allowSharedKeyAccess", false)},
		{"Storage.MinTLS", account, is("minimumTlsVersion", "TLS1_2")},
		{"Storage.SecureTransfer", account, is("supportsHttpsTrafficOnly", true)},
		{"Storage.BlobPublicAccess", account, is("allowBlobPublicAccess", false)},
		{"Storage.BlobAccessType", account + "/blobServices/containers", is("publicAccess", "None")},
		{"Storage.SoftDelete", account + "/blobServices", is("deleteRetentionPolicy.enabled", true)},
		{"Storage.SoftDelete.Days", account + "/blobServices", atLeast("deleteRetentionPolicy.days", 7)},
		{"Storage.ContainerSoftDelete", account + "/blobServices", is("containerDeleteRetentionPolicy.enabled", true)},
		{"Storage.Firewall", account, is("networkAcls.defaultAction", "Deny")},
		{"Storage.UseReplication", account, isZonal},
		{"Storage.Name", account, named(`^[a-z0-9]{3,24}$`)},
		{"Storage.DefenderCloud", account, never},
		{"KeyVault.PurgeProtect", vault, is("enablePurgeProtection", true)},
		{"KeyVault.SoftDelete", vault, is("enableSoftDelete", true)},
		{"KeyVault.SoftDelete.Days", vault, is("softDeleteRetentionInDays", 90.0)},
		{"KeyVault.RBAC", vault, is("enableRbacAuthorization", true)},
		{"KeyVault.Firewall", vault, is("networkAcls.defaultAction", "Deny")},
		{"KeyVault.Name", vault, named(`^[a-zA-Z][a-zA-Z0-9-]{2,23}$`)},
		{"AppService.UseHTTPS", site, is("httpsOnly", true)},
		{"AppService.MinTLS", site, isOneOf("siteConfig.minTlsVersion", "1.2", "1.3")},
		{"AppService.MinTLS.Scm", site, isOneOf("siteConfig.scmMinTlsVersion", "1.2", "1.3")},
		{"AppService.ManagedIdentity", site, func(r resource) bool { return len(r.Identity.UserAssignedIdentities) == 2 }},
		{"AppService.WebSecureFtp", site, isOneOf("siteConfig.ftpsState", "Disabled", "FtpsOnly")},
		{"AppService.BasicPublishing", site + "/basicPublishingCredentialsPolicies", is("allow", false)},
		{"AppService.RemoteDebug", site, is("siteConfig.remoteDebuggingEnabled", false)},
		{"AppService.HTTP2", site, is("siteConfig.http20Enabled", true)},
		{"AppService.ARRAffinity", site, is("clientAffinityEnabled", false)},
		{"AppService.AvailabilityZone", plan, is("zoneRedundant", true)},
		{"AppInsights.Workspace", "Microsoft.Insights/components", func(r resource) bool {
			id, _ := r.at("WorkspaceResourceId").(string)
			return strings.Contains(id, "/Microsoft.OperationalInsights/workspaces/")
		}},
		{"AppInsights.LocalAuth", "Microsoft.Insights/components", is("DisableLocalAuth", true)},
		{"AppInsights.Name", "Microsoft.Insights/components", named(`^[\w.()-]{1,254}[\w()-]$`)},
		{"Log.Name", "Microsoft.OperationalInsights/workspaces", named(`^[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]$`)},
		{"Log.DailyCap", "Microsoft.OperationalInsights/workspaces", atLeast("workspaceCapping.dailyQuotaGb", 0.1)},
		{"Log.Replication", "Microsoft.OperationalInsights/workspaces", is("replication.enabled", true)},
		{"Identity.UserAssignedName", "Microsoft.ManagedIdentity/userAssignedIdentities", named(`^[a-zA-Z0-9][\w-]{2,127}$`)},
	}
}

// broken returns the rules that a snapshot breaks, with the resource that breaks them.
func broken(t *testing.T, s snapshot) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, r := range rules() {
		about := s.of(r.typ)
		if len(about) == 0 {
			t.Errorf("%s is about %s, of which there is none", r.name, r.typ)
		}
		for _, x := range about {
			if !r.holds(x) {
				found[r.name] = x.Name
			}
		}
	}
	logs := map[string]string{}
	for _, d := range s.of("Microsoft.Insights/diagnosticSettings") {
		logs[strings.Split(d.ID, "/providers/")[1]] += fmt.Sprint(d.at("logs"))
	}
	v := s.one(t, vault)
	if !strings.Contains(logs[vault+"/"+v.Name], "AuditEvent") {
		found["KeyVault.Logs"] = v.Name
	}
	locked := 0
	for _, l := range s.of("Microsoft.Authorization/locks") {
		if l.at("level") == "CanNotDelete" {
			locked++
		}
	}
	if locked != 2 {
		found["Lock"] = fmt.Sprintf("%d locks", locked)
	}
	for _, r := range s.of("Microsoft.Insights/scheduledQueryRules") {
		if r.at("evaluationFrequency") == "PT1M" {
			found["Alert.HighFrequencyQuery"] = r.Name
		}
	}
	for _, r := range s.of("Microsoft.Insights/metricAlerts") {
		if r.at("autoMitigate") != true {
			found["Alert.MetricAutoMitigate"] = r.Name
		}
	}
	if len(s.of("Microsoft.Insights/activityLogAlerts")) == 0 {
		found["Monitor.ServiceHealth"] = "no alert on service health"
	}
	for _, r := range s.Resources {
		if r.Location == "" || r.Location == "global" {
			continue
		}
		if r.Location != "westeurope" {
			found["Resource.AllowedRegions"] = r.Name
		}
		if r.Tags["application"] == "" || r.Tags["environment"] == "" {
			found["Resource.UseTags"] = r.Name
		}
	}
	return found
}

// Each rule holds, or exempt gives the reason why it does not.
func TestRules(t *testing.T) {
	for _, name := range environments {
		found, allowed := broken(t, read(t, name)), exempt(name)
		for _, r := range slices.Sorted(maps.Keys(found)) {
			if allowed[r] == "" {
				t.Errorf("%s: %s is broken by %s", name, r, found[r])
			}
		}
		for _, r := range slices.Sorted(maps.Keys(allowed)) {
			if _, needed := found[r]; !needed {
				t.Errorf("%s: %s holds: its exemption can go", name, r)
			}
		}
	}
}

// Each rule can be broken: without the value that it needs it fails. So no rule
// passes because it looks at the wrong place.
func TestRulesFindWhatIsMissing(t *testing.T) {
	s := read(t, "private")
	for i := range s.Resources {
		r := &s.Resources[i]
		r.Properties, r.SKU.Name, r.Tags = nil, "Standard_LRS", nil
		r.Identity.UserAssignedIdentities = nil
		if r.Location != "" {
			r.Location = "eastus"
		}
		if r.Type != vault { // each is found by its name
			r.Name = "?"
		}
	}
	found := broken(t, s)
	for _, r := range rules() {
		if found[r.name] == "" && r.name != "KeyVault.Name" {
			t.Errorf("%s holds for resources without properties", r.name)
		}
	}
	for _, r := range []string{"KeyVault.Logs", "Lock", "Resource.AllowedRegions", "Resource.UseTags"} {
		if found[r] == "" {
			t.Errorf("%s holds for resources without properties", r)
		}
	}
}
