package api

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/access"
	"kantoorpost/shared/audit"
	"kantoorpost/shared/ids"
)

func (a *api) registerAudit() {
	handle(a, access.AuditRead, apiTag("about").op("list-audit", http.MethodGet, "/api/audit",
		"List who did what, newest first"), func(ctx context.Context, in *struct {
		Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"at most so many entries"`
		After string `query:"after" maxLength:"64" doc:"the next of the page before"`
		AuditFilter
	}) (*listOutput[wire.AuditEntry], error) {
		entries, next, err := a.auditEntries(ctx, in.Limit, in.start(in.After), in.From, in.keep)
		if errors.Is(err, audit.ErrPosition) {
			return nil, invalid("query.after", "the next of the page before")
		}
		if err != nil {
			return nil, err
		}
		items, err := a.auditNames(ctx, entries)
		if err != nil {
			return nil, err
		}
		return &listOutput[wire.AuditEntry]{Body: wire.ListOf[wire.AuditEntry]{Items: items, Next: next}}, nil
	})
	a.registerAuditExport()
}

// AuditFilter says which entries of the audit are wanted.
type AuditFilter struct {
	By     string    `query:"by" maxLength:"64" doc:"only what this id did; a page may then hold fewer entries than the limit"`
	Action string    `query:"action" maxLength:"64" doc:"only actions that begin with this, such as contact or contact.update"`
	From   time.Time `query:"from" doc:"only what was done at this moment or later"`
	To     time.Time `query:"to" doc:"only what was done before this moment"`
}

func (f AuditFilter) keep(e audit.Entry) bool {
	return (f.By == "" || e.By == f.By) && (f.Action == "" || e.Action == f.Action || strings.HasPrefix(e.Action, f.Action+".")) &&
		(f.To.IsZero() || e.At.Before(f.To))
}

// start is where a list begins: after a position, and not before its end in time.
func (f AuditFilter) start(after string) string {
	if f.To.IsZero() {
		return after
	}
	return max(after, ids.Timed(f.To, strings.Repeat("0", 26)))
}

// auditNames are entries with the names of today.
func (a *api) auditNames(ctx context.Context, entries []audit.Entry) ([]wire.AuditEntry, error) {
	keys := map[string]bool{}
	for _, e := range entries {
		keys["member "+e.By] = true
		if key := objectKey(e.Object); key != "" {
			keys[key] = true
		}
		eachNamed(e.Detail, func(key, _ string) { keys[key] = true })
	}
	delete(keys, "member ")
	known, err := a.namesOf(ctx, keys)
	if err != nil {
		return nil, err
	}
	named := make([]wire.AuditEntry, len(entries))
	for i, e := range entries {
		named[i] = wire.AuditEntry{Entry: e, ByName: known["member "+e.By], ObjectName: known[objectKey(e.Object)]}
		eachNamed(e.Detail, func(key, id string) {
			if known[key] == "" {
				return
			}
			if named[i].Names == nil {
				named[i].Names = map[string]string{}
			}
			named[i].Names[id] = known[key]
		})
	}
	return named, nil
}

// namedIn gives the kind of the ids in a field of a detail.
var namedIn = map[string][]string{
	"clients": {"client"}, "client": {"client"}, "was": {"client"}, "contact": {"contact"}, "members": {"member"}, "member": {"member"},
	"substitute": {"member"},
	"added":      {"member"}, "removed": {"member"}, "key": {"contact"},
	"links": {"member", "role"}, "link": {"role", "process team"},
}

var idForm = regexp.MustCompile(`\b[a-z2-7]{26}\b`)

// eachNamed calls found with the key and the id of each object that a detail names.
func eachNamed(detail map[string]string, found func(key, id string)) {
	for field, value := range detail {
		for _, kind := range namedIn[field] {
			for _, id := range idForm.FindAllString(value, -1) {
				found(kind+" "+id, id)
			}
		}
	}
}

// objectKey is the key of namesOf for the object of an action, such as "contact" and an id;
// "" when it has no name.
func objectKey(object string) string {
	at := strings.LastIndexByte(object, ' ')
	if at < 0 {
		return ""
	}
	switch object[:at] {
	case "team member":
		return "member" + object[at:]
	case "team of client":
		return "client" + object[at:]
	}
	return object
}

// maxScanned is how many entries are read at most for one page of a filtered
// list.
const maxScanned = 4 * audit.MaxList

// auditEntries are the wanted entries after a given one and not older than from, at most
// limit.
func (a *api) auditEntries(ctx context.Context, limit int, after string, from time.Time,
	keep func(audit.Entry) bool) (kept []audit.Entry, next string, err error) {
	for seen := 0; seen < maxScanned; {
		size := limit
		if seen > 0 {
			size = audit.MaxList // few of the entries match the filter
		}
		entries, rest, err := a.Audit.List(ctx, size, after)
		if err != nil {
			return nil, "", err
		}
		for i, e := range entries {
			if e.At.Before(from) {
				return kept, "", nil
			}
			if !keep(e) {
				continue
			}
			if kept = append(kept, e); len(kept) == limit && (i < len(entries)-1 || rest != "") {
				return kept, e.ID, nil
			}
		}
		if after = rest; after == "" {
			return kept, "", nil
		}
		seen += len(entries)
	}
	return kept, after, nil
}

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
