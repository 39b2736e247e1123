//go:build unix

package child

import "syscall"

// A signal to a group that has ended is an error without meaning.

func (p *Process) terminate() { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM) }

func (p *Process) kill() { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) }
