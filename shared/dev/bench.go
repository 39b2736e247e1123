package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"kantoorpost/shared/dev/azurite"
	"kantoorpost/shared/dev/calibration"
	"kantoorpost/shared/dev/module"
	"kantoorpost/shared/dev/pack"
)

// bench prints what the product costs, as a table: the benchmarks of package app, what
// its tests count, and the start of the real program. Times are also given in loops of
// calibration.
func bench(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := newFlags("bench", stderr)
	if err := parse(f, args); err != nil {
		return err
	}
	root, err := module.Root()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "test", "./handlers/app", "-run", "Budget$", "-bench", ".", "-benchtime", "10x", "-count=1", "-v")
	cmd.Dir, cmd.Stderr = root, stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("bench: %w\n%s", err, out)
	}
	fmt.Fprint(stdout, "| what | figures |\n|---|---|\n", benchTable(string(out)))
	return starts(ctx, root, stdout, stderr)
}

var (
	figure  = regexp.MustCompile(`(?m)^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+\S+ ns/op\s+(.+)$`)
	counted = regexp.MustCompile(`(?m)^\s+\w+_test\.go:\d+: (.+)$|^=== RUN +Test(\w+)Budget$`)
)

// benchTable returns the rows of the table: measured times and counted operations.
func benchTable(out string) string {
	var rows strings.Builder
	for _, m := range figure.FindAllStringSubmatch(out, -1) {
		fmt.Fprintf(&rows, "| %s | %s |\n", m[1], strings.Join(strings.Fields(strings.ReplaceAll(m[2], "\t", ", ")), " "))
	}
	test := ""
	for _, m := range counted.FindAllStringSubmatch(out, -1) {
		if m[2] != "" {
			test = m[2]
		} else {
			fmt.Fprintf(&rows, "| %s | %s |\n", test, m[1])
		}
	}
	return rows.String()
}

// starts prints how long the program takes from its start to its first answer, and the
// memory that it then has. No storage is there: nothing that answers waits for one.
func starts(ctx context.Context, root string, stdout, stderr io.Writer) error {
	dir, err := os.MkdirTemp("", "kantoorpost-bench")
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := pack.Stage(ctx, root, dir, pack.Local(stderr)); err != nil {
		return err
	}
	var took, loops []time.Duration
	memory := ""
	for range 9 {
		loops = append(loops, calibration.Loop())
		d, m, err := firstAnswer(ctx, dir)
		if err != nil {
			return fmt.Errorf("bench: start the handler: %w", err)
		}
		took, memory = append(took, d), m
	}
	slices.Sort(took)
	slices.Sort(loops)
	middle, loop := took[len(took)/2], loops[len(loops)/2]
	_, err = fmt.Fprintf(stdout, "| start to first answer | %.1f ms, %.1f loops; memory %s |\n| a loop of calibration | %.2f ms |\n",
		float64(middle.Microseconds())/1e3, float64(middle)/float64(loop), memory, float64(loop.Microseconds())/1e3)
	return err
}

// firstAnswer starts the program once.
func firstAnswer(ctx context.Context, dir string) (took time.Duration, memory string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, "", err
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close() // the program listens there
	nowhere := azurite.Azurite{Blob: 1, Queue: 1, Table: 1}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "handler"))
	cmd.Env = append(os.Environ(), "FUNCTIONS_CUSTOMHANDLER_PORT="+port, "AzureWebJobsStorage="+nowhere.ConnectionString(),
		"WEBSITE_AUTH_ENABLED=true",
		"AUTH_TENANT_ID=00000000-0000-0000-0000-000000000000", "AUTH_CLIENT_ID=00000000-0000-0000-0000-000000000000",
		"FIRST_ADMINISTRATOR=beheer@uwkantoor.nl", "SECRETS_FILE="+filepath.Join(dir, "secrets.json"))
	var log bytes.Buffer
	cmd.Stdout = &log
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, "", err
	}
	defer func() { _, _ = cmd.Process.Kill(), cmd.Wait() }()
	for ctx.Err() == nil {
		res, err := http.Get("http://127.0.0.1:" + port + "/api/health/live")
		if err != nil {
			time.Sleep(time.Millisecond)
			continue
		}
		took = time.Since(start)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return 0, "", fmt.Errorf("/api/health/live answers %s", res.Status)
		}
		return took, residentMemory(cmd.Process.Pid), nil
	}
	return 0, "", fmt.Errorf("no answer: %w\n%s", ctx.Err(), &log)
}

// residentMemory returns the memory of a process, where the system tells it.
func residentMemory(pid int) string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if _, rest, ok := strings.Cut(string(status), "VmRSS:"); err == nil && ok {
		line, _, _ := strings.Cut(rest, "\n")
		return strings.TrimSpace(line)
	}
	return "not known"
}
