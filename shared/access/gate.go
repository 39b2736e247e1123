package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"kantoorpost/shared/directory"
)

var (
	// ErrClosed means that the platform does not authenticate, so that nobody
	// can be trusted to be who the request says.
	ErrClosed = errors.New("authentication of the platform is off")
	// ErrNobody means that a request does not say who is asking, or not in a
	// way that can be trusted.
	ErrNobody = errors.New("not signed in")
	// ErrStranger means that who is asking has signed in and is not, or no
	// longer, somebody here.
	ErrStranger = errors.New("not an active team member of this office")
)

// A Gate tells who is asking.
type Gate struct {
	// Enabled is what the platform says about its authentication
	// (WEBSITE_AUTH_ENABLED); without it every request is refused.
	Enabled bool
	// Tenant is the id of the Entra tenant that staff signs in to.
	Tenant string
	// FirstAdministrator is the e-mail address of who is administrator as
	// long as the directory does not know better.
	FirstAdministrator string
	Directory          *directory.Store
}

func (g Gate) identify(ctx context.Context, h http.Header) (Actor, error) {
	if !g.Enabled || g.Tenant == "" {
		return Actor{}, ErrClosed
	}
	p, err := ParsePrincipal(h)
	if err != nil {
		return Actor{}, fmt.Errorf("%w: %w", ErrNobody, err)
	}
	if !strings.EqualFold(p.Tenant, g.Tenant) {
		return Actor{}, fmt.Errorf("%w: signed in to another tenant", ErrNobody)
	}
	if p.Application {
		actor := Actor{Application: strings.ToLower(p.Object), Roles: p.Roles}
		if !Can(actor, MeRead, Some) {
			return Actor{}, fmt.Errorf("%w: the application has no app role here", ErrStranger)
		}
		return actor, nil
	}
	return g.person(ctx, p)
}

func (g Gate) person(ctx context.Context, p Principal) (Actor, error) {
	member, found, err := g.Directory.MemberByPerson(ctx, p.Tenant, p.Object)
	if err != nil {
		return Actor{}, err
	}
	if !found {
		member, found, err = g.bind(ctx, p)
		if err != nil {
			return Actor{}, err
		}
	}
	if found && member.Active && member.Rights == directory.Administrator {
		return Actor{Member: member}, nil
	}
	address, first, err := g.first(ctx, p, found)
	if err != nil {
		return Actor{}, err
	}
	if first {
		// Without a record of his own he has no id either.
		return Actor{Member: directory.TeamMember{ID: member.ID, Name: p.Name, Email: address, Active: true, Rights: directory.Administrator}}, nil
	}
	if !found || !member.Active {
		return Actor{}, ErrStranger
	}
	return Actor{Member: member}, nil
}

// bind gives the account of p to the team member with its e-mail address.
func (g Gate) bind(ctx context.Context, p Principal) (directory.TeamMember, bool, error) {
	member, found, err := g.Directory.MemberByAddress(ctx, p.Email)
	if err != nil || !found || !member.Active {
		return directory.TeamMember{}, false, err
	}
	member, err = g.Directory.Bind(ctx, member.ID, p.Tenant, p.Object)
	var conflict *directory.Conflict
	switch {
	case errors.Is(err, directory.ErrBound), errors.As(err, &conflict), errors.Is(err, directory.ErrNotFound):
		return directory.TeamMember{}, false, fmt.Errorf("%w: %w", ErrStranger, err)
	case err != nil:
		return directory.TeamMember{}, false, err
	}
	return member, true, nil
}

// first says whether p is the first administrator and the directory does not
// know better: it has no team member with that address, or no administrator at
// all.
func (g Gate) first(ctx context.Context, p Principal, found bool) (address string, first bool, err error) {
	address, err = directory.NormalAddress(p.Email)
	if err != nil {
		return "", false, nil
	}
	wanted, err := directory.NormalAddress(g.FirstAdministrator)
	if err != nil || address != wanted {
		return "", false, nil
	}
	if !found {
		_, found, err = g.Directory.MemberByAddress(ctx, p.Email)
		if err != nil || !found {
			return address, err == nil, err
		}
	}
	administered, err := g.Directory.Administered(ctx)
	return address, err == nil && !administered, err
}
