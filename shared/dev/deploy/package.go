package deploy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// How long roles may take to take effect, and the pause between two attempts. They
// take minutes, and once took an hour: a person can interrupt the wait and repeat
// the same command.
const (
	roleTimeout = 75 * time.Minute
	interval    = 15 * time.Second
)

// until repeats do until it succeeds, and says what it waits for.
func (d *deployment) until(ctx context.Context, what string, timeout time.Duration, do func() error) error {
	if d.CLI.DryRun {
		return do()
	}
	var waited time.Duration
	for {
		err := do()
		if err == nil || ctx.Err() != nil || errors.Is(err, errFinal) {
			return err
		}
		if waited >= timeout {
			return fmt.Errorf("%s: not after %v, and can be repeated: %w", what, timeout, err)
		}
		fmt.Fprintf(d.Out, "  waiting until %s (%v): %s\n", what, waited, firstLine(err))
		if err := d.Pause(ctx, interval); err != nil {
			return err
		}
		waited += interval
	}
}

// errFinal marks an error that waiting cannot correct.
var errFinal = errors.New("this does not go over by itself")

func firstLine(err error) string {
	text := err.Error()
	if f := (*Failure)(nil); errors.As(err, &f) {
		text = f.Said
	}
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// releases is the container with the stored packages.
const releases = "releases"

func (d *deployment) blob(ctx context.Context, args ...string) (string, error) {
	return d.CLI.run(ctx, append([]string{"storage", "blob"}, append(args, "--account-name", d.outputs.Storage, "--auth-mode", "login")...)...)
}

// kept returns the names of the stored packages, the oldest first. A name is a time
// and a version.
func (d *deployment) kept(ctx context.Context) (names []string, err error) {
	err = d.until(ctx, "your role on the container "+releases+" acts", roleTimeout, func() error {
		text, err := d.blob(ctx, "list", "--container-name", releases, "--query", "[].name", "--output", "tsv")
		names = strings.Fields(text)
		slices.Sort(names)
		if err != nil && strings.Contains(err.Error(), "network rules") {
			err = fmt.Errorf("storage is reached from inside the private network only, so packages are deployed from a machine there: %w: %w",
				errFinal, err)
		}
		return err
	})
	return names, err
}

// versionOf returns the version in the name of a package.
func versionOf(name string) string {
	_, version, _ := strings.Cut(strings.TrimSuffix(name, ".zip"), "_")
	return version
}

// push stores the package, and installs it in the app.
func (d *deployment) push(ctx context.Context) error {
	file, version, err := "<kantoorpost.zip>", "<version>", error(nil)
	if !d.CLI.DryRun {
		if file, version, err = d.Pack(ctx); err != nil {
			return err
		}
	}
	names, err := d.kept(ctx)
	if err != nil {
		return err
	}
	if len(names) == 0 || versionOf(names[len(names)-1]) != version {
		name := time.Now().UTC().Format("20060102T150405Z") + "_" + version + ".zip"
		if _, err := d.blob(ctx, "upload", "--container-name", releases, "--name", name, "--file", file, "--output", "none"); err != nil {
			return err
		}
	}
	return d.give(ctx, file, version)
}

// give installs a package in the app, and waits until that version answers.
func (d *deployment) give(ctx context.Context, file, version string) error {
	err := d.until(ctx, "the app takes the package", 10*time.Minute, func() error {
		_, err := d.CLI.run(ctx, "functionapp", "deployment", "source", "config-zip", "--resource-group", d.Group, "--name", d.outputs.App,
			"--src", file, "--output", "none")
		return err
	})
	if err != nil {
		return err
	}
	return d.until(ctx, "version "+version+" answers", 15*time.Minute, func() error { return d.live(ctx, version) })
}

// Rollback installs the package before the running one, or the one of a given
// version. The older version can read the rows that the newer one wrote.
func Rollback(ctx context.Context, o Options, version string) error {
	d := &deployment{Options: o}
	if err := d.readOutputs(ctx); err != nil {
		return err
	}
	names, err := d.kept(ctx)
	if err != nil {
		return err
	}
	running, err := d.running(ctx)
	if err != nil {
		fmt.Fprintf(d.Out, "  which version runs cannot be seen, so the newest is left: %v\n", err)
	}
	name, err := previousPackage(names, running, version)
	if d.CLI.DryRun {
		name, err = "<time>_<version>.zip", nil
	}
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "kantoorpost-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "kantoorpost.zip")
	if _, err := d.blob(ctx, "download", "--container-name", releases, "--name", name, "--file", file, "--output", "none"); err != nil {
		return err
	}
	if err := d.give(ctx, file, versionOf(name)); err != nil {
		return err
	}
	if d.CLI.DryRun {
		return nil
	}
	fmt.Fprintf(d.Out, "version %s runs again\n", versionOf(name))
	return nil
}

// previousPackage chooses one of the stored packages, the oldest first: the newest
// one of the given version, or without a version the one before the running one. If the
// running version is unknown, it is the newest.
func previousPackage(names []string, running, version string) (string, error) {
	before := len(names) - 1
	for i, name := range names {
		if versionOf(name) == running {
			before = i
		}
	}
	if version == "" && before >= 1 {
		return names[before-1], nil
	}
	for _, name := range slices.Backward(names) {
		if version != "" && versionOf(name) == version {
			return name, nil
		}
	}
	return "", fmt.Errorf("no package to go back to: %q runs, kept are %q", running, names)
}
