//go:build unix

package npm

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"kantoorpost/shared/must"
)

// fake puts a folder with its own Node.js and npm first on the path. This npm
// records each call, and also runs script.
func fake(t *testing.T, script string) (calls func() int) {
	t.Helper()
	bin := t.TempDir()
	log := filepath.Join(bin, "calls")
	write := func(name, text string) {
		must.Do(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text), 0o755))
	}
	write("node", "echo v22.1.0\n")
	write("npm", "echo \"$@\" >> "+log+"\n"+script)
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	return func() int {
		text, _ := os.ReadFile(log)
		return strings.Count(string(text), "ci ")
	}
}

var azurite = Package{Folder: "azurite", File: "azurite/dist/src/azurite.js"}

const makesAzurite = "mkdir -p node_modules/azurite/dist/src && sleep 0.2 && echo > node_modules/azurite/dist/src/azurite.js\n"

func TestManyInstallationsAtOnceAreOne(t *testing.T) {
	calls := fake(t, makesAzurite)
	data := t.TempDir()
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			in, err := azurite.Install(context.Background(), data, func(string) {})
			if err != nil {
				t.Error(err)
			} else if !exists(in.File) {
				t.Errorf("%s is not there", in.File)
			}
		})
	}
	all.Wait()
	if n := calls(); n != 1 {
		t.Errorf("npm was called %d times, want once", n)
	}
	if _, ok := azurite.Find(context.Background(), t.TempDir(), data); !ok {
		t.Error("Find does not see what Install left")
	}
}

func TestAnInstallationThatBreaksOffLeavesNothingBehind(t *testing.T) {
	fake(t, "mkdir -p node_modules/azurite/dist/src; echo > node_modules/azurite/dist/src/azurite.js; echo the registry is away >&2; exit 1\n")
	data := t.TempDir()
	_, err := azurite.Install(context.Background(), data, func(string) {})
	if err == nil || !strings.Contains(err.Error(), "the registry is away") {
		t.Errorf("error = %v, want what npm said", err)
	}
	if _, ok := azurite.Find(context.Background(), data); ok {
		t.Error("half an Azurite is taken for a whole one")
	}
	if left, _ := filepath.Glob(filepath.Join(data, "azurite-new-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestWithoutNodeThereIsOneClearSentence(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := azurite.Install(context.Background(), t.TempDir(), func(string) {})
	if !errors.Is(err, ErrNoNode) || strings.Count(err.Error(), "\n") > 0 {
		t.Errorf("error = %v, want ErrNoNode in one line", err)
	}
}

func TestAnOldNodeIsRefused(t *testing.T) {
	fake(t, makesAzurite)
	path, _, _ := strings.Cut(os.Getenv("PATH"), string(os.PathListSeparator))
	must.Do(t, os.WriteFile(filepath.Join(path, "node"), []byte("#!/bin/sh\necho v16.20.0\n"), 0o755))
	_, err := azurite.Install(context.Background(), t.TempDir(), func(string) {})
	if !errors.Is(err, ErrNoNode) || !strings.Contains(err.Error(), "v16.20.0") {
		t.Errorf("error = %v, want ErrNoNode with the version", err)
	}
}

// The lock files pin versions and name no registry, so that npm can use any.
func TestTheLocksPinAVersionAndNoRegistry(t *testing.T) {
	for folder, want := range map[string]string{"azurite": `"azurite": "3.37.0"`, "axe": `"axe-core": "4.14.1"`,
		"openapi": `"openapi-typescript": "7.13.0"`} {
		lock := must.Get(Package{Folder: folder}.readLock())(t)
		if !strings.Contains(string(lock.files["package.json"]), want) {
			t.Errorf("infra/%s/package.json does not pin %s exactly", folder, want)
		}
		if strings.Contains(string(lock.files["package-lock.json"]), `"resolved"`) {
			t.Errorf("the lock in infra/%s names addresses: make it with npm install --omit-lockfile-registry-resolved", folder)
		}
	}
}
