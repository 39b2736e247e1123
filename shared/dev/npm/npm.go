// Package npm installs the npm packages that infra/ pins, once for each lock file.
//
// It knows Node.js, npm and the lock files, and not what a package is for.
package npm

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

// ErrNoNode means that Node.js, or npm which comes with it, is missing.
var ErrNoNode = errors.New("there is no Node.js 20 or newer, with npm, which the storage emulator and the checks of the pages come by: " +
	"install it and try again")

// oldestNode is the oldest major version of Node.js on which Azurite was seen to
// run. One of Azurite's dependencies asks for version 22.
const oldestNode = 20

// A Package is a folder of infra/ with a package.json and its lock file.
type Package struct {
	Folder string // below infra/
	File   string // the wanted file, below node_modules
}

// Installed is a package that is ready to be used.
type Installed struct {
	Node string // path of the program node
	File string // the path of Package.File
}

// CacheFolder is the folder in which tests install, once for every checkout on the
// machine.
func CacheFolder() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "kantoorpost"), nil
}

// CheckNode returns ErrNoNode unless Node.js is installed and new enough.
func CheckNode(ctx context.Context) error {
	_, _, err := tools(ctx)
	return err
}

// Install installs the package once, into a folder below data that is named after
// its lock file. Another call, also by another process at the same time, uses the
// same installation. It reports its steps through progress. The error is ErrNoNode
// without Node.js.
func (p Package) Install(ctx context.Context, data string, progress func(string)) (Installed, error) {
	node, npm, err := tools(ctx)
	if err != nil {
		return Installed{}, err
	}
	pinned, err := p.readLock()
	if err != nil {
		return Installed{}, err
	}
	dir := pinned.dir(data)
	ready := Installed{Node: node, File: p.in(dir)}
	if exists(ready.File) {
		return ready, nil
	}
	if err := os.MkdirAll(data, 0o755); err != nil {
		return Installed{}, fmt.Errorf("data folder: %w", err)
	}
	unlock, err := lock.Wait(ctx, dir+".lock", func() { progress("waiting for another process that installs " + p.Folder) })
	if err != nil {
		return Installed{}, fmt.Errorf("install %s: %w", p.Folder, err)
	}
	defer unlock()
	if exists(ready.File) {
		return ready, nil
	}
	progress("installing " + p.Folder + ", once")
	if err := pinned.install(ctx, npm, dir); err != nil {
		return Installed{}, fmt.Errorf("install %s: %w", p.Folder, err)
	}
	return ready, nil
}

// Find looks for an installation in the given folders. It installs nothing.
func (p Package) Find(ctx context.Context, folders ...string) (Installed, bool) {
	node, _, err := tools(ctx)
	if err != nil {
		return Installed{}, false
	}
	pinned, err := p.readLock()
	if err != nil {
		return Installed{}, false
	}
	for _, data := range folders {
		if file := p.in(pinned.dir(data)); exists(file) {
			return Installed{Node: node, File: file}, true
		}
	}
	return Installed{}, false
}

func (p Package) in(dir string) string {
	return filepath.Join(dir, "node_modules", filepath.FromSlash(p.File))
}

// lockfile is a pinned package: both of its files, and a name for their content.
type lockfile struct {
	name  string
	files map[string][]byte
	hash  string
}

func (p Package) readLock() (lockfile, error) {
	root, err := module.Root()
	if err != nil {
		return lockfile{}, err
	}
	l := lockfile{name: p.Folder, files: make(map[string][]byte)}
	sum := sha256.New()
	for _, name := range []string{"package.json", "package-lock.json"} {
		content, err := os.ReadFile(filepath.Join(root, "infra", p.Folder, name))
		if err != nil {
			return lockfile{}, fmt.Errorf("the pinned %s: %w", p.Folder, err)
		}
		l.files[name] = content
		sum.Write(content)
	}
	l.hash = hex.EncodeToString(sum.Sum(nil))[:12]
	return l, nil
}

func (l lockfile) dir(data string) string { return filepath.Join(data, l.name+"-"+l.hash) }

// install fills a new folder and renames it last, so that a folder with the final
// name is always complete.
func (l lockfile) install(ctx context.Context, npm, dir string) error {
	tmp, err := os.MkdirTemp(filepath.Dir(dir), l.name+"-new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp) // after the rename there is nothing to remove
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

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "; ")
}
