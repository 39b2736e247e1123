package connector

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kantoorpost/shared/entra"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/table"
)

// A Draft is what a person enters to create a connector.
type Draft struct {
	Kind          string // "" or KindAzure
	Name          string
	ClientID      string
	Method        Method       // "" for MethodSecret
	ClientSecret  secret.Value // of MethodSecret
	Certificate   string       // of MethodCertificate: its name in the vault
	TokenEndpoint string       // as pasted; parsed, never called
	SecretExpires time.Time    // zero: SecretLife from now
}

// Create creates a connector. A wrong draft is an Invalid with all its wrong
// fields; an app registration that has a connector already is an *ExistsError.
//
// The secret is written first, under a name that depends only on the app
// registration, and the rows after it in one transaction. A run that dies in
// between leaves a secret that no row names and that the next try replaces,
// never a connector without its secret, and never two connectors.
func (s *Store) Create(ctx context.Context, d Draft) (Connector, error) {
	f := fields{clouds: s.o.Clouds, now: time.Now()}
	f.kind(d.Kind)
	c := Connector{Kind: KindAzure, Name: f.name(d.Name), ClientID: f.clientID(d.ClientID), State: StateNew}
	e := f.endpoint(d.TokenEndpoint)
	c.Cloud, c.Tenant = e.Cloud, e.Tenant
	f.method(&c, d.Method, d.Certificate)
	var value secret.Value
	if c.Method == MethodSecret {
		value, c.SecretExpires = f.secret(d.ClientSecret), f.expires(d.SecretExpires)
	} else {
		f.unused(!d.ClientSecret.IsZero())
	}
	if err := f.invalid.err(); err != nil {
		return Connector{}, err
	}
	switch c.Method {
	case MethodCertificate:
		if _, err := s.readCertificate(ctx, &c); err != nil {
			return Connector{}, err
		}
	case MethodIdentity:
		if _, err := s.Trust(ctx); errors.Is(err, entra.ErrNoIdentity) {
			return Connector{}, Invalid{{"credential", "credential-" + string(StateIdentity),
				"another credential: this app has no identity, which it has in Azure only"}}
		} else if err != nil {
			return Connector{}, err
		}
	}

	switch id, err := s.connectorOf(ctx, c.app()); {
	case err != nil:
		return Connector{}, err
	case id != "":
		return Connector{}, &ExistsError{"connector", id}
	}
	var err error
	if c.ID, err = s.freeID(ctx, c.app()); err != nil {
		return Connector{}, err
	}
	if c.Method == MethodSecret {
		if c.SecretVersion, err = s.setSecret(ctx, c, value); err != nil {
			return Connector{}, err
		}
	}
	if err := s.insert(ctx, c); err != nil {
		return Connector{}, err
	}
	return s.Connector(ctx, c.ID)
}

// connectorOf returns the id of the connector of an app registration, or "".
func (s *Store) connectorOf(ctx context.Context, app string) (string, error) {
	r, err := s.o.Configuration.Get(ctx, appKey(app))
	if errors.Is(err, table.ErrNotFound) {
		return "", nil
	}
	var row appRow
	if err == nil {
		err = r.Unpack(&row)
	}
	if err != nil {
		return "", fmt.Errorf("look for a connector of the same app registration: %w", err)
	}
	return row.Connector, nil
}

// freeID returns the id of a new connector: that of its app registration,
// unless an older connector has it that has since moved to another one.
func (s *Store) freeID(ctx context.Context, app string) (string, error) {
	_, err := s.o.Configuration.Get(ctx, connectorKey(app))
	switch {
	case errors.Is(err, table.ErrNotFound):
		return app, nil
	case err != nil:
		return "", fmt.Errorf("new connector: %w", err)
	}
	return ids.Random(), nil
}

func (s *Store) setSecret(ctx context.Context, c Connector, v secret.Value) (version string, err error) {
	tags := map[string]string{"cloud": c.Cloud, "tenant": c.Tenant, "clientId": c.ClientID}
	version, err = s.o.Secrets.Set(ctx, c.secretName(), v, c.SecretExpires, tags)
	if err == nil && version == "" {
		err = errors.New("no version was answered")
	}
	if err != nil {
		return "", fmt.Errorf("keep the secret of %s: %w", c.Name, &SecretStoreError{err})
	}
	return version, nil
}

// insert writes the rows of a new connector. After an error it checks whether
// they were written.
func (s *Store) insert(ctx context.Context, c Connector) error {
	defer s.forget()
	row, app := table.Pack(connectorKey(c.ID), c.row()), table.Pack(appKey(c.app()), appRow{c.ID})
	written := s.o.Configuration.Write(ctx, table.Insert(row), table.Insert(app), done(ctx, "connector.create", "connector "+c.ID,
		map[string]string{"name": c.Name, "clientId": c.ClientID, "tenant": c.Tenant, "credential": string(c.Method)}))
	if written == nil {
		return nil
	}
	if now, err := s.o.Configuration.Get(ctx, row.Key); err == nil && same(now, row) {
		return nil
	}
	if id, err := s.connectorOf(ctx, c.app()); err == nil && id != "" {
		return &ExistsError{"connector", id}
	}
	return fmt.Errorf("save connector %s: %w", c.ID, written)
}
