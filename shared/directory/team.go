package directory

import (
	"context"
	"fmt"
)

const maxTeam = 80 // members of a process team: it changes in one transaction

// A ProcessTeam is a named group of team members.
type ProcessTeam struct {
	ID       string   `json:"id"`
	Name     string   `json:"name" doc:"unique, whatever its case"`
	Members  []string `json:"members" nullable:"false" doc:"ids of team members"`
	Revision string   `json:"revision" doc:"the entity tag, without its quotes"`
}

func (t ProcessTeam) identity() (kind, id, revision string) { return "team", t.ID, t.Revision }
func (t ProcessTeam) with(id, revision string) ProcessTeam {
	t.ID, t.Revision = id, revision
	return t
}

func (t ProcessTeam) derived() []derivedRow {
	rows := []derivedRow{{key: keyOf("team-name", fold(t.Name)), copies: true, unique: "name", value: t.Name}}
	for _, member := range t.Members {
		rows = append(rows, derivedRow{key: keyOf("team-member", member, t.ID)})
	}
	return rows
}

func checkTeam(ctx context.Context, c *change, t, was ProcessTeam) (_ ProcessTeam, err error) {
	if t.Name, err = checkName("name", t.Name, 100); err != nil {
		return t, err
	}
	if len(t.Members) > maxTeam {
		return t, &Invalid{Field: "members", Expected: fmt.Sprintf("at most %d team members", maxTeam)}
	}
	t.Members, err = references[TeamMember](ctx, c.store.has, "members", t.Members, was.Members)
	return t, err
}

// Teams are the process teams by name.
func (s *Store) Teams() Kind[ProcessTeam] {
	return Kind[ProcessTeam]{store: s, check: checkTeam, list: by("team-name", func(t ProcessTeam) []string { return []string{t.Name} })}
}

// Team returns the process team with an id, or ErrNotFound.
func (s *Store) Team(ctx context.Context, id string) (ProcessTeam, error) {
	return s.Teams().Get(ctx, id)
}

// TeamsOf returns the ids of the process teams that a team member is in.
func (s *Store) TeamsOf(ctx context.Context, member string) ([]string, error) {
	if !isID(member) {
		return nil, nil
	}
	return s.lastParts(ctx, keyOf("team-member", member)+"|", searchPage)
}
