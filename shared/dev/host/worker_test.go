package host

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The test binary acts as the handler, or as the Core Tools, when it is started so.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "start" {
		os.Exit(playCoreTools(os.Args[2:]))
	}
	if port, ok := os.LookupEnv("FUNCTIONS_CUSTOMHANDLER_PORT"); ok {
		if record := os.Getenv("RECORD"); record != "" {
			os.Exit(playCompared(port, record))
		}
		os.Exit(playHandler(port))
	}
	os.Exit(m.Run())
}

// playHandler answers until a function is called, and then ends with the exit code
// in HANDLER_EXITS for this start: "3,200,0". "live" continues.
func playHandler(port string) int {
	starts := os.Getenv("HANDLER_STARTS")
	if starts == "" {
		starts = os.DevNull
	}
	f, err := os.OpenFile(starts, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 99
	}
	_, _ = f.WriteString("x")
	_ = f.Close()
	so, err := os.ReadFile(starts)
	if err != nil {
		return 99
	}
	plan := strings.Split(os.Getenv("HANDLER_EXITS"), ",")
	mine := plan[min(max(1, len(so)), len(plan))-1]
	if code, ok := strings.CutPrefix(mine, "early "); ok {
		n, _ := strconv.Atoi(code)
		return n
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	mux.HandleFunc("POST /work", func(w http.ResponseWriter, _ *http.Request) {
		if code, err := strconv.Atoi(mine); err == nil {
			os.Exit(code)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "{}")
	})
	mux.HandleFunc("/api/", echo)
	if err := http.ListenAndServe("127.0.0.1:"+port, mux); err != nil {
		return 98
	}
	return 0
}

// supervised runs the test binary as a handler that ends according to plan.
func supervised(t *testing.T, plan string, pause time.Duration) (i *invoker, starts func() int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "starts")
	w := newWorker(func(port int) *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "FUNCTIONS_CUSTOMHANDLER_PORT="+strconv.Itoa(port), "HANDLER_STARTS="+file, "HANDLER_EXITS="+plan)
		return cmd
	}, quiet, pause)
	ctx, cancel := context.WithCancel(context.Background())
	go w.supervise(ctx)
	t.Cleanup(func() { cancel(); <-w.done })
	return newInvoker(w, 0, quiet), func() int {
		so, _ := os.ReadFile(file)
		return len(so)
	}
}

// callUntil repeats the call of the handler: a call directly after a crash may still
// reach the old process.
func callUntil(t *testing.T, i *invoker, done func() bool) {
	t.Helper()
	for !done() {
		if err := i.call(t.Context(), "work", nil); errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
}

func TestACrashedHandlerIsStartedAgain(t *testing.T) {
	i, starts := supervised(t, "3,live", 0)
	if err := i.call(t.Context(), "work", nil); err == nil {
		t.Error("the invocation that the handler died in succeeds")
	}
	callUntil(t, i, func() bool { return starts() == 2 })
	if err := i.call(t.Context(), "work", nil); err != nil {
		t.Errorf("the next one: %v", err)
	}
	if starts() != 2 {
		t.Errorf("%d starts, want 2", starts())
	}
}

func TestThreeCrashesAndTheHostGivesUp(t *testing.T) {
	i, starts := supervised(t, "3,3,3,live", 0)
	callUntil(t, i, func() bool { return i.worker.lastError() != nil })
	<-i.worker.done
	if err := i.worker.lastError(); err == nil || !strings.Contains(err.Error(), "exit code 3") {
		t.Errorf("error = %v, want the exit code", err)
	}
	if starts() != 3 {
		t.Errorf("%d starts, want 3", starts())
	}
}

func TestThePlatformStartsAHostThatGaveUp(t *testing.T) {
	i, starts := supervised(t, "3,3,3,live", time.Millisecond)
	callUntil(t, i, func() bool { return starts() == 4 })
	if err := i.call(t.Context(), "work", nil); err != nil {
		t.Error(err)
	}
	if starts() != 4 {
		t.Errorf("%d starts, want 4", starts())
	}
}

func TestAHandlerThatNeverAnswersEndsTheHost(t *testing.T) {
	i, _ := supervised(t, "early 1", time.Millisecond)
	if _, err := i.worker.ready(t.Context()); err == nil || !strings.Contains(err.Error(), "exit code 1") {
		t.Errorf("error = %v, want its exit code", err)
	}
}

func TestExitCodeZeroIsNotStartedAgain(t *testing.T) {
	i, starts := supervised(t, "0,live", time.Millisecond)
	_ = i.call(t.Context(), "work", nil)
	<-i.worker.done
	if starts() != 1 {
		t.Errorf("%d starts, want 1", starts())
	}
}

func TestExitCode200AsksForARestart(t *testing.T) {
	i, starts := supervised(t, "200,200,200,200,live", 0)
	callUntil(t, i, func() bool { return starts() == 5 })
	if err := i.call(t.Context(), "work", nil); err != nil {
		t.Error(err)
	}
}
