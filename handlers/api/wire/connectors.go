package wire

import (
	"time"

	"kantoorpost/shared/words"
)

// A ConnectorObject is a connector as the API shows it. This package never
// knows the secret.
type ConnectorObject struct {
	ID            string      `json:"id"`
	Kind          string      `json:"kind" enum:"microsoft-azure"`
	Name          string      `json:"name"`
	ClientID      string      `json:"clientId"`
	Cloud         string      `json:"cloud" doc:"which of Microsoft's clouds"`
	Tenant        string      `json:"tenant" doc:"id or domain of the Entra tenant"`
	TokenEndpoint string      `json:"tokenEndpoint" doc:"built again from cloud and tenant"`
	Credential    string      `json:"credential" enum:"client-secret,managed-identity,certificate" doc:"how it proves itself to Entra"`
	Certificate   string      `json:"certificate,omitempty" doc:"name of a certificate in the key vault"`
	SecretSet     bool        `json:"secretSet" doc:"the secret itself is never shown"`
	SecretVersion string      `json:"secretVersion" doc:"which version in the key vault is in use"`
	SecretExpires time.Time   `json:"secretExpires,omitzero" doc:"when the secret or the certificate ends; absent for a managed identity"`
	State         string      `json:"state" doc:"new, works, or what is wrong"`
	StateReason   string      `json:"stateReason,omitempty" doc:"code and trace id to look up"`
	StateSince    *time.Time  `json:"stateSince,omitempty"`
	WhatToDo      *words.Text `json:"whatToDo,omitempty"`
}

// A ConnectorBody makes a connector.
type ConnectorBody struct {
	Kind          string `json:"kind,omitempty" example:"microsoft-azure"`
	Name          string `json:"name" example:"Mijn Kantoor"`
	ClientID      string `json:"clientId" doc:"application (client) id of the app registration"`
	Credential    string `json:"credential,omitempty" doc:"client-secret when absent; managed-identity: a federated credential on the app registration trusts this app (see /api/identity); certificate: one in the key vault of this app"`
	ClientSecret  string `json:"clientSecret,omitempty" doc:"the value of the client secret, not its id; never comes back"`
	Certificate   string `json:"certificate,omitempty" doc:"the name of a certificate in the key vault"`
	TokenEndpoint string `json:"tokenEndpoint" doc:"OAuth 2.0 token endpoint (v2) of the app registration" example:"https://login.microsoftonline.com/00001111-aaaa-2222-bbbb-3333cccc4444/oauth2/v2.0/token"`
	SecretExpires string `json:"secretExpires,omitempty" doc:"date, or date and time; in 730 days when absent" example:"2028-11-22"`
}

// An IdentityObject is what a federated credential must say. It holds no secret.
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
type IdentityObject struct {
	Exists   bool   `json:"exists" doc:"false outside Azure: only a client secret or a certificate is possible"`
	Issuer   string `json:"issuer,omitempty"`
	Subject  string `json:"subject,omitempty" doc:"object id of the identity of this app"`
	Audience string `json:"audience,omitempty"`
	KeyVault string `json:"keyVault,omitempty" doc:"name of the key vault of this app, for a certificate"`
}

// A CheckObject is the result of a check of a connector.
type CheckObject struct {
	Works       bool              `json:"works" doc:"nothing needs a person"`
	State       string            `json:"state" doc:"works, or what is wrong with the connector as a whole"`
	Reason      string            `json:"reason,omitempty" doc:"code and trace id to look up"`
	WhatToDo    *words.Text       `json:"whatToDo,omitempty"`
	Permissions []PermissionCheck `json:"permissions" nullable:"false"`
	Mailboxes   []MailboxCheck    `json:"mailboxes" nullable:"false" doc:"the activated ones"`
}

// A PermissionCheck says whether the connector has one permission.
type PermissionCheck struct {
	Name     string      `json:"name" enum:"Mail.ReadWrite,MailboxSettings.ReadWrite,User.Read.All,Mail.Send"`
	Granted  *bool       `json:"granted" nullable:"true" doc:"null: it cannot be known now"`
	WhatToDo *words.Text `json:"whatToDo,omitempty"`
}

// A MailboxCheck says whether one mailbox can be read.
type MailboxCheck struct {
	ID       string      `json:"id"`
	Address  string      `json:"address"`
	Readable bool        `json:"readable" doc:"its inbox"`
	Settings bool        `json:"settings" doc:"its settings can be read"`
	Problem  string      `json:"problem,omitempty"`
	WhatToDo *words.Text `json:"whatToDo,omitempty"`
}

// A Candidate is a mailbox that can be activated.
type Candidate struct {
	ID        string `json:"id"`
	Address   string `json:"address"`
	Name      string `json:"name"`
	Activated bool   `json:"activated"`
}

// A LimitsObject is the result of a check on mailboxes that are not
// activated.
type LimitsObject struct {
	Limited  *bool         `json:"limited" nullable:"true" doc:"whether other mailboxes are refused; null: none of them could tell"`
	WhatToDo *words.Text   `json:"whatToDo,omitempty"`
	Tried    []TriedObject `json:"tried" nullable:"false" doc:"mailboxes that are not activated, as far as the first that could be read"`
}

// A TriedObject is a mailbox that the check of the limits tried to read.
type TriedObject struct {
	ID       string      `json:"id"`
	Address  string      `json:"address"`
	Readable *bool       `json:"readable" nullable:"true" doc:"null: it could not tell"`
	WhatToDo *words.Text `json:"whatToDo,omitempty" doc:"why it could not tell"`
}

// A LimitScript limits the app to the activated mailboxes.
type LimitScript struct {
	Script    string   `json:"script" doc:"PowerShell, for an administrator of Exchange Online; may be run again"`
	Addresses []string `json:"addresses" nullable:"false" doc:"the activated ones, which the app is limited to"`
}
