package deploy

import (
	"context"
	"fmt"
	"strings"
)

// beside are types of resources that Azure adds to ours, without our tags.
var beside = []string{
	"microsoft.alertsmanagement/smartdetectoralertrules", "microsoft.insights/actiongroups", "microsoft.network/networkinterfaces",
	"microsoft.network/privatednszones/virtualnetworklinks",
}

// Remove deletes the resource group. It first says what is lost and what stays. It
// refuses a group with other resources.
func Remove(ctx context.Context, o Options) error {
	d := &deployment{Options: o}
	exists, err := d.CLI.run(ctx, "group", "exists", "--name", d.Group)
	if err != nil {
		return err
	}
	if exists != "true" && !d.CLI.DryRun {
		fmt.Fprintf(d.Out, "there is no group %s\n", d.Group)
		return nil
	}
	var all []struct {
		ID, Type string
		Tags     map[string]string
	}
	if err := d.CLI.ask(ctx, &all, "resource", "list", "--resource-group", d.Group, "--query",
		"[].{id:id, type:type, tags:tags}"); err != nil {
		return err
	}
	var foreign []string
	for _, r := range all {
		if r.Tags["application"] != "kantoorpost" && !isBeside(r.Type) {
			foreign = append(foreign, r.ID)
		}
	}
	if len(foreign) > 0 {
		return fmt.Errorf("in group %s stands what Kantoorpost did not make, so it is not deleted: %s", d.Group, strings.Join(foreign, ", "))
	}
	fmt.Fprintf(d.Out, `The group %s is deleted, with all mail and chats: tables cannot be brought back.
What stays:
- the vault, deleted, with its secrets for 90 days; its name is taken until then, and a new deployment into the group brings it back
- the app registration: az ad app delete removes it
`, d.Group)
	if !d.CLI.DryRun {
		ok, err := d.Confirm("Delete " + d.Group + "?")
		if err != nil {
			return err
		}
		if !ok {
			return ErrRefused
		}
	}
	var locks []string
	if err := d.CLI.ask(ctx, &locks, "lock", "list", "--resource-group", d.Group, "--query", "[?name=='keep'].id"); err != nil {
		return err
	}
	if d.CLI.DryRun {
		locks = []string{"<lock>"}
	}
	if len(locks) > 0 {
		if _, err := d.CLI.run(ctx, append([]string{"lock", "delete", "--ids"}, locks...)...); err != nil {
			return err
		}
	}
	if err := d.removeRoles(ctx); err != nil {
		return err
	}
	_, err = d.CLI.run(ctx, "group", "delete", "--name", d.Group, "--yes")
	return err
}

// removeRoles removes the roles of the identities. The name of an assignment is
// derived from the name of its identity: an assignment that outlives its identity,
// on a vault that is recovered, would stop the next deployment from assigning the
// role.
func (d *deployment) removeRoles(ctx context.Context) error {
	var principals []string
	if err := d.CLI.ask(ctx, &principals, "identity", "list", "--resource-group", d.Group, "--query", "[].principalId"); err != nil {
		return err
	}
	if d.CLI.DryRun {
		principals = []string{"<object id of each identity>"}
	}
	for _, principal := range principals {
		var roles []string
		if err := d.CLI.ask(ctx, &roles, "role", "assignment", "list", "--all", "--assignee", principal, "--query", "[].id"); err != nil {
			return err
		}
		if d.CLI.DryRun {
			roles = []string{"<assignment>"}
		}
		if len(roles) > 0 {
			if _, err := d.CLI.run(ctx, append([]string{"role", "assignment", "delete", "--ids"}, roles...)...); err != nil {
				return err
			}
		}
	}
	return nil
}

func isBeside(typ string) bool {
	for _, t := range beside {
		if strings.EqualFold(t, typ) {
			return true
		}
	}
	return false
}
