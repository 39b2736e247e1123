package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"kantoorpost/shared/dev/module"
)

// staticcheck is run out of its module, so that go.mod holds what runs only.
const staticcheck = "honnef.co/go/tools/cmd/staticcheck@v0.8.2"

// check does all that a change must pass. It goes on after what fails, so that
// all of it is told at once.
func check(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("check", flag.ContinueOnError)
	f.SetOutput(stderr)
	if err := parse(f, args, stderr); err != nil {
		return err
	}
	root, err := module.Root()
	if err != nil {
		return err
	}
	var wrong []string
	for _, step := range []struct {
		name  string
		quiet bool // whether output alone means that something is wrong
		args  []string
	}{
		{"gofmt", true, []string{"gofmt", "-l", "handlers", "infra", "shared"}},
		{"vet", false, []string{"go", "vet", "./..."}},
		{"staticcheck", false, []string{"go", "run", staticcheck, "./..."}},
		{"test", false, []string{"go", "test", "-race", "-shuffle=on", "-timeout", "40m", "./..."}},
	} {
		fmt.Fprintf(stdout, "%s: %s\n", step.name, strings.Join(step.args, " "))
		start := time.Now()
		err := runStep(ctx, root, step.args, step.quiet, stdout, stderr)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		result := "good"
		if err != nil {
			result = err.Error()
			wrong = append(wrong, step.name)
		}
		fmt.Fprintf(stdout, "%s: %s, %s\n\n", step.name, result, seconds(time.Since(start)))
	}
	if len(wrong) > 0 {
		return fmt.Errorf("not good: %s", strings.Join(wrong, ", "))
	}
	fmt.Fprintln(stdout, "all good")
	return nil
}

func runStep(ctx context.Context, root string, args []string, quiet bool, stdout, stderr io.Writer) error {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = root
	cmd.Stdout, cmd.Stderr = io.MultiWriter(stdout, &said), stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("not good (%w)", err)
	}
	if quiet && said.Len() > 0 {
		return errors.New("not good: the files above")
	}
	return nil
}
