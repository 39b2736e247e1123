package api

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/must"
)

// The audit is read and exported between two moments; the export has all entries, and no
// cell that a spreadsheet takes for a formula.
func TestAuditBetweenTwoMoments(t *testing.T) {
	k := newTalking(t)
	table := k.tables.Service(t, k.tables.Transport()).Table("mails")
	k.Audit = audit.New(table)
	begin := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for day := range 1200 {
		e := audit.Entry{At: begin.AddDate(0, 0, day), By: k.ids["editor"], Action: "mail.dismiss", Object: "mail x",
			Detail: map[string]string{"scope": "once"}}
		if day == 2 {
			e = audit.Entry{At: e.At, By: "=cmd", Action: "chat.note", Object: "chat x"}
		}
		must.Do(t, table.Write(t.Context(), audit.Op(e)))
	}
	between := func(from, to int) string {
		return "from=" + url.QueryEscape(begin.AddDate(0, 0, from).Format(time.RFC3339)) + "&to=" +
			url.QueryEscape(begin.AddDate(0, 0, to).Format(time.RFC3339))
	}
	var days []string
	for after := ""; ; {
		page := k.ok(t, "administrator", "GET /api/audit?limit=2&"+between(1, 6)+"&after="+after, "")
		for _, e := range items(page) {
			days = append(days, e["at"].(string)[:10])
		}
		if after, _ = page.body["next"].(string); after == "" {
			break
		}
	}
	if want := []string{"2026-03-06", "2026-03-05", "2026-03-04", "2026-03-03", "2026-03-02"}; !slices.Equal(days, want) {
		t.Errorf("%v", days)
	}
	export := func(query string) [][]string {
		got := k.ok(t, "administrator", "GET /api/audit/export?"+query, "")
		if !strings.HasPrefix(got.header.Get("Content-Type"), "text/csv") ||
			!strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") {
			t.Error(got.header)
		}
		rows, err := csv.NewReader(strings.NewReader(got.text)).ReadAll()
		if err != nil || !slices.Equal(rows[0], auditColumns) {
			t.Fatal(err, rows)
		}
		return rows[1:]
	}
	if rows := export(between(1, 4)); len(rows) != 3 || rows[1][1] != "'=cmd" || rows[2][3] != "mail.dismiss" ||
		rows[2][6] != `{"scope":"once"}` || rows[2][2] == "" {
		t.Errorf("%q", rows)
	}
	if rows := export(""); len(rows) != 1200 {
		t.Errorf("%d rows", len(rows))
	}
	if rows := export("action=chat"); fmt.Sprint(len(rows)) != "1" {
		t.Errorf("%q", rows)
	}
}
