package pack

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/must"
)

// checkout makes a small module with two functions and a handler.
func checkout(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":                       "module kantoorpost\n\ngo 1.26\n",
		"host.json":                    `{"customHandler":{"description":{"defaultExecutablePath":"handler"}}}`,
		"functions/api/function.json":  `{"bindings":[]}`,
		"functions/poll/function.json": `{"bindings":[{}]}`,
		"functions/README.md":          "not deployed",
		"handlers/main.go":             "package main\n\nfunc main() { println(\"hello\") }\n",
	} {
		write1(t, filepath.Join(root, name), text)
	}
	return root
}

func write1(t *testing.T, path, text string) {
	t.Helper()
	must.Do(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must.Do(t, os.WriteFile(path, []byte(text), 0o600))
}

func TestStagedIsWhatTheHostAsksFor(t *testing.T) {
	root, dist := checkout(t), filepath.Join(t.TempDir(), "dist")
	write1(t, filepath.Join(dist, "old", "function.json"), "{}")
	var said bytes.Buffer
	if err := Stage(t.Context(), root, dist, Local(&said)); err != nil {
		t.Fatal(err, said.String())
	}
	names := must.Get(contents(dist))(t)
	if want := []string{"api/function.json", "handler", "host.json", "poll/function.json", "version"}; !slices.Equal(names, want) {
		t.Errorf("staged %q, want %q", names, want)
	}
}

func TestTheSameSourceGivesTheSameZip(t *testing.T) {
	var zips [2][]byte
	for i := range zips {
		root, out := checkout(t), t.TempDir()
		var said bytes.Buffer
		if err := Stage(t.Context(), root, filepath.Join(out, "dist"), Deployed(&said)); err != nil {
			t.Fatal(err, said.String())
		}
		must.Do(t, os.Chtimes(filepath.Join(out, "dist", "host.json"), time.Unix(int64(i), 0), time.Unix(int64(i), 0)))
		file := filepath.Join(out, "app.zip")
		must.Do(t, Zip(filepath.Join(out, "dist"), file))
		text := must.Get(os.ReadFile(file))(t)
		zips[i] = text
	}
	if !bytes.Equal(zips[0], zips[1]) {
		t.Error("two checkouts give two zips")
	}
	z := must.Get(zip.NewReader(bytes.NewReader(zips[0]), int64(len(zips[0]))))(t)
	for _, f := range z.File {
		if runs := f.Mode().Perm() == 0o755; runs != (f.Name == "handler") {
			t.Errorf("%s has mode %v", f.Name, f.Mode())
		}
	}
}

func TestAMistakeInTheCheckoutIsNamed(t *testing.T) {
	for name, text := range map[string]string{
		"host.json":        `{"customHandler":{"description":{"defaultExecutablePath":"./handler"}}}`,
		"handlers/main.go": "package main\n\nfunc main() { undefined() }\n",
	} {
		root := checkout(t)
		write1(t, filepath.Join(root, name), text)
		var said bytes.Buffer
		if err := Stage(t.Context(), root, t.TempDir(), Local(&said)); err == nil {
			t.Errorf("with a mistake in %s: staged", name)
		}
	}
}
