package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"kantoorpost/shared/dev/module"
)

// These run with go run, so that go.mod lists only what the product needs.
const (
	staticcheck = "honnef.co/go/tools/cmd/staticcheck@v0.8.2"
	govulncheck = "golang.org/x/vuln/cmd/govulncheck@v1.9.0"
)

// check runs everything that a change must pass. It continues after a failure, so
// that one run shows all failures.
func check(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := newFlags("check", stderr)
	db := f.String("db", os.Getenv("GOVULNDB"),
		"`folder` or URL of a vulnerability database for govulncheck, such as https://vuln.go.dev; default GOVULNDB")
	if err := parse(f, args); err != nil {
		return err
	}
	root, err := module.Root()
	if err != nil {
		return err
	}
	var wrong []string
	for _, step := range checkSteps(*db) {
		if step.args == nil {
			fmt.Fprintf(stdout, "%s: skipped, %s\n\n", step.name, step.skipped)
			continue
		}
		fmt.Fprintf(stdout, "%s: %s\n", step.name, strings.Join(step.args, " "))
		start := time.Now()
		err := runStep(ctx, root, step, stdout, stderr)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		result := "good"
		if err != nil {
			result = err.Error()
			wrong = append(wrong, step.name)
		}
		fmt.Fprintf(stdout, "%s: %s, %s\n\n", step.name, result, seconds(time.Since(start)))
	}
	if len(wrong) > 0 {
		return fmt.Errorf("not good: %s", strings.Join(wrong, ", "))
	}
	fmt.Fprintln(stdout, "all good")
	return nil
}

// A checkStep is one command of check.
type checkStep struct {
	name    string
	quiet   bool // any output means a failure
	events  bool // the output is that of go test -json
	args    []string
	skipped string // why there are no args
}

// checkSteps returns the commands of check; db is a folder or URL of a vulnerability database.
func checkSteps(db string) []checkStep {
	vulnerabilities := checkStep{name: "govulncheck",
		skipped: "as it needs a database: set GOVULNDB or -db, for instance to https://vuln.go.dev"}
	if db != "" {
		// https://pkg.go.dev/golang.org/x/vuln/cmd/govulncheck#hdr-Usage
		vulnerabilities.args = []string{"go", "run", govulncheck, "-db", databaseURL(db), "./..."}
	}
	return []checkStep{
		{name: "gofmt", quiet: true, args: []string{"gofmt", "-l", "handlers", "infra", "shared"}},
		{name: "vet", args: []string{"go", "vet", "./..."}},
		{name: "staticcheck", args: []string{"go", "run", staticcheck, "./..."}},
		vulnerabilities,
		{name: "test", events: true, args: []string{"go", "test", "-json", "-race", "-shuffle=on", "-timeout", "40m", "./..."}},
	}
}

// databaseURL returns the URL of a database that may be given as a folder.
func databaseURL(db string) string {
	if strings.Contains(db, "://") {
		return db
	}
	if folder, err := filepath.Abs(db); err == nil {
		db = folder
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(db)}).String()
}

func runStep(ctx context.Context, root string, step checkStep, stdout, stderr io.Writer) error {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, step.args[0], step.args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, stdout, stderr
	switch {
	case step.events:
		report := newTestReport(stdout)
		defer report.close()
		cmd.Stdout = report
	case step.quiet:
		cmd.Stdout = io.MultiWriter(stdout, &said)
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("not good (%w)", err)
	}
	if said.Len() > 0 {
		return errors.New("not good: the files above")
	}
	return nil
}
