package host

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"time"

	"kantoorpost/shared/dev/child"
)

// A Real is Microsoft's own Functions host, from its Core Tools.
type Real struct {
	http.Handler
	base    string // its address
	process *child.Process
}

// realStartTimeout is how long the real host may take to start, with the download of
// its extension bundle.
const realStartTimeout = 3 * time.Minute

// StartReal starts the program func of the Core Tools on a free port, and waits
// until it runs: https://learn.microsoft.com/azure/azure-functions/functions-core-tools-reference#func-start.
func StartReal(ctx context.Context, program string, o Options) (*Real, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, "start", "--port", strconv.Itoa(port))
	cmd.Dir = o.Root
	cmd.Stdout, cmd.Stderr = o.Stdout, o.Stderr
	cmd.Env = append(os.Environ(), "FUNCTIONS_WORKER_RUNTIME=custom")
	for name, value := range o.Settings {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	process, err := child.Start(cmd, true)
	if err != nil {
		return nil, fmt.Errorf("functions host: %w", err)
	}
	base := &url.URL{Scheme: "http", Host: "127.0.0.1:" + strconv.Itoa(port)}
	r := &Real{base: base.String(), process: process, Handler: &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(base)
			p.Out.Host = p.In.Host
		},
		FlushInterval: -1,
	}}
	if err := r.waitUntilRunning(ctx, base.String()+"/admin/host/status"); err != nil {
		r.Stop()
		return nil, fmt.Errorf("functions host: %w", err)
	}
	return r, nil
}

func (r *Real) waitUntilRunning(ctx context.Context, status string) error {
	ctx, cancel := context.WithTimeout(ctx, realStartTimeout)
	defer cancel()
	for {
		if isRunning(ctx, status) {
			return nil
		}
		select {
		case <-r.process.Done():
			return fmt.Errorf("func ended with exit code %d", r.process.ExitCode())
		case <-ctx.Done():
			return fmt.Errorf("func does not run: %w", ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func isRunning(ctx context.Context, status string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, status, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	var answer struct{ State string }
	return json.NewDecoder(res.Body).Decode(&answer) == nil && answer.State == "Running"
}

// Done is closed when the host has ended.
func (r *Real) Done() <-chan struct{} { return r.process.Done() }

// Err returns how the host ended.
func (r *Real) Err() error { return fmt.Errorf("func ended with exit code %d", r.process.ExitCode()) }

// Stop ends the host and its handler.
func (r *Real) Stop() { r.process.Stop(10 * time.Second) }
