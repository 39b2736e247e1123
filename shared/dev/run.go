package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"kantoorpost/shared/dev/azurite"
	"kantoorpost/shared/dev/host"
	"kantoorpost/shared/dev/module"
	"kantoorpost/shared/dev/npm"
	"kantoorpost/shared/dev/pack"
	"kantoorpost/shared/dev/signin"
)

// A stack is everything that runs, in the order of its start. It ends in the
// reverse order.
type stack struct {
	options
	*progress
	root     string // of the checkout
	data     *data
	at       *listeners
	log      *slog.Logger
	tenant   *tenant // nil with -real
	storage  *azurite.Azurite
	host     functionsHost
	hostName string // "func" or "stand-in"
	ends     []func()
}

// A functionsHost calls the handler: our own host, or Microsoft's.
type functionsHost interface {
	http.Handler
	Done() <-chan struct{}
	Err() error
	Stop()
}

// run starts everything, prints where it is, and waits until it has to end.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := readOptions(args, stderr)
	if err != nil {
		return err
	}
	s := &stack{options: o, progress: newProgress(stderr)}
	stop := make(chan struct{})
	defer close(stop)
	go s.progress.run(stop)
	defer s.end()
	if err := s.start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // it was ended before it had started
		}
		return err
	}
	if o.json {
		err = s.writeJSON(stdout)
	} else {
		err = s.announce(stdout)
	}
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		fmt.Fprintln(s, "\nending …")
		return nil
	case <-s.host.Done():
		return fmt.Errorf("the Functions host has ended: %w (see %s)", s.host.Err(), s.data.path("log", "handler.log"))
	case <-s.storage.Done():
		return fmt.Errorf("the storage emulator Azurite has ended by itself (see %s)", s.data.path("log", "azurite.log"))
	}
}

// start first checks everything that can be checked, and then starts one part after
// the other.
func (s *stack) start(ctx context.Context) (err error) {
	if s.root, err = module.Root(); err != nil {
		return err
	}
	if s.options.data == "" {
		s.options.data = filepath.Join(s.root, ".data")
	}
	if s.data, err = openData(s.options.data); err != nil {
		return err
	}
	s.onEnd(s.data.unlock)
	if err := npm.CheckNode(ctx); err != nil {
		return err
	}
	if s.at, err = listen(ctx, s.options, s.data.path("ports.json")); err != nil {
		return err
	}
	s.onEnd(s.at.close)
	hostLog, err := openLog(s.data.path("log", "host.log"))
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	s.onEnd(func() { _ = hostLog.Close() })
	s.log = newLog(hostLog, s)

	if !s.real { // before the slow steps, since it finds a broken data folder
		if s.tenant, err = startTenant(s.data, s.at, s.log); err != nil {
			return err
		}
		s.onEnd(s.tenant.stop)
	}
	installed, err := s.prepare(ctx)
	if err != nil {
		return err
	}
	if err := s.startStorage(ctx, installed); err != nil {
		return err
	}
	if err := s.startHost(ctx); err != nil {
		return err
	}
	s.serveApp()
	if err := s.waitUntilReady(ctx); err != nil {
		return err
	}
	return s.fill(ctx)
}

// prepare does the slow steps, installing and compiling, at the same time.
func (s *stack) prepare(ctx context.Context) (installed azurite.Installed, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var errs [2]error
	var both sync.WaitGroup
	both.Go(func() {
		if installed, errs[0] = s.install(ctx); errs[0] != nil {
			cancel()
		}
	})
	both.Go(func() {
		if errs[1] = s.compile(ctx); errs[1] != nil {
			cancel()
		}
	})
	both.Wait()
	// The step that failed has cancelled the other, whose error says nothing.
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return installed, err
		}
	}
	return installed, errors.Join(errs[:]...)
}

// install uses the tests' installation of Azurite if there is one.
func (s *stack) install(ctx context.Context) (azurite.Installed, error) {
	folders := []string{s.data.dir}
	if tests, err := npm.CacheFolder(); err == nil {
		folders = append(folders, tests)
	}
	if installed, ok := azurite.Find(ctx, folders...); ok {
		return installed, nil
	}
	done := s.progress.start("installing Azurite, the storage emulator (once)")
	installed, err := azurite.Install(ctx, s.data.dir, func(string) {})
	done(err)
	return installed, err
}

func (s *stack) compile(ctx context.Context) error {
	done := s.progress.start("compiling the handler (minutes the first time: the Graph SDK is large)")
	err := pack.Stage(ctx, s.root, s.data.path("dist"), pack.Local(s))
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	done(err)
	return err
}

func (s *stack) startStorage(ctx context.Context, installed azurite.Installed) error {
	out, err := openLog(s.data.path("log", "azurite.log"))
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	s.onEnd(func() { _ = out.Close() })
	done := s.progress.start("starting Azurite")
	s.storage, err = azurite.Start(ctx, installed, azurite.Options{
		Dir: s.data.path("azurite"), Blob: s.at.Blob, Queue: s.at.Queue, Table: s.at.Table, Output: out,
	})
	done(err)
	if err != nil {
		return s.data.broken(err)
	}
	s.onEnd(s.storage.Stop)
	return nil
}

// platformPause is how long it takes until a host that has given up on its handler
// is started again. In Azure the platform does that.
const platformPause = 5 * time.Second

func (s *stack) startHost(ctx context.Context) error {
	out, err := openLog(s.data.path("log", "handler.log"))
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	s.onEnd(func() { _ = out.Close() })
	o := host.Options{
		Root: s.data.path("dist"), Settings: s.settings(), Log: s.log, Pause: platformPause,
		Stdout: &handlerOutput{log: out, terminal: s}, Stderr: &handlerOutput{log: out, terminal: s, errors: true},
	}
	if program, err := exec.LookPath("func"); err == nil {
		done := s.progress.start("starting the Functions host of the Core Tools, " + program)
		h, err := host.StartReal(ctx, program, o)
		done(err)
		if err != nil {
			return fmt.Errorf("the Functions host %s does not run the product; take it off PATH to use the stand-in: %w", program, err)
		}
		s.host, s.hostName = h, "func"
		s.onEnd(h.Stop)
		return nil
	}
	done := s.progress.start("starting the handler")
	h, err := host.Start(ctx, o)
	done(err)
	if err != nil {
		return fmt.Errorf("%w (see %s)", err, s.data.path("log", "handler.log"))
	}
	s.host, s.hostName = h, "stand-in"
	s.onEnd(h.Stop)
	return nil
}

// serveApp serves the app behind the fake sign-in.
func (s *stack) serveApp() {
	o := signin.Options{Tenant: tenantID, People: s.people(), Next: s.serveStartPage(s.host)}
	if s.tenant != nil {
		// As in Entra, a person with a mailbox has one account for both.
		o.ObjectID = func(email string) string {
			if id, ok := s.tenant.ids[email]; ok {
				return id
			}
			return signin.ObjectID(email)
		}
	}
	server := &http.Server{
		Handler: signin.OnlyLocal(signin.New(o)), ReadHeaderTimeout: 10 * time.Second, ErrorLog: infoLog(s.log),
	}
	for _, l := range s.at.app {
		go func() {
			if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
				s.log.Error("the app is no longer served", "error", err)
			}
		}()
	}
	s.onEnd(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
	})
}

func (s *stack) appURL() string { return "http://localhost:" + strconv.Itoa(s.at.App) }

func (s *stack) onEnd(f func()) { s.ends = append(s.ends, f) }

func (s *stack) end() {
	for _, f := range slices.Backward(s.ends) {
		f()
	}
}

// administrator returns the address of the person who has all rights at first.
func (s *stack) administrator() string {
	if s.tenant != nil {
		return s.tenant.office.Members[0].Email
	}
	if email := os.Getenv("FIRST_ADMINISTRATOR"); email != "" {
		return email
	}
	return "administrator@localhost.example"
}
