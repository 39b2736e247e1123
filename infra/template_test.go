// Package infra_test reads the templates as the compiler sees them, and the
// snapshots of what each environment would deploy.
package infra_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"kantoorpost/shared/must"
)

var update = flag.Bool("update", false, "write the snapshots of infra/*.bicepparam")

// environments are the parameter files.
var environments = []string{"dev", "prod", "private"}

// fixed values are always the same, so that a snapshot changes only with the
// template. All four are needed, or names stay unresolved.
var fixed = []string{
	"--tenant-id", "00000000-0000-0000-0000-00000000000a", "--subscription-id", "00000000-0000-0000-0000-00000000000b",
	"--resource-group", "kantoorpost", "--location", "westeurope",
}

// compiler runs bicep in infra/, without the office's values in its environment.
func compiler(t *testing.T, args ...string) (stdout []byte, stderr string, err error) {
	t.Helper()
	program, err := exec.LookPath("bicep")
	if err != nil {
		t.Skip("no bicep on PATH: the templates are not compiled; the other tests read the stored snapshots")
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "AZURE_") && !strings.HasPrefix(v, "KANTOORPOST_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err = cmd.Run()
	return out.Bytes(), said.String(), err
}

// copyTo copies the templates, changed by edit if it is not nil.
func copyTo(t *testing.T, dir string, edit func(name, text string) string) (files []string) {
	t.Helper()
	for _, pattern := range []string{"*.bicep", "*.bicepparam", "*.json"} {
		found := must.Get(filepath.Glob(pattern))(t)
		for _, f := range found {
			text := must.Get(os.ReadFile(f))(t)
			if edit != nil {
				text = []byte(edit(f, string(text)))
			}
			must.Do(t, os.WriteFile(filepath.Join(dir, f), text, 0o600))
		}
		files = append(files, found...)
	}
	return files
}

// The strict rules of bicepconfig.json are warnings, so that a newer compiler
// cannot stop an office from deploying. This test allows no warning.
func TestCompilesWithoutAWarning(t *testing.T) {
	if _, said, err := compiler(t, "lint", "main.bicep"); err != nil || said != "" {
		t.Errorf("%v\n%s", err, said)
	}
}

func TestFormatted(t *testing.T) {
	dir := t.TempDir()
	files := copyTo(t, dir, nil)
	for _, pattern := range []string{"*.bicep", "*.bicepparam"} {
		if _, said, err := compiler(t, "format", "--pattern", filepath.Join(dir, pattern)); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
	}
	for _, f := range files {
		was := must.Get(os.ReadFile(f))(t)
		is, err := os.ReadFile(filepath.Join(dir, f))
		if err != nil || !bytes.Equal(was, is) {
			t.Errorf("%s is not formatted: bicep format %s (%v)", f, f, err)
		}
	}
}

// The snapshots show in a review which resources a change makes or alters.
func TestSnapshots(t *testing.T) {
	for _, name := range environments {
		mode := "validate"
		if *update {
			mode = "overwrite"
		}
		out, said, err := compiler(t, append([]string{"snapshot", name + ".bicepparam", "--mode", mode}, fixed...)...)
		if err != nil || said != "" {
			t.Errorf("%s is not what its snapshot says; write it with: go test ./infra -update\n%s%s", name, out, said)
		}
	}
}

// A resource is one resource of a snapshot.
type resource struct {
	ID, Type, Name, Location, Kind string
	APIVersion                     string
	Tags                           map[string]string
	SKU                            struct{ Name, Tier string }
	Identity                       struct {
		Type                   string
		UserAssignedIdentities map[string]struct{}
	}
	Properties map[string]any
}

// at returns the property at the path a.b.c; nil when there is none.
func (r resource) at(path string) any {
	var v any = r.Properties
	for name := range strings.SplitSeq(path, ".") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// last returns the last part of the name.
func (r resource) last() string { return r.Name[strings.LastIndex(r.Name, "/")+1:] }

type snapshot struct {
	Resources []resource `json:"predictedResources"`
	Outputs   map[string]any
}

func read(t *testing.T, environment string) snapshot {
	t.Helper()
	text := must.Get(os.ReadFile(environment + ".snapshot.json"))(t)
	var s snapshot
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatalf("%s: %v", environment, err)
	}
	if len(s.Resources) < 20 {
		t.Fatalf("%s has %d resources", environment, len(s.Resources))
	}
	return s
}

// of returns the resources of a type.
func (s snapshot) of(typ string) (found []resource) {
	for _, r := range s.Resources {
		if strings.EqualFold(r.Type, typ) {
			found = append(found, r)
		}
	}
	return found
}

// one returns the only resource of a type.
func (s snapshot) one(t *testing.T, typ string) resource {
	t.Helper()
	found := s.of(typ)
	if len(found) != 1 {
		t.Fatalf("%d resources %s", len(found), typ)
	}
	return found[0]
}

// The office's own values are not in the repository, and the values in their place
// have no effect.
func TestValuesOfTheOfficeAreInert(t *testing.T) {
	for _, name := range environments {
		app := read(t, name).one(t, "Microsoft.Web/sites")
		for setting, value := range settings(t, app) {
			if setting == "AUTH_TENANT_ID" || setting == "FIRST_ADMINISTRATOR" {
				if !strings.HasSuffix(value, ".invalid") {
					t.Errorf("%s: %s is %q", name, setting, value)
				}
			}
		}
	}
}

// compiled returns main.bicep as the compiler writes it.
var compiled = sync.OnceValues(func() ([]byte, error) {
	program, err := exec.LookPath("bicep")
	if err != nil {
		return nil, err
	}
	return exec.Command(program, "build", "main.bicep", "--stdout").Output()
})

// Every parameter and output of every file has a description.
func TestEverythingIsDescribed(t *testing.T) {
	text, err := compiled()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("no bicep on PATH: the templates are not compiled")
	}
	if err != nil {
		t.Fatal(err)
	}
	var whole any
	must.Do(t, json.Unmarshal(text, &whole))
	count := 0
	var walk func(path string, v any)
	walk = func(path string, v any) {
		m, ok := v.(map[string]any)
		if !ok {
			if list, ok := v.([]any); ok {
				for _, e := range list {
					walk(path, e)
				}
			}
			return
		}
		if m["$schema"] != nil {
			for _, kind := range []string{"parameters", "outputs"} {
				declared, _ := m[kind].(map[string]any)
				for name, d := range declared {
					count++
					metadata, _ := d.(map[string]any)["metadata"].(map[string]any)
					if said, _ := metadata["description"].(string); said == "" {
						t.Errorf("%s: %s %s has no @description", path, kind, name)
					}
				}
			}
		}
		for name, e := range m {
			walk(path+"/"+name, e)
		}
	}
	walk("main.bicep", whole)
	if count < 50 {
		t.Errorf("only %d parameters and outputs were looked at", count)
	}
}

// secretive matches names and expressions that would hold a secret.
var secretive = regexp.MustCompile(`(?i)list(keys|secrets|accountsas)|connectionstring|instrumentationkey|password|secret|\bkey\b|token`)

func TestNoOutputHoldsASecret(t *testing.T) {
	for _, name := range environments {
		s := read(t, name)
		if len(s.Outputs) == 0 {
			t.Errorf("%s has no outputs", name)
		}
		for output, value := range s.Outputs {
			text, err := json.Marshal(value)
			if err != nil || secretive.MatchString(output) || secretive.Match(text) {
				t.Errorf("%s: output %s is %s", name, output, text)
			}
		}
	}
}
