//go:build unix && !linux

package child

import (
	"os/exec"
	"syscall"
)

// Only Linux can tie a program's life to its parent's; here a parent that is
// killed outright leaves its programs behind.
func isolate(cmd *exec.Cmd, _ bool) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
