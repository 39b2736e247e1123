package directory

import (
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

func (s *Store) checkTeam(ctx context.Context) checker[ProcessTeam] {
	return func(_ *change, t, was ProcessTeam) (_ ProcessTeam, err error) {
		if t.Name, err = checkName("name", t.Name, 100); err != nil {
			return t, err
		}
		if len(t.Members) > maxTeam {
			return t, &Invalid{Field: "members", Expected: fmt.Sprintf("at most %d team members", maxTeam)}
		}
		t.Members, err = references[memberRow](ctx, s, "members", t.Members, was.Members)
		return t, err
	}
}

// references returns ids of objects, each once. Those that a field did not have before must
// exist.
func references[T entity[T]](ctx context.Context, s *Store, field string, all, had []string) ([]string, error) {
	ids := make([]string, 0, len(all))
	for i, id := range all {
		if slices.Contains(ids, id) {
			continue
		}
		if !slices.Contains(had, id) {
			if err := exists[T](ctx, s, id, fmt.Sprintf("%s[%d]", field, i)); err != nil {
				return nil, err
			}
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// CreateTeam adds a process team and returns it with an id. Errors: *Invalid,
// *Conflict.
func (s *Store) CreateTeam(ctx context.Context, t ProcessTeam) (ProcessTeam, error) {
	return create(ctx, s, t, s.checkTeam(ctx))
}

// Team returns the process team with an id, or ErrNotFound, with one table
// operation.
func (s *Store) Team(ctx context.Context, id string) (ProcessTeam, error) {
	return get[ProcessTeam](ctx, s, id)
}

// Teams lists process teams by name.
func (s *Store) Teams(ctx context.Context, q Query) (Page[ProcessTeam], error) {
	return list(ctx, s, "team-name", q, func(t ProcessTeam) (ProcessTeam, []string) { return t, []string{t.Name} })
}

// UpdateTeam changes a process team; revision "" means any revision. Errors:
// ErrNotFound, ErrChanged, *Invalid, *Conflict, *TooLarge.
func (s *Store) UpdateTeam(ctx context.Context, id, revision string, edit func(*ProcessTeam) error) (ProcessTeam, error) {
	return update(ctx, s, id, revision, edit, s.checkTeam(ctx))
}

// DeleteTeam removes a process team. Errors: ErrNotFound, ErrChanged.
func (s *Store) DeleteTeam(ctx context.Context, id, revision string) error {
	return remove[ProcessTeam](ctx, s, id, revision, nil)
}

// TeamsOf returns the ids of the process teams that a team member is in.
func (s *Store) TeamsOf(ctx context.Context, member string) ([]string, error) {
	if !isID(member) {
		return nil, nil
	}
	return s.lastParts(ctx, keyOf("team-member", member)+"|", searchPage)
}
