package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"kantoorpost/handlers/api/intake"
	"kantoorpost/shared/access"
	"kantoorpost/shared/directory"
)

const (
	// https://www.rfc-editor.org/rfc/rfc7111
	csvType = "text/csv"
	// https://www.iana.org/assignments/media-types/application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

	importTries = 3 // of an import, when others change the data at the same time
	// importTime is how long one request writes: App Service answers for it after 230 seconds.
	//
	// See https://learn.microsoft.com/azure/azure-functions/functions-scale#timeout
	importTime = 150 * time.Second
)

// An importProblem says why nothing was imported. Its report says what is
// wrong in each row.
type importProblem struct {
	*problem
	Report intake.Report `json:"report"`
}

func (a *api) registerImport() {
	file := &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	op := apiTag("directory").op("import-directory", http.MethodPost, "/api/directory/import",
		"Take in clients, contacts, team members, roles and the teams of clients from a file")
	op.Description = "All rows or none: when one is wrong, nothing changes, and the answer is 422 with the same report. " +
		"An empty cell leaves a field as it is, and a hyphen empties it. The same file may be sent again. " +
		"What takes longer than 150 seconds is answered with 503: a part is taken in, and the same request, sent again, goes on. " +
		"A file with team members needs the right to change those too (an application: TeamMembers.ReadWrite)."
	op.MaxBodyBytes = intake.MaxBytes
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{csvType: file, xlsxType: file}}
	handle(a, access.DirectoryWrite, op, func(ctx context.Context, in *struct {
		DryRun  bool   `query:"dryRun" doc:"say what would happen, and change nothing"`
		Kind    string `query:"kind" enum:"clients,contacts,team-members,roles,client-team" doc:"what the rows are; as the sheets say when absent"`
		RawBody []byte `contentType:"text/csv"`
	}) (*bodyOutput[intake.Report], error) {
		return bodyOf(a.importFile(ctx, in.RawBody, intake.Kind(in.Kind), in.DryRun))
	})
}

func (a *api) importFile(ctx context.Context, file []byte, kind intake.Kind, dryRun bool) (intake.Report, error) {
	inTime, cancel := context.WithTimeout(ctx, importTime)
	defer cancel()
	book, err := intake.Open(file)
	if wrong := (*intake.Unreadable)(nil); errors.As(err, &wrong) {
		return intake.Report{}, refusedImport(wrong.EN, wrong.Report(dryRun))
	}
	if err != nil {
		return intake.Report{}, err
	}
	defer book.Close() // leftover temporary files do not matter
	for try := 1; ; try++ {
		bulk, err := a.Directory.Bulk(ctx)
		if err != nil {
			return intake.Report{}, err
		}
		report := intake.Plan(bulk, book, kind)
		if _, members := report.Summary[intake.TeamMembers]; members && !access.Can(actor(ctx), access.MembersWrite, access.Some) {
			return intake.Report{}, newProblem(http.StatusForbidden,
				"nothing was imported: the file has team members, and your rights do not include "+
					string(access.MembersWrite)+"; an application needs the app role TeamMembers.ReadWrite for them")
		}
		if who := actor(ctx); who.IsFirst() && !bulk.Administered() {
			if _, found := bulk.MemberByAddress(who.Member.Email); found {
				return intake.Report{}, directory.ErrLastAdministrator
			}
		}
		if report.DryRun = dryRun; dryRun {
			return report, nil
		}
		if intake.IsWrong(report) {
			return intake.Report{}, refusedImport(
				"nothing was imported, because some rows are wrong; mend those that the report names and send the file again", report)
		}
		err = bulk.Apply(inTime)
		if errors.Is(err, directory.ErrChanged) && try < importTries {
			continue // somebody else changed the data first, so the effect of the file must be computed again
		}
		if err != nil && inTime.Err() != nil && ctx.Err() == nil {
			return intake.Report{}, newProblem(http.StatusServiceUnavailable, "a part of the file was taken in; send it again for the rest")
		}
		if err != nil {
			return intake.Report{}, fmt.Errorf("import into the directory: %w", err)
		}
		report.Applied = true
		return report, nil
	}
}

func refusedImport(detail string, report intake.Report) error {
	return &importProblem{problem: newProblem(http.StatusUnprocessableEntity, detail), Report: report}
}

// retryAfter is the time until a retry: a large import takes about as long.
const retryAfter = "10" // seconds

// GetHeaders are the headers that a problem needs.
// https://www.rfc-editor.org/rfc/rfc9110#name-503-service-unavailable
func (p *problem) GetHeaders() http.Header {
	if p.Status != http.StatusServiceUnavailable {
		return nil
	}
	return http.Header{"Retry-After": {retryAfter}}
}
