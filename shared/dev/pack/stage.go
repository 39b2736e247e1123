// Package pack makes the files of a deployment: host.json, the handler, and a
// folder with a function.json for each function.
//
// It knows the layout that the Functions host needs, and not where the files go.
package pack

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A Build says how the handler is compiled.
type Build struct {
	Env   []string  // added to the environment
	Flags []string  // flags of go build
	Log   io.Writer // output of the compiler
}

// Deployed returns the build for Azure. The same source gives the same bytes in
// every checkout.
func Deployed(log io.Writer) Build {
	return Build{
		Env:   []string{"CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOFLAGS="},
		Flags: []string{"-trimpath", "-buildvcs=false", "-ldflags=-s -w"},
		Log:   log,
	}
}

// Local returns the build for this machine. It has the same flags as the tests, so
// that its largest library is compiled once for both.
func Local(log io.Writer) Build { return Build{Log: log} }

// Stage makes dist the script root of the module at root. It removes everything
// else in dist: the folder of a removed function would be deployed.
func Stage(ctx context.Context, root, dist string, b Build) error {
	executable, err := executableName(filepath.Join(root, "host.json"))
	if err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	found, err := filepath.Glob(filepath.Join(root, "functions", "*", "function.json"))
	if err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	if len(found) == 0 {
		return errors.New("stage: functions/ holds no function.json")
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	keep := []string{"host.json", executable, versionFile}
	for _, path := range found {
		keep = append(keep, filepath.Base(filepath.Dir(path)))
	}
	if err := removeOthers(dist, keep); err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	for _, path := range append(found, filepath.Join(root, "host.json")) {
		name, err := filepath.Rel(root, path)
		if err == nil {
			err = copyFile(path, filepath.Join(dist, strings.TrimPrefix(name, "functions"+string(filepath.Separator))))
		}
		if err != nil {
			return fmt.Errorf("stage %s: %w", name, err)
		}
	}
	if err := compile(ctx, root, filepath.Join(dist, executable), b); err != nil {
		return err
	}
	return writeVersion(dist)
}

// versionFile holds the version of the package. The handler reports it.
const versionFile = "version"

// writeVersion derives the version from the content: the same content has the same
// version, wherever and whenever it was made.
func writeVersion(dist string) error {
	if err := os.RemoveAll(filepath.Join(dist, versionFile)); err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	names, err := contents(dist)
	if err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	whole := sha256.New()
	for _, name := range names {
		fmt.Fprintf(whole, "%q\n", name)
		if err := copyInto(whole, filepath.Join(dist, filepath.FromSlash(name))); err != nil {
			return fmt.Errorf("stage: %w", err)
		}
	}
	if err := os.WriteFile(filepath.Join(dist, versionFile), fmt.Appendf(nil, "%x", whole.Sum(nil)[:6]), 0o644); err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	return nil
}

// Version returns the version of the files in dist.
func Version(dist string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dist, versionFile))
	if err != nil {
		return "", fmt.Errorf("version of %s: %w", dist, err)
	}
	return string(text), nil
}

// compile builds the package handlers into file.
func compile(ctx context.Context, root, file string, b Build) error {
	args := append([]string{"build"}, b.Flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, "-o", file, "./handlers")...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), b.Env...)
	cmd.Stdout, cmd.Stderr = b.Log, b.Log
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("compile the handler: %w", err)
	}
	return nil
}

func executableName(hostJSON string) (string, error) {
	text, err := os.ReadFile(hostJSON)
	if err != nil {
		return "", err
	}
	var file struct {
		CustomHandler struct {
			Description struct{ DefaultExecutablePath string }
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return "", fmt.Errorf("host.json: %w", err)
	}
	name := file.CustomHandler.Description.DefaultExecutablePath
	if name == "" || name != filepath.Base(name) {
		// Deployment tools set the exec bit only for a plain name.
		return "", fmt.Errorf("host.json: customHandler.description.defaultExecutablePath must be a plain file name, is %q", name)
	}
	return name, nil
}

func removeOthers(dist string, keep []string) error {
	entries, err := os.ReadDir(dist)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if slices.Contains(keep, e.Name()) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dist, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, text, fs.FileMode(0o644))
}
