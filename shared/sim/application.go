package sim

import (
	"crypto/subtle"
	"fmt"
	"slices"
	"time"
)

// The application permissions that the product asks.
//
// https://learn.microsoft.com/graph/permissions-reference
const (
	roleMailReadWrite = "Mail.ReadWrite"
	roleMailRead      = "Mail.Read"
	roleMailSend      = "Mail.Send"
	roleSettings      = "MailboxSettings.ReadWrite"
	roleUserReadAll   = "User.Read.All"
)

// allRoles are those that a new tenant's administrator has consented to.
var allRoles = []string{roleMailReadWrite, roleMailSend, roleSettings, roleUserReadAll}

// application is the app registration that the tenant has.
type application struct {
	Roles   []string    `json:"roles"`
	Secrets []appSecret `json:"secrets,omitempty"`
}

type appSecret struct {
	ID      string    `json:"id"` // what people paste by mistake
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
	return &application{Roles: slices.Clone(a.Roles), Secrets: slices.Clone(a.Secrets)}
}

// AddSecret gives the application one more client secret.
func (t *Tenant) AddSecret(secret string, expires time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	app := t.app.clone()
	app.Secrets = slices.DeleteFunc(app.Secrets, func(s appSecret) bool { return s.matches(secret) })
	app.Secrets = append(app.Secrets, appSecret{ID: newGUID(), Value: secret, Expires: expires.UTC()})
	return t.commitApp("add a secret", app)
}

// ExpireSecret lets a client secret have expired a moment ago; "" is all of
// them. Tokens that were given keep their hour.
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

// Grant consents to an application permission. As in Entra it is in the tokens
// that are asked from then on.
func (t *Tenant) Grant(role string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	app := t.app.clone()
	if !slices.Contains(app.Roles, role) {
		app.Roles = append(app.Roles, role)
	}
	return t.commitApp("grant "+role, app)
}

// Revoke withdraws an application permission, for tokens that were given too:
// nobody who tries it wants to wait for an hour.
func (t *Tenant) Revoke(role string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	app := t.app.clone()
	app.Roles = slices.DeleteFunc(app.Roles, func(r string) bool { return r == role })
	return t.commitApp("revoke "+role, app)
}

// ForgetDeltaLinks makes all delta links of a mailbox invalid, as Exchange
// does when it likes; "" is every mailbox.
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
