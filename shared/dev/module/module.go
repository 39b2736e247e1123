// Package module finds the folder into which this Go module was checked out.
//
// The local stack needs files that go:embed cannot reach from its own folder. This
// package does not know what is in them.
package module

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Path is the module's import path, the first line of its go.mod.
const Path = "kantoorpost"

// Root returns the first folder, from the working folder upwards, whose go.mod
// names Path.
func Root() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("working folder: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		ours, err := isRoot(dir)
		if err != nil {
			return "", err
		}
		if ours {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", fmt.Errorf("%s is not inside a checkout of the module %s", start, Path)
		}
	}
}

func isRoot(dir string) (bool, error) {
	f, err := os.Open(filepath.Join(dir, "go.mod"))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for the module's root: %w", err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if name, ok := strings.CutPrefix(strings.TrimSpace(s.Text()), "module "); ok {
			return strings.TrimSpace(name) == Path, nil
		}
	}
	return false, nil
}
