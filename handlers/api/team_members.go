package api

import (
	"cmp"
	"context"

	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
)

func (a *api) registerTeamMembers() {
	type newTeamMember struct {
		Name   string           `json:"name" example:"Sanne de Wit"`
		Email  string           `json:"email" example:"sanne@kantoor.nl"`
		Rights directory.Rights `json:"rights" enum:"reader,editor,manager,administrator"`
		Active *bool            `json:"active,omitempty" doc:"true when absent"`
	}
	type teamMemberPatch struct {
		Name   field[string]           `json:"name,omitzero"`
		Email  field[string]           `json:"email,omitzero" doc:"a new address takes the account away that the member signed in with"`
		Rights field[directory.Rights] `json:"rights,omitzero"`
		Active field[bool]             `json:"active,omitzero"`

		Substitute field[substituteBody] `json:"substitute,omitzero" doc:"who stands in, and when; null removes"`
	}
	resource[directory.TeamMember, newTeamMember, teamMemberPatch]{
		path: "/api/team-members", one: "team member", many: "team members",
		reads: access.MembersRead, writes: access.MembersWrite,
		list: a.Directory.TeamMembers,
		get:  a.Directory.TeamMember,
		create: func(ctx context.Context, in newTeamMember) (directory.TeamMember, error) {
			return a.Directory.CreateTeamMember(ctx, directory.TeamMember{
				Name: in.Name, Email: in.Email, Rights: in.Rights, Active: in.Active == nil || *in.Active,
			})
		},
		update: func(ctx context.Context, id, revision string, in teamMemberPatch) (directory.TeamMember, error) {
			return a.Directory.UpdateTeamMember(ctx, id, revision, func(m *directory.TeamMember) error {
				if in.Substitute.null {
					m.Substitute = nil
				} else if in.Substitute.set {
					m.Substitute = in.Substitute.value.substitute()
				}
				return cmp.Or(
					in.Name.into(&m.Name, "name"),
					in.Email.into(&m.Email, "email"),
					in.Rights.into(&m.Rights, "rights"),
					in.Active.into(&m.Active, "active"),
				)
			})
		},
		remove:   a.Directory.DeleteTeamMember,
		identity: func(m directory.TeamMember) (string, string) { return m.ID, m.Revision },
	}.register(a)
}
