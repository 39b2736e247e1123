package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os/exec"
	"sync"
	"time"

	"kantoorpost/shared/dev/child"
)

const (
	pingEvery    = 25 * time.Millisecond // interval of the requests to a new handler
	startTimeout = 30 * time.Second      // how long a new handler may take to answer
	crashWindow  = 30 * time.Minute
	maxCrashes   = 3                // within the window; the host then gives up
	killGrace    = 3 * time.Second  // from asking the handler to end until it is killed
	restartCode  = 200              // exit code of a handler that asks for a restart
	readyWait    = 4 * startTimeout // how long an invocation waits for a handler
)

// A worker keeps the handler's process running.
type worker struct {
	command func(port int) *exec.Cmd
	log     *slog.Logger
	pause   time.Duration
	done    chan struct{} // closed when no handler will be ready any more

	mu      sync.Mutex
	base    string         // address of the handler; "" while it does not answer
	changed chan struct{}  // closed and replaced when base changes
	process *child.Process // the running process
	wanted  bool           // its end was requested
	worked  bool           // a handler was ready before
	err     error          // why no handler will be ready any more
}

func newWorker(command func(port int) *exec.Cmd, log *slog.Logger, pause time.Duration) *worker {
	return &worker{command: command, log: log, pause: pause, done: make(chan struct{}), changed: make(chan struct{})}
}

// supervise runs the handler until ctx ends or the worker gives up.
func (w *worker) supervise(ctx context.Context) {
	var crashes []time.Time
	for {
		code, wanted, err := w.runOnce(ctx)
		switch {
		case ctx.Err() != nil:
			w.end(errStopped)
			return
		case wanted || err == nil && code == restartCode:
			continue
		case err == nil && code == 0:
			// The real host takes this for a normal end, and the app stays dead.
			w.log.ErrorContext(ctx, "the handler ended with exit code 0: the Functions host does not start it again")
			w.end(errors.New("the handler ended with exit code 0, after which the host does not start it again"))
			return
		case err == nil && code < 0:
			err = errors.New("the handler was killed")
		case err == nil:
			err = fmt.Errorf("the handler ended with exit code %d", code)
		}
		w.log.ErrorContext(ctx, "the handler crashed", "error", err)
		for len(crashes) > 0 && time.Since(crashes[0]) > crashWindow {
			crashes = crashes[1:]
		}
		if crashes = append(crashes, time.Now()); len(crashes) < maxCrashes {
			continue
		}
		err = fmt.Errorf("the handler crashed %d times within %v: %w", maxCrashes, crashWindow, err)
		if w.pause == 0 || !w.everWorked() {
			w.end(err)
			return
		}
		w.log.ErrorContext(ctx, "the host gives up; the platform starts it again", "error", err, "after", w.pause.String())
		select {
		case <-ctx.Done():
		case <-time.After(w.pause):
		}
		crashes = nil
	}
}

// runOnce starts the handler, reports when it is ready, and waits for its end.
func (w *worker) runOnce(ctx context.Context) (code int, wanted bool, err error) {
	port, err := freePort()
	if err != nil {
		return 0, false, err
	}
	process, err := child.Start(w.command(port), false)
	if err != nil {
		return 0, false, err
	}
	w.set(process, "")
	defer w.set(nil, "")

	base := fmt.Sprintf("http://127.0.0.1:%d", port)
	if err = waitForAnswer(ctx, base, process.Done()); err == nil {
		w.set(process, base)
		select {
		case <-process.Done():
		case <-ctx.Done():
		}
	}
	if ctx.Err() != nil {
		process.Stop(killGrace)
	} else if err != nil {
		process.Kill()
	}
	if errors.Is(err, errEnded) {
		err = nil // its exit code says more
	}
	w.mu.Lock()
	wanted, w.wanted = w.wanted, false
	w.mu.Unlock()
	return process.ExitCode(), wanted, err
}

var errEnded = errors.New("the handler ended before it answered")

// waitForAnswer requests / until there is any answer: the handler is then ready.
func waitForAnswer(ctx context.Context, base string, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: noRedirect}
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/", nil)
		if err != nil {
			return err
		}
		if res, err := client.Do(req); err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			return res.Body.Close()
		}
		select {
		case <-ended:
			return errEnded
		case <-ctx.Done():
			return fmt.Errorf("the handler does not answer after %v", startTimeout)
		case <-tick.C:
		}
	}
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (w *worker) set(process *child.Process, base string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.process, w.base = process, base
	w.worked = w.worked || base != ""
	close(w.changed)
	w.changed = make(chan struct{})
}

func (w *worker) everWorked() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.worked
}

func (w *worker) end(err error) {
	w.mu.Lock()
	w.err = err
	w.mu.Unlock()
	close(w.done)
}

// ready waits until the handler answers, and returns its address.
func (w *worker) ready(ctx context.Context) (base string, err error) {
	late := time.NewTimer(readyWait)
	defer late.Stop()
	for {
		w.mu.Lock()
		base, changed := w.base, w.changed
		w.mu.Unlock()
		if base != "" {
			return base, nil
		}
		select {
		case <-changed:
		case <-w.done:
			return "", w.lastError()
		case <-ctx.Done():
			return "", ctx.Err()
		case <-late.C:
			return "", fmt.Errorf("no handler answers after %v", readyWait)
		}
	}
}

// restart kills the handler with all its work, to start it again.
func (w *worker) restart() {
	w.mu.Lock()
	process := w.process
	w.wanted = process != nil
	w.mu.Unlock()
	if process != nil {
		process.Kill()
	}
}

func (w *worker) pid() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.process == nil {
		return 0
	}
	return w.process.PID()
}

func (w *worker) lastError() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// freePort returns a port on which nothing listens now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
