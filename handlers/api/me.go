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
	Kind    string           `json:"kind" enum:"person,application"`
	ID      string           `json:"id" doc:"of the team member or the service principal; empty for the first administrator, until the directory has him or her"`
	Name    string           `json:"name,omitempty"`
	Email   string           `json:"email,omitempty"`
	Rights  directory.Rights `json:"rights,omitempty"`
	Roles   []string         `json:"roles,omitempty" doc:"app roles of an application"`
	Actions []access.Action  `json:"actions" nullable:"false" doc:"what you may do, to some objects at least"`
}

func (a *api) registerMe() {
	handle(a, access.MeRead, huma.Operation{
		OperationID: "get-me", Method: http.MethodGet, Path: "/api/me", Tags: []string{"about"},
		Summary: "Who you are here and what you may do",
	}, func(ctx context.Context, _ *struct{}) (*objectOutput[me], error) {
		who := actor(ctx)
		body := me{
			Kind: "person", ID: who.Member.ID, Name: who.Member.Name, Email: who.Member.Email,
			Rights: who.Member.Rights, Actions: access.Actions(who),
		}
		if who.Application != "" {
			body.Kind, body.ID, body.Roles = "application", who.Application, who.Roles
		}
		return &objectOutput[me]{Body: body}, nil
	})
}
