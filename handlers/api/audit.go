package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/access"
	"kantoorpost/shared/audit"
)

func (a *api) registerAudit() {
	handle(a, access.AuditRead, huma.Operation{
		OperationID: "list-audit", Method: http.MethodGet, Path: "/api/audit", Tags: []string{"about"},
		Summary: "List who did what, newest first",
	}, func(ctx context.Context, in *struct {
		Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"at most so many entries"`
		After string `query:"after" maxLength:"64" doc:"the next of the page before"`
	}) (*listOutput[audit.Entry], error) {
		entries, next, err := a.Audit.List(ctx, in.Limit, in.After)
		if errors.Is(err, audit.ErrPosition) {
			return nil, invalid("query.after", "the next of the page before")
		}
		if err != nil {
			return nil, err
		}
		if entries == nil {
			entries = []audit.Entry{}
		}
		return &listOutput[audit.Entry]{Body: listOf[audit.Entry]{Items: entries, Next: next}}, nil
	})
}
