package entra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/secret"
)

// tokenTimeout is the longest time for one token, with all attempts.
const tokenTimeout = 20 * time.Second

// retry gives up soon, since callers try again by themselves.
func retry() policy.RetryOptions {
	return policy.RetryOptions{MaxRetries: 2, RetryDelay: 300 * time.Millisecond, MaxRetryDelay: 3 * time.Second}
}

// A Proof is what an application shows to get a token: one of the three.
type Proof struct {
	Secret      secret.Value
	Certificate secret.Value           // with its private key, as Key Vault keeps it: PEM, or PKCS #12 in base64
	Identity    azcore.TokenCredential // the identity of this app, which the application trusts
}

// NewCredential makes a credential from an application and its proof. Keep it, since it also keeps
// the tokens. Its errors carry a *Refusal when Entra
// refused, and a kind of package fault; none of them shows the secret.
//
// A secret that is the id of a secret is refused here, before it is sent. A nil
// transport stands for one that connects to public addresses only, without proxy
// and without redirects.
func NewCredential(cs Clouds, e Endpoint, clientID string, p Proof, transport policy.Transporter) (azcore.TokenCredential, error) {
	cloudOf, ok := cs.Find(e.Cloud)
	switch {
	case !ok:
		return nil, fault.Final(&EndpointError{Code: EndpointHost})
	case !isTenant(e.Tenant):
		return nil, fault.Final(&EndpointError{Code: EndpointTenant})
	case LooksLikeSecretID(p.Secret.Reveal()):
		return nil, fault.Final(&Refusal{OAuthError: secretIDPasted})
	}
	if transport == nil {
		transport = client(cloudOf)
	}
	inner, err := p.credential(e.Tenant, clientID, cloudOf, azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: cloudOf.Authority + "/"},
		Transport: transport,
		Retry:     retry(),
	})
	if err != nil {
		return nil, fault.Final(fmt.Errorf("entra: credential for tenant %s: %w", e.Tenant, err))
	}
	return &credential{inner: inner, tenant: e.Tenant, turn: make(chan struct{}, 1)}, nil
}

// credential makes the SDK's credential. The hosts are on our own list, so nothing else
// has to confirm that they are real (DisableInstanceDiscovery).
func (p Proof) credential(tenant, clientID string, c Cloud, o azcore.ClientOptions) (azcore.TokenCredential, error) {
	switch {
	case p.Identity != nil:
		assertion := func(ctx context.Context) (string, error) { return assert(ctx, p.Identity, c) }
		inner, err := azidentity.NewClientAssertionCredential(tenant, clientID, assertion,
			&azidentity.ClientAssertionCredentialOptions{ClientOptions: o, DisableInstanceDiscovery: true})
		if err != nil {
			return nil, err
		}
		return federated{inner, p.Identity, c}, nil
	case !p.Certificate.IsZero():
		chain, key, err := parse(p.Certificate)
		if err != nil {
			return nil, err
		}
		return azidentity.NewClientCertificateCredential(tenant, clientID, chain, key,
			&azidentity.ClientCertificateCredentialOptions{ClientOptions: o, DisableInstanceDiscovery: true})
	}
	return azidentity.NewClientSecretCredential(tenant, clientID, p.Secret.Reveal(),
		&azidentity.ClientSecretCredentialOptions{ClientOptions: o, DisableInstanceDiscovery: true})
}

// A credential requests one token at a time.
type credential struct {
	inner  azcore.TokenCredential
	tenant string
	turn   chan struct{}
}

// GetToken returns a stored token, or requests one.
//
// The SDK waits for its own lock without watching the context, so that one token
// request that hangs would block every caller. Here each caller waits only until
// its own context ends.
func (c *credential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return azcore.AccessToken{}, fmt.Errorf("entra: wait for a token: %w", ctx.Err())
	}
	timed, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	token, err := c.inner.GetToken(timed, o)
	switch {
	case err != nil && ctx.Err() != nil:
		return azcore.AccessToken{}, fmt.Errorf("entra: token for tenant %s: %w", c.tenant, ctx.Err())
	case errors.Is(err, ErrNoIdentity):
		return azcore.AccessToken{}, err
	case err != nil:
		return azcore.AccessToken{}, fmt.Errorf("entra: token for tenant %s: %w", c.tenant, explain(err))
	}
	if tid := read(token.Token).Tenant; ids.IsGUID(c.tenant) && tid != "" && tid != c.tenant {
		return azcore.AccessToken{}, fault.Final(fmt.Errorf("entra: token for tenant %s: %w", c.tenant, ErrWrongTenant))
	}
	return token, nil
}

// ManagedIdentity is the identity that Azure gives the app. clientID chooses one
// of several; "" is the system-assigned one. It is used for Azure's own services
// only.
func ManagedIdentity(clientID string) (azcore.TokenCredential, error) {
	o := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: azcore.ClientOptions{Retry: retry()}}
	// Status 410 means that the endpoint is being updated:
	// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#retry-guidance
	o.Retry.StatusCodes = []int{http.StatusRequestTimeout, http.StatusGone, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}
	if clientID != "" {
		o.ID = azidentity.ClientID(clientID)
	}
	c, err := azidentity.NewManagedIdentityCredential(o)
	if err != nil {
		return nil, fmt.Errorf("entra: managed identity: %w", err)
	}
	return c, nil
}
