package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/audit"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/must"
	"kantoorpost/shared/words"
)

func TestTheAuditIsReadByPeople(t *testing.T) {
	const id = "abcdefghijklmnopqrstuvwxy2"
	api := newAPI("administrator", "audit.read", "directory.read")
	api.answers["GET /api/team-members"] = wire.ListOf[entry]{Items: []entry{{ID: "m1", Name: "Anna Bos"}}}
	api.answers["GET /api/audit"] = func(r *http.Request) any {
		if r.URL.Query().Get("action") == "role" {
			return wire.ListOf[auditEntry]{}
		}
		return wire.ListOf[auditEntry]{Next: "z9", Items: []auditEntry{
			{
				AuditEntry: wire.AuditEntry{
					Entry: audit.Entry{
						At:     time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC),
						By:     "m1",
						Action: "contact.update",
						Object: "contact " + id,
						Detail: map[string]string{
							"rights":  "reader → editor",
							"also":    "rule.create rule x",
							"reason":  "bounce",
							"client":  "",
							"clients": `[] → ["` + id + `"]`,
							"from":    "2026-07-01T22:00:00Z",
							"link":    "contact → role " + id,
						},
					},
					ByName:     "Anna Bos",
					ObjectName: "Jan <b>",
					Names:      map[string]string{id: "Bakkerij"},
				},
			},
			{
				AuditEntry: wire.AuditEntry{Entry: audit.Entry{By: "application:x", Action: "client.delete", Object: "client " + id}},
			}, {AuditEntry: wire.AuditEntry{Entry: audit.Entry{Action: "mail.undo", Object: "mail " + one}}},
			{AuditEntry: wire.AuditEntry{Entry: audit.Entry{Action: "contact.erase", Object: "contact erased"}}},
			{AuditEntry: wire.AuditEntry{Entry: audit.Entry{Action: "team-member.delete", Object: "team member former"}, ObjectName: "Kees Bol"}},
			{AuditEntry: wire.AuditEntry{Entry: audit.Entry{By: "gone", Action: "new.action", Object: "settings"}}},
			{
				AuditEntry: wire.AuditEntry{
					Entry: audit.Entry{Action: "mail.dismiss", Object: "mail " + one, Detail: map[string]string{"scope": "once"}},
				},
			},
			{
				AuditEntry: wire.AuditEntry{
					Entry: audit.Entry{Action: "mail.dismiss", Object: "mail " + one, Detail: map[string]string{"scope": "list"}},
				},
			},
			{
				AuditEntry: wire.AuditEntry{
					Entry: audit.Entry{
						Action: "rule.create",
						Object: "rule x",
						Detail: map[string]string{"key": "forwarded", "state": "on", "kind": "accept-kind"},
					},
				},
			},
			{
				AuditEntry: wire.AuditEntry{
					Entry: audit.Entry{Action: "rule.create", Object: "rule x", Detail: map[string]string{"key": "auto-reply"}},
				},
			},
			{
				AuditEntry: wire.AuditEntry{
					Entry: audit.Entry{Action: "contact.update", Object: "contact x", Detail: map[string]string{"emails": "changed"}},
				},
			},
			{
				AuditEntry: wire.AuditEntry{
					Entry: audit.Entry{Action: "chat.members", Object: "chat x", Detail: map[string]string{"added": id, "removed": ""}},
					Names: map[string]string{id: "Bram"},
				},
			},
			{
				AuditEntry: wire.AuditEntry{
					Entry: audit.Entry{
						Action: "directory.import",
						Object: "directory",
						Detail: map[string]string{"broken-off": "true", "client-team": "3"},
					},
				},
			},
		}}
	}
	wants(t, browse(t, api, "GET", "/web/audit?by=m1&action=contact", ""), 200, "25 nov 2026 10:00", "Contact gewijzigd",
		`href="/web/directory/contacts/`+id+`"><bdi>Jan &lt;b&gt;</bdi>`, "– → Bakkerij", "Contact → Rol Bakkerij", "raadpleger → mutator",
		"Regel toegevoegd", "Niet bezorgd", "!Relatie:", "2 jul 2026 00:00", "Een programma", "Relatie verwijderd",
		"!/web/directory/clients/"+id, "!/web/directory/contacts/erased",
		"!/web/directory/team-members/former", "Kees Bol", "Systeem", `href="/web/mails/`+one, "Iemand die er niet meer is", "new.action",
		`<option value="m1" selected>`, "action=contact&amp;after=z9&amp;by=m1", "data-print", "Bereik:</span> <bdi>eenmalig",
		"Bereik:</span> <bdi>altijd voor deze lijst", "Gaat over:</span> <bdi>wat collega’s doorsturen",
		"Gaat over:</span> <bdi>automatische antwoorden", "E-mailadressen:</span> <bdi>gewijzigd", "Erbij:</span> <bdi>Bram",
		"Afgebroken:</span> <bdi>ja", "Teams van relaties:</span> <bdi>3")
	wants(t, browse(t, api, "GET", "/web/audit?by=m1", "", "Cookie", "lang=en"), 200, "Scope:</span> <bdi>once",
		"About:</span> <bdi>what colleagues forward", "E-mail addresses:</span> <bdi>changed", "Added:</span> <bdi>Bram",
		"Stopped early:</span> <bdi>yes")
	if asked := api.asked[1]; asked != "GET /api/audit?action=contact&by=m1&limit=100" {
		t.Error(asked)
	}
	wants(t, browse(t, api, "GET", "/web/audit?action=role", "", "Cookie", "lang=en"), 200, "Nothing found", "Clear filters")
	w := browse(t, api, "GET", "/web/audit?action=contact", "", "HX-Request", "true", "HX-Target", "audit")
	wants(t, w, 200, `<div id="audit"`, "!<html")
}

// Every field of the directory has a name in the audit, and every value that is
// a code has words.
func TestTheAuditNamesEveryField(t *testing.T) {
	for _, lang := range languages {
		texts := must.Get(readTexts(lang))(t)
		for _, object := range []any{directory.Client{}, directory.Contact{}, directory.TeamMember{}, directory.Role{}, directory.ProcessTeam{}} {
			for i, of := 0, reflect.TypeOf(object); i < of.NumField(); i++ {
				name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
				switch name {
				case "id", "revision", "learned", "": // these are not shown
				default:
					if texts["audit.field."+name] == "" {
						t.Errorf("%s: no name for %s of %v", lang, name, of)
					}
				}
			}
		}
		for _, code := range []any{
			directory.RuleLearning, directory.RuleProposed, directory.RuleOn, directory.RuleOff, directory.RuleUndoing, directory.RuleUndone,
			directory.AddressContact, directory.DomainClient, directory.SenderClient, directory.DismissList, directory.DismissSender,
			directory.DismissKind,
			directory.AcceptSender, directory.AcceptKind, directory.SuggestedClient, directory.KindAutoReply, directory.KindForwarded,
			directory.KindSuggested,
			directory.Reader, directory.Editor, directory.Manager, directory.Administrator, directory.Prospect, true, false,
		} {
			if texts["audit.value."+fmt.Sprint(code)] == "" {
				t.Errorf("%s: no words for %v", lang, code)
			}
		}
	}
}

func TestHealthSaysWhatWaitsAndWhatEnds(t *testing.T) {
	api := newAPI("manager", "health.read")
	api.answers["GET /api/health/ready"] = map[string]any{"status": "ok", "checks": []wire.Checked{{Name: "tables", OK: true}}}
	api.answers["GET /api/health"] = map[string]any{
		"enabled": false, "lastTick": time.Now().Add(-20 * time.Minute), "mailboxes": 6,
		"overdue": map[string]any{"mails": 4, "oldest": time.Now().Add(-30 * time.Minute)},
		"queues":  []map[string]any{{"name": "fetch", "depth": 17, "oldest": time.Now().Add(-3 * time.Minute), "poison": 2}},
		"troubled": []addressObject{
			{
				AddressObject: wire.AddressObject{
					Address: "loon@kantoor.example",
					Active:  true,
					State:   "no-access",
					WhatToDo: &words.Text{NL: "Geef toestemming",
						EN: "Give consent"},
				},
			},
			{
				AddressObject: wire.AddressObject{
					Address: "info@kantoor.example",
					Active:  true,
					Warnings: []wire.LinkWarning{{Text: words.Text{NL: "Niemand heeft de rol",
						EN: "Nobody has the role"}}},
				},
			}},
		"connectors": []connectorObject{
			{
				ConnectorObject: wire.ConnectorObject{
					Name:          "Kantoor",
					State:         "works",
					SecretExpires: time.Now().Add(5*24*time.Hour + time.Hour),
				},
			},
		},
	}
	wants(t, browse(t, api, "GET", "/web/health", ""), 200, "!Alles werkt", "De integratie is uitgeschakeld", "20 minuten geleden", "17",
		"oudste: 30 minuten geleden",
		`<span class="badge error">2</span>`, "loon@kantoor.example", "Geen toegang", "Geef toestemming", "Niemand gekoppeld",
		"Niemand heeft de rol", `<span class="badge error">nog 5 dagen`)
	wants(t, browse(t, api, "GET", "/web/health", "", "Cookie", "lang=en", "HX-Request", "true", "HX-Target", "health-report"), 200,
		`<div id="health-report"`, "5 days left", "Give consent", "!<html")
	// A user who is no manager sees whether the product works, and nothing
	// more.
	reader := newAPI("reader")
	reader.answers["GET /api/health/ready"] = map[string]any{"status": "ok"}
	wants(t, browse(t, reader, "GET", "/web/health", ""), 200, "Alles werkt", "!Wachtrijen")
}

// Every page tells a manager how many problems there are, and shows a clear
// warning when mail does not arrive.
func TestTroubleIsToldOnEveryPage(t *testing.T) {
	later := time.Now().AddDate(1, 0, 0)
	works := connectorObject{ConnectorObject: wire.ConnectorObject{Name: "Kantoor", State: "works", SecretExpires: later}}
	for name, c := range map[string]struct {
		report healthReport
		wants  []string // of the health
		alarm  string   // shown on every page
		number string   // the number of problems
	}{
		"well": {healthReport{Enabled: true, Connectors: []connectorObject{works}}, []string{"Alles werkt"}, "", ""},
		"throttled": {healthReport{Enabled: true, Troubled: []addressObject{{AddressObject: wire.AddressObject{State: "throttled"}}}},
			[]string{"Alles werkt"}, "", ""},
		"two boxes": {
			healthReport{Enabled: true, Troubled: []addressObject{{AddressObject: wire.AddressObject{State: "no-access"}},
				{AddressObject: wire.AddressObject{Warnings: []wire.LinkWarning{{Text: words.Text{NL: "Niemand heeft de rol"}}}}}}},
			[]string{"2 postvakken hebben een probleem", "!Alles werkt"}, "", "2",
		},
		"secret ends": {
			healthReport{Enabled: true,
				Connectors: []connectorObject{{ConnectorObject: wire.ConnectorObject{State: "works", SecretExpires: time.Now().AddDate(0, 0, 20)}},
					{ConnectorObject: wire.ConnectorObject{State: "works", SecretExpires: time.Now().AddDate(0, 0, 50)}}}},
			[]string{"1 clientgeheim verloopt", "!Alles werkt"}, "", "1",
		},
		"former certificate": {
			healthReport{Enabled: true, Connectors: []connectorObject{{ConnectorObject: wire.ConnectorObject{Name: "Kantoor",
				State: "certificate-former", SecretExpires: later}}}},
			[]string{"1 omgeving gebruikt haar oude certificaat", "badge warn", "Oud certificaat in gebruik", "!Alles werkt"}, "", "1",
		},
		"connection broken": {
			healthReport{Enabled: true, Connectors: []connectorObject{{ConnectorObject: wire.ConnectorObject{Name: "Kantoor",
				State: "secret-expired", SecretExpires: later}}},
				Troubled: []addressObject{{AddressObject: wire.AddressObject{BehindSince: &later}}}},
			[]string{"De verbinding van 1 omgeving werkt niet", "!Alles werkt"}, "Er komt geen mail binnen van Kantoor: Clientgeheim verlopen.", "1",
		},
		"late mail": {healthReport{Enabled: true, Overdue: wire.OverdueHealth{Mails: 3}},
			[]string{"3 berichten hadden al beoordeeld moeten zijn", "!Alles werkt"}, "", "3"},
		"clock gone": {healthReport{Enabled: true, LastTick: time.Now().Add(-time.Hour)},
			[]string{"De laatste controle is langer", "!Alles werkt"}, "De laatste controle is langer", ""},
		"off": {healthReport{Mailboxes: 2}, []string{"De integratie is uitgeschakeld", "!Alles werkt"},
			"De integratie is uitgeschakeld", ""},
		"not begun": {healthReport{}, []string{"Alles werkt"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			api := newAPI("manager", "health.read")
			api.answers["GET /api/health/ready"] = map[string]any{"status": "ok"}
			api.answers["GET /api/health"] = c.report
			wants(t, browse(t, api, "GET", "/web/health", ""), 200, append(c.wants, `id="alarm"`)...)
			got := browse(t, api, "GET", "/web/counts", "")
			wants(t, got, 200, `:.count-attention">`+c.number+`</span>`, c.alarm)
			if c.alarm == "" {
				wants(t, got, 200, `:#alarm"></div>`)
			}
		})
	}
	// The report is cached, and not requested by each page.
	api := newAPI("manager", "health.read")
	api.answers["GET /api/health"] = healthReport{Enabled: true}
	pages := must.Get(New(Options{API: api}))(t)
	for range 3 {
		r := httptest.NewRequest("GET", "/web/counts", nil)
		r.Header.Set("X-MS-CLIENT-PRINCIPAL", "somebody")
		pages.ServeHTTP(httptest.NewRecorder(), r)
	}
	if n := strings.Count(strings.Join(api.asked, " "), "/api/health"); n != 1 {
		t.Errorf("asked %d times: %q", n, api.asked)
	}
	wants(t, browse(t, newAPI("editor"), "GET", "/web/counts", ""), 200, "!alarm")
}

// sent is a form with a file.
func sent(t *testing.T, file string, fields ...string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if file != "" {
		part, _ := m.CreateFormFile("file", "klanten.csv") // into memory
		_, _ = part.Write([]byte(file))
	}
	for i := 0; i < len(fields); i += 2 {
		_ = m.WriteField(fields[i], fields[i+1])
	}
	_ = m.Close()
	return b.String(), m.FormDataContentType()
}

// A file is checked before it is imported, and only the checked file is
// imported.
func TestImport(t *testing.T) {
	api := newAPI("administrator", "directory.read", "directory.write")
	var asked []string
	wrong := false
	api.answers["POST /api/directory/import"] = func(r *http.Request) any {
		dry := r.URL.Query().Get("dryRun") == "true"
		asked = append(asked, fmt.Sprint(r.Header.Get("Content-Type"), " ", r.URL.RawQuery))
		if wrong && !dry {
			return Problem{Status: 422}
		}
		report := wire.Report{Applied: !dry, Summary: map[wire.Kind]wire.Counts{"clients": {Create: 2, Update: 1}},
			Rows: []wire.Row{{Number: 2, Kind: "clients", Key: "1001", Action: "create"}}}
		if wrong {
			report.Summary["clients"] = wire.Counts{Wrong: 1}
			report.Rows = append(report.Rows, wire.Row{Number: 3, Action: "wrong", Problems: []wire.Problem{{Column: "kvk",
				Text: words.Text{NL: "8 <cijfers>", EN: "8 <digits>"}}}})
		}
		return report
	}
	send := func(file string, fields ...string) string {
		t.Helper()
		asked = nil
		body, contentType := sent(t, file, fields...)
		w := browse(t, api, "POST", "/web/directory/import", body, "Content-Type", contentType)
		if w.Code != 200 && w.Code != 422 {
			t.Fatal(w.Code, w.Body)
		}
		return w.Body.String()
	}
	holds := func(body string, texts ...string) {
		t.Helper()
		for _, text := range texts {
			if no, not := strings.CutPrefix(text, "!"); strings.Contains(body, no) == not {
				t.Errorf("%s in %s", text, body)
			}
		}
	}
	look := send("nummer;naam\n1;x\n", "do", "look", "kind", "clients")
	holds(look, "3 rijen zouden iets veranderen", `value="apply"`, "klanten.csv", `<option value="clients" selected>`)
	if fmt.Sprint(asked) != "[text/csv dryRun=true&kind=clients]" {
		t.Error(asked)
	}
	_, seen, _ := strings.Cut(look, `name="seen" value="`)
	seen, _, _ = strings.Cut(seen, `"`)
	// A file that differs from the checked one is checked first.
	holds(send("nummer;naam\n2;y\n", "do", "apply", "seen", seen), "ander bestand dan u eerst bekeek", `value="apply"`)
	if fmt.Sprint(asked) != "[text/csv dryRun=true]" {
		t.Error(asked)
	}
	holds(send("nummer;naam\n1;x\n", "do", "apply", "seen", seen), "3 wijzigingen doorgevoerd", `!value="apply"`)
	if fmt.Sprint(asked) != "[text/csv ]" {
		t.Error(asked)
	}
	holds(send("PK\x03\x04", "do", "look"), "3 rijen")
	if !strings.Contains(asked[0], "spreadsheetml") {
		t.Error(asked)
	}
	// A file that was valid at the check may be invalid later.
	wrong = true
	body := send("nummer;naam\n1;x\n", "do", "apply", "seen", seen)
	holds(body, "1 rij klopt niet", "8 &lt;cijfers&gt;", `!value="apply"`)
	if strings.Index(body, "8 &lt;cijfers") > strings.Index(body, ">1001") {
		t.Error("what is wrong does not come first")
	}
	holds(send("", "do", "look"), "Kies eerst een bestand")
	// The templates, and users who may not import.
	w := browse(t, api, "GET", "/web/directory/import/contacts.csv", "")
	wants(t, w, 200, "\uFEFFemail;naam")
	wants(t, browse(t, api, "GET", "/web/directory/import/secrets.csv", ""), 404)
	wants(t, browse(t, api, "GET", "/web/directory/import", "", "Cookie", "lang=en"), 200, "Preview first")
	wants(t, browse(t, newAPI("editor", "directory.read"), "GET", "/web/directory/import", ""), 403)
}

// The audit is filtered by whole days of the office, and downloaded with the same filter.
func TestAuditOfSomeDays(t *testing.T) {
	api := newAPI("administrator", "audit.read")
	api.answers["GET /api/audit"] = wire.ListOf[auditEntry]{}
	api.answers["GET /api/team-members"] = wire.ListOf[entry]{}
	w := browse(t, api, "GET", "/web/audit?from=28-3-2026&to=29-03-2026&action=mail", "")
	const want = "action=mail&from=2026-03-27T23%3A00%3A00Z&to=2026-03-29T22%3A00%3A00Z" // summer time begins on the 29th
	wants(t, w, 200, `value="28-03-2026"`, `value="29-03-2026"`, `href="/api/audit/export?`+strings.ReplaceAll(want, "&", "&amp;"))
	if !strings.Contains(strings.Join(api.asked, " "), strings.Replace(want, "&to", "&limit=100&to", 1)) {
		t.Error(api.asked)
	}
}

// Every action that the product audits has words in both languages.
func TestTheAuditNamesEveryAction(t *testing.T) {
	action := regexp.MustCompile(`(?:Action: |action := |action = |audit\(ctx, \w+, |done\(ctx, |, check, )"([a-z-]+\.[a-zA-Z-]+)"`)
	found := map[string]bool{}
	for _, room := range []string{"chat", "compose", "connector", "directory", "item", "outbox", "solve"} {
		files := must.Get(filepath.Glob("../../shared/" + room + "/*.go"))(t)
		for _, file := range files {
			text := must.Get(os.ReadFile(file))(t)
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, m := range action.FindAllStringSubmatch(string(text), -1) {
				found[m[1]] = true
			}
		}
	}
	if len(found) < 20 {
		t.Fatalf("only %d actions: %v", len(found), found)
	}
	for _, state := range []string{"failed", "unknown"} { // composed with the state
		found["reply."+state] = true
	}
	for _, lang := range languages {
		texts := must.Get(readTexts(lang))(t)
		for name := range found {
			if texts["audit.action."+name] == "" {
				t.Errorf("%s: no words for %s", lang, name)
			}
		}
	}
}
