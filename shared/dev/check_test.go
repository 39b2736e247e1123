package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

// Without a database, govulncheck says why it is skipped; with one it checks all
// packages against it.
func TestGovulncheckNeedsADatabase(t *testing.T) {
	of := func(db string) checkStep {
		all := checkSteps(db)
		return all[slices.IndexFunc(all, func(s checkStep) bool { return s.name == "govulncheck" })]
	}
	if s := of(""); s.args != nil || !strings.Contains(s.skipped, "GOVULNDB") {
		t.Errorf("without a database: %v, skipped %q", s.args, s.skipped)
	}
	for db, want := range map[string]string{"/var/vuln db": "file:///var/vuln%20db", "https://vuln.go.dev": "https://vuln.go.dev",
		"file:///db": "file:///db"} {
		if s := of(db); !slices.Equal(s.args, []string{"go", "run", govulncheck, "-db", want, "./..."}) {
			t.Errorf("with %s: %v", db, s.args)
		}
	}
}

// A failing test is shown with all that it prints, a passing one is not. The end lists
// the slowest tests and, for each reason once, what was skipped.
func TestReportOfTests(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example\n\ngo 1.26\n",
		"a_test.go": `package a
import "testing"
func TestFails(t *testing.T) { t.Log("what was seen"); t.Run("part", func(t *testing.T) { t.Error("is wrong") }) }
func TestPasses(t *testing.T) { t.Log("not worth reading") }
func TestSkipped(t *testing.T) { t.Skip("chromium is not on the path") }
func TestAlsoSkipped(t *testing.T) { t.Skip("chromium is not on the path") }
`,
		"b/b_test.go": "package b\nimport \"testing\"\nfunc TestB(t *testing.T) { t.Log(\"quiet\") }\n",
		"c/c_test.go": "package c\nfunc broken() { return 1 }\n",
	} {
		file := filepath.Join(folder, name)
		must.Do(t, os.MkdirAll(filepath.Dir(file), 0o755))
		must.Do(t, os.WriteFile(file, []byte(text), 0o644))
	}
	var said strings.Builder
	report := newTestReport(&said)
	cmd := exec.Command("go", "test", "-json", "./...")
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, report, io.Discard
	if err := cmd.Run(); err == nil {
		t.Error("a failing test is no error")
	}
	report.close()
	for _, want := range []string{"what was seen", "is wrong", "--- FAIL: TestFails", "ok  \texample/b", "too many return values",
		"FAIL\texample",
		"the slowest tests:", "TestPasses  example\n", "2  chromium is not on the path: "} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, said.String())
		}
	}
	for _, no := range []string{"not worth reading", "quiet", `"Action"`} {
		if strings.Contains(said.String(), no) {
			t.Errorf("%q is shown in:\n%s", no, said.String())
		}
	}
}
