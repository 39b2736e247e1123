package api

import (
	"context"

	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
)

func (a *api) registerRoles() {
	type newRole struct {
		Name string `json:"name" example:"Relatiebeheerder"`
	}
	type rolePatch struct {
		Name field[string] `json:"name,omitzero"`
	}
	resource[directory.Role, newRole, rolePatch]{
		path: "/api/roles", one: "role", many: "roles",
		reads: access.DirectoryRead, writes: access.DirectoryWrite,
		list: a.Directory.Roles,
		get:  a.Directory.Role,
		create: func(ctx context.Context, in newRole) (directory.Role, error) {
			return a.Directory.CreateRole(ctx, directory.Role{Name: in.Name})
		},
		update: func(ctx context.Context, id, revision string, in rolePatch) (directory.Role, error) {
			return a.Directory.UpdateRole(ctx, id, revision, func(r *directory.Role) error {
				return in.Name.into(&r.Name, "name")
			})
		},
		remove:   a.Directory.DeleteRole,
		identity: func(r directory.Role) (string, string) { return r.ID, r.Revision },
	}.register(a)
}
