package connector

import (
	"context"
	"fmt"
	"time"

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
	cred := &credential{store: s, connector: c, token: token, inUse: inUse{value: v}, look: time.Now().Add(lookEvery)}
	cred.ends, _ = c.ends(v)
	graph, err := s.o.Dial(cloud.Graph, cred)
	if err != nil {
		return nil, fmt.Errorf("connector %s: %w", c.Name, err)
	}
	return &client{c.Cloud, c.Tenant, c.ClientID, c.SecretVersion, c.Method, c.Certificate, graph, cred}, nil
}
