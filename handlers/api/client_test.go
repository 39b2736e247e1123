package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"kantoorpost/shared/access"
	"kantoorpost/shared/dev/npm"
	"kantoorpost/shared/must"
)

// node installs the packages of infra/openapi and returns a folder with them, the
// description of the API as openapi.json, and a function that runs a file of the
// packages or of the folder there.
func node(t *testing.T, o *office) (folder string, run func(env []string, args ...string) string) {
	t.Helper()
	cache := must.Get(npm.CacheFolder())(t)
	in, err := npm.Package{Folder: "openapi", File: "typescript/bin/tsc"}.Install(context.Background(), cache, func(string) {})
	if errors.Is(err, npm.ErrNoNode) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	folder = t.TempDir()
	modules := filepath.Dir(filepath.Dir(filepath.Dir(in.File)))
	must.Do(t, os.Symlink(modules, filepath.Join(folder, "node_modules")))
	write(t, filepath.Join(folder, "openapi.json"), o.ok(t, "nobody", "GET /api/openapi.json", "").text)
	write(t, filepath.Join(folder, "package.json"), `{"type": "module"}`)
	return folder, func(env []string, args ...string) string {
		t.Helper()
		c := exec.CommandContext(t.Context(), in.Node, args...)
		c.Dir, c.Env = folder, append(os.Environ(), env...)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("node %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	must.Do(t, os.WriteFile(file, []byte(text), 0o644))
}

func copyFrom(t *testing.T, folder, name string) {
	t.Helper()
	text := must.Get(os.ReadFile(filepath.Join("testdata", name)))(t)
	write(t, filepath.Join(folder, name), string(text))
}

// The description has nothing that Redocly's recommended rules would mend.
func TestDescriptionPassesALinter(t *testing.T) {
	folder, run := node(t, newOffice(t))
	copyFrom(t, folder, "lint.mjs")
	if found := run(nil, "lint.mjs", "openapi.json"); found != "" {
		t.Errorf("%s", found)
	}
	// The linter does find what is wrong.
	write(t, filepath.Join(folder, "openapi.json"),
		`{"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": {"/a": {"get": {"responses": {}}}}}`)
	if found := run(nil, "lint.mjs", "openapi.json"); !strings.Contains(found, "security-defined") {
		t.Errorf("a description with mistakes: %q", found)
	}
}

// A client that a foreign generator makes of the description compiles, and does what
// programs of an office do.
func TestATypedClientWorks(t *testing.T) {
	k := newTalking(t)
	k.start(t, 1, "Jan", "editor", "reader")
	folder, run := node(t, k.office)
	copyFrom(t, folder, "client.ts")
	run(nil, "node_modules/openapi-typescript/bin/cli.js", "openapi.json", "-o", "api.d.ts")
	run(nil, "node_modules/typescript/bin/tsc", "client.ts", "--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--module",
		"nodenext",
		"--moduleResolution", "nodenext", "--skipLibCheck")
	server := httptest.NewServer(k.office)
	defer server.Close()
	principals := map[string]string{}
	for who, header := range k.people {
		principals[who] = header.Get(access.Header)
	}
	text := must.Get(json.Marshal(principals))(t)
	got := strings.TrimSpace(run([]string{"BASE=" + server.URL, "PRINCIPALS=" + string(text)}, "client.js"))
	if want := `{"client":"Bakkerij Boom B.V.","waiting":0,"messages":["Vraag 1"],"refused":403}`; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
