//go:build !unix

package child

import "os/exec"

func isolate(*exec.Cmd, bool) {}

// Without signals a program can only be killed.
func (p *Process) terminate() { p.kill() }

func (p *Process) kill() { _ = p.cmd.Process.Kill() }
