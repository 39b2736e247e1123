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
	// ErrClosed means that the platform does not authenticate callers, so that a
	// request can claim to come from anybody.
	ErrClosed = errors.New("authentication of the platform is off")
	// ErrNobody means that a request does not say who is asking, or says it in a
	// way that cannot be trusted.
	ErrNobody = errors.New("not signed in")
	// ErrStranger means that the caller has signed in, but is not an active team
	// member.
	ErrStranger = errors.New("not an active team member of this office")
)

// A Gate finds out who is asking.
type Gate struct {
	// Enabled says whether the platform authenticates callers
	// (WEBSITE_AUTH_ENABLED). If it does not, every request is refused.
	Enabled bool
	// Tenant is the id of the Entra tenant that staff signs in to.
	Tenant string
	// FirstAdministrator is the sign-in name of the person who is administrator
	// until the directory gets a team member with that e-mail address. After
	// that it has no effect, even when that member is gone.
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
	if p.Guest {
		return Actor{}, fmt.Errorf("%w: a guest of the tenant", ErrStranger)
	}
	member, found, err := g.Directory.MemberByPerson(ctx, p.Tenant, p.Object)
	if err != nil {
		return Actor{}, err
	}
	if !found {
		if p.SignIn == "" {
			return Actor{}, fmt.Errorf("%w: an account that nobody has, without the name that it signs in with", ErrNobody)
		}
		if member, found, err = g.bind(ctx, p); err != nil {
			return Actor{}, err
		}
	}
	if found && member.Active {
		return Actor{Member: member}, nil
	}
	if found {
		return Actor{}, ErrStranger
	}
	address, first, err := g.first(ctx, p)
	if err != nil {
		return Actor{}, err
	}
	if !first {
		return Actor{}, ErrStranger
	}
	// The first administrator has no record, and therefore no id.
	return Actor{Member: directory.TeamMember{Name: p.Name, Email: address, Active: true, Rights: directory.Administrator}}, nil
}

// bind stores the account of p with the active team member whose e-mail address
// is the sign-in name of p. A member who is not active is found, and not bound.
func (g Gate) bind(ctx context.Context, p Principal) (directory.TeamMember, bool, error) {
	member, found, err := g.Directory.MemberByAddress(ctx, p.SignIn)
	if err != nil || !found || !member.Active {
		return member, found, err
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

// first says whether p, who is no team member, is the first administrator: p
// signs in with that name, and the directory never had a team member with that
// address or that account.
func (g Gate) first(ctx context.Context, p Principal) (address string, first bool, err error) {
	address, err = directory.ReceivedAddress(p.SignIn)
	if err != nil {
		return "", false, nil
	}
	wanted, err := directory.ReceivedAddress(g.FirstAdministrator)
	if err != nil || address != wanted {
		return "", false, nil
	}
	was, err := g.Directory.WasMember(ctx, address, p.Tenant, p.Object)
	return address, err == nil && !was, err
}
