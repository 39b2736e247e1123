package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

const (
	// mostBytes is the size of the largest accepted mail, in bytes.
	mostBytes = 50 << 20
	// mostRecipients is how many recipients one mail may have.
	mostRecipients = 500
	// idleTime is how long a client may stay silent.
	idleTime = 5 * time.Minute
)

// ServeSMTP accepts mail for the tenant, and from the tenant for other domains, until
// the listener closes. Then it ends the connections, waits for the running
// deliveries and returns nil. A client gets 250 only when the mail is stored.
func (t *Tenant) ServeSMTP(l net.Listener) error {
	gate := &deliveries{}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		conn, ok := c.Conn().(*smtpConn)
		if !ok {
			return nil, errors.New("a connection that the listener did not make")
		}
		return &session{tenant: t, conn: conn, gate: gate}, nil
	}))
	server.Domain = "mx." + t.options.Domain
	server.MaxRecipients = mostRecipients
	server.MaxMessageBytes = mostBytes
	server.MaxLineLength = mostBytes // a mail with long lines is not refused
	server.ReadTimeout, server.WriteTimeout = idleTime, idleTime
	server.EnableSMTPUTF8, server.EnableBINARYMIME, server.EnableDSN = true, true, true
	server.ErrorLog = slog.NewLogLogger(t.log.Handler(), slog.LevelWarn)

	err := server.Serve(smtpListener{l})
	server.Close() // its error is that of the listener, which is closed already
	gate.close()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return fmt.Errorf("serve smtp on %s: %w", l.Addr(), err)
}

// deliveries lets ServeSMTP wait for the running deliveries.
type deliveries struct {
	mu     sync.RWMutex
	closed bool
}

func (d *deliveries) do(deliver func() error) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "Service closing"}
	}
	return deliver()
}

func (d *deliveries) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
}

// session is one client's session.
type session struct {
	tenant *Tenant
	conn   *smtpConn
	gate   *deliveries
	env    Envelope
}

// Mail accepts any sender, including the null sender of bounces.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.env = Envelope{From: cleanLine(cleanText(from))}
	return nil
}

// Rcpt refuses an address of the tenant that is no mailbox, in the words of Exchange
// Online. It accepts every address in other domains.
// https://learn.microsoft.com/exchange/troubleshoot/email-delivery/ndr/fix-error-code-550-5-1-10-in-exchange-online
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	to = cleanLine(cleanText(to))
	if s.tenant.HasDomain(to) && !s.tenant.HasMailbox(to) {
		return noRecipient(to)
	}
	s.env.To = append(s.env.To, to)
	return nil
}

func noRecipient(to string) error {
	return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 10},
		Message: "RESOLVER.ADR.RecipientNotFound; Recipient " + to + " not found by SMTP address lookup"}
}

// Data stores the mail. Any failure is temporary for the client, which then tries
// again.
func (s *session) Data(r io.Reader) error {
	chunks, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	raw, err := s.conn.message(chunks)
	if err != nil {
		return err
	}
	return s.gate.do(func() error {
		err := s.tenant.Deliver(context.Background(), s.env, raw)
		switch {
		case errors.Is(err, ErrNoMailbox): // gone since RCPT TO
			return noRecipient(strings.Join(s.env.To, ", "))
		case err != nil:
			s.tenant.log.Warn("mail was not kept", "from", s.env.From, "error", err)
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "The mail could not be kept, try again later"}
		}
		return nil
	})
}

// Reset drops the unfinished mail.
func (s *session) Reset() { s.env = Envelope{} }

// Logout ends the session.
func (s *session) Logout() error { return nil }
