package entra

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/secret"
)

// patience is how long one token may take, tries again included.
const patience = 20 * time.Second

// retry is short: whoever asks a token comes back by himself.
func retry() policy.RetryOptions {
	return policy.RetryOptions{MaxRetries: 2, RetryDelay: 300 * time.Millisecond, MaxRetryDelay: 3 * time.Second}
}

// NewCredential makes a credential of an application and its client secret.
// Keep it: the tokens are kept with it. Its errors carry a *Refusal when Entra
// refused, and a verdict of package fault; none of them shows the secret.
//
// A secret that is the id of one is refused here, before it is sent. A nil
// transport is one that goes to public addresses only, without proxy and
// without redirects.
func NewCredential(cs Clouds, e Endpoint, clientID string, s secret.Value, transport policy.Transporter) (azcore.TokenCredential, error) {
	cloudOf, ok := cs.Find(e.Cloud)
	switch {
	case !ok:
		return nil, fault.Final(&EndpointError{Code: EndpointHost})
	case !isTenant(e.Tenant):
		return nil, fault.Final(&EndpointError{Code: EndpointTenant})
	case LooksLikeSecretID(s.Reveal()):
		return nil, fault.Final(&Refusal{OAuthError: secretIDPasted})
	}
	if transport == nil {
		transport = client(cloudOf)
	}
	inner, err := azidentity.NewClientSecretCredential(e.Tenant, clientID, s.Reveal(), &azidentity.ClientSecretCredentialOptions{
		ClientOptions: azcore.ClientOptions{
			Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: cloudOf.Authority + "/"},
			Transport: transport,
			Retry:     retry(),
		},
		// The hosts are on our own list, so nobody else needs to be asked
		// whether they are real.
		DisableInstanceDiscovery: true,
	})
	if err != nil {
		return nil, fault.Final(fmt.Errorf("entra: credential for tenant %s: %w", e.Tenant, err))
	}
	return &credential{inner: inner, tenant: e.Tenant, turn: make(chan struct{}, 1)}, nil
}

// A credential asks one token at a time.
type credential struct {
	inner  azcore.TokenCredential
	tenant string
	turn   chan struct{}
}

// GetToken gives a token that is kept, or asks one.
//
// The SDK waits for its own lock without looking at the context, so that a
// token endpoint that hangs would hold everybody; here each waits as long as
// he himself has time.
func (c *credential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return azcore.AccessToken{}, fmt.Errorf("entra: wait for a token: %w", ctx.Err())
	}
	timed, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	token, err := c.inner.GetToken(timed, o)
	switch {
	case err != nil && ctx.Err() != nil:
		return azcore.AccessToken{}, fmt.Errorf("entra: token for tenant %s: %w", c.tenant, ctx.Err())
	case err != nil:
		return azcore.AccessToken{}, fmt.Errorf("entra: token for tenant %s: %w", c.tenant, explain(err))
	}
	if tid := read(token.Token).Tenant; isGUID(c.tenant) && tid != "" && tid != c.tenant {
		return azcore.AccessToken{}, fault.Final(fmt.Errorf("entra: token for tenant %s: %w", c.tenant, ErrWrongTenant))
	}
	return token, nil
}

// ManagedIdentity is the identity that Azure gives the app; clientID chooses
// one of several, "" is the system-assigned one. Only Azure's own services are
// asked with it.
func ManagedIdentity(clientID string) (azcore.TokenCredential, error) {
	o := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: azcore.ClientOptions{Retry: retry()}}
	// 410 means that the endpoint is being moved:
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
