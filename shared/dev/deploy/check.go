package deploy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// providers are the resource providers that the templates need.
var providers = []string{
	"Microsoft.Web", "Microsoft.Storage", "Microsoft.KeyVault", "Microsoft.ManagedIdentity",
	"Microsoft.OperationalInsights", "Microsoft.Insights",
}

// networkProviders are needed as well for a private network.
var networkProviders = []string{"Microsoft.Network", "Microsoft.App"}

// check finds out who deploys, and whether the deployment can succeed, before it
// makes anything.
func (d *deployment) check(ctx context.Context) error {
	if err := d.whoDeploys(ctx); err != nil {
		return err
	}
	wanted := providers
	if d.Environment == "private" {
		wanted = append(slices.Clone(providers), networkProviders...)
	}
	for _, name := range wanted {
		state, err := d.CLI.run(ctx, "provider", "show", "--namespace", name, "--query", "registrationState", "--output", "tsv")
		if err != nil {
			return err
		}
		if state != "Registered" {
			if _, err := d.CLI.run(ctx, "provider", "register", "--namespace", name, "--wait"); err != nil {
				return err
			}
		}
	}
	region, err := d.CLI.run(ctx, "functionapp", "list-flexconsumption-locations", "--query", fmt.Sprintf("[?name=='%s'].name", d.Location),
		"--output", "tsv")
	if err != nil {
		return err
	}
	if region == "" && !d.CLI.DryRun {
		return fmt.Errorf("%s has no Flex Consumption: az functionapp list-flexconsumption-locations names the regions that have", d.Location)
	}
	if d.Environment != "dev" {
		zones, err := d.CLI.run(ctx, "storage", "sku", "list", "--query",
			fmt.Sprintf("[?resourceType=='storageAccounts' && name=='Standard_ZRS' && contains(locations, '%s')].name | [0]", d.Location),
			"--output", "tsv")
		if err != nil {
			return err
		}
		if zones == "" && !d.CLI.DryRun {
			return fmt.Errorf("%s keeps no copies in three zones (Standard_ZRS): take another region, or set redundancy in %s", d.Location,
				d.parameterFile())
		}
	}
	return d.checkQuota(ctx)
}

// checkQuota refuses a region without a free core. Azure does not document the names
// of its counters, so it only reports a counter that it does not find.
// https://learn.microsoft.com/rest/api/appservice/get-usages-in-location/list
func (d *deployment) checkQuota(ctx context.Context) error {
	var quotas []struct {
		Name        string
		Used, Limit int64
	}
	err := d.CLI.ask(ctx, &quotas, "rest", "--method", "GET", "--url",
		"https://management.azure.com/subscriptions/"+d.subscription+"/providers/Microsoft.Web/locations/"+d.Location+
			"/usages?api-version=2025-03-01",
		"--query", "value[?contains(name.value, 'Flex')].{name: name.value, used: currentValue, limit: limit}")
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		fmt.Fprintf(d.Out, "  how many cores are left cannot be seen: %s\n", firstLine(err))
		return nil
	}
	for _, q := range quotas {
		if q.Used >= q.Limit {
			return fmt.Errorf("no core is left in %s: %s is %d of %d; take another region, or ask Azure for more", d.Location, q.Name,
				q.Used, q.Limit)
		}
	}
	return nil
}

// whoDeploys reads who is signed in to the CLI.
func (d *deployment) whoDeploys(ctx context.Context) error {
	var account struct {
		ID, TenantID string
		User         struct{ Name, Type string }
	}
	if err := d.CLI.ask(ctx, &account, "account", "show"); errors.Is(err, ErrNoCLI) {
		return err
	} else if err != nil {
		return fmt.Errorf("sign in first, with az login --tenant %s: %w", d.Tenant, err)
	}
	if d.CLI.DryRun {
		account.ID, account.TenantID, account.User.Name, account.User.Type = "<subscription>", d.Tenant, "<you>", "user"
	}
	if !strings.EqualFold(account.TenantID, d.Tenant) {
		return fmt.Errorf("the subscription %s belongs to tenant %s, not to %s: az login --tenant %s, then az account set", account.ID,
			account.TenantID, d.Tenant, d.Tenant)
	}
	d.subscription, d.deployerType = account.ID, "User"
	args := []string{"ad", "signed-in-user", "show", "--query", "id", "--output", "tsv"}
	if account.User.Type == "servicePrincipal" {
		d.deployerType = "ServicePrincipal"
		args = []string{"ad", "sp", "show", "--id", account.User.Name, "--query", "id", "--output", "tsv"}
	}
	if d.Administrator == "" {
		if d.deployerType != "User" {
			return errors.New("a pipeline deploys: -administrator must say who is the first administrator")
		}
		d.Administrator = account.User.Name
	}
	var err error
	if d.deployer, err = d.CLI.run(ctx, args...); d.CLI.DryRun {
		d.deployer = "<your object id>"
	}
	return err
}

// checkRights refuses a deployer who may not assign roles, or not make the locks of the
// environment: without this check the deployment would fail half-way.
func (d *deployment) checkRights(ctx context.Context) error {
	scope := "/subscriptions/" + d.subscription + "/resourceGroups/" + d.Group
	var roles []string
	err := d.CLI.ask(ctx, &roles, "role", "assignment", "list", "--assignee", d.deployer, "--scope", scope,
		"--include-inherited", "--include-groups", "--query", "[].roleDefinitionName")
	if err != nil || d.CLI.DryRun {
		return err
	}
	// https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources#who-can-create-or-delete-locks
	second := []string{"User Access Administrator"}
	if locked, err := d.locked(); err != nil {
		return err
	} else if !locked {
		second = append(second, "Role Based Access Control Administrator")
	}
	has := func(name string) bool { return slices.Contains(roles, name) }
	if has("Owner") || has("Contributor") && slices.ContainsFunc(second, has) {
		return nil
	}
	return fmt.Errorf("on %s you have %q: Owner is needed, or Contributor and %s", scope, roles, strings.Join(second, " or "))
}

// locked says whether the environment protects storage and vault against deletion.
func (d *deployment) locked() (bool, error) {
	text, err := os.ReadFile(d.parameterFile())
	return !strings.Contains(string(text), "param lock = false"), err
}
