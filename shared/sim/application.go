package sim

import (
	"crypto/subtle"
	"fmt"
	"slices"
	"time"
)

// The application permissions that the product needs.
//
// https://learn.microsoft.com/graph/permissions-reference
const (
	roleMailReadWrite = "Mail.ReadWrite"
	roleMailRead      = "Mail.Read"
	roleMailSend      = "Mail.Send"
	roleSettings      = "MailboxSettings.ReadWrite"
	roleUserReadAll   = "User.Read.All"
)

// allRoles are the permissions with the administrator's consent in a new tenant.
var allRoles = []string{roleMailReadWrite, roleMailSend, roleSettings, roleUserReadAll}

// application is the tenant's app registration.
type application struct {
	Roles   []string    `json:"roles"`
	Secrets []appSecret `json:"secrets,omitempty"`
	// Trusted are the object ids of managed identities in federated credentials.
	Trusted      []string `json:"trusted,omitempty"`
	Certificates [][]byte `json:"certificates,omitempty"` // DER
}

type appSecret struct {
	ID      string    `json:"id"` // id of the secret, which people sometimes paste instead of the secret
	Value   string    `json:"value"`
	Expires time.Time `json:"expires"`
}

func (a application) has(secret string) bool {
	return slices.ContainsFunc(a.Secrets, func(s appSecret) bool { return s.matches(secret) })
}

func (s appSecret) matches(secret string) bool {
	return subtle.ConstantTimeCompare([]byte(s.Value), []byte(secret)) == 1
}

func (a application) clone() *application {
	return &application{Roles: slices.Clone(a.Roles), Secrets: slices.Clone(a.Secrets), Trusted: slices.Clone(a.Trusted),
		Certificates: slices.Clone(a.Certificates)}
}

// AddSecret adds a client secret to the application.
func (t *Tenant) AddSecret(secret string, expires time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	app := t.app.clone()
	app.Secrets = slices.DeleteFunc(app.Secrets, func(s appSecret) bool { return s.matches(secret) })
	app.Secrets = append(app.Secrets, appSecret{ID: newGUID(), Value: secret, Expires: expires.UTC()})
	return t.commitApp("add a secret", app)
}

// ExpireSecret makes a client secret expire now; "" is all of them. Issued tokens
// stay valid for their hour.
func (t *Tenant) ExpireSecret(secret string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	app := t.app.clone()
	for i, s := range app.Secrets {
		if secret == "" || s.matches(secret) {
			app.Secrets[i].Expires = t.now().Add(-time.Second)
		}
	}
	return t.commitApp("expire a secret", app)
}

// Grant consents to an application permission. As in Entra, only tokens that are
// issued later have it.
func (t *Tenant) Grant(role string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	app := t.app.clone()
	if !slices.Contains(app.Roles, role) {
		app.Roles = append(app.Roles, role)
	}
	return t.commitApp("grant "+role, app)
}

// Revoke withdraws an application permission, also from issued tokens, so that
// nobody who tries it has to wait for an hour.
func (t *Tenant) Revoke(role string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	app := t.app.clone()
	app.Roles = slices.DeleteFunc(app.Roles, func(r string) bool { return r == role })
	return t.commitApp("revoke "+role, app)
}

// ForgetDeltaLinks makes all delta links of a mailbox invalid, as Exchange can do at
// any time; "" is every mailbox.
func (t *Tenant) ForgetDeltaLinks(address string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var f forgotten
	if address != "" {
		box := t.user(address)
		if box == nil {
			return fmt.Errorf("forget delta links of %s: %w", address, ErrNoMailbox)
		}
		f.Mailbox = box.id
	}
	return t.commit(record{Forget: &f})
}

func (t *Tenant) commitApp(what string, app *application) error {
	if err := t.commit(record{App: app}); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
