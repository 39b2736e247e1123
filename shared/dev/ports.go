package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
)

// ports are the ports of all parts.
type ports struct {
	App       int `json:"app"`
	Simulator int `json:"simulator"`
	SMTP      int `json:"smtp"`
	Blob      int `json:"blob"`
	Queue     int `json:"queue"`
	Table     int `json:"table"`
}

// usualPorts returns the ports in the documentation.
func usualPorts() ports {
	return ports{App: 7071, Simulator: 7443, SMTP: 2525, Blob: 10000, Queue: 10001, Table: 10002}
}

// listeners are the ports on which this process itself listens. They are opened
// before anything slow is done.
type listeners struct {
	ports
	app, simulator, smtp, identity []net.Listener
}

// listen opens the ports. By default a port in use is an error that names it. With
// -port, the others are the ones of the last run if they are free.
func listen(ctx context.Context, o options, file string) (*listeners, error) {
	want, fixed := usualPorts(), true
	if o.port >= 0 {
		fixed = false
		want = lastPorts(file)
		want.App = o.port
	}
	l := &listeners{ports: want}
	for _, p := range []struct {
		what  string
		port  *int
		into  *[]net.Listener
		fixed bool
		skip  bool
	}{
		{"the app", &l.App, &l.app, true, false},
		{"the simulated Microsoft 365 tenant", &l.Simulator, &l.simulator, fixed, o.real},
		{"incoming mail (SMTP)", &l.SMTP, &l.smtp, fixed, o.real},
		{"the managed identity", new(int), &l.identity, true, o.real},
		{"Azurite's blobs", &l.Blob, nil, fixed, false},
		{"Azurite's queues", &l.Queue, nil, fixed, false},
		{"Azurite's tables", &l.Table, nil, fixed, false},
	} {
		if p.skip {
			continue
		}
		got, err := take(ctx, *p.port)
		if err != nil && !p.fixed {
			got, err = take(ctx, 0)
		}
		if err != nil {
			l.close()
			return nil, portError(err, *p.port, p.what)
		}
		*p.port = got[0].Addr().(*net.TCPAddr).Port
		if p.into != nil {
			*p.into = got
			continue
		}
		closeAll(got) // Azurite opens it itself
	}
	return l, l.save(file)
}

// portError returns one sentence for people.
func portError(err error, port int, what string) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("port %d, for %s, is in use by another program: end that program, or choose other ports with -port", port, what)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("port %d, for %s, may not be used by you: choose a port from 1024 with -port", port, what)
	}
	return fmt.Errorf("port %d, for %s: %w", port, what, err)
}

// take listens on both loopback addresses, since localhost may mean either, and
// only on the first where the machine has no IPv6. Port 0 means any free port.
func take(ctx context.Context, port int) ([]net.Listener, error) {
	var config net.ListenConfig
	first, err := config.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	taken := strconv.Itoa(first.Addr().(*net.TCPAddr).Port)
	second, err := config.Listen(ctx, "tcp", net.JoinHostPort("::1", taken))
	switch {
	case err == nil:
		return []net.Listener{first, second}, nil
	case port != 0 && errors.Is(err, syscall.EADDRINUSE):
		_ = first.Close()
		return nil, err
	}
	return []net.Listener{first}, nil
}

// lastPorts returns the ports with which the data folder was used before; zero
// where they are unknown.
func lastPorts(file string) ports {
	var p ports
	if text, err := os.ReadFile(file); err != nil || json.Unmarshal(text, &p) != nil {
		return ports{}
	}
	return p
}

func (l *listeners) save(file string) error {
	text, err := json.Marshal(l.ports)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		l.close()
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}

func (l *listeners) close() {
	for _, all := range [][]net.Listener{l.app, l.simulator, l.smtp, l.identity} {
		closeAll(all)
	}
}

func closeAll(all []net.Listener) {
	for _, l := range all {
		_ = l.Close()
	}
}
