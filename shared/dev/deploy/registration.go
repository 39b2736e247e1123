package deploy

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"

	"kantoorpost/infra"
)

// azureCLI is the client id of the Azure CLI, which may request a token for the
// person who is signed in to it. The smoke test signs in that way.
// https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
const azureCLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

// uniqueName identifies the app registration of a resource group.
func (d *deployment) uniqueName() string {
	return fmt.Sprintf("kantoorpost-%x", sha256.Sum256([]byte(strings.ToLower(d.subscription+"/"+d.Group))))[:28]
}

// register makes the app registration, or updates its roles and scope.
// https://learn.microsoft.com/graph/api/application-upsert
func (d *deployment) register(ctx context.Context) error {
	if d.ClientID != "" {
		fmt.Fprintf(d.Out, "  %s was made by somebody else, and is not changed\n", d.ClientID)
		return nil
	}
	file := fromFile(filepath.Join(d.Root, "infra", "registration.json"))
	if err := d.CLI.graph(ctx, nil, "PATCH", fmt.Sprintf("applications(uniqueName='%s')", d.uniqueName()), file, true); err != nil {
		return err
	}
	if err := d.findRegistration(ctx); err != nil {
		return err
	}
	// Its address contains its client id, and the CLI may only be allowed a scope
	// that exists. So the registration is written in several steps.
	var scopes []string
	for _, s := range mustRegistration().API.Scopes {
		scopes = append(scopes, s.ID)
	}
	if err := d.CLI.graph(ctx, nil, "PATCH", "applications/"+d.application, map[string]any{
		"identifierUris": []string{"api://" + d.ClientID},
		"api":            map[string]any{"preAuthorizedApplications": []any{map[string]any{"appId": azureCLI, "delegatedPermissionIds": scopes}}},
	}, false); err != nil {
		return err
	}
	return d.servicePrincipal(ctx, d.ClientID)
}

// servicePrincipal makes the service principal of an application, without which
// nobody in the tenant can sign in to it.
// https://learn.microsoft.com/graph/api/serviceprincipal-upsert
func (d *deployment) servicePrincipal(ctx context.Context, client string) error {
	return d.CLI.graph(ctx, nil, "PATCH", fmt.Sprintf("servicePrincipals(appId='%s')", client), map[string]any{"appId": client}, true)
}

// findRegistration finds the registration that register made.
func (d *deployment) findRegistration(ctx context.Context) error {
	var found struct{ ID, AppID string }
	path := fmt.Sprintf("applications(uniqueName='%s')?$select=id,appId", d.uniqueName())
	if err := d.CLI.graph(ctx, &found, "GET", path, nil, false); err != nil {
		return err
	}
	if d.CLI.DryRun {
		found.ID, found.AppID = "<object id>", "<client id>"
	}
	if found.ID == "" || found.AppID == "" {
		return fmt.Errorf("the app registration %s has no id yet: try again", d.uniqueName())
	}
	d.application, d.ClientID = found.ID, found.AppID
	return nil
}

func mustRegistration() infra.Registration {
	r, err := infra.ReadRegistration()
	if err != nil {
		panic(err) // the file is embedded, and a test reads it
	}
	return r
}

// trust sets the address to which people return after the sign-in, and allows the
// identity of the app to act for the registration, so that it needs no secret.
// https://learn.microsoft.com/graph/api/federatedidentitycredential-upsert
func (d *deployment) trust(ctx context.Context) error {
	redirect := map[string]any{"web": map[string]any{
		"redirectUris": []string{"https://" + d.outputs.Host + "/.auth/login/aad/callback"},
	}}
	credential := map[string]any{
		"name":   "sign-in",
		"issuer": "https://login.microsoftonline.com/" + d.Tenant + "/v2.0",
		// Entra accepts any subject here; a wrong one fails only at the sign-in.
		"subject":   d.outputs.SignInPrincipal,
		"audiences": []string{"api://AzureADTokenExchange"},
	}
	if d.application == "" {
		return d.sayTrust(redirect, credential)
	}
	if err := d.CLI.graph(ctx, nil, "PATCH", "applications/"+d.application, redirect, false); err != nil {
		return err
	}
	return d.CLI.graph(ctx, nil, "PATCH", "applications/"+d.application+"/federatedIdentityCredentials(name='sign-in')", credential, true)
}

// sayTrust prints what the owner of the registration must do.
func (d *deployment) sayTrust(redirect, credential map[string]any) error {
	fmt.Fprintf(d.Out, "  Whoever made the registration %s runs:\n", d.ClientID)
	registration := "applications(appId='" + d.ClientID + "')"
	for _, call := range []struct {
		path string
		body map[string]any
	}{{registration, redirect}, {registration + "/federatedIdentityCredentials(name='sign-in')", credential}} {
		args, err := graphArgs("PATCH", call.path, call.body, call.path != registration)
		if err != nil {
			return err
		}
		fmt.Fprintln(d.Out, "  "+quoted(append([]string{"az"}, args...)))
	}
	return nil
}

// Grant gives a program, by its client id, one of the app roles of the product.
func Grant(ctx context.Context, o Options, program, role string) error {
	if !guid.MatchString(program) {
		return fmt.Errorf("-program must be the client id of an app registration, is %q", program)
	}
	d := &deployment{Options: o}
	var roleID string
	var known []string
	for _, r := range mustRegistration().AppRoles {
		if known = append(known, r.Value); r.Value == role {
			roleID = r.ID
		}
	}
	if roleID == "" {
		return fmt.Errorf("-role must be one of %q, is %q", known, role)
	}
	if d.ClientID == "" {
		if err := d.whoDeploys(ctx); err != nil {
			return err
		}
		if err := d.findRegistration(ctx); err != nil {
			return err
		}
	}
	principal := func(client string) (string, error) {
		var found struct{ ID string }
		err := d.servicePrincipal(ctx, client)
		if err == nil {
			err = d.CLI.graph(ctx, &found, "GET", fmt.Sprintf("servicePrincipals(appId='%s')?$select=id", client), nil, false)
		}
		if d.CLI.DryRun {
			found.ID = "<object id of " + client + ">"
		}
		return found.ID, err
	}
	to, err := principal(program)
	if err != nil {
		return err
	}
	of, err := principal(d.ClientID)
	if err != nil {
		return err
	}
	var has struct {
		Value []struct{ AppRoleID, ResourceID string }
	}
	if err := d.CLI.graph(ctx, &has, "GET", "servicePrincipals/"+to+"/appRoleAssignments", nil, false); err != nil {
		return err
	}
	for _, a := range has.Value {
		if a.AppRoleID == roleID && a.ResourceID == of {
			fmt.Fprintf(d.Out, "%s has %s already\n", program, role)
			return nil
		}
	}
	return d.CLI.graph(ctx, nil, "POST", "servicePrincipals/"+to+"/appRoleAssignments",
		map[string]any{"principalId": to, "resourceId": of, "appRoleId": roleID}, false)
}
