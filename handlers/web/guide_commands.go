package web

import (
	"cmp"
	"encoding/json"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/lazyregexp"
)

// How a connector proves itself to Entra, as the API names it. The first is recommended.
const (
	byIdentity    = "managed-identity"
	byCertificate = "certificate"
	bySecret      = "client-secret"
)

var credentials = []string{byIdentity, byCertificate, bySecret}

// certificateForm is the form of the name of a certificate in a key vault.
var certificateForm = lazyregexp.New(`^[0-9A-Za-z-]{1,127}$`)

// graphAPI is the client id of Microsoft Graph in every tenant.
const graphAPI = "00000003-0000-0000-c000-000000000000"

// permissionIDs are the ids of the application permissions of the guide, in its order.
// https://learn.microsoft.com/graph/permissions-reference
var permissionIDs = []string{
	"e2a3a72e-5f79-4c64-b1b1-878b674786c9",
	"6931bccd-447a-43d1-b442-00a195474933",
	"df021288-bdef-4463-88db-98f22de89214",
	"b633e1c5-b582-4048-a93e-9f11b44c7e96",
}

// of returns the guide for an app with this identity.
func (g guide) of(app wire.IdentityObject) guide {
	g.Identity = app
	if issuer := endpointHost.FindString(app.Issuer); g.authority == "" {
		g.authority = cmp.Or(issuer, "https://login.microsoftonline.com")
	}
	return g
}

var endpointHost = lazyregexp.New(`^https://[a-z0-9.:-]+`)

// script returns all steps, with those of a credential, as commands for Azure Cloud Shell
// (Bash).
// https://learn.microsoft.com/cli/azure/ad/app
func (g guide) script(credential string) string {
	lines := []string{
		"app=$(az ad app create --display-name Kantoorpost --sign-in-audience AzureADMyOrg --query appId --output tsv)",
		"az ad sp create --id $app",
	}
	if g.ClientID != "" {
		lines = []string{"app=" + g.ClientID}
	}
	lines = append(lines,
		"az ad app permission add --id $app --api "+graphAPI+" --api-permissions "+strings.Join(permissionIDs, "=Role ")+"=Role",
		"az ad app permission admin-consent --id $app",
	)
	lines = append(lines, g.commandsFor(credential)...)
	return strings.Join(append(lines,
		"echo $app",
		"echo "+g.authority+"/$(az account show --query tenantId --output tsv)/oauth2/v2.0/token",
	), "\n")
}

// commands returns the step of a credential as commands, for the app registration of the
// guide.
func (g guide) commands(credential string) string {
	return strings.Join(append([]string{"app=" + cmp.Or(g.ClientID, "<client id>")}, g.commandsFor(credential)...), "\n")
}

func (g guide) commandsFor(credential string) []string {
	switch credential {
	case byIdentity:
		trust, err := json.Marshal(map[string]any{
			"name": "kantoorpost", "issuer": g.Identity.Issuer, "subject": g.Identity.Subject, "audiences": []string{g.Identity.Audience},
		})
		if err != nil || !g.Identity.Exists {
			return nil
		}
		return []string{"az ad app federated-credential create --id $app --parameters '" + strings.ReplaceAll(string(trust), "'", "") + "'"}
	case byCertificate:
		named := "--vault-name " + cmp.Or(g.Identity.KeyVault, "<key vault>") + " --name kantoorpost"
		return []string{
			"az keyvault certificate create " + named + ` --policy "$(az keyvault certificate get-default-policy)"`,
			"az keyvault certificate download " + named + " --encoding PEM --file kantoorpost.pem",
			"az ad app credential reset --id $app --append --cert @kantoorpost.pem",
		}
	}
	return []string{"az ad app credential reset --id $app --append --display-name kantoorpost --years 2 --query password --output tsv"}
}
