package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

const maxLinks = 40 // of one client: they change in one transaction

// A Link says that a team member works for a client in a role.
type Link struct {
	Member string `json:"member" doc:"id of a team member"`
	Role   string `json:"role" doc:"id of a role"`
}

// A clientTeam is the list of who works for a client, in order.
type clientTeam struct {
	Client   string `json:"id"`
	Links    []Link `json:"links"`
	Revision string `json:"revision"`
}

func (t clientTeam) identity() (kind, id, revision string) { return "links", t.Client, t.Revision }
func (t clientTeam) with(client, revision string) clientTeam {
	t.Client, t.Revision = client, revision
	return t
}

func (t clientTeam) derived() []derivedRow {
	var rows []derivedRow
	for _, l := range t.Links {
		rows = append(rows, derivedRow{key: keyOf("links-member", l.Member, l.Role, t.Client)})
	}
	return rows
}

func (t clientTeam) has(role string) bool {
	return slices.ContainsFunc(t.Links, func(l Link) bool { return l.Role == role })
}

// ClientTeam returns who works for a client, in order, with one table
// operation. An unknown client has an empty team.
func (s *Store) ClientTeam(ctx context.Context, client string) ([]Link, error) {
	links, _, err := s.ClientTeamRevision(ctx, client)
	return links, err
}

// ClientTeamRevision returns the team of a client and its revision, "" before
// it was first set.
func (s *Store) ClientTeamRevision(ctx context.Context, client string) ([]Link, string, error) {
	if !isID(client) {
		return nil, "", nil
	}
	team, _, err := find[clientTeam](ctx, s, keyOf("links", client))
	return team.Links, team.Revision, err
}

// SetClientTeam replaces the list of who works for a client, in order; revision
// "" means any revision. It returns the new revision. Errors: ErrNotFound,
// ErrChanged, *Invalid, *TooLarge.
func (s *Store) SetClientTeam(ctx context.Context, client, revision string, links []Link) (now string, err error) {
	err = s.change(ctx, func(c *change) error {
		if _, err := get[Client](ctx, s, client); err != nil {
			return err
		}
		was, found, err := find[clientTeam](ctx, s, keyOf("links", client))
		if err != nil {
			return err
		}
		if slices.Equal(was.Links, links) && found && (revision == "" || revision == was.Revision) {
			now = was.Revision
			return nil
		}
		if revision != "" && revision != was.Revision {
			return fmt.Errorf("%s: %w", nameOf(was), ErrChanged)
		}
		if err := checkLinks(ctx, s.has, links); err != nil {
			return err
		}
		team := clientTeam{Client: client, Links: slices.Clone(links), Revision: c.token}
		now = c.token
		if !found {
			return save(ctx, c, nil, team)
		}
		return save(ctx, c, &was, team)
	})
	return now, err
}

func checkLinks(ctx context.Context, in has, links []Link) error {
	if len(links) > maxLinks {
		return &Invalid{Field: "links", Expected: fmt.Sprintf("at most %d team members", maxLinks)}
	}
	members, roles := map[string]bool{}, map[string]bool{}
	for i, l := range links {
		if slices.Contains(links[:i], l) {
			return &Invalid{Field: fmt.Sprintf("[%d]", i), Expected: "each team member once in the same role"}
		}
		if !members[l.Member] {
			if err := exists[TeamMember](ctx, in, l.Member, fmt.Sprintf("[%d].member", i)); err != nil {
				return err
			}
		}
		if !roles[l.Role] {
			if err := exists[Role](ctx, in, l.Role, fmt.Sprintf("[%d].role", i)); err != nil {
				return err
			}
		}
		members[l.Member], roles[l.Role] = true, true
	}
	return nil
}

// RolesOf returns the ids of the roles that a team member has at some client.
func (s *Store) RolesOf(ctx context.Context, member string) ([]string, error) {
	if !isID(member) {
		return nil, nil
	}
	var roles []string
	prefix := keyOf("links-member", member) + "|"
	for from := prefix; from != ""; {
		rows, next, err := s.table.Range(ctx, from, after(prefix), searchPage)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			role, _, _ := strings.Cut(strings.TrimPrefix(row.Key, prefix), "|")
			if !slices.Contains(roles, role) {
				roles = append(roles, role)
			}
		}
		if from = next; from != "" {
			// The other clients of this role add nothing.
			from = max(from, after(prefix+roles[len(roles)-1]+"|"))
		}
	}
	return roles, nil
}
