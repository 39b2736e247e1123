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

func (r Role) checked() (Role, error) {
	var err error
	r.Name, err = checkName("name", r.Name, 100)
	return r, err
}

// Roles are what team members can be for clients, by name. One that somebody has at a
// client is in use.
func (s *Store) Roles() Kind[Role] {
	return Kind[Role]{store: s, deleting: unusedRole, list: by("role-name", func(r Role) []string { return []string{r.Name} }),
		check: func(_ context.Context, _ *change, now, _ Role) (Role, error) { return now.checked() }}
}

// A role is rarely deleted, so all client teams are read for it. Rows by role
// would make every other change larger.
func unusedRole(ctx context.Context, c *change, r Role) error {
	var clients []string
	err := each(ctx, c.store, "links|", func(team clientTeam) bool {
		if team.has(r.ID) {
			clients = append(clients, team.Client)
		}
		return len(clients) < maxReferrers
	})
	if err == nil && len(clients) > 0 {
		err = &InUse{What: nameOf(r), Kind: "client", IDs: clients}
	}
	return err
}

// Role returns the role with an id, or ErrNotFound.
func (s *Store) Role(ctx context.Context, id string) (Role, error) { return s.Roles().Get(ctx, id) }
