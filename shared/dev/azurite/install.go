// Package azurite installs and runs Azurite, Microsoft's own emulator of Azure
// Storage: queues, tables and blobs.
//
// It knows the program and its flags; what is stored in it is nobody's business
// here.
package azurite

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"kantoorpost/shared/dev/lock"
	"kantoorpost/shared/dev/module"
)

// ErrNoNode says that Node.js, which runs Azurite, is not on this machine.
var ErrNoNode = errors.New("there is no Node.js 20 or newer, with npm, to run Azurite, Microsoft's storage emulator: install it and try again")

// oldestNode is the oldest major version of Node.js that Azurite was seen to
// run on; its package asks for 22 in one of its dependencies.
const oldestNode = 20

// Installed is an Azurite that is ready to be started.
type Installed struct {
	node, script string
}

// Install installs the version of infra/azurite/package-lock.json into a folder
// below data that is named after that lock file, once: a second call, also by
// another process at the same time, finds the first one's work. It tells what it
// is doing through progress. The error is ErrNoNode without Node.js.
func Install(ctx context.Context, data string, progress func(string)) (Installed, error) {
	node, npm, err := tools(ctx)
	if err != nil {
		return Installed{}, err
	}
	pinned, err := readLock()
	if err != nil {
		return Installed{}, err
	}
	dir := pinned.dir(data)
	ready := Installed{node: node, script: scriptIn(dir)}
	if exists(ready.script) {
		return ready, nil
	}
	if err := os.MkdirAll(data, 0o755); err != nil {
		return Installed{}, fmt.Errorf("data folder: %w", err)
	}
	unlock, err := lock.Wait(ctx, dir+".lock", func() { progress("waiting for another process that installs Azurite") })
	if err != nil {
		return Installed{}, fmt.Errorf("install Azurite: %w", err)
	}
	defer unlock()
	if exists(ready.script) {
		return ready, nil
	}
	progress("installing Azurite, once (about 360 MB)")
	if err := pinned.install(ctx, npm, dir); err != nil {
		return Installed{}, fmt.Errorf("install Azurite: %w", err)
	}
	return ready, nil
}

// CacheFolder is where the tests install Azurite, once for every checkout on
// the machine.
func CacheFolder() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "kantoorpost"), nil
}

// CheckNode tells whether Node.js is here and new enough.
func CheckNode(ctx context.Context) error {
	_, _, err := tools(ctx)
	return err
}

// Find looks for what Install has left in one of the folders, without
// installing anything.
func Find(ctx context.Context, folders ...string) (Installed, bool) {
	node, _, err := tools(ctx)
	if err != nil {
		return Installed{}, false
	}
	pinned, err := readLock()
	if err != nil {
		return Installed{}, false
	}
	for _, data := range folders {
		if script := scriptIn(pinned.dir(data)); exists(script) {
			return Installed{node: node, script: script}, true
		}
	}
	return Installed{}, false
}

// lockfile is the pinned package: both of its files and a name for their content.
type lockfile struct {
	files map[string][]byte
	hash  string
}

func readLock() (lockfile, error) {
	root, err := module.Root()
	if err != nil {
		return lockfile{}, err
	}
	l := lockfile{files: make(map[string][]byte)}
	sum := sha256.New()
	for _, name := range []string{"package.json", "package-lock.json"} {
		content, err := os.ReadFile(filepath.Join(root, "infra", "azurite", name))
		if err != nil {
			return lockfile{}, fmt.Errorf("the pinned Azurite: %w", err)
		}
		l.files[name] = content
		sum.Write(content)
	}
	l.hash = hex.EncodeToString(sum.Sum(nil))[:12]
	return l, nil
}

func (l lockfile) dir(data string) string { return filepath.Join(data, "azurite-"+l.hash) }

// install fills a new folder and gives it its name last, so that a folder of
// that name is always whole.
func (l lockfile) install(ctx context.Context, npm, dir string) error {
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "azurite-new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp) // nothing is left of it after the rename
	for name, content := range l.files {
		if err := os.WriteFile(filepath.Join(tmp, name), content, 0o644); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(ctx, npm, "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error")
	cmd.Dir = tmp
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("npm ci: %w: %s", err, lastLines(said.String(), 4))
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(tmp, dir)
}

// tools finds Node.js and npm.
func tools(ctx context.Context) (node, npm string, err error) {
	if node, err = exec.LookPath("node"); err != nil {
		return "", "", ErrNoNode
	}
	if npm, err = exec.LookPath("npm"); err != nil {
		return "", "", ErrNoNode
	}
	out, err := exec.CommandContext(ctx, node, "--version").Output()
	if err != nil {
		return "", "", fmt.Errorf("node --version: %w", err)
	}
	version := strings.TrimSpace(string(out))
	major, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	if n, err := strconv.Atoi(major); err == nil && n < oldestNode {
		return "", "", fmt.Errorf("%w (this is %s)", ErrNoNode, version)
	}
	return node, npm, nil
}

func scriptIn(dir string) string {
	return filepath.Join(dir, "node_modules", "azurite", "dist", "src", "azurite.js")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "; ")
}
