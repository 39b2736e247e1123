package graph

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	abs "github.com/microsoft/kiota-abstractions-go"

	"kantoorpost/shared/graph/answer"
)

// A signer adds the token to requests to one host, and to no other host. It refuses a
// request with an id that leads to another path.
type signer struct {
	credential  azcore.TokenCredential
	host, scope string
}

// AuthenticateRequest is called by the SDK before each request, and again with
// claims when Graph challenges the token.
func (s *signer) AuthenticateRequest(ctx context.Context, r *abs.RequestInformation, more map[string]any) error {
	uri, err := r.GetUri()
	if err != nil {
		return fmt.Errorf("address: %w", err)
	}
	if uri.Scheme != "https" || uri.Host != s.host {
		return foreign(uri.Host)
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(uri.EscapedPath(), "/"), "/") {
		if err := segment(part); err != nil {
			return err
		}
	}
	claims, _ := more["claims"].(string)
	if claims != "" {
		// The challenge is in base64; the token endpoint expects JSON.
		// https://learn.microsoft.com/entra/identity-platform/claims-challenge
		if claims, err = decodeClaims(claims); err != nil {
			return err
		}
	} else {
		claims, _ = ctx.Value(renewal{}).(string)
	}
	token, err := s.credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{s.scope}, EnableCAE: true, Claims: claims})
	if err != nil {
		return fmt.Errorf("%w: token: %w", answer.ErrNotAsked, err)
	}
	r.Headers.Remove("Authorization")
	r.Headers.Add("Authorization", "Bearer "+token.Token)
	return nil
}

// renewal marks a context whose request needs a token that is not from a cache.
type renewal struct{}

// renew returns such a context. Credentials have no call for a new token, but a
// token that is requested with claims is always new. The claim that is used is
// true for every new token: it was issued within the last hour.
func renew(ctx context.Context) context.Context {
	since := strconv.FormatInt(time.Now().Add(-time.Hour).Unix(), 10)
	return context.WithValue(ctx, renewal{}, `{"access_token":{"nbf":{"essential":true,"value":"`+since+`"}}}`)
}
