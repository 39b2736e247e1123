//go:build unix

package child

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"kantoorpost/shared/must"
)

// The test binary is also the programs of the tests: a parent that starts a child
// and waits to be killed, and a child that only waits.
func TestMain(m *testing.M) {
	switch os.Getenv("CHILD_TEST_ROLE") {
	case "parent":
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "CHILD_TEST_ROLE=child")
		p, err := Start(cmd, false)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(p.PID())
		select {}
	case "child":
		time.Sleep(time.Minute)
		os.Exit(0)
	case "seven":
		os.Exit(7)
	}
	os.Exit(m.Run())
}

func role(name string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "CHILD_TEST_ROLE="+name)
	return cmd
}

func TestTheExitCodeIsKept(t *testing.T) {
	p := must.Get(Start(role("seven"), false))(t)
	if code := p.ExitCode(); code != 7 {
		t.Errorf("exit code %d, want 7", code)
	}
}

func TestStopEndsTheProgram(t *testing.T) {
	p := must.Get(Start(role("child"), false))(t)
	p.Stop(10 * time.Second)
	if code := p.ExitCode(); code == 0 {
		t.Error("the program ended by itself")
	}
}

func TestAProgramThatCannotStartIsAnError(t *testing.T) {
	if _, err := Start(exec.Command("/nonexistent/program"), false); err == nil {
		t.Error("no error")
	}
}

func TestAChildDiesWithAParentThatIsKilled(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux ties a child to its parent")
	}
	parent := role("parent")
	out := must.Get(parent.StdoutPipe())(t)
	must.Do(t, parent.Start())
	var pid int
	must.Get(fmt.Fscan(bufio.NewReader(out), &pid))(t)
	must.Do(t, parent.Process.Kill())
	_ = parent.Wait()
	for deadline := time.Now().Add(2 * time.Minute); !gone(pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatal("the child outlived its parent")
		}
	}
}

// gone says whether a process has ended, even if nobody has reaped it yet.
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	var id int
	var name, state string
	_, _ = fmt.Sscan(string(stat), &id, &name, &state)
	return state == "Z" || state == "X"
}
