package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/shared/access"
	"kantoorpost/shared/audit"
	"kantoorpost/shared/directory"
)

// An AuditEntry is what somebody did, with the name that he or she has now.
type AuditEntry struct {
	audit.Entry
	ByName string `json:"byName,omitempty" doc:"of a team member"`
}

func (a *api) registerAudit() {
	handle(a, access.AuditRead, huma.Operation{
		OperationID: "list-audit", Method: http.MethodGet, Path: "/api/audit", Tags: []string{"about"},
		Summary: "List who did what, newest first",
	}, func(ctx context.Context, in *struct {
		Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"at most so many entries"`
		After string `query:"after" maxLength:"64" doc:"the next of the page before"`
	}) (*listOutput[AuditEntry], error) {
		entries, next, err := a.Audit.List(ctx, in.Limit, in.After)
		if errors.Is(err, audit.ErrPosition) {
			return nil, invalid("query.after", "the next of the page before")
		}
		if err != nil {
			return nil, err
		}
		names, items := map[string]string{}, make([]AuditEntry, 0, len(entries))
		for _, e := range entries {
			name, err := a.memberName(ctx, names, e.By)
			if err != nil {
				return nil, err
			}
			items = append(items, AuditEntry{e, name})
		}
		return &listOutput[AuditEntry]{Body: listOf[AuditEntry]{Items: items, Next: next}}, nil
	})
}

// memberName is the name of a team member, "" for who is none or no more. Known
// keeps what was looked up.
func (a *api) memberName(ctx context.Context, known map[string]string, id string) (string, error) {
	if name, looked := known[id]; looked {
		return name, nil
	}
	m, err := a.Directory.TeamMember(ctx, id)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return "", err
	}
	known[id] = m.Name
	return m.Name, nil
}
