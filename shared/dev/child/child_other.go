//go:build !unix

package child

import "os/exec"

func isolate(*exec.Cmd, bool) {}

// Without signals there is no polite way to ask.
func (p *Process) terminate() { p.kill() }

func (p *Process) kill() { _ = p.cmd.Process.Kill() }
