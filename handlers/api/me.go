package api

import (
	"context"
	"net/http"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/directory"
)

func (a *api) registerMe() {
	handle(a, access.MeRead, apiTag("about").op("get-me", http.MethodGet, "/api/me",
		"Who you are here and what you may do"), func(ctx context.Context, in *struct {
		Brief bool `query:"brief" doc:"without the signature, which costs a read"`
	}) (*objectOutput[wire.Me], error) {
		who := actor(ctx)
		body := wire.Me{
			Kind: "person", ID: who.Member.ID, Name: who.Member.Name, Email: who.Member.Email,
			Rights: who.Member.Rights, Actions: access.Actions(who),
		}
		if who.Member.ID != "" && !in.Brief {
			own, err := a.Writing.Member(ctx, who.Member.ID)
			if err != nil {
				return nil, err
			}
			body.SignaturesObject, body.Toured = wire.SignaturesObject(own.Signatures), own.Toured
		}
		if who.Application != "" {
			body.Kind, body.ID, body.Roles = "application", who.Application, who.Roles
		}
		return &objectOutput[wire.Me]{Body: body}, nil
	})
	handle(a, access.MeWrite, apiTag("about").op("update-me", http.MethodPatch, "/api/me",
		"Set the signature of your mail, and whether you have read the tour"), func(ctx context.Context, in *struct {
		Body struct {
			SignaturePatch
			Toured field[bool] `json:"toured,omitzero"`
		}
	}) (*struct{}, error) {
		id, err := callersID(ctx)
		if err != nil {
			return nil, err
		}
		own, err := a.Writing.Member(ctx, id)
		if err != nil {
			return nil, err
		}
		signatures, err := a.signaturesOf(ctx, in.Body.SignaturePatch, own.Signatures)
		if err != nil {
			return nil, err
		}
		return nil, a.Writing.ChangeMember(ctx, id, func(m *compose.Member) {
			if in.Body.SignaturePatch.set() {
				m.Signatures = signatures
			}
			if in.Body.Toured.set {
				m.Toured = in.Body.Toured.value
			}
		})
	})
}

// callersID is the id of the caller as a team member, who must be one.
func callersID(ctx context.Context) (string, error) {
	id := actor(ctx).Member.ID
	if id == "" {
		return "", newProblem(http.StatusConflict, "you are no team member of the directory yet")
	}
	return id, nil
}

func (a *api) registerSubstitute() {
	const path = "/api/me/substitute"
	op := apiTag("about").op
	set := func(ctx context.Context, s *directory.Substitute) (directory.TeamMember, error) {
		id, err := callersID(ctx)
		if err != nil {
			return directory.TeamMember{}, err
		}
		return a.Directory.TeamMembers().Update(ctx, id, "", func(m *directory.TeamMember) error {
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
