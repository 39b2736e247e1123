package connector

import (
	"cmp"
	"strings"
	"time"

	"kantoorpost/shared/entra"
	"kantoorpost/shared/ids"
)

// KindAzure is the only kind of connector: an app registration in the Entra
// tenant of the office.
const KindAzure = "microsoft-azure"

// A State is the last known state of a connector.
type State string

// The states of a connector. They are stored.
const (
	StateNew           State = "new"               // not tried since it was created or changed
	StateWorks         State = "works"             // Entra gave a token
	StateSecretExpired State = "secret-expired"    // Entra says that the secret is past its date
	StateSecretWrong   State = "secret-wrong"      // Entra does not know the secret, or it is the secret's id
	StateSecretMissing State = "secret-missing"    // the vault has no usable secret
	StateVault         State = "vault-unreachable" // the vault refuses or does not answer
	StateNotInTenant   State = "app-not-in-tenant" // the tenant has no such client id
	StateTenantUnknown State = "tenant-unknown"    // Entra has no such tenant
	StateOtherTenant   State = "other-tenant"      // the token is for another tenant than was asked
	StateRefused       State = "refused"           // Entra refuses for another reason
	StateUnreachable   State = "unreachable"       // Entra could not be asked; in reports only
	StateTokenRefused  State = "token-refused"     // Graph refuses the token that Entra gave

	StateIdentity           State = "identity-missing"    // this app has no identity that the app registration could trust
	StateTrustMissing       State = "trust-missing"       // the app registration has no federated credential
	StateTrustIssuer        State = "trust-issuer"        // its federated credential names another issuer
	StateTrustSubject       State = "trust-subject"       // … another identity
	StateTrustAudience      State = "trust-audience"      // … another audience
	StateTrustTenant        State = "trust-tenant"        // the identity is of another tenant than the app registration
	StateCertificateMissing State = "certificate-missing" // the vault has no usable certificate
	StateCertificateUnknown State = "certificate-unknown" // the app registration does not know the certificate
	// StateCertificateFormer works, until the certificate ends: the vault has renewed it, and
	// the app registration does not know the new one. It is stored as StateWorks.
	StateCertificateFormer State = "certificate-former"
)

// Stopped says whether mailboxes are not read in this state, except for a probe
// now and then. An unreachable vault stops nothing: a known secret still works.
func (s State) Stopped() bool {
	switch s {
	case StateNew, StateWorks, StateVault, StateCertificateFormer, "":
		return false
	}
	return true
}

// A Connector is one app registration through which mailboxes are read. It
// never contains the secret.
type Connector struct {
	ID            string
	Kind          string // KindAzure
	Name          string
	Cloud, Tenant string // of the token endpoint
	ClientID      string
	Method        Method // how it proves itself to Entra
	Certificate   string // name in the vault; of MethodCertificate
	SecretSet     bool
	SecretVersion string    // in the secret store
	SecretExpires time.Time // or the certificate that is used; zero for never
	State         State
	StateReason   string // AADSTS code and trace id, or the vault's code; never the whole answer
	StateSince    time.Time
	ETag          string // of the row that people edit

	tried time.Time // when the state was last checked
}

// Endpoint returns the endpoint of the connector's tokens.
func (c Connector) Endpoint() entra.Endpoint {
	return entra.Endpoint{Cloud: c.Cloud, Tenant: c.Tenant}
}

// secretName returns the name of the connector's secret in the store; the
// comment of the package says why it depends on these three values.
func (c Connector) secretName() string { return "connector-" + c.app() }

func (c Connector) app() string {
	return ids.Hash(c.Cloud, strings.ToLower(c.Tenant), strings.ToLower(c.ClientID))
}

// The row of a connector.
type connectorRow struct {
	Name          string    `json:"name"`
	Cloud         string    `json:"cloud"`
	Tenant        string    `json:"tenant"`
	ClientID      string    `json:"clientId"`
	SecretVersion string    `json:"secretVersion"`
	SecretExpires time.Time `json:"secretExpires"`
	Method        Method    `json:"method,omitempty"`
	Certificate   string    `json:"certificate,omitempty"`
}

// The row of a connector's state.
type stateRow struct {
	State  State     `json:"state"`
	Reason string    `json:"reason,omitempty"`
	Since  time.Time `json:"since"`
	Tried  time.Time `json:"tried"`
	// Former and Ends are of the certificate that was used last. Releases that do not know
	// them see a connector that works.
	Former bool      `json:"former,omitempty"`
	Ends   time.Time `json:"ends,omitzero"`
}

// The row that says which connector an app registration belongs to.
type appRow struct {
	Connector string `json:"connector"`
}

func (c Connector) row() connectorRow {
	method := c.Method
	if method == MethodSecret {
		method = "" // as the rows of releases that knew no other
	}
	return connectorRow{c.Name, c.Cloud, c.Tenant, c.ClientID, c.SecretVersion, c.SecretExpires, method, c.Certificate}
}

func (r connectorRow) connector(id, etag string) Connector {
	return Connector{
		ID: id, Kind: KindAzure, Name: r.Name, Cloud: r.Cloud, Tenant: r.Tenant, ClientID: r.ClientID,
		Method: cmp.Or(r.Method, MethodSecret), Certificate: r.Certificate,
		SecretSet: r.SecretVersion != "", SecretVersion: r.SecretVersion, SecretExpires: r.SecretExpires.UTC(),
		State: StateNew, ETag: etag,
	}
}

func (c Connector) with(r stateRow) Connector {
	c.State, c.StateReason, c.StateSince, c.tried = r.State, r.Reason, r.Since.UTC(), r.Tried
	if r.Former {
		c.State = StateCertificateFormer
	}
	if !r.Ends.IsZero() && c.Method == MethodCertificate {
		c.SecretExpires = r.Ends.UTC()
	}
	return c
}

func connectorKey(id string) string { return "connector|" + id }
func stateKey(id string) string     { return "connector|" + id + "|state" }
func appKey(app string) string      { return "app|" + app }
