package connector

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"kantoorpost/shared/entra"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/table"
)

// A Patch changes a connector; nil leaves a field as it is.
type Patch struct {
	Name          *string
	ClientID      *string
	TokenEndpoint *string
	Method        *Method
	ClientSecret  *secret.Value
	Certificate   *string
	SecretExpires *time.Time
}

// Patch changes a connector over the version etag, or over any version when
// that is empty.
//
// A secret is used only for the app registration that it was given for: a patch
// of the token endpoint or the client id must include the secret. A new secret,
// certificate or method is tried at Entra, for the new app registration, before anything is stored
// and before the former secret is deleted. When Entra refuses it, the error is
// an Invalid that names the field, and nothing has changed.
func (s *Store) Patch(ctx context.Context, id, etag string, p Patch) (Connector, error) {
	old, err := s.Connector(ctx, id)
	if err != nil {
		return Connector{}, err
	}
	if etag != "" && etag != old.ETag {
		return Connector{}, ErrChanged
	}
	c, value, err := s.apply(old, p)
	if err != nil {
		return Connector{}, err
	}
	moved := c.app() != old.app()
	if moved {
		switch other, err := s.connectorOf(ctx, c.app()); {
		case err != nil:
			return Connector{}, err
		case other != "":
			return Connector{}, &ExistsError{"connector", other}
		}
	}
	if err := s.renew(ctx, old, &c, value, moved); err != nil {
		return Connector{}, err
	}
	if err := s.rewrite(ctx, old, c, moved); err != nil {
		return Connector{}, err
	}
	if moved || old.Method == MethodSecret && c.Method != MethodSecret {
		// The old secret is of no use any more: a change back must include it
		// again. It does no harm if it is not deleted.
		if err := s.o.Secrets.Delete(ctx, old.secretName()); err != nil {
			slog.WarnContext(ctx, "secret of the former app registration stays", "connector", id, "error", err)
		}
	}
	return s.Connector(ctx, id)
}

// apply returns the patched connector, and the secret of the patch.
func (s *Store) apply(c Connector, p Patch) (Connector, *secret.Value, error) {
	f := fields{clouds: s.o.Clouds, now: time.Now()}
	old := c
	if p.Name != nil {
		c.Name = f.name(*p.Name)
	}
	if p.ClientID != nil {
		c.ClientID = f.clientID(*p.ClientID)
	}
	if p.TokenEndpoint != nil {
		if e := f.endpoint(*p.TokenEndpoint); e != (entra.Endpoint{}) {
			c.Cloud, c.Tenant = e.Cloud, e.Tenant
		}
	}
	f.method(&c, cmp.Or(deref(p.Method), c.Method), cmp.Or(deref(p.Certificate), c.Certificate))
	var value *secret.Value
	switch {
	case c.Method != MethodSecret:
		f.unused(p.ClientSecret != nil)
		c.SecretVersion, c.SecretExpires = "", time.Time{}
		return c, nil, f.invalid.err()
	case p.ClientSecret != nil:
		v := f.secret(*p.ClientSecret)
		value = &v
		c.SecretExpires = f.expires(time.Time{})
	case (c.app() != old.app() || c.Method != old.Method) && len(f.invalid) == 0:
		f.invalid.add("clientSecret", "client-secret-again", "the client secret, since the client id or the token endpoint changes")
	}
	if p.SecretExpires != nil {
		c.SecretExpires = f.expires(*p.SecretExpires)
	}
	return c, value, f.invalid.err()
}

// renew writes the secret for c's app registration, when it is a new one or has
// another end date, and sets its version in c.
func (s *Store) renew(ctx context.Context, old Connector, c *Connector, v *secret.Value, moved bool) error {
	switch {
	case c.Method != MethodSecret:
		return s.renewTrust(ctx, old, c, moved)
	case v == nil && c.SecretExpires.Equal(old.SecretExpires):
		return nil
	case v == nil:
		kept, err := s.o.Secrets.Get(ctx, old.secretName(), old.SecretVersion)
		if err != nil {
			return fmt.Errorf("date of the secret of %s: %w", old.Name, &SecretStoreError{err})
		}
		v = &kept
	default:
		if err := s.prove(ctx, *c, *v, moved); err != nil {
			return err
		}
	}
	var err error
	c.SecretVersion, err = s.setSecret(ctx, *c, *v)
	return err
}

// renewTrust tries a connector without a secret of its own, when it is another one.
func (s *Store) renewTrust(ctx context.Context, old Connector, c *Connector, moved bool) (err error) {
	var v secret.Value
	if c.Method == MethodCertificate {
		if v, err = s.readCertificate(ctx, c); err != nil {
			return err
		}
	}
	if !moved && c.Method == old.Method && c.Certificate == old.Certificate {
		return nil
	}
	return s.prove(ctx, *c, v, moved)
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// prove asks Entra for a token with a secret that is not stored yet, and with
// no other.
func (s *Store) prove(ctx context.Context, c Connector, v secret.Value, moved bool) error {
	token, err := entra.NewCredential(s.o.Clouds, c.Endpoint(), c.ClientID, s.proof(c, v), s.o.Transport)
	if err == nil {
		cloud, _ := s.o.Clouds.Find(c.Cloud)
		_, err = entra.Check(ctx, token, cloud.Scope())
	}
	if err == nil {
		return nil
	}
	if state, reason := s.stateOf(err); state != "" {
		return Invalid{refusedField(state, reason, moved, c.Method)}
	}
	return fmt.Errorf("try the new secret of %s: %w", c.Name, &OutsideError{err})
}

// refusedField says which field Entra refuses. Without a new app registration
// that is always the secret: nothing else was given.
func refusedField(state State, reason string, moved bool, m Method) FieldError {
	said := fmt.Sprintf("Entra refused this one (%s), and what was there stays in use", reason)
	switch {
	case moved && state == StateNotInTenant:
		return FieldError{"clientId", "client-id-" + string(state), "an app registration of this tenant; " + said}
	case moved && (state == StateTenantUnknown || state == StateOtherTenant):
		return FieldError{"tokenEndpoint", "token-endpoint-" + string(state),
			"the token endpoint of the tenant that the app registration is in; " + said}
	}
	switch m {
	case MethodIdentity:
		return FieldError{"credential", "credential-" + string(state), "an app registration that trusts the identity of this app; " + said}
	case MethodCertificate:
		return FieldError{"certificate", "certificate-" + string(state), "a certificate that the app registration has; " + said}
	}
	return FieldError{"clientSecret", "client-secret-" + string(state),
		"a secret that Entra takes; " + said + ". A secret that was just made may need a minute"}
}

// rewrite saves c over old. A new app registration or secret also resets the
// state.
func (s *Store) rewrite(ctx context.Context, old, c Connector, moved bool) error {
	defer s.forget()
	row := table.Pack(connectorKey(c.ID), c.row())
	row.ETag = old.ETag
	ops := []table.Op{done(ctx, "connector.update", "connector "+c.ID, differences(
		change{"name", old.Name, c.Name}, change{"clientId", old.ClientID, c.ClientID}, change{"tenant", old.Tenant, c.Tenant},
		change{"cloud", old.Cloud, c.Cloud},
		change{"secret", old.SecretVersion, c.SecretVersion}, change{"secretExpires", date(old.SecretExpires), date(c.SecretExpires)},
		change{"credential", string(old.Method), string(c.Method)}, change{"certificate", old.Certificate, c.Certificate},
	))}
	if moved || c.SecretVersion != old.SecretVersion || c.Method != old.Method || c.Certificate != old.Certificate {
		now := time.Now().UTC().Truncate(time.Millisecond)
		ops = append(ops, table.Put(table.Pack(stateKey(c.ID), stateRow{State: StateNew, Since: now, Tried: now})))
	}
	if moved {
		ops = append(ops, table.Insert(table.Pack(appKey(c.app()), appRow{c.ID})), table.Delete(table.Row{Key: appKey(old.app())}))
	}
	switch err := replace(ctx, s.o.Configuration, row, ops...); {
	case errors.Is(err, table.ErrExists):
		return &ExistsError{"connector", c.app()}
	case err != nil:
		return fmt.Errorf("save connector %s: %w", c.ID, err)
	}
	return nil
}

// Delete removes a connector and its secret, over the version etag or over any
// version when that is empty. The error is ErrInUse while addresses are
// activated.
//
// The secret is deleted first: a run that dies in between leaves a connector
// that can be deleted again, and no forgotten secret.
func (s *Store) Delete(ctx context.Context, id, etag string) error {
	c, err := s.Connector(ctx, id)
	if err != nil {
		return err
	}
	if etag != "" && etag != c.ETag {
		return ErrChanged
	}
	boxes, err := s.Activated(ctx)
	if err != nil {
		return err
	}
	for _, b := range boxes {
		if b.Active && b.Connector == id {
			return ErrInUse
		}
	}
	if err := s.o.Secrets.Delete(ctx, c.secretName()); err != nil {
		return fmt.Errorf("secret of %s: %w", c.Name, &SecretStoreError{err})
	}
	defer s.forget()
	for _, ops := range [][]table.Op{
		{table.Delete(table.Row{Key: stateKey(id)})},
		{table.Delete(table.Row{Key: appKey(c.app())})},
		{table.Delete(table.Row{Key: connectorKey(id)}), done(ctx, "connector.delete", "connector "+id, map[string]string{"name": c.Name})},
	} {
		if err := s.o.Configuration.Write(ctx, ops...); err != nil && !errors.Is(err, table.ErrNotFound) {
			return fmt.Errorf("delete connector %s: %w", id, err)
		}
	}
	s.mu.Lock()
	delete(s.clients, id)
	s.mu.Unlock()
	return nil
}
