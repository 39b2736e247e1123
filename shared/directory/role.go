package directory

import (
	"cmp"
	"context"
	"fmt"
)

// A Role is what a team member can be for a client, such as Relatiebeheerder.
type Role struct {
	ID       string `json:"id"`
	Name     string `json:"name" doc:"unique, whatever its case"`
	Revision string `json:"revision" doc:"the entity tag, without its quotes"`
}

func (r Role) name() string     { return "role " + r.ID }
func (r Role) key() string      { return keyOf("role", r.ID) }
func (r Role) revision() string { return r.Revision }
func (r Role) revised(id, to string) Role {
	r.ID, r.Revision = cmp.Or(r.ID, id), to
	return r
}

func (r Role) derived() []derivedRow {
	return []derivedRow{{key: keyOf("role-name", fold(r.Name)), copies: true, unique: "name", value: r.Name}}
}

func (r Role) checked() (Role, error) {
	var err error
	r.Name, err = checkName("name", r.Name, 100)
	return r, err
}

// CreateRole adds a role and returns it with an id. Errors: *Invalid,
// *Conflict.
func (s *Store) CreateRole(ctx context.Context, r Role) (Role, error) {
	return create(ctx, s, func(*change) (Role, error) {
		r, err := r.checked()
		r.ID = ""
		return r, err
	})
}

// Role returns the role with an id, or ErrNotFound, with one table operation.
func (s *Store) Role(ctx context.Context, id string) (Role, error) {
	return get[Role](ctx, s, "role", id)
}

// Roles lists roles by name.
func (s *Store) Roles(ctx context.Context, q Query) (Page[Role], error) {
	return list(ctx, s, "role-name", q, func(r Role) (Role, []string) { return r, []string{r.Name} })
}

// UpdateRole changes a role; revision "" means any revision. Errors:
// ErrNotFound, ErrChanged, *Invalid, *Conflict.
func (s *Store) UpdateRole(ctx context.Context, id, revision string, edit func(*Role) error) (Role, error) {
	return update(ctx, s, "role", id, revision, func(c *change, was Role) (Role, error) {
		now := was
		if err := edit(&now); err != nil {
			return was, err
		}
		now.ID, now.Revision = was.ID, was.Revision
		return now.checked()
	})
}

// DeleteRole removes a role. Errors: ErrNotFound, ErrChanged; *InUse while
// somebody has it at a client.
func (s *Store) DeleteRole(ctx context.Context, id, revision string) error {
	return remove(ctx, s, "role", id, revision, func(c *change, r Role) error {
		// A role is rarely deleted, so all client teams are read for it. Rows by
		// role would make every other change larger.
		var clients []string
		err := s.each(ctx, "links|", func(row tableRow) (bool, error) {
			var team clientTeam
			if err := row.Unpack(&team); err != nil {
				return false, fmt.Errorf("directory: row %s: %w", row.Key, err)
			}
			if team.has(id) {
				clients = append(clients, team.Client)
			}
			return len(clients) < 5, nil
		})
		if err == nil && len(clients) > 0 {
			err = &InUse{What: r.name(), Kind: "client", IDs: clients}
		}
		return err
	})
}
