package infra_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kantoorpost/infra"
	"kantoorpost/shared/must"
)

var (
	scopeOf  = regexp.MustCompile(`^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/(.+)/providers/Microsoft\.Authorization/`)
	identity = regexp.MustCompile(`userAssignedIdentities/([^']+)'`)
)

// parts returns what the templates grant and what they make.
func parts(t *testing.T) (infra.Access, infra.Storage) {
	t.Helper()
	access := must.Get(infra.ReadAccess())(t)
	storage := must.Get(infra.ReadStorage())(t)
	return access, storage
}

// Nobody gets more than access.json grants, at the scope that it names, and the
// identity for sign-in gets nothing.
func TestRolesAreThoseOfTheFile(t *testing.T) {
	file, storage := parts(t)
	for _, environment := range environments {
		s := read(t, environment)
		account := "Microsoft.Storage/storageAccounts/" + s.one(t, "Microsoft.Storage/storageAccounts").Name
		scopes := map[string][]string{
			"account":   {account},
			"vault":     {"Microsoft.KeyVault/vaults/" + s.one(t, "Microsoft.KeyVault/vaults").Name},
			"component": {"Microsoft.Insights/components/" + s.one(t, "Microsoft.Insights/components").Name},
		}
		for kind, names := range map[string][]string{"queue": storage.Queues, "poisonQueue": storage.PoisonQueues} {
			for _, name := range names {
				scopes[kind] = append(scopes[kind], account+"/queueServices/default/queues/"+name)
			}
		}
		for _, name := range storage.Tables {
			scopes["table"] = append(scopes["table"], account+"/tableServices/default/tables/"+name)
		}
		var want []string
		for kind, rows := range file.App {
			for _, row := range rows {
				if len(row.Why) < 20 || file.Roles[row.Role] == "" {
					t.Errorf("%s on each %s: no reason, or no id", row.Role, kind)
				}
				if len(scopes[kind]) == 0 {
					t.Errorf("%s on %s, of which there is none", row.Role, kind)
				}
				for _, scope := range scopes[kind] {
					want = append(want, file.Roles[row.Role]+" on "+scope)
				}
			}
		}
		var got []string
		for _, r := range s.of("Microsoft.Authorization/roleAssignments") {
			scope := scopeOf.FindStringSubmatch(r.ID)
			principal := identity.FindStringSubmatch(fmt.Sprint(r.at("principalId")))
			if scope == nil || principal == nil {
				t.Errorf("%s: a role on the whole group, or for an unknown principal: %s", environment, r.ID)
				continue
			}
			if strings.HasSuffix(principal[1], "-signin") || r.at("principalType") != "ServicePrincipal" {
				t.Errorf("%s: a role for %s, which is a %v", environment, principal[1], r.at("principalType"))
			}
			role := r.at("roleDefinitionId").(string)
			got = append(got, role[strings.LastIndex(role, "/")+1:]+" on "+scope[1])
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: roles\n%s\nwant\n%s", environment, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// The deployer may store packages and operators may read. Both get their roles
// only if they are named.
func TestDeployerAndOperatorsGetTheirRoles(t *testing.T) {
	file, storage := parts(t)
	const deployer, operators = "11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"
	dir := t.TempDir()
	copyTo(t, dir, func(_, text string) string {
		return strings.NewReplacer(
			"readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')", "'"+deployer+"'",
			"readEnvironmentVariable('KANTOORPOST_OPERATORS', '')", "'"+operators+"'",
		).Replace(text)
	})
	if out, said, err := compiler(t, append([]string{"snapshot", filepath.Join(dir, "prod.bicepparam"), "--mode", "overwrite"},
		fixed...)...); err != nil {
		t.Fatalf("%v: %s%s", err, out, said)
	}
	text := must.Get(os.ReadFile(filepath.Join(dir, "prod.snapshot.json")))(t)
	var s snapshot
	must.Do(t, json.Unmarshal(text, &s))
	found := map[string][]string{} // by principal
	for _, r := range s.of("Microsoft.Authorization/roleAssignments") {
		principal, role := r.at("principalId").(string), r.at("roleDefinitionId").(string)
		for name, id := range file.Roles {
			if strings.HasSuffix(role, id) {
				found[principal] = append(found[principal], fmt.Sprint(name, " for a ", r.at("principalType"), " on ",
					filepath.Base(scopeOf.FindStringSubmatch(r.ID)[1])))
			}
		}
	}
	workspace := s.one(t, "Microsoft.OperationalInsights/workspaces").Name
	if got := found[deployer]; !slices.Equal(got, []string{"Storage Blob Data Contributor for a User on packages",
		"Storage Blob Data Contributor for a User on releases", "Log Analytics Reader for a User on " + workspace}) {
		t.Errorf("who deploys has %q", got)
	}
	var want []string
	for _, q := range append(storage.Queues, storage.PoisonQueues...) {
		want = append(want, "Storage Queue Data Reader for a Group on "+q)
	}
	for _, name := range storage.Tables {
		want = append(want, "Storage Table Data Reader for a Group on "+name)
	}
	want = append(want, "Log Analytics Reader for a Group on "+workspace)
	if got := found[operators]; !slices.Equal(got, want) {
		t.Errorf("operators have %q, want %q", got, want)
	}
}
