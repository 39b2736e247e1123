package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

const importPath = "POST /api/directory/import"

func (o *office) imports(t testing.TB, query, file string) answer {
	t.Helper()
	return o.call(t, "administrator", importPath+query, file, "Content-Type", "text/csv; charset=utf-8")
}

func TestAFileIsImported(t *testing.T) {
	o := newOffice(t)
	const file = "nummer;naam;kvk\n1001;Bakkerij Zoet;12345678\n1002;Slager;\n"
	dry := o.imports(t, "?dryRun=true", file)
	if dry.status != http.StatusOK || dry.body["dryRun"] != true || dry.body["applied"] != false || !strings.Contains(dry.text, `"create":2`) {
		t.Errorf("dry run: %d %s", dry.status, dry.text)
	}
	if list := o.ok(t, "reader", "GET /api/clients", ""); strings.Contains(list.text, "Zoet") {
		t.Error("a dry run changes something")
	}
	if got := o.imports(t, "", file); got.status != http.StatusOK || got.body["applied"] != true {
		t.Errorf("%d %s", got.status, got.text)
	}
	if list := o.ok(t, "reader", "GET /api/clients", ""); !strings.Contains(list.text, "Zoet") || !strings.Contains(list.text, "Slager") {
		t.Errorf("listed %s", list.text)
	}
	if again := o.imports(t, "?kind=clients", file); again.body["applied"] != true || !strings.Contains(again.text, `"same":2`) {
		t.Errorf("again: %s", again.text)
	}
}

func TestNothingIsImportedWhenARowIsWrong(t *testing.T) {
	o := newOffice(t)
	for name, file := range map[string]string{
		"a wrong row": "nummer;naam;kvk\n1001;Zoet;\n1002;Slager;1\n",
		"no file":     "\x00\x01",
	} {
		got := o.imports(t, "", file)
		report, _ := got.body["report"].(map[string]any)
		rows, _ := report["rows"].([]any)
		if got.status != http.StatusUnprocessableEntity || len(rows) == 0 || !strings.Contains(got.text, `"nl":`) || report["applied"] != false {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	if list := o.ok(t, "reader", "GET /api/clients", ""); strings.Contains(list.text, "Zoet") {
		t.Errorf("listed %s", list.text)
	}
}

// A user who may not change team members cannot change them by an import.
func TestTeamMembersAreNotImportedWithoutTheirRole(t *testing.T) {
	o := newOffice(t)
	o.people["both"] = signedIn(40, "idtyp", "app", "roles", "Directory.ReadWrite", "roles", "TeamMembers.ReadWrite")
	const file = "naam;e-mail;rechten\nMallet;mallet@kantoor.nl;beheerder\n"
	for _, c := range []struct {
		who, query string
		want       int
	}{
		{"Directory.ReadWrite", "?kind=team-members", http.StatusForbidden},
		{"Directory.ReadWrite", "?kind=team-members&dryRun=true", http.StatusForbidden},
		{"TeamMembers.ReadWrite", "?kind=team-members", http.StatusForbidden},
		{"both", "?kind=team-members&dryRun=true", http.StatusOK},
		{"both", "?kind=team-members", http.StatusOK},
	} {
		if strings.Contains(o.ok(t, "administrator", "GET /api/team-members", "").text, "mallet@") {
			t.Fatalf("there is a team member before %s%s", c.who, c.query)
		}
		got := o.call(t, c.who, importPath+c.query, file, "Content-Type", "text/csv")
		if got.status != c.want || c.who == "Directory.ReadWrite" && !strings.Contains(got.text, "TeamMembers.ReadWrite") {
			t.Errorf("%s%s: %d %s", c.who, c.query, got.status, got.text)
		}
	}
	o.answers(t, http.StatusOK, "Directory.ReadWrite", importPath, "nummer;naam\n1;X\n", "Content-Type", "text/csv")
}

func TestWhatAnImportTakes(t *testing.T) {
	o := newOffice(t)
	for _, c := range []struct {
		request, body, media string
		want                 int
	}{
		{importPath, "{}", "application/json", http.StatusUnsupportedMediaType},
		{importPath, "x", "application/octet-stream", http.StatusUnsupportedMediaType},
		{importPath + "?kind=people", "nummer;naam\n", "text/csv", http.StatusUnprocessableEntity},
		{importPath, "nummer;naam\n1;X\n", "Text/CSV", http.StatusOK},
		{importPath, "nummer;naam\n1;X\n", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", http.StatusOK},
		{importPath + "?dryRun=true", "nummer;naam\n" + strings.Repeat(";\n", 1<<20), "text/csv", http.StatusOK},
		{importPath, strings.Repeat("x", 32<<20+1), "text/csv", http.StatusRequestEntityTooLarge},
		{"POST /api/roles", "name\nX\n", "text/csv", http.StatusUnsupportedMediaType},
		{"POST /api/roles", `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, "application/json", http.StatusRequestEntityTooLarge},
	} {
		o.answers(t, c.want, "administrator", c.request, c.body, "Content-Type", c.media)
	}
}

// A user who changes something during an import is told when to try again.
func TestChangesWaitForAnImport(t *testing.T) {
	o := newOffice(t)
	o.ok(t, "administrator", "GET /api/me", "") // the first sign-in is a change itself
	var during answer
	writes := 0
	o.wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
		if strings.HasSuffix(r.URL.Path, "$batch") {
			if writes++; writes == 1 {
				during = o.call(t, "Directory.ReadWrite", "POST /api/roles", `{"name":"Meanwhile"}`)
			}
		}
		return wiretest.Pass
	})
	if got := o.imports(t, "", "nummer;naam\n1;X\n"); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.text)
	}
	if during.status != http.StatusServiceUnavailable || during.header.Get("Retry-After") != "10" || !strings.Contains(during.text, "import") {
		t.Errorf("during the import: %d %v %s", during.status, during.header, during.text)
	}
}

// When somebody changes the directory between reading and importing the file,
// the file is compared with the current data.
func TestAnImportThatIsOvertakenBeginsAgain(t *testing.T) {
	o := newOffice(t)
	reads := 0
	o.wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
		if r.Method == http.MethodGet && strings.Contains(r.URL.RawQuery, "links") {
			if reads++; reads == 1 {
				first := directory.Client{Number: "1", Type: directory.Person, Name: "Eerder"}
				if _, err := o.Directory.Clients().Create(t.Context(), first); err != nil {
					t.Error(err)
				}
			}
		}
		return wiretest.Pass
	})
	got := o.imports(t, "", "nummer;naam\n1;X\n")
	if summary := fmt.Sprint(got.body["summary"]); got.status != http.StatusOK || !strings.Contains(summary, "update:1") || reads < 2 {
		t.Errorf("%d %s after %d reads", got.status, got.text, reads)
	}
}

// An import that takes longer than a request may last ends in time, and the same file goes on
// where it broke off.
func TestALongImportIsTakenInByParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		file := "nummer;naam\n"
		for n := range 2500 {
			file += fmt.Sprintf("%d;Klant %d\n", 1000+n, n)
		}
		o.wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
			if strings.HasSuffix(r.URL.Path, "$batch") {
				time.Sleep(8 * time.Second) // simulated
			}
			return wiretest.Pass
		})
		left := 2500
		for parts := 1; ; parts++ {
			began := time.Now()
			got := o.imports(t, "", file)
			if took := time.Since(began); took > 215*time.Second {
				t.Errorf("part %d took %s", parts, took)
			}
			o.wire.Fault(nil)
			dry := o.imports(t, "?dryRun=true", file)
			if got.status == http.StatusOK {
				if parts == 1 || !strings.Contains(dry.text, `"same":2500`) {
					t.Errorf("%d parts, then %s", parts, dry.text)
				}
				return
			}
			var now struct {
				Summary map[string]struct{ Create int }
			}
			must.Do(t, json.Unmarshal([]byte(dry.text), &now))
			if n := now.Summary["clients"].Create; got.status != http.StatusServiceUnavailable || n >= left || n == 0 || parts > 3 {
				t.Fatalf("part %d: %d %s; %d left", parts, got.status, got.text, n)
			}
			left = now.Summary["clients"].Create
		}
	})
}
