//go:build unix && !linux

package child

import (
	"os/exec"
	"syscall"
)

// Only Linux can end a program with its parent. On other systems, a parent that is
// killed leaves its programs running.
func isolate(cmd *exec.Cmd, _ bool) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
