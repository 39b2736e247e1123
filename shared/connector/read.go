package connector

import (
	"cmp"
	"context"
	"slices"
)

// Connector answers one connector as it is now, or ErrNotFound.
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

// Connectors answers all connectors as they are now, by name.
func (s *Store) Connectors(ctx context.Context) ([]Connector, error) {
	c, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	var all []Connector
	for _, k := range c.connectors {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b Connector) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

// TokenEndpoint is where a connector asks its tokens, built from what is kept
// of the endpoint that was pasted.
func (s *Store) TokenEndpoint(c Connector) string { return s.o.Clouds.TokenURL(c.Endpoint()) }
