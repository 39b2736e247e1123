package module

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRootIsFoundFromAnyFolderInTheModule(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "shared", "dev", "module", "module.go")); err != nil {
		t.Errorf("Root() = %s: %v", root, err)
	}
}

func TestAnotherModuleIsNotTakenForOurs(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module other\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	if root, err := Root(); err == nil {
		t.Errorf("Root() = %s, want an error", root)
	}
}
