package api

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kantoorpost/shared/access"
	"kantoorpost/shared/audit"
)

// auditColumns are the columns of the export.
var auditColumns = []string{"at", "by", "byName", "action", "object", "objectName", "detail"}

func (a *api) registerAuditExport() {
	op := apiTag("about").op("export-audit", http.MethodGet, "/api/audit/export",
		"Export who did what as CSV, newest first; the file ends with a line of its own when it could not be finished")
	op.Responses = content("The entries, in UTF-8, with a line of headings", "text/csv")
	handle(a, access.AuditRead, op, func(ctx context.Context, in *struct{ AuditFilter }) (*huma.StreamResponse, error) {
		// The first page decides about the status of the answer.
		entries, next, err := a.auditEntries(ctx, audit.MaxList, in.start(""), in.From, in.keep)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			_, w := humago.Unwrap(hc)
			h := w.Header()
			h.Set("Content-Type", "text/csv; charset=utf-8")
			h.Set("Content-Disposition", `attachment; filename="audit.csv"`)
			out := csv.NewWriter(withWriteDeadline(w))
			if err := a.writeAudit(ctx, out, in.AuditFilter, entries, next); err != nil {
				slog.ErrorContext(ctx, "export audit", "error", err)
				_ = out.Write([]string{"", "", "", "incomplete"}) // the reader sees it, if it arrives
			}
			out.Flush()
		}}, nil
	})
}

func (a *api) writeAudit(ctx context.Context, out *csv.Writer, f AuditFilter, entries []audit.Entry, next string) error {
	if err := out.Write(auditColumns); err != nil {
		return err
	}
	for {
		named, err := a.auditNames(ctx, entries)
		if err != nil {
			return err
		}
		for _, n := range named {
			var detail []byte
			if len(n.Detail) > 0 {
				if detail, err = json.Marshal(n.Detail); err != nil {
					return err
				}
			}
			row := []string{n.At.Format(time.RFC3339), n.By, n.ByName, n.Action, n.Object, n.ObjectName, string(detail)}
			for i, cell := range row {
				row[i] = plainCell(cell)
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
		if next == "" {
			return out.Error()
		}
		if entries, next, err = a.auditEntries(ctx, audit.MaxList, next, f.From, f.keep); err != nil {
			return err
		}
	}
}

// plainCell is a text that a spreadsheet does not take for a formula.
// https://owasp.org/www-community/attacks/CSV_Injection
func plainCell(text string) string {
	if strings.HasPrefix(text, "=") || strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-") || strings.HasPrefix(text, "@") {
		return "'" + text
	}
	return text
}
