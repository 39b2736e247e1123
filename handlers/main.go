// Command handlers is the custom handler: the one process in which all functions run.
// It listens on the loopback address, at the port that the Functions host gives, and
// runs the functions of the table in package app.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"kantoorpost/handlers/app"
	"kantoorpost/shared/config"
	"kantoorpost/shared/invoke"
)

func main() {
	// Nearly all memory lives for one call: fewer collections save a quarter of the
	// time that a mail costs. Idle memory is returned later (see freeWhenIdle).
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		// The host restarts a handler that ends with anything but 0.
		slog.Error("the handler ends", "error", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context) error {
	c, err := config.Load()
	slog.SetDefault(invoke.NewLog(os.Stdout, c.LogLevel))
	if err != nil {
		return err
	}
	limitMemory(c.InstanceMB)
	a, err := app.New(c, app.Transports{})
	if err != nil {
		return err
	}
	// Listening comes before any call to other services: the host waits 30 seconds.
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port)))
	if err != nil {
		return fmt.Errorf("listen for the host: %w", err)
	}
	server := &http.Server{
		Handler:           freeWhenIdle(a.Handler()),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	go func() {
		a.Prepare(ctx)
		a.Index(ctx)
	}()
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve the host: %w", err)
	case <-ctx.Done():
	}
	// Running calls may end; a call that is killed is repeated.
	grace, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err = server.Shutdown(grace)
	a.Flush(context.WithoutCancel(ctx))
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// freeWhenIdle returns memory to the system when no call has come for a while: mail
// comes every five minutes, and between ticks an instance should cost little.
func freeWhenIdle(next http.Handler) http.Handler {
	idle := time.AfterFunc(5*time.Second, debug.FreeOSMemory)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer idle.Reset(5 * time.Second)
		next.ServeHTTP(w, r)
	})
}
