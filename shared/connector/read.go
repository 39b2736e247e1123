package connector

import (
	"cmp"
	"context"

	"kantoorpost/shared/sorting"
)

// Connector returns one connector as it is now, or ErrNotFound.
func (s *Store) Connector(ctx context.Context, id string) (Connector, error) {
	c, err := s.read(ctx)
	if err != nil {
		return Connector{}, err
	}
	k, ok := c.connectors[id]
	if !ok {
		return Connector{}, ErrNotFound
	}
	return k, nil
}

// Connectors returns all connectors as they are now, by name.
func (s *Store) Connectors(ctx context.Context) ([]Connector, error) {
	c, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	var all []Connector
	for _, k := range c.connectors {
		all = append(all, k)
	}
	sorting.By(all, func(a, b Connector) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

// TokenEndpoint returns the URL of a connector's tokens, made from the stored
// parts of the endpoint that was entered.
func (s *Store) TokenEndpoint(c Connector) string { return s.o.Clouds.TokenURL(c.Endpoint()) }
