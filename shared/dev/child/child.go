// Package child runs a program that must never outlive the process that started
// it. It does not know what the program does.
package child

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"time"
)

// A Process is a running program in its own process group, so that Ctrl-C in a
// terminal reaches only its parent, which ends its programs in order.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// Start starts cmd. On Linux the kernel ends it when its parent dies in any way:
// with SIGTERM if gentle is set, otherwise with SIGKILL.
func Start(cmd *exec.Cmd, gentle bool) (*Process, error) {
	p := &Process{cmd: cmd, done: make(chan struct{})}
	isolate(cmd, gentle)
	started := make(chan error)
	go func() {
		// The kernel sends the signal when the parent's *thread* ends, so the
		// thread must stay for as long as the program runs: see PR_SET_PDEATHSIG
		// in https://man7.org/linux/man-pages/man2/prctl.2.html.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := cmd.Start(); err != nil {
			started <- fmt.Errorf("start %s: %w", cmd.Path, err)
			return
		}
		started <- nil
		p.err = cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// Done is closed when the program has ended and its output has been read.
func (p *Process) Done() <-chan struct{} { return p.done }

// ExitCode is the program's exit code after Done; -1 when a signal ended it.
func (p *Process) ExitCode() int {
	<-p.done
	if exit, ok := errors.AsType[*exec.ExitError](p.err); ok {
		return exit.ExitCode()
	}
	if p.err != nil {
		return -1
	}
	return 0
}

// PID is the program's process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Stop asks the program to end, kills it after grace, and waits for its end.
func (p *Process) Stop(grace time.Duration) {
	p.terminate()
	select {
	case <-p.done:
	case <-time.After(grace):
		p.Kill()
	}
}

// Kill ends the program and its own programs at once, and waits for their end.
func (p *Process) Kill() {
	p.kill()
	<-p.done
}
