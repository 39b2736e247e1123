package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"kantoorpost/shared/dev/module"
	"kantoorpost/shared/dev/pack"
)

// packUp writes the deployed files: dist/ for `func start --script-root dist`, and
// a zip with the same content.
func packUp(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := newFlags("pack", stderr)
	out := f.String("out", "", "folder in which dist/ and kantoorpost.zip are written (usual: the checkout)")
	if err := parse(f, args); err != nil {
		return err
	}
	root, err := module.Root()
	if err != nil {
		return err
	}
	if *out == "" {
		*out = root
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		return fmt.Errorf("pack: %w", err)
	}
	p := newProgress(stderr)
	stop := make(chan struct{})
	defer close(stop)
	go p.run(stop)
	done := p.start("compiling the handler for Azure")
	dist, file := filepath.Join(*out, "dist"), filepath.Join(*out, "kantoorpost.zip")
	err = pack.Stage(ctx, root, dist, pack.Deployed(p))
	if err == nil {
		err = pack.Zip(dist, file)
	}
	done(err)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("pack: %w", err)
	}
	fmt.Fprintf(stdout, "%s\n%s, %.1f MB\n", dist, file, float64(info.Size())/1e6)
	return nil
}
