package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
)

// A me is the caller, as the API sees him or her.
type me struct {
	Kind      string           `json:"kind" enum:"person,application"`
	ID        string           `json:"id" doc:"of the team member or the service principal; empty for the first administrator, until the directory has him or her"`
	Name      string           `json:"name,omitempty"`
	Email     string           `json:"email,omitempty"`
	Rights    directory.Rights `json:"rights,omitempty"`
	Roles     []string         `json:"roles,omitempty" doc:"app roles of an application"`
	Signature string           `json:"signature" doc:"HTML that stands below your mail, above the signature of the address"`
	Actions   []access.Action  `json:"actions" nullable:"false" doc:"what you may do, to some objects at least"`
}

func (a *api) registerMe() {
	handle(a, access.MeRead, huma.Operation{
		OperationID: "get-me", Method: http.MethodGet, Path: "/api/me", Tags: []string{"about"},
		Summary: "Who you are here and what you may do",
	}, func(ctx context.Context, in *struct {
		Brief bool `query:"brief" doc:"without the signature, which costs a read"`
	}) (*objectOutput[me], error) {
		who := actor(ctx)
		body := me{
			Kind: "person", ID: who.Member.ID, Name: who.Member.Name, Email: who.Member.Email,
			Rights: who.Member.Rights, Actions: access.Actions(who),
		}
		if who.Member.ID != "" && !in.Brief {
			var err error
			if body.Signature, err = a.Writing.Signature(ctx, who.Member.ID); err != nil {
				return nil, err
			}
		}
		if who.Application != "" {
			body.Kind, body.ID, body.Roles = "application", who.Application, who.Roles
		}
		return &objectOutput[me]{Body: body}, nil
	})
	handle(a, access.MeWrite, huma.Operation{
		OperationID: "update-me", Method: http.MethodPatch, Path: "/api/me", Tags: []string{"about"},
		Summary: "Set the signature of your mail", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, in *struct {
		Body struct {
			Signature field[string] `json:"signature" doc:"HTML; null or empty for none; its pictures are src=\"cid:\" and the id of an upload in PNG, JPEG or GIF, 300 kB together"`
		}
	}) (*struct{}, error) {
		id := actor(ctx).Member.ID
		if id == "" {
			return nil, newProblem(http.StatusConflict, "you are no team member of the directory yet")
		}
		signature, err := a.signatureOf(ctx, in.Body.Signature)
		if err != nil {
			return nil, err
		}
		return nil, a.Writing.PutSignature(ctx, id, signature)
	})
}
