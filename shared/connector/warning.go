package connector

import (
	"context"
	"fmt"

	"kantoorpost/shared/words"
)

// A Warning says why mail of an address would find nobody now.
type Warning struct {
	Code string `json:"code"`
	words.Text
}

// Warnings answers what is wrong with the link of an activation now. It is
// never a reason to refuse: people, roles and teams come and go.
func (s *Store) Warnings(ctx context.Context, a Activation) ([]Warning, error) {
	if s.o.Directory == nil {
		return nil, nil
	}
	exists, anyone, err := s.o.Directory.LinkTarget(ctx, a.Link, a.Address)
	if err != nil {
		return nil, fmt.Errorf("target of the link of %s: %w", a.Address, err)
	}
	code := ""
	switch {
	case !exists:
		code = "link-removed"
	case anyone:
		return nil, nil
	case a.Link.Kind == LinkContact:
		code = "no-member-for-address"
	case a.Link.Kind == LinkRole:
		code = "no-member-with-role"
	default:
		code = "empty-team"
	}
	return []Warning{{code, advice[code]}}, nil
}
