package api

import (
	"context"
	"net/http"

	"kantoorpost/shared/access"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/directory"
)

// A me is the caller, as the API sees him or her.
type me struct {
	Kind   string           `json:"kind" enum:"person,application"`
	ID     string           `json:"id" doc:"of the team member or the service principal; empty for the first administrator, until the directory has him or her"`
	Name   string           `json:"name,omitempty"`
	Email  string           `json:"email,omitempty"`
	Rights directory.Rights `json:"rights,omitempty"`
	Roles  []string         `json:"roles,omitempty" doc:"app roles of an application"`
	SignaturesObject
	Toured  bool            `json:"toured" doc:"you have read the tour of the first visit"`
	Actions []access.Action `json:"actions" nullable:"false" doc:"what you may do, to some objects at least"`
}

func (a *api) registerMe() {
	handle(a, access.MeRead, apiTag("about").op("get-me", http.MethodGet, "/api/me",
		"Who you are here and what you may do"), func(ctx context.Context, in *struct {
		Brief bool `query:"brief" doc:"without the signature, which costs a read"`
	}) (*objectOutput[me], error) {
		who := actor(ctx)
		body := me{
			Kind: "person", ID: who.Member.ID, Name: who.Member.Name, Email: who.Member.Email,
			Rights: who.Member.Rights, Actions: access.Actions(who),
		}
		if who.Member.ID != "" && !in.Brief {
			own, err := a.Writing.Member(ctx, who.Member.ID)
			if err != nil {
				return nil, err
			}
			body.SignaturesObject, body.Toured = SignaturesObject(own.Signatures), own.Toured
		}
		if who.Application != "" {
			body.Kind, body.ID, body.Roles = "application", who.Application, who.Roles
		}
		return &objectOutput[me]{Body: body}, nil
	})
	handle(a, access.MeWrite, apiTag("about").op("update-me", http.MethodPatch, "/api/me",
		"Set the signature of your mail, and whether you have read the tour"), func(ctx context.Context, in *struct {
		Body struct {
			SignaturePatch
			Toured field[bool] `json:"toured,omitzero"`
		}
	}) (*struct{}, error) {
		id := actor(ctx).Member.ID
		if id == "" {
			return nil, newProblem(http.StatusConflict, "you are no team member of the directory yet")
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
