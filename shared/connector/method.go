package connector

import (
	"context"
	"errors"
	"fmt"

	"kantoorpost/shared/entra"
	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/secret"
)

// A Method is how a connector proves to Entra that it may have tokens. Methods are stored.
type Method string

// The methods.
const (
	MethodSecret      Method = "client-secret"    // a client secret, which the vault keeps; the zero value is this too
	MethodIdentity    Method = "managed-identity" // a federated credential on the app registration trusts the identity of this app
	MethodCertificate Method = "certificate"      // a certificate, which the vault renews
)

// errNoCertificate means that the vault has no usable certificate of a name.
var errNoCertificate = errors.New("the vault has no such certificate with its private key")

// certificateName is the form of the name of a certificate in the vault.
// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name
var certificateName = lazyregexp.New(`^[0-9A-Za-z-]{1,127}$`)

// method sets how c proves itself; the fields of other methods become empty.
func (f *fields) method(c *Connector, m Method, certificate string) {
	switch m {
	case MethodSecret, "":
		c.Method, c.Certificate = MethodSecret, ""
	case MethodIdentity:
		c.Method, c.Certificate = m, ""
	case MethodCertificate:
		if c.Method, c.Certificate = m, certificate; !certificateName.MatchString(certificate) {
			f.invalid.add("certificate", "certificate", "the name of a certificate in the key vault of this app")
		}
	default:
		f.invalid.add("credential", "credential", fmt.Sprintf("%q, %q or %q", MethodSecret, MethodIdentity, MethodCertificate))
	}
}

// unused refuses a client secret that the method does not use.
func (f *fields) unused(given bool) {
	if given {
		f.invalid.add("clientSecret", "client-secret-unused", "no client secret with this credential")
	}
}

// proof returns what c shows to Entra; v is its secret or certificate.
func (s *Store) proof(c Connector, v secret.Value) entra.Proof {
	switch c.Method {
	case MethodIdentity:
		return entra.Proof{Identity: s.o.Identity}
	case MethodCertificate:
		return entra.Proof{Certificate: v}
	}
	return entra.Proof{Secret: v}
}

// kept reads the secret or the certificate of c from the vault. A certificate is always
// the newest: the vault renews it under its name.
func (s *Store) kept(ctx context.Context, c Connector) (secret.Value, error) {
	switch c.Method {
	case MethodIdentity:
		return secret.Value{}, nil
	case MethodCertificate:
		v, err := s.o.Secrets.Get(ctx, c.Certificate, "")
		if errors.Is(err, secret.ErrNotFound) || errors.Is(err, secret.ErrDisabled) {
			err = errors.Join(errNoCertificate, err)
		}
		return v, err
	}
	return s.o.Secrets.Get(ctx, c.secretName(), c.SecretVersion)
}

// readCertificate reads the certificate of c, and sets when it ends.
func (s *Store) readCertificate(ctx context.Context, c *Connector) (secret.Value, error) {
	v, err := s.kept(ctx, *c)
	if err == nil {
		c.SecretExpires, err = c.ends(v)
	}
	switch {
	case errors.Is(err, errNoCertificate), errors.Is(err, entra.ErrNoCertificate):
		return v, Invalid{{"certificate", "certificate-missing",
			"a certificate in the key vault of this app, with its private key and without a password"}}
	case err != nil:
		return v, fmt.Errorf("certificate of %s: %w", c.Name, &SecretStoreError{err})
	}
	return v, nil
}

// Trust returns what a federated credential on an app registration must say, so that it
// trusts this app; entra.ErrNoIdentity outside Azure. The app registration must be in the
// cloud in which this app runs: identities are not trusted across clouds.
func (s *Store) Trust(ctx context.Context) (entra.Trust, error) {
	return entra.TrustIn(ctx, s.o.Identity, s.o.Home)
}
