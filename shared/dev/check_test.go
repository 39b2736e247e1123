package main

import (
	"slices"
	"strings"
	"testing"
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
