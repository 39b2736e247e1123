package deploy

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// A Credential gives the tokens of the person who is signed in to the Azure CLI.
type Credential struct {
	CLI CLI

	mu   sync.Mutex
	kept azcore.AccessToken
}

// expiryMargin is how long before its expiry a token is no longer used.
const expiryMargin = 5 * time.Minute

// GetToken returns the last token, or asks the CLI if that token expires soon.
func (c *Credential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Until(c.kept.ExpiresOn) > expiryMargin {
		return c.kept, nil
	}
	if len(o.Scopes) != 1 {
		return azcore.AccessToken{}, errors.New("a token is asked for one scope")
	}
	var said struct {
		AccessToken string
		ExpiresOn   int64 `json:"expires_on"` // seconds since 1970
	}
	if err := c.CLI.ask(ctx, &said, "account", "get-access-token", "--scope", o.Scopes[0]); err != nil {
		return azcore.AccessToken{}, err
	}
	c.kept = azcore.AccessToken{Token: said.AccessToken, ExpiresOn: time.Unix(said.ExpiresOn, 0)}
	return c.kept, nil
}
