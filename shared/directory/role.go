package directory

import (
	"context"
)

// A Role is what a team member can be for a client, such as Relatiebeheerder.
type Role struct {
	ID       string `json:"id"`
	Name     string `json:"name" doc:"unique, whatever its case"`
	Revision string `json:"revision" doc:"the entity tag, without its quotes"`
}

func (r Role) identity() (kind, id, revision string) { return "role", r.ID, r.Revision }
func (r Role) with(id, revision string) Role {
	r.ID, r.Revision = id, revision
	return r
}

func (r Role) derived() []derivedRow {
	return []derivedRow{{key: keyOf("role-name", fold(r.Name)), copies: true, unique: "name", value: r.Name}}
}

func checkRole(_ *change, r, _ Role) (Role, error) {
	var err error
	r.Name, err = checkName("name", r.Name, 100)
	return r, err
}

// CreateRole adds a role and returns it with an id. Errors: *Invalid,
// *Conflict.
func (s *Store) CreateRole(ctx context.Context, r Role) (Role, error) {
	return create(ctx, s, r, checkRole)
}

// Role returns the role with an id, or ErrNotFound, with one table operation.
func (s *Store) Role(ctx context.Context, id string) (Role, error) {
	return get[Role](ctx, s, id)
}

// Roles lists roles by name.
func (s *Store) Roles(ctx context.Context, q Query) (Page[Role], error) {
	return list(ctx, s, "role-name", q, func(r Role) (Role, []string) { return r, []string{r.Name} })
}

// UpdateRole changes a role; revision "" means any revision. Errors:
// ErrNotFound, ErrChanged, *Invalid, *Conflict.
func (s *Store) UpdateRole(ctx context.Context, id, revision string, edit func(*Role) error) (Role, error) {
	return update(ctx, s, id, revision, edit, checkRole)
}

// DeleteRole removes a role. Errors: ErrNotFound, ErrChanged; *InUse while
// somebody has it at a client.
func (s *Store) DeleteRole(ctx context.Context, id, revision string) error {
	return remove(ctx, s, id, revision, func(c *change, r Role) error {
		// A role is rarely deleted, so all client teams are read for it. Rows by
		// role would make every other change larger.
		var clients []string
		err := each(ctx, s, "links|", func(team clientTeam) bool {
			if team.has(id) {
				clients = append(clients, team.Client)
			}
			return len(clients) < 5
		})
		if err == nil && len(clients) > 0 {
			err = &InUse{What: nameOf(r), Kind: "client", IDs: clients}
		}
		return err
	})
}
