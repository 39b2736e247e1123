package connector

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/shared/entra"
	"kantoorpost/shared/secret"
)

// A client is the one client of a connector in this process, with the values
// that it was made from.
type client struct {
	cloud, tenant, clientID, version string
	method                           Method
	certificate                      string
	graph                            Graph
	credential                       *credential
}

func (k *client) fits(c Connector) bool {
	return k.cloud == c.Cloud && k.tenant == c.Tenant && k.clientID == c.ClientID && k.version == c.SecretVersion &&
		k.method == c.Method && k.certificate == c.Certificate
}

// Client returns the Graph client of a connector. The process keeps one for
// each connector, with its tokens and connections, until the app registration
// or the version of the secret changes. It notices that within 30 seconds.
func (s *Store) Client(ctx context.Context, id string) (Graph, error) {
	conf, err := s.configuration(ctx)
	if err != nil {
		return nil, err
	}
	c, ok := conf.connectors[id]
	if !ok {
		return nil, fmt.Errorf("connector %s: %w", id, ErrNotFound)
	}
	s.mu.Lock()
	k := s.clients[id]
	s.mu.Unlock()
	if k != nil && k.fits(c) {
		return k.graph, nil
	}
	if k, err = s.dial(ctx, c); err != nil {
		return nil, err
	}
	s.keep(id, k)
	return k.graph, nil
}

func (s *Store) keep(id string, k *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients[id] = k
}

// dial makes a client with the connector's version of the secret.
func (s *Store) dial(ctx context.Context, c Connector) (*client, error) {
	value, err := s.kept(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("connector %s: %w", c.Name, &SecretStoreError{err})
	}
	return s.dialWith(c, value)
}

func (s *Store) dialWith(c Connector, v secret.Value) (*client, error) {
	cloud, ok := s.o.Clouds.Find(c.Cloud)
	if !ok {
		return nil, fmt.Errorf("connector %s: there is no cloud %q", c.Name, c.Cloud)
	}
	token, err := entra.NewCredential(s.o.Clouds, c.Endpoint(), c.ClientID, s.proof(c, v), s.o.Transport)
	if err != nil {
		return nil, fmt.Errorf("connector %s: %w", c.Name, err)
	}
	cred := &credential{store: s, connector: c, token: token, value: v}
	graph, err := s.o.Dial(cloud.Graph, cred)
	if err != nil {
		return nil, fmt.Errorf("connector %s: %w", c.Name, err)
	}
	return &client{c.Cloud, c.Tenant, c.ClientID, c.SecretVersion, c.Method, c.Certificate, graph, cred}, nil
}

// A credential asks tokens with the connector's version of the secret. When
// Entra refuses that secret, it checks whether somebody put a newer version
// into the vault, and continues with it. After a refusal it refuses by itself
// for a minute: many mailboxes ask at the same time.
type credential struct {
	store     *Store
	connector Connector

	mu      sync.Mutex // guards the fields below; not held while asking
	token   azcore.TokenCredential
	value   secret.Value
	refusal error
	until   time.Time
}

const refusalAge = time.Minute

// GetToken returns a token.
func (c *credential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mu.Lock()
	token, refusal, until := c.token, c.refusal, c.until
	c.mu.Unlock()
	if refusal != nil && time.Now().Before(until) {
		return azcore.AccessToken{}, refusal
	}
	t, err := token.GetToken(ctx, o)
	if err == nil || !secretRefused(err) {
		return t, err
	}
	if newer, ok := c.newest(ctx); ok {
		if t, err = newer.GetToken(ctx, o); err == nil || !secretRefused(err) {
			return t, err
		}
	}
	c.mu.Lock()
	c.refusal, c.until = err, time.Now().Add(refusalAge)
	c.mu.Unlock()
	return t, err
}

// newest returns a credential with the newest version of the secret, if that is
// another secret than the refused one.
func (c *credential) newest(ctx context.Context) (azcore.TokenCredential, bool) {
	name := c.connector.secretName()
	switch c.connector.Method {
	case MethodIdentity:
		return nil, false
	case MethodCertificate:
		name = c.connector.Certificate
	}
	// A store that remembers secrets must read the vault again.
	if s, ok := c.store.o.Secrets.(interface{ Forget(name string) }); ok {
		s.Forget(name)
	}
	v, err := c.store.o.Secrets.Get(ctx, name, "")
	if err != nil {
		return nil, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if v.Equal(c.value) {
		return nil, false
	}
	token, err := entra.NewCredential(c.store.o.Clouds, c.connector.Endpoint(), c.connector.ClientID, c.store.proof(c.connector, v), c.store.o.Transport)
	if err != nil {
		return nil, false
	}
	c.token, c.value = token, v
	return token, true
}

func secretRefused(err error) bool {
	refusal, ok := entra.RefusalOf(err)
	if !ok {
		return false
	}
	switch refusal.Meaning() {
	case "secret-wrong", "secret-expired", "secret-id-pasted", "certificate-unknown":
		return true
	}
	return false
}
