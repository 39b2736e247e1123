package api

import (
	"cmp"
	"context"

	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
)

func (a *api) registerProcessTeams() {
	type newProcessTeam struct {
		Name    string   `json:"name" example:"Salarisadministratie"`
		Members []string `json:"members,omitempty" nullable:"false" doc:"ids of team members"`
	}
	type processTeamPatch struct {
		Name    field[string]   `json:"name,omitzero"`
		Members field[[]string] `json:"members,omitzero"`
	}
	resource[directory.ProcessTeam, newProcessTeam, processTeamPatch]{
		path: "/api/process-teams", one: "process team", many: "process teams",
		reads: access.DirectoryRead, writes: access.DirectoryWrite,
		list: a.Directory.Teams,
		get:  a.Directory.Team,
		create: func(ctx context.Context, in newProcessTeam) (directory.ProcessTeam, error) {
			return a.Directory.CreateTeam(ctx, directory.ProcessTeam{Name: in.Name, Members: in.Members})
		},
		update: func(ctx context.Context, id, revision string, in processTeamPatch) (directory.ProcessTeam, error) {
			return a.Directory.UpdateTeam(ctx, id, revision, func(t *directory.ProcessTeam) error {
				return cmp.Or(in.Name.into(&t.Name, "name"), in.Members.into(&t.Members, "members"))
			})
		},
		remove:   a.Directory.DeleteTeam,
		identity: func(t directory.ProcessTeam) (string, string) { return t.ID, t.Revision },
	}.register(a)
}
