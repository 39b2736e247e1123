package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

const maxTeam = 80 // members of a process team: it changes in one transaction

// A ProcessTeam is a named group of team members.
type ProcessTeam struct {
	ID       string   `json:"id"`
	Name     string   `json:"name" doc:"unique, whatever its case"`
	Members  []string `json:"members" nullable:"false" doc:"ids of team members"`
	Revision string   `json:"revision" doc:"the entity tag, without its quotes"`
}

func (t ProcessTeam) name() string     { return "process team " + t.ID }
func (t ProcessTeam) key() string      { return keyOf("team", t.ID) }
func (t ProcessTeam) revision() string { return t.Revision }
func (t ProcessTeam) revised(id, to string) ProcessTeam {
	t.ID, t.Revision = cmp.Or(t.ID, id), to
	return t
}

func (t ProcessTeam) derived() []derivedRow {
	rows := []derivedRow{{key: keyOf("team-name", fold(t.Name)), copies: true, unique: "name", value: t.Name}}
	for _, member := range t.Members {
		rows = append(rows, derivedRow{key: keyOf("team-member", member, t.ID)})
	}
	return rows
}

func (s *Store) checkTeam(ctx context.Context, t, was ProcessTeam) (ProcessTeam, error) {
	var err error
	if t.Name, err = checkName("name", t.Name, 100); err != nil {
		return t, err
	}
	if len(t.Members) > maxTeam {
		return t, &Invalid{Field: "members", Expected: fmt.Sprintf("at most %d team members", maxTeam)}
	}
	members := make([]string, 0, len(t.Members))
	for i, id := range t.Members {
		if slices.Contains(members, id) {
			continue
		}
		if !slices.Contains(was.Members, id) {
			if err := exists[memberRow](ctx, s, "member", id, fmt.Sprintf("members[%d]", i)); err != nil {
				return t, err
			}
		}
		members = append(members, id)
	}
	t.Members = members
	return t, nil
}

// CreateTeam adds a process team and returns it with an id. Errors: *Invalid,
// *Conflict.
func (s *Store) CreateTeam(ctx context.Context, t ProcessTeam) (ProcessTeam, error) {
	return create(ctx, s, func(*change) (ProcessTeam, error) {
		t, err := s.checkTeam(ctx, t, ProcessTeam{})
		t.ID = ""
		return t, err
	})
}

// Team returns the process team with an id, or ErrNotFound, with one table
// operation.
func (s *Store) Team(ctx context.Context, id string) (ProcessTeam, error) {
	return get[ProcessTeam](ctx, s, "team", id)
}

// Teams lists process teams by name.
func (s *Store) Teams(ctx context.Context, q Query) (Page[ProcessTeam], error) {
	return list(ctx, s, "team-name", q, func(t ProcessTeam) (ProcessTeam, []string) { return t, []string{t.Name} })
}

// UpdateTeam changes a process team; revision "" means any revision. Errors:
// ErrNotFound, ErrChanged, *Invalid, *Conflict, *TooLarge.
func (s *Store) UpdateTeam(ctx context.Context, id, revision string, edit func(*ProcessTeam) error) (ProcessTeam, error) {
	return update(ctx, s, "team", id, revision, func(c *change, was ProcessTeam) (ProcessTeam, error) {
		now := was
		if err := edit(&now); err != nil {
			return was, err
		}
		now.ID, now.Revision = was.ID, was.Revision
		return s.checkTeam(ctx, now, was)
	})
}

// DeleteTeam removes a process team. Errors: ErrNotFound, ErrChanged.
func (s *Store) DeleteTeam(ctx context.Context, id, revision string) error {
	return remove(ctx, s, "team", id, revision, func(*change, ProcessTeam) error { return nil })
}

// TeamsOf returns the ids of the process teams that a team member is in.
func (s *Store) TeamsOf(ctx context.Context, member string) ([]string, error) {
	if !isID(member) {
		return nil, nil
	}
	return s.lastParts(ctx, keyOf("team-member", member)+"|", searchPage)
}
