package secret

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/must"
)

func TestAFileKeepsSecretsOverARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.json")
	f := must.Get(OpenFile(path))(t)
	first := must.Get(f.Set(t.Context(), "connector", New(canary), time.Now(), map[string]string{"app": "id"}))(t)
	must.Get(f.Set(t.Context(), "connector", New("second"), time.Time{}, nil))(t)
	for range 2 {
		want(t, f, "", "second")
		want(t, f, first, canary)
		if all, err := f.Versions(t.Context(), "connector"); err != nil || len(all) != 2 || all[1] != first {
			t.Errorf("versions %q, %v", all, err)
		}
		if _, err := f.Get(t.Context(), "connector", "other"); !errors.Is(err, ErrNotFound) {
			t.Errorf("another version: %v", err)
		}
		f = must.Get(OpenFile(path))(t)
	}
	must.Do(t, f.Delete(t.Context(), "connector"))
	if _, err := f.Get(t.Context(), "connector", ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("after Delete: %v", err)
	}
	if text, _ := os.ReadFile(path); strings.Contains(string(text), canary) {
		t.Error("a deleted secret is still in the file")
	}
}

func TestAFileIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.json")
	must.Do(t, os.WriteFile(path, []byte("{}"), 0o644))
	f := must.Get(OpenFile(path))(t)
	mode := func() fs.FileMode {
		info := must.Get(os.Stat(path))(t)
		return info.Mode().Perm()
	}
	if mode() != 0o600 {
		t.Errorf("mode %v after OpenFile", mode())
	}
	if _, err := f.Set(t.Context(), "connector", New(canary), time.Time{}, nil); err != nil || mode() != 0o600 {
		t.Errorf("mode %v after Set, %v", mode(), err)
	}
}

func TestAFileThatCannotBeReadStaysAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.json")
	for _, text := range []string{`{"connector":[{"value":"` + canary, `null`, `["` + canary + `"]`, ""} {
		must.Do(t, os.WriteFile(path, []byte(text), 0o600))
		if _, err := OpenFile(path); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("OpenFile of %q: %v", text, err)
		}
		if now, _ := os.ReadFile(path); string(now) != text {
			t.Errorf("%q became %q", text, now)
		}
	}
}

func TestAChangeThatCannotBeWrittenIsNotMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	f := must.Get(OpenFile(filepath.Join(dir, "secrets.json")))(t)
	if _, err := f.Set(t.Context(), "connector", New(canary), time.Time{}, nil); err == nil || strings.Contains(err.Error(), canary) {
		t.Fatalf("Set = %v", err)
	}
	if _, err := f.Get(t.Context(), "connector", ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("Get of what was not written: %v", err)
	}
}
