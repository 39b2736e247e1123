// Command dev is `go tool dev`. It runs the whole product on one machine, with
// simulated or emulated services of Azure and Microsoft 365. It also runs the
// checks, makes the package, and deploys it.
//
// No package imports it, and it does not import Graph's SDK: it compiles in
// seconds, so that it can show the progress of what takes longer.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Exit codes: a command failed, or the command line was wrong.
const (
	failed = 1
	misuse = 2
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go endOnSignal(cancel)
	go endWithGo(cancel)
	os.Exit(dispatch(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// endOnSignal ends everything in order at the first Ctrl-C, and at once at the
// second. `go tool` passes on the terminal's Ctrl-C, so that it comes twice: a
// signal within a second counts as the same one.
func endOnSignal(cancel context.CancelFunc) {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	<-signals
	first := time.Now()
	cancel()
	for range signals {
		if time.Since(first) > time.Second {
			os.Exit(failed)
		}
	}
}

// endWithGo ends everything if `go tool` or `go run`, which passes on signals, is
// killed and can no longer do so. Only Linux tells the name of a parent process.
func endWithGo(cancel context.CancelFunc) {
	parent := os.Getppid()
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", parent))
	if err != nil || strings.TrimSpace(string(name)) != "go" {
		return
	}
	for os.Getppid() == parent {
		time.Sleep(500 * time.Millisecond)
	}
	cancel()
}

// A command is one subcommand.
type command struct {
	name, does string
	run        func(ctx context.Context, args []string, stdout, stderr io.Writer) error
}

func commands() []command {
	return []command{
		{"run", "start everything (this is what no command means)", run},
		{"check", "gofmt, vet, staticcheck, govulncheck with a database, and all tests with the race detector", check},
		{"year", "play a year of an office's mail, and show how much of it a person had to do", year},
		{"shots", "look at all pages in a real browser, and keep pictures of each in each state", shots},
		{"pack", "write dist/ and kantoorpost.zip, ready to be deployed", packUp},
		{"bench", "what a mail, a poll, a page and the start cost on this machine", bench},
		{"cost", "what offices of several sizes pay Azure in a month", costs},
		{"deploy", "deploy to Azure, or bring up to date what is there", deployUp},
		{"rollback", "let the former version run again in Azure", rollback},
		{"grant", "give a program an app role", grant},
		{"export", "write all rows of the tables to a file", exportTables},
		{"import", "bring the rows of a file back", importTables},
		{"remove", "remove all from Azure", remove},
	}
}

// errUsage means that the command line was wrong. The reason was printed already.
var errUsage = errors.New("usage")

func dispatch(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	name := "run"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		name, args = args[0], args[1:]
	} else if len(args) > 0 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help") {
		name = "help"
	}
	if name == "help" {
		usage(stdout)
		return 0
	}
	for _, c := range commands() {
		if c.name != name {
			continue
		}
		err := c.run(ctx, args, stdout, stderr)
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errUsage):
			return misuse
		}
		fmt.Fprintln(stderr, "go tool dev:", err)
		return failed
	}
	fmt.Fprintf(stderr, "go tool dev: there is no command %q\n\n", name)
	usage(stderr)
	return misuse
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Usage: go tool dev [command] [flags]\n\nCommands:\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-8s %s\n", c.name, c.does)
	}
	fmt.Fprint(w, "  help     show this\n\n'go tool dev <command> -h' lists the flags of a command. Those of run:\n")
	var o options
	f := o.flags(w)
	f.PrintDefaults()
}

// newFlags returns the flags of a command, whose help says what the command does.
func newFlags(name string, w io.Writer) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(w)
	f.Usage = func() {
		for _, c := range commands() {
			if c.name == name {
				fmt.Fprintf(w, "go tool dev %s: %s\n", name, c.does)
			}
		}
		f.PrintDefaults()
	}
	return f
}

// refuse says what is wrong with the command line.
func refuse(f *flag.FlagSet, format string, args ...any) error {
	fmt.Fprintf(f.Output(), "go tool dev %s: "+format+"\n", slices.Concat([]any{f.Name()}, args)...)
	return errUsage
}

// parse reads flags, and refuses further arguments.
func parse(f *flag.FlagSet, args []string) error {
	err := f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	if err != nil {
		return errUsage // the flag set has printed it
	}
	if f.NArg() > 0 {
		defer f.Usage()
		return refuse(f, "what is %q?", f.Arg(0))
	}
	return nil
}
