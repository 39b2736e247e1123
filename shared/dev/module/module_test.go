package module

import (
	"os"
	"path/filepath"
	"testing"

	"kantoorpost/shared/must"
)

func TestRootIsFoundFromAnyFolderInTheModule(t *testing.T) {
	root := must.Get(Root())(t)
	if _, err := os.Stat(filepath.Join(root, "shared", "dev", "module", "module.go")); err != nil {
		t.Errorf("Root() = %s: %v", root, err)
	}
}

func TestAnotherModuleIsNotTakenForOurs(t *testing.T) {
	dir := t.TempDir()
	must.Do(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module other\n"), 0o600))
	t.Chdir(dir)
	if root, err := Root(); err == nil {
		t.Errorf("Root() = %s, want an error", root)
	}
}
