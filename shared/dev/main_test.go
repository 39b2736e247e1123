package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/must"
)

func TestWhatIsNotUnderstoodIsToldWithExitCode2(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string // on stderr, or for code 0 on stdout
	}{
		{[]string{"fly"}, misuse, `no command "fly"`},
		{[]string{"-fly"}, misuse, "-fly"},
		{[]string{"run", "-port", "x"}, misuse, "-port"},
		{[]string{"-port", "70000"}, misuse, "0 to 65535"},
		{[]string{"run", "extra"}, misuse, `"extra"`},
		{[]string{"check", "-x"}, misuse, "-x"},
		{[]string{"pack", "-x"}, misuse, "-x"},
		{[]string{"bench", "extra"}, misuse, `"extra"`},
		{[]string{"shots", "-from", "x"}, misuse, "-from"},
		{[]string{"year", "-mails", "10"}, misuse, "200 to 100000"},
		{[]string{"year", "-years", "0"}, misuse, "1 to 20"},
		{[]string{"year", "-mix", "soft"}, misuse, `"soft"`},
		{[]string{"cost", "-memory", "77"}, misuse, "512, 2048 or 4096"},
		{[]string{"cost", "-mails", "-1"}, misuse, "not negative"},
		{[]string{"export", "-account", "kp"}, misuse, "-file"},
		{[]string{"deploy"}, misuse, "-group"},
		{[]string{"help"}, 0, "Commands:"},
		{[]string{"-h"}, 0, "-data"},
		{[]string{"run", "-h"}, 0, ""},
	} {
		var stdout, stderr bytes.Buffer
		if code := dispatch(t.Context(), c.args, &stdout, &stderr); code != c.code {
			t.Errorf("%q: exit code %d, want %d", c.args, code, c.code)
		}
		said := stderr.String()
		if c.code == 0 {
			said = stdout.String()
		}
		if !strings.Contains(said, c.want) {
			t.Errorf("%q says %q", c.args, said)
		}
	}
}

// The help of each command says what it does.
func TestHelp(t *testing.T) {
	for _, c := range commands() {
		var stdout, stderr bytes.Buffer
		if code := dispatch(t.Context(), []string{c.name, "-h"}, &stdout, &stderr); code != 0 || !strings.Contains(stderr.String(), c.does) {
			t.Errorf("%s -h: exit code %d, says %q", c.name, code, stderr.String())
		}
	}
}

// A command says which program the machine lacks, and how to get it.
func TestWhatTheMachineLacks(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for command, want := range map[string]string{
		"shots -to " + t.TempDir(): "apt-get install chromium", "export -account account -file rows": "https://aka.ms/azure-cli",
		"remove -group kp -yes": "https://aka.ms/azure-cli",
		"deploy -group kp -location westeurope -tenant 11111111-2222-3333-4444-555555555555": "https://aka.ms/azure-cli",
		"-port 0 -data " + t.TempDir(): "Node.js", "year -plot /nowhere/plot.svg": "-plot: stat /nowhere",
	} {
		var stdout, stderr bytes.Buffer
		if code := dispatch(t.Context(), strings.Fields(command), &stdout, &stderr); code != failed || !strings.Contains(stderr.String(), want) {
			t.Errorf("%s: exit code %d, says %q", command, code, stderr.String())
		}
	}
}

func TestAPortInUseIsOneSentenceThatNamesIt(t *testing.T) {
	busy := must.Get(net.Listen("tcp", "127.0.0.1:0"))(t)
	defer busy.Close()
	port := busy.Addr().(*net.TCPAddr).Port
	data := t.TempDir()

	var stderr bytes.Buffer
	if code := dispatch(t.Context(), []string{"-data", data, "-port", fmt.Sprint(port)}, &stderr, &stderr); code != failed {
		t.Errorf("exit code %d, want %d", code, failed)
	}
	want := fmt.Sprintf("go tool dev: port %d, for the app, is in use", port)
	if said := stderr.String(); !strings.HasPrefix(said, want) || strings.Count(said, "\n") != 1 {
		t.Errorf("it says %q, want one line with %q", said, want)
	}

	// The other ports can be any free ones, if those of the last run are taken.
	file := filepath.Join(data, "ports.json")
	must.Do(t, os.WriteFile(file, fmt.Appendf(nil, `{"smtp":%d,"queue":%d}`, port, port), 0o600))
	l := must.Get(listen(t.Context(), options{port: 0}, file))(t)
	defer func() { l.close() }()
	if l.SMTP == port || l.Queue == port || l.App == 0 || l.Table == 0 {
		t.Errorf("ports %+v", l.ports)
	}
	for range 5 { // another program may take one in between
		l.close()
		again, err := listen(t.Context(), options{port: l.App}, file)
		if err != nil {
			again = must.Get(listen(t.Context(), options{port: 0}, file))(t)
		}
		same := again.ports == l.ports
		if l = again; same {
			return
		}
	}
	t.Errorf("the next time has others than %+v", l.ports)
}

func TestADataFolderThatCannotBeUsedIsOneSentence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must.Do(t, os.WriteFile(file, nil, 0o600))
	taken := t.TempDir()
	d := must.Get(openData(taken))(t)
	defer d.unlock()
	for dir, want := range map[string]string{file: "cannot be used", filepath.Join(file, "below"): "cannot be used",
		taken: "another go tool dev"} {
		var stderr bytes.Buffer
		if code := dispatch(t.Context(), []string{"-data", dir, "-port", "0"}, &stderr, &stderr); code != failed {
			t.Errorf("%s: exit code %d", dir, code)
		}
		if said := stderr.String(); !strings.Contains(said, want) || strings.Count(said, "\n") != 1 {
			t.Errorf("%s: it says %q", dir, said)
		}
	}
}

func TestTheClientSecretStaysTheSameAndIsForTheOwnerOnly(t *testing.T) {
	d := must.Get(openData(t.TempDir()))(t)
	defer d.unlock()
	first, err := d.clientSecret()
	if err != nil || len(first) != 40 {
		t.Fatalf("secret of %d characters, %v", len(first), err)
	}
	if second, err := d.clientSecret(); second != first || err != nil {
		t.Errorf("another secret the second time, %v", err)
	}
	info, err := os.Stat(d.path("tenant", "client-secret"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its file: %v, %v", info.Mode(), err)
	}
}

func TestWithoutATerminalAStepThatTakesLongSaysSoNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newProgress(&out)
		stop := make(chan struct{})
		go p.run(stop)
		done := p.start("compiling")
		time.Sleep(40*time.Second + time.Millisecond)
		done(nil)
		close(stop)
		synctest.Wait()
		if want := "compiling ...\ncompiling 15 s\ncompiling 30 s\ncompiling: done, 40 s\n"; out.String() != want {
			t.Errorf("it says %q, want %q", out.String(), want)
		}
	})
}

func TestOnATerminalALineTicksAndOthersAreNotMixedIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newProgress(&out)
		p.terminal = true
		stop := make(chan struct{})
		go p.run(stop)
		done := p.start("compiling")
		time.Sleep(time.Second + time.Millisecond)
		fmt.Fprintln(p, "warning")
		done(errors.New("it tells itself"))
		close(stop)
		synctest.Wait()
		const clear = "\r\x1b[K"
		if want := clear + "compiling 0 s" + clear + "compiling 1 s" + clear + "warning\n" + clear + "compiling 1 s" +
			clear; out.String() != want {
			t.Errorf("it writes %q, want %q", out.String(), want)
		}
	})
}

func TestTheTerminalShowsOfTheHandlerWhatAPersonMustSee(t *testing.T) {
	var log, terminal bytes.Buffer
	stdout := &handlerOutput{log: &log, terminal: &terminal}
	lines := `{"level":"INFO","msg":"started"}` + "\n" + `{"level":"WARN","msg":"postponed","function":"fetch","error":"429"}` +
		"\nno JSON\n" +
		`{"level":"ERROR","msg":"` + strings.Repeat("x", 1000) + `"}` + "\n"
	for i := range lines { // for each way to cut the lines
		must.Get(stdout.Write([]byte(lines[i : i+1])))(t)
	}
	stderr := &handlerOutput{log: &log, terminal: &terminal, errors: true}
	_, _ = stderr.Write([]byte("panic: boom\n"))
	if log.String() != lines+"panic: boom\n" {
		t.Error("the log lacks something")
	}
	want := "handler warn: postponed function=fetch error=429\nhandler error: " + strings.Repeat("x", maxLine-len("handler error: ")) +
		"…\nhandler: panic: boom\n"
	if terminal.String() != want {
		t.Errorf("the terminal shows %q, want %q", terminal.String(), want)
	}
}

func TestTheHostsWarningsAreSeenAndEverythingIsKept(t *testing.T) {
	var file, terminal bytes.Buffer
	log := newLog(&file, &terminal)
	log.Debug("detail")
	log.Warn("message will be tried again", slog.String("queue", "fetch"))
	if got := terminal.String(); got != "level=WARN msg=\"message will be tried again\" queue=fetch\n" {
		t.Errorf("terminal: %q", got)
	}
	if strings.Count(file.String(), "\n") != 2 {
		t.Errorf("file: %q", file.String())
	}
}
