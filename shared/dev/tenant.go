package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"kantoorpost/shared/sim"
)

// The names in the simulated tenant, on every machine. None of them exists.
const (
	domain   = "kantoordevries.example"
	tenantID = "6f0c5d0e-4b7a-4c51-9d0b-2f6c1f3a9e11"
	clientID = "b3f1c8a2-7e64-4f0d-8a55-0d9c6e2b7f42"
)

// tenant is the simulated Microsoft 365 tenant in this process.
type tenant struct {
	*sim.Tenant
	office      sim.Office
	url         string            // of all its services except the managed identity
	identityURL string            // of the managed identity, without TLS
	certificate string            // file with the certificate that others must trust
	secret      string            // secret of its application
	ids         map[string]string // ids of the accounts, by address
	servers     []*http.Server
	mail        []net.Listener
	delivering  chan struct{}
}

// startTenant opens or makes the tenant of the data folder, and serves it.
func startTenant(d *data, l *listeners, log *slog.Logger) (*tenant, error) {
	t := &tenant{
		office: sim.NewOffice(domain, time.Now()), ids: make(map[string]string),
		url: "https://localhost:" + strconv.Itoa(l.Simulator), mail: l.smtp, delivering: make(chan struct{}),
	}
	certificate, pem, err := sim.Certificate(d.path("tenant"))
	if err != nil {
		return nil, err
	}
	t.certificate = pem
	if t.secret, err = d.clientSecret(); err != nil {
		return nil, err
	}
	t.Tenant, err = sim.New(sim.Options{
		Domain: domain, TenantID: tenantID, ClientID: clientID, ClientSecret: t.secret, URL: t.url,
		Journal: d.path("tenant", "journal.jsonl"), Log: log,
	})
	if err != nil {
		return nil, d.broken(err)
	}
	for _, m := range t.office.Mailboxes {
		if t.ids[m.Address], err = t.AddMailbox(
			sim.MailboxOptions{Address: m.Address, Name: m.Name, Aliases: m.Aliases, Shared: m.Shared}); err != nil {
			_ = t.Close()
			return nil, d.broken(err)
		}
	}
	t.serve(t.Handler(), tlsListeners(l.simulator, certificate), log)
	identity := http.NewServeMux()
	identity.Handle("GET /msi/token", t.Handler())
	t.serve(identity, l.identity, log)
	t.identityURL = "http://" + l.identity[0].Addr().String() + "/msi/token"
	go t.serveMail(log)
	return t, nil
}

func tlsListeners(plain []net.Listener, c tls.Certificate) []net.Listener {
	var secure []net.Listener
	for _, l := range plain {
		secure = append(secure, tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{c}, MinVersion: tls.VersionTLS12}))
	}
	return secure
}

func (t *tenant) serve(h http.Handler, on []net.Listener, l *slog.Logger) {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: infoLog(l)}
	t.servers = append(t.servers, s)
	for _, l := range on {
		go func() { _ = s.Serve(l) }() // it ends when the server is closed
	}
}

// infoLog logs errors of clients at level INFO, which the terminal does not show.
func infoLog(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelInfo) }

func (t *tenant) serveMail(log *slog.Logger) {
	defer close(t.delivering)
	ended := make(chan error, len(t.mail))
	for _, l := range t.mail {
		go func() { ended <- t.ServeSMTP(l) }()
	}
	for range t.mail {
		if err := <-ended; err != nil {
			log.Error("mail is no longer taken", "error", err)
		}
	}
}

// stop ends all parts, in an order that loses nothing.
func (t *tenant) stop() {
	closeAll(t.mail)
	<-t.delivering
	for _, s := range t.servers {
		_ = s.Close()
	}
	_ = t.Close()
}

// tokenEndpoint is the address that an administrator copies from the portal.
func (t *tenant) tokenEndpoint() string { return t.url + "/" + tenantID + "/oauth2/v2.0/token" }

// deliver puts the office's mail into its mailboxes, once: a tenant with mail has
// already got it.
func (t *tenant) deliver(ctx context.Context) (int, error) {
	for _, m := range t.office.Mailboxes {
		if len(t.Messages(m.Address)) > 0 {
			return 0, nil
		}
	}
	for i, m := range t.office.Mails {
		if err := t.Deliver(ctx, m.Envelope, m.Raw); err != nil {
			return i, fmt.Errorf("deliver the office's mail: %w", err)
		}
	}
	return len(t.office.Mails), nil
}
