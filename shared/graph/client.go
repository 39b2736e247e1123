// Package graph is the client of Microsoft Graph: it reads the mailboxes of a
// tenant and the messages in their inboxes, sends drafts, and marks messages with
// categories.
//
// No other package knows the Graph SDK, and this one does not know what is done
// with a message. The SDK builds and signs the requests. The answers are decoded
// by package answer, since one undecodable message must not fail its page.
//
// Each request goes through ask, tell or download (ask.go, sent.go): they wait for the limiter
// (limiter.go), add the token (signer.go), and give each error its kind (error.go). The methods
// of Client are in a file for each resource of Graph. Package connector makes the clients.
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
	serialization "github.com/microsoft/kiota-serialization-json-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/users"
)

// sdkVersion is the value of the SdkVersion header.
const sdkVersion = "1.96.0"

// Options say where Graph is and with which identity it is called.
type Options struct {
	Root       string // "https://graph.microsoft.com", without /v1.0
	Credential azcore.TokenCredential
	Transport  http.RoundTripper // nil: direct TLS, without proxy
	Limit      *Limiter          // shared by all clients of the process; nil: a limiter for this client
	// Throttled is called for each call that Graph refuses with 429; nil for nothing.
	Throttled func(context.Context)
}

// A Client calls Graph for one tenant. It is safe for concurrent use. Keep one for
// each tenant and credential, since it also keeps the tokens.
type Client struct {
	adapter *core.GraphRequestAdapterBase
	root    *url.URL
	limit   *Limiter
	folders sync.Map     // from folderKey to the id of the folder
	uploads *http.Client // of pieces of attachments: without token
}

// New makes a client. It sends no request.
func New(o Options) (*Client, error) {
	root, err := url.Parse(o.Root)
	if err != nil || root.Scheme != "https" || root.Host == "" || root.User != nil || root.Path != "" || root.RawQuery != "" ||
		root.Fragment != "" {
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
	if o.Throttled == nil {
		o.Throttled = func(context.Context) {}
	}
	// The list is short and has a fixed order on purpose: the SDK's default
	// list has a random order, retries by itself and compresses requests.
	sdk := core.GraphClientOptions{GraphServiceLibraryVersion: sdkVersion}
	client := &http.Client{
		Transport: khttp.NewCustomTransportWithParentTransport(transport{o.Transport, o.Throttled},
			core.NewGraphTelemetryHandler(&sdk), khttp.NewParametersNameDecodingHandler(), khttp.NewUserAgentHandler()),
		CheckRedirect: noRedirect,
	}
	signer := &signer{credential: o.Credential, host: root.Host, scope: o.Root + "/.default"}
	adapter, err := core.NewGraphRequestAdapterBaseWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(signer, sdk, nil,
		serialization.NewJsonSerializationWriterFactory(), client)
	if err != nil {
		return nil, fmt.Errorf("graph: %w", err)
	}
	adapter.SetBaseUrl(o.Root + "/v1.0")
	uploads := &http.Client{Transport: transport{o.Transport, o.Throttled}, CheckRedirect: noRedirect}
	return &Client{adapter: adapter, root: root, limit: o.Limit, uploads: uploads}, nil
}

// noRedirect returns a redirect as the answer: to follow it could send the token,
// or a mail, to another host.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// users starts a request. It makes a new builder each time, because the SDK
// writes into a map that copies of a builder share.
func (c *Client) users() *users.UsersRequestBuilder {
	return users.NewUsersRequestBuilderInternal(map[string]string{"baseurl": c.adapter.GetBaseUrl()}, c.adapter)
}

// user starts a request about one user.
func (c *Client) user(id string) *users.UserItemRequestBuilder { return c.users().ByUserId(id) }

// item starts a request about one message.
func (c *Client) item(mailboxID, message string) *users.ItemMessagesMessageItemRequestBuilder {
	return c.user(mailboxID).Messages().ByMessageId(message)
}

// request holds the arguments of every builder call.
type request struct {
	headers *abs.RequestHeaders
	options []abs.RequestOption
}

// send makes one call of the SDK. The result of the call is not used.
type send func(ctx context.Context, r request) error
