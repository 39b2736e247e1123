package connector

import (
	"context"
	"fmt"
	"strings"
)

// A Candidate is a mailbox of the tenant that can be activated.
type Candidate struct {
	ID, Address, Name string
	Activated         bool
}

// Mailboxes lists the mailboxes of a connector's tenant that have search in
// their name or address, page by page. When next is not "", it is the after of
// the next page.
func (s *Store) Mailboxes(ctx context.Context, connector, search, after string) (page []Candidate, next string, err error) {
	if _, err := s.Connector(ctx, connector); err != nil {
		return nil, "", err
	}
	graph, err := s.Client(ctx, connector)
	if err != nil {
		return nil, "", err
	}
	boxes, next, err := graph.Mailboxes(ctx, search, after)
	if err != nil {
		return nil, "", fmt.Errorf("mailboxes of connector %s: %w", connector, &OutsideError{err})
	}
	known, err := s.Activated(ctx)
	if err != nil {
		return nil, "", err
	}
	active := map[string]bool{}
	for _, b := range known {
		active[b.ID] = b.Active
	}
	for _, b := range boxes {
		page = append(page, Candidate{b.ID, b.Address, b.Name, active[strings.ToLower(b.ID)]})
	}
	return page, next, nil
}
