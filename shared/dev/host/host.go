// Package host replaces the Azure Functions host on a developer's machine: it
// reads the deployed files, runs the custom handler and calls its functions with
// the host's protocol, including the host's own peculiarities.
//
// It does not know what the functions do, or who sends requests: package signin
// finds that out.
package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Version is the version of the host in the headers of its calls.
const Version = "4.1041.200"

// Options say what a Host runs, and with which settings.
type Options struct {
	Root     string            // the script root: host.json and a folder with a function.json for each function
	Settings map[string]string // the app settings: the handler's environment, and %NAME% in function.json
	Log      *slog.Logger      // log of the host itself
	Stdout   io.Writer         // output of the handler
	Stderr   io.Writer
	// Pause is how long the platform takes to restart the host after the host has
	// given up on a handler that crashed three times; 0 means that it never does.
	Pause time.Duration
}

// A Host runs one function app.
type Host struct {
	app       app
	worker    *worker
	invoker   *invoker
	proxy     http.Handler
	log       *slog.Logger
	listening sync.WaitGroup
	halt      context.CancelFunc // ends the taking of new work
	abort     context.CancelFunc // ends the running work
}

// Start reads the function app, starts its handler, waits until it answers, and
// then starts the timers and queues.
func Start(ctx context.Context, o Options) (*Host, error) {
	a, err := readApp(o.Root, o.Settings)
	if err != nil {
		return nil, fmt.Errorf("functions host: %w", err)
	}
	life, abort := context.WithCancel(context.WithoutCancel(ctx))
	taking, halt := context.WithCancel(life)
	w := newWorker(handlerCommand(a, o), o.Log, o.Pause)
	h := &Host{
		app: a, worker: w, log: o.Log, halt: halt, abort: abort,
		invoker: newInvoker(w, a.timeout, o.Log),
		proxy:   newProxy(w, o.Log),
	}
	go w.supervise(life)
	if _, err := w.ready(ctx); err != nil {
		h.Stop()
		return nil, fmt.Errorf("functions host: %w", err)
	}
	if err := h.listen(taking, life, o); err != nil {
		h.Stop()
		return nil, fmt.Errorf("functions host: %w", err)
	}
	return h, nil
}

// listen starts the timers and queue listeners.
func (h *Host) listen(taking, life context.Context, o Options) error {
	var loops []func()
	for _, f := range h.app.functions {
		switch f.trigger.Type {
		case timerTrigger:
			t, err := newTimer(f, h.invoker, h.log)
			if err != nil {
				return err
			}
			loops = append(loops, func() { t.run(taking, life) })
		case queueTrigger:
			q, err := newListener(f, h.app.queues, o.Settings, h.invoker, h.log)
			if err != nil {
				return err
			}
			loops = append(loops, func() { q.run(taking, life) })
		}
	}
	for _, loop := range loops {
		h.listening.Go(loop)
	}
	return nil
}

// Done is closed when the handler has ended for good; Err then says why.
func (h *Host) Done() <-chan struct{} { return h.worker.done }

// Err returns why the handler ended for good.
func (h *Host) Err() error { return h.worker.lastError() }

// HandlerPID is the process id of the running handler, 0 if none runs.
func (h *Host) HandlerPID() int { return h.worker.pid() }

// drain is how long running work may continue when the host stops. The real host
// kills the handler at once. Here, a message whose work is interrupted would keep
// its lease of ten minutes across a restart.
const drain = 3 * time.Second

// Stop takes no more work, gives the running work a short time to end, and ends
// the handler.
func (h *Host) Stop() {
	h.halt()
	idle := make(chan struct{})
	go func() {
		h.listening.Wait()
		close(idle)
	}()
	select {
	case <-idle:
	case <-h.worker.done:
	case <-time.After(drain):
	}
	h.abort()
	<-h.worker.done
	<-idle
}

// handlerCommand returns the command that starts the handler on a port:
// https://learn.microsoft.com/azure/azure-functions/functions-custom-handlers#overview.
func handlerCommand(a app, o Options) func(port int) *exec.Cmd {
	return func(port int) *exec.Cmd {
		cmd := exec.Command(filepath.Join(o.Root, a.executable))
		cmd.Dir = o.Root
		cmd.Stdout, cmd.Stderr = o.Stdout, o.Stderr
		p := strconv.Itoa(port)
		cmd.Env = append(os.Environ(),
			"FUNCTIONS_CUSTOMHANDLER_PORT="+p, "FUNCTIONS_HTTPWORKER_PORT="+p,
			"FUNCTIONS_CUSTOMHANDLER_WORKER_ID="+newGUID(), "FUNCTIONS_HTTPWORKER_ID="+newGUID(),
			"FUNCTIONS_APP_ROOT_PATH="+o.Root, "FUNCTIONS_WORKER_RUNTIME=custom")
		for _, name := range slices.Sorted(maps.Keys(o.Settings)) {
			cmd.Env = append(cmd.Env, name+"="+o.Settings[name])
		}
		return cmd
	}
}

var errStopped = errors.New("the host stops")

// expand replaces each %NAME% by the app setting of that name.
func expand(text string, settings map[string]string) (string, error) {
	parts := strings.Split(text, "%")
	if len(parts)%2 == 0 {
		return "", fmt.Errorf("%q has a %% without its partner", text)
	}
	for i := 1; i < len(parts); i += 2 {
		value, ok := settings[parts[i]]
		if !ok {
			return "", fmt.Errorf("%q names the app setting %s, which is not set", text, parts[i])
		}
		parts[i] = value
	}
	return strings.Join(parts, ""), nil
}
