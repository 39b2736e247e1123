package api

import (
	"cmp"
	"context"
	"net/http"

	"kantoorpost/handlers/api/wire"
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

		Substitute field[wire.SubstituteBody] `json:"substitute,omitzero" doc:"who stands in, and when; null removes"`
	}
	resource[directory.TeamMember, newTeamMember, teamMemberPatch]{
		path: "/api/team-members", one: "team member", many: "team members",
		reads: access.MembersRead, writes: access.MembersWrite,
		list: a.Directory.TeamMembers,
		get:  a.Directory.TeamMember,
		create: func(ctx context.Context, in newTeamMember) (directory.TeamMember, error) {
			m := directory.TeamMember{Name: in.Name, Email: in.Email, Rights: in.Rights, Active: in.Active == nil || *in.Active}
			if err := a.keepFirst(ctx, m); err != nil {
				return m, err
			}
			return a.Directory.CreateTeamMember(ctx, m)
		},
		update: func(ctx context.Context, id, revision string, in teamMemberPatch) (directory.TeamMember, error) {
			return a.Directory.UpdateTeamMember(ctx, id, revision, func(m *directory.TeamMember) error {
				if in.Substitute.null {
					m.Substitute = nil
				} else if in.Substitute.set {
					m.Substitute = (*directory.Substitute)(&in.Substitute.value)
				}
				err := cmp.Or(
					in.Name.into(&m.Name, "name"),
					in.Email.into(&m.Email, "email"),
					in.Rights.into(&m.Rights, "rights"),
					in.Active.into(&m.Active, "active"),
				)
				if err != nil {
					return err
				}
				return a.keepFirst(ctx, *m)
			})
		},
		remove:   a.Directory.DeleteTeamMember,
		identity: func(m directory.TeamMember) (string, string) { return m.ID, m.Revision },
	}.register(a)
	handle(a, access.MembersWrite, apiTag("directory").op("delete-account", http.MethodDelete, "/api/team-members/{id}/account",
		"Take away the account that a team member signed in with; the next to sign in with the e-mail address as sign-in name "+
			"gets the place"), func(ctx context.Context, in *struct {
		ByID
		Precondition
	}) (*struct{}, error) {
		return nil, a.Directory.Unbind(ctx, in.ID, in.revision())
	})
}

// keepFirst refuses a change that leaves the office without administrator.
// The first administrator stops being one when a team member gets the same
// address.
func (a *api) keepFirst(ctx context.Context, m directory.TeamMember) error {
	who := actor(ctx)
	if address, err := directory.ReceivedAddress(m.Email); err != nil || !who.IsFirst() || address != who.Member.Email {
		return nil
	}
	if m.Active && m.Rights == directory.Administrator {
		return nil
	}
	administered, err := a.Directory.Administered(ctx)
	if err == nil && !administered {
		err = directory.ErrLastAdministrator
	}
	return err
}
