package child

import (
	"os/exec"
	"syscall"
)

func isolate(cmd *exec.Cmd, gentle bool) {
	death := syscall.SIGKILL
	if gentle {
		death = syscall.SIGTERM
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: death}
}
