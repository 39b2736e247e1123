package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"kantoorpost/shared/dev/module"
)

// shots runs the stories of the pages in a real browser, and takes a picture of
// each page in each state: in both languages, light and dark, wide and narrow.
func shots(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := newFlags("shots", stderr)
	to := f.String("to", "", "folder for the pictures (default dist/shots)")
	if err := parse(f, args); err != nil {
		return err
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		return errors.New("shots: there is no chromium on this machine: apt-get install chromium")
	}
	root, err := module.Root()
	if err != nil {
		return err
	}
	if *to == "" {
		*to = filepath.Join(root, "dist", "shots")
	}
	dir, err := filepath.Abs(*to) // the test runs in another folder
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		return fmt.Errorf("folder for the pictures: %w", err)
	}
	cmd := exec.CommandContext(ctx, "go", "test", "./handlers/tests/stories", "-run", "^TestPages$", "-count=1", "-timeout=20m")
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = root, append(os.Environ(), "SHOTS="+dir), stdout, stderr
	played := cmd.Run()
	pictures, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil {
		return fmt.Errorf("look into %s: %w", dir, err)
	}
	fmt.Fprintf(stdout, "%d pictures in %s\n", len(pictures), dir)
	if played != nil {
		return fmt.Errorf("shots: %w", played)
	}
	return nil
}
