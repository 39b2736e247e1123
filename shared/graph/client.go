// Package graph is the client of Microsoft Graph: the mailboxes of a tenant,
// and the messages in their inboxes.
//
// It is the only place that knows the Graph SDK, and it knows nothing about
// what is done with a message. The SDK builds and signs the requests; the
// answers are read here, because a single odd message must not fail a page.
package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	abs "github.com/microsoft/kiota-abstractions-go"
	khttp "github.com/microsoft/kiota-http-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/users"
)

// sdkVersion is what Microsoft is told in the SdkVersion header.
const sdkVersion = "1.96.0"

// Options says where Graph is and who asks.
type Options struct {
	Root       string // "https://graph.microsoft.com", without /v1.0
	Credential azcore.TokenCredential
	Transport  http.RoundTripper // nil: TLS without proxy
	Limit      *Limiter          // shared by all clients of the process; nil: one of its own
}

// A Client asks one tenant. It is safe for concurrent use; keep one per tenant
// and credential, since the tokens are kept with it.
type Client struct {
	adapter *core.GraphRequestAdapterBase
	root    *url.URL
	limit   *Limiter
	inboxes sync.Map // from mailbox to the id of its inbox
}

// New makes a client; it asks nothing yet.
func New(o Options) (*Client, error) {
	root, err := url.Parse(o.Root)
	if err != nil || root.Scheme != "https" || root.Host == "" || root.User != nil || root.Path != "" || root.RawQuery != "" || root.Fragment != "" {
		return nil, fmt.Errorf("graph: root %q is not of the form https://host", o.Root)
	}
	if o.Credential == nil {
		return nil, errors.New("graph: no credential")
	}
	if o.Limit == nil {
		o.Limit = NewLimiter(4, 2)
	}
	if o.Transport == nil {
		o.Transport = direct()
	}
	// The list is short and ordered on purpose: the SDK's default one comes in
	// random order, tries again by itself and compresses what it sends.
	sdk := core.GraphClientOptions{GraphServiceLibraryVersion: sdkVersion}
	client := &http.Client{
		Transport: khttp.NewCustomTransportWithParentTransport(transport{o.Transport},
			core.NewGraphTelemetryHandler(&sdk), khttp.NewParametersNameDecodingHandler(), khttp.NewUserAgentHandler()),
		// A redirect would carry the token elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	signer := &signer{credential: o.Credential, host: root.Host, scope: o.Root + "/.default"}
	adapter, err := core.NewGraphRequestAdapterBaseWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(signer, sdk, nil, nil, client)
	if err != nil {
		return nil, fmt.Errorf("graph: %w", err)
	}
	adapter.SetBaseUrl(o.Root + "/v1.0")
	return &Client{adapter: adapter, root: root, limit: o.Limit}, nil
}

// users starts a request. A builder is made for every one, because the SDK
// writes into the map that its copies share.
func (c *Client) users() *users.UsersRequestBuilder {
	return users.NewUsersRequestBuilderInternal(map[string]string{"baseurl": c.adapter.GetBaseUrl()}, c.adapter)
}

// user starts a request about one user.
func (c *Client) user(id string) *users.UserItemRequestBuilder { return c.users().ByUserId(id) }

// request is what every builder call is given.
type request struct {
	headers *abs.RequestHeaders
	options []abs.RequestOption
}

// send makes one call of the SDK; what it returns is not looked at.
type send func(ctx context.Context, r request) error
