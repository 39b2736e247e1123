package entra

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/secret"
)

// ErrNoIdentity means that the identity of this app gave no token, so that no
// application can trust it.
var ErrNoIdentity = errors.New("this app has no identity")

// ErrNoCertificate means that a value is no certificate with its private key.
var ErrNoCertificate = errors.New("not a certificate with its private key")

// exchange is the audience of a token of a managed identity that stands for a secret.
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
func (c Cloud) exchange() string {
	switch c.Name {
	case "us-gov", "us-dod":
		return "api://AzureADTokenExchangeUSGov"
	case "china":
		return "api://AzureADTokenExchangeChina"
	}
	return "api://AzureADTokenExchange"
}

// A Trust is what a federated credential on an app registration must say, so that the
// application trusts the identity of this app.
type Trust struct{ Issuer, Subject, Audience string }

// TrustIn returns the trust that app registrations of a cloud need. It is ErrNoIdentity
// outside Azure.
func TrustIn(ctx context.Context, identity azcore.TokenCredential, c Cloud) (Trust, error) {
	token, err := assert(ctx, identity, c)
	if err != nil {
		return Trust{}, err
	}
	g := read(token)
	if g.Tenant == "" || g.object == "" {
		return Trust{}, fmt.Errorf("entra: the identity's token names no tenant or object: %w", ErrNoIdentity)
	}
	return Trust{Issuer: c.Authority + "/" + g.Tenant + "/v2.0", Subject: g.object, Audience: c.exchange()}, nil
}

// assert returns a token of an identity that stands for a client secret.
func assert(ctx context.Context, identity azcore.TokenCredential, c Cloud) (string, error) {
	if identity == nil {
		return "", ErrNoIdentity
	}
	token, err := identity.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{c.exchange() + "/.default"}})
	switch {
	case err != nil && ctx.Err() != nil:
		return "", fmt.Errorf("entra: token of this app's identity: %w", ctx.Err())
	case err != nil:
		return "", fault.Later(time.Minute, fmt.Errorf("entra: %w: %s", ErrNoIdentity, firstLine(err.Error())))
	}
	return token.Token, nil
}

// federated asks the identity first: the SDK would hide its error.
type federated struct {
	inner    azcore.TokenCredential
	identity azcore.TokenCredential
	cloud    Cloud
}

// GetToken implements azcore.TokenCredential.
func (f federated) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if _, err := assert(ctx, f.identity, f.cloud); err != nil {
		return azcore.AccessToken{}, err
	}
	return f.inner.GetToken(ctx, o)
}

// Expires returns when a certificate ends.
func Expires(certificate secret.Value) (time.Time, error) {
	chain, _, err := parse(certificate)
	if err != nil {
		return time.Time{}, err
	}
	return chain[0].NotAfter, nil
}

// parse reads a certificate as Key Vault keeps it, without a password.
// https://learn.microsoft.com/azure/key-vault/certificates/about-certificates
func parse(v secret.Value) ([]*x509.Certificate, crypto.PrivateKey, error) {
	data := []byte(v.Reveal())
	if pkcs12, err := base64.StdEncoding.DecodeString(v.Reveal()); err == nil {
		data = pkcs12
	}
	chain, key, err := azidentity.ParseCertificates(data, nil)
	if err != nil || len(chain) == 0 || key == nil {
		return nil, nil, fault.Final(ErrNoCertificate) // the SDK's error may quote the value
	}
	return chain, key, nil
}
