package api

import (
	"context"
	"net/http"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
)

func (a *api) registerSubstitute() {
	const path = "/api/me/substitute"
	op := apiTag("about").op
	set := func(ctx context.Context, s *directory.Substitute) (directory.TeamMember, error) {
		id := actor(ctx).Member.ID
		if id == "" {
			return directory.TeamMember{}, newProblem(http.StatusConflict, "you are no team member of the directory yet")
		}
		return a.Directory.UpdateTeamMember(ctx, id, "", func(m *directory.TeamMember) error {
			m.Substitute = s
			return nil
		})
	}
	handle(a, access.MeWrite, op("set-my-substitute", http.MethodPut, path,
		"Say who stands in for you, and when: he or she joins your new chats and sees what you see"),
		func(ctx context.Context, in *struct{ Body wire.SubstituteBody }) (*objectOutput[directory.TeamMember], error) {
			m, err := set(ctx, (*directory.Substitute)(&in.Body))
			return &objectOutput[directory.TeamMember]{ETag: tag(m.Revision), Body: m}, err
		})
	handle(a, access.MeWrite, op("delete-my-substitute", http.MethodDelete, path, "Say that nobody stands in for you any more"),
		func(ctx context.Context, _ *struct{}) (*struct{}, error) {
			_, err := set(ctx, nil)
			return nil, err
		})
}
