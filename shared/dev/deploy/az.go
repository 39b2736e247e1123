// Package deploy puts the product into an Azure subscription with the Azure CLI:
// the app registration, the templates in infra/, the package, and then a test of
// the running product. Each step can be interrupted and repeated.
//
// It uses the CLI's commands and no SDK, so that a person can repeat by hand what
// it prints.
package deploy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// A CLI runs the Azure CLI.
type CLI struct {
	Program string    // az
	Azd     string    // azd, if it started this command; otherwise ""
	Env     []string  // added to the environment, for the parameter files
	Say     io.Writer // each command is written to it before it runs
	DryRun  bool      // commands are only written
}

// ErrNoCLI means that the Azure CLI is not on this machine.
var ErrNoCLI = errors.New("there is no Azure CLI (az) on this machine: install it, https://aka.ms/azure-cli, and sign in with az login")

// A Failure is a command that failed.
type Failure struct {
	Command string
	Said    string // the command's standard error
}

func (f *Failure) Error() string {
	said := strings.TrimSpace(f.Said)
	if len(said) > 2000 {
		said = said[:2000] + "…"
	}
	return fmt.Sprintf("%s: %s", f.Command, said)
}

var plain = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// quoted returns a command as it is typed into a shell.
func quoted(args []string) string {
	words := make([]string, len(args))
	for i, a := range args {
		if words[i] = a; !plain.MatchString(a) {
			words[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// run runs a command and returns its output, without surrounding blanks. A dry run
// returns "".
func (c *CLI) run(ctx context.Context, args ...string) (string, error) {
	return c.exec(ctx, quoted(append([]string{"az"}, args...)), c.Program, append(args, "--only-show-errors"))
}

// keep stores a value in the environment of azd, for the parameter files.
func (c *CLI) keep(ctx context.Context, name, value string) error {
	args := []string{"env", "set", name, value}
	_, err := c.exec(ctx, quoted(append([]string{"azd"}, args...)), c.Azd, args)
	return err
}

func (c *CLI) exec(ctx context.Context, line, program string, args []string) (string, error) {
	fmt.Fprintln(c.Say, "  "+line)
	if c.DryRun {
		return "", nil
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.WaitDelay = 10 * time.Second
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return "", &Failure{Command: line, Said: said.String()}
		}
		if errors.Is(err, exec.ErrNotFound) {
			err = ErrNoCLI
		}
		return "", fmt.Errorf("%s: %w", line, err)
	}
	return strings.TrimSpace(out.String()), nil
}

// ask runs a command and decodes its JSON output into into. A dry run does not
// change into.
func (c *CLI) ask(ctx context.Context, into any, args ...string) error {
	text, err := c.run(ctx, append(args, "--output", "json")...)
	if err != nil || text == "" || into == nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("az %s: the answer is not what was expected: %w", strings.Join(args[:min(3, len(args))], " "), err)
	}
	return nil
}

// graph calls Microsoft Graph with the rights of the person who is signed in. An
// upsert creates a missing object, or changes the existing one.
func (c *CLI) graph(ctx context.Context, into any, method, path string, body any, upsert bool) error {
	args, err := graphArgs(method, path, body, upsert)
	if err != nil {
		return err
	}
	return c.ask(ctx, into, args...)
}

// graphArgs returns the arguments of az for a call of Graph. A body is JSON, or the
// file of a fromFile.
func graphArgs(method, path string, body any, upsert bool) ([]string, error) {
	args := []string{"rest", "--method", method, "--url", "https://graph.microsoft.com/v1.0/" + path}
	if body == nil {
		return args, nil
	}
	args = append(args, "--headers", "Content-Type=application/json")
	if upsert {
		args = append(args, "Prefer=create-if-missing")
	}
	if file, ok := body.(fromFile); ok {
		return append(args, "--body", "@"+string(file)), nil
	}
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		return nil, err
	}
	return append(args, "--body", strings.TrimSpace(text.String())), nil
}

// A fromFile is the file that holds a body.
type fromFile string
