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

// The audit is narrowed to a person and to a kind of action, no entry is lost between pages,
// and what an entry is about has its name.
func TestAuditIsNarrowed(t *testing.T) {
	o := newOffice(t)
	do := func(request, body string) string {
		return fmt.Sprint(o.ok(t, "administrator", request, body).body["id"])
	}
	client, role := do("POST /api/clients", `{"number":"1","type":"person","name":"Jan"}`), do("POST /api/roles", `{"name":"Assistent"}`)
	do("POST /api/clients", `{"number":"2","type":"person","name":"Els"}`)
	me := o.ok(t, "administrator", "GET /api/me", "").body["id"].(string)
	o.ok(t, "administrator", "PUT /api/clients/"+client+"/team-members", fmt.Sprintf(`[{"member":%q,"role":%q}]`, me, role))
	entries := func(query string) (all []map[string]any) {
		for after := ""; ; {
			page := o.ok(t, "administrator", "GET /api/audit?limit=2&after="+after+query, "")
			all = append(all, items(page)...)
			if after, _ = page.body["next"].(string); after == "" {
				return all
			}
		}
	}
	whole := entries("")
	for query, keep := range map[string]func(map[string]any) bool{
		"&action=client":        func(e map[string]any) bool { return strings.HasPrefix(e["action"].(string), "client.") },
		"&action=client.create": func(e map[string]any) bool { return e["action"] == "client.create" },
		"&by=" + me:             func(e map[string]any) bool { return e["by"] == me },
		"&by=nobody":            func(map[string]any) bool { return false },
	} {
		want := slices.DeleteFunc(slices.Clone(whole), func(e map[string]any) bool { return !keep(e) })
		if got := entries(query); fmt.Sprint(got) != fmt.Sprint(want) || len(got) == len(whole) || len(got) == 0 && query != "&by=nobody" {
			t.Errorf("%s: %d of %d entries, want %d", query, len(got), len(whole), len(want))
		}
	}
	for _, e := range entries("&action=client") {
		if e["objectName"] != "Jan" && e["objectName"] != "Els" {
			t.Errorf("%v has no name", e)
		}
	}
	names := fmt.Sprint(map[string]any{me: "administrator@kantoor.nl", role: "Assistent"})
	if e := entries("&action=client-team"); len(e) != 1 || fmt.Sprint(e[0]["names"]) != names {
		t.Errorf("the team of a client: %v", e)
	}
}
