package graph

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

const (
	root = "https://graph.microsoft.com"
	box  = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
	link = root + "/v1.0/users/" + box + "/mailFolders('inbox')/messages/delta?$deltatoken=a%2Fb%3D%24c-1.2~"
)

// bank issues a new token for every request with claims, and remembers the claims.
type bank struct {
	mu     sync.Mutex
	claims []string
	err    error
}

func (b *bank) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o.Claims != "" {
		b.claims = append(b.claims, o.Claims)
	}
	if !o.EnableCAE || len(o.Scopes) != 1 || o.Scopes[0] != root+"/.default" {
		return azcore.AccessToken{}, fmt.Errorf("asked with %+v", o)
	}
	return azcore.AccessToken{Token: fmt.Sprint("token-", len(b.claims)), ExpiresOn: time.Now().Add(time.Hour)}, b.err
}

// graphOf returns a client of a Graph that answers with f.
func graphOf(t *testing.T, f http.HandlerFunc) (*Client, *wiretest.Wire, *bank) {
	t.Helper()
	wire, b := wiretest.Transport(f), &bank{}
	c := must.Get(New(Options{Root: root, Credential: b, Transport: wire}))(t)
	return c, wire, b
}

// says returns a Graph that always gives the same answer.
func says(status int, contentType, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

const jsonType = "application/json;odata.metadata=minimal"
