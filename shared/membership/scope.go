package membership

import (
	"context"
	"slices"
	"time"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/directory"
)

// Substitutions tells for whom a team member stands in.
type Substitutions interface {
	// SubstitutedBy returns for whom a member stands in at a time, active or not.
	SubstitutedBy(ctx context.Context, member string, at time.Time) ([]directory.TeamMember, error)
}

// Represented returns a team member and all for whom he or she stands in at a
// time: what is theirs, the member sees too.
func Represented(ctx context.Context, s Substitutions, m directory.TeamMember, at time.Time) ([]directory.TeamMember, error) {
	away, err := s.SubstitutedBy(ctx, m.ID, at)
	return append([]directory.TeamMember{m}, away...), err
}

// Links tells what a team member is linked with.
type Links interface {
	Substitutions
	// RolesOf returns the ids of the roles that a member has at some client.
	RolesOf(ctx context.Context, member string) ([]string, error)
	// TeamsOf returns the ids of the process teams that a member is in.
	TeamsOf(ctx context.Context, member string) ([]string, error)
}

// Mailboxes returns the ids of the mailboxes whose mail a team member sees:
// those whose link means him or her, a role at any client, and those whose link
// means somebody for whom he or she stands in at a time. Links is asked only for
// what the activations need.
func Mailboxes(ctx context.Context, links Links, m directory.TeamMember, activations []connector.Activation,
	at time.Time) (map[string]bool, error) {
	all, err := Represented(ctx, links, m, at)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, m := range all {
		f, err := factsOf(ctx, links, m, activations)
		if err != nil {
			return nil, err
		}
		for _, a := range activations {
			if len(f.Linked(a.Link, a.Address)) > 0 {
				seen[a.ID] = true
			}
		}
	}
	return seen, nil
}

// factsOf are the facts about one team member alone.
func factsOf(ctx context.Context, links Links, m directory.TeamMember, activations []connector.Activation) (Facts, error) {
	f := Facts{Staff: NewStaff(m), Teams: map[string][]string{}}
	needs := func(kind connector.LinkKind) bool {
		return slices.ContainsFunc(activations, func(a connector.Activation) bool { return a.Link.Kind == kind })
	}
	if needs(connector.LinkRole) {
		roles, err := links.RolesOf(ctx, m.ID)
		if err != nil {
			return f, err
		}
		for _, r := range roles {
			f.Roles = append(f.Roles, directory.Link{Member: m.ID, Role: r})
		}
	}
	if needs(connector.LinkProcessTeam) {
		teams, err := links.TeamsOf(ctx, m.ID)
		if err != nil {
			return f, err
		}
		for _, t := range teams {
			f.Teams[t] = []string{m.ID}
		}
	}
	return f, nil
}

// Facts about all of the staff are Links: they answer without a read.

// RolesOf returns the ids of the roles that a member has.
func (f Facts) RolesOf(_ context.Context, member string) (roles []string, err error) {
	for _, l := range f.Roles {
		if l.Member == member {
			roles = append(roles, l.Role)
		}
	}
	return roles, nil
}

// TeamsOf returns the ids of the process teams that a member is in.
func (f Facts) TeamsOf(_ context.Context, member string) (teams []string, err error) {
	for id, members := range f.Teams {
		if slices.Contains(members, member) {
			teams = append(teams, id)
		}
	}
	return teams, nil
}

// SubstitutedBy returns for whom a member stands in at a time, directly and through others.
func (f Facts) SubstitutedBy(_ context.Context, member string, at time.Time) (found []directory.TeamMember, err error) {
	seen := map[string]bool{member: true}
	for next := []string{member}; len(next) > 0; next = next[1:] {
		for id, m := range f.Staff.byID {
			if by, away := m.Away(at); away && by == next[0] && !seen[id] {
				seen[id] = true
				found, next = append(found, m), append(next, id)
			}
		}
	}
	return found, nil
}
