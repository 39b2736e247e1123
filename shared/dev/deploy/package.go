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

// How long roles may take to act, and how often is looked. They take minutes,
// and once took an hour: whoever breaks off goes on with the same command.
const (
	patience = 75 * time.Minute
	interval = 15 * time.Second
)

// until tries again until do succeeds, and says what it waits for.
func (d *deployment) until(ctx context.Context, what string, patience time.Duration, do func() error) error {
	if d.CLI.DryRun {
		return do()
	}
	var waited time.Duration
	for {
		err := do()
		if err == nil || ctx.Err() != nil || errors.Is(err, errFinal) {
			return err
		}
		if waited >= patience {
			return fmt.Errorf("%s: not after %v, and can be repeated: %w", what, patience, err)
		}
		fmt.Fprintf(d.Out, "  waiting until %s (%v): %s\n", what, waited, firstLine(err))
		if err := d.Pause(ctx, interval); err != nil {
			return err
		}
		waited += interval
	}
}

// errFinal marks what no waiting mends.
var errFinal = errors.New("this does not go over by itself")

func firstLine(err error) string {
	text := err.Error()
	if f := (*Failure)(nil); errors.As(err, &f) {
		text = f.Said
	}
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// releases is the container in which packages are kept.
const releases = "releases"

func (d *deployment) blob(ctx context.Context, args ...string) (string, error) {
	return d.CLI.run(ctx, append([]string{"storage", "blob"}, append(args, "--account-name", d.outputs.Storage, "--auth-mode", "login")...)...)
}

// kept are the names of the packages that are kept, the oldest first. A name is
// a time and a version.
func (d *deployment) kept(ctx context.Context) (names []string, err error) {
	err = d.until(ctx, "your role on the container "+releases+" acts", patience, func() error {
		text, err := d.blob(ctx, "list", "--container-name", releases, "--query", "[].name", "--output", "tsv")
		names = strings.Fields(text)
		slices.Sort(names)
		if err != nil && strings.Contains(err.Error(), "network rules") {
			err = fmt.Errorf("storage is reached from inside the private network only, so packages are deployed from a machine there: %w: %w", errFinal, err)
		}
		return err
	})
	return names, err
}

// versionOf is the version in the name of a package.
func versionOf(name string) string {
	_, version, _ := strings.Cut(strings.TrimSuffix(name, ".zip"), "_")
	return version
}

// push keeps the package, and gives it to the app.
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

// give hands a package to the app, and waits until that version answers.
func (d *deployment) give(ctx context.Context, file, version string) error {
	err := d.until(ctx, "the app takes the package", 10*time.Minute, func() error {
		_, err := d.CLI.run(ctx, "functionapp", "deployment", "source", "config-zip", "--resource-group", d.Group, "--name", d.outputs.App, "--src", file, "--output", "none")
		return err
	})
	if err != nil {
		return err
	}
	return d.until(ctx, "version "+version+" answers", 15*time.Minute, func() error { return d.live(ctx, version) })
}

// Rollback gives the app the package before the one that it runs, or the one of
// a version. Rows that the newer one wrote are read by the one before it.
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
	name, err := former(names, running, version)
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

// former chooses among the packages that are kept, the oldest first: the newest
// of the version, or without a version the one before what runs. When nobody
// knows what runs, that is the newest.
func former(names []string, running, version string) (string, error) {
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
