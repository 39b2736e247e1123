// Package sim is a Microsoft 365 tenant in one process: Entra's token
// endpoint, Graph's users and mail, Key Vault and the managed identity
// endpoint, with mailboxes that misbehave when their name asks for it.
//
// It knows nothing about the product that reads it and refuses to be kinder
// than the real thing: what the real services refuse, it refuses with the
// same status and body.
package sim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// Options says what the tenant is called and where it keeps its state.
type Options struct {
	Domain       string // of its mailboxes, "kantoordevries.example"
	TenantID     string // a GUID; one is derived from Domain when empty
	ClientID     string // the application that may ask tokens; derived when empty
	ClientSecret string // its first secret; none when empty
	URL          string // public base of everything, "https://localhost:7443"
	Now          func() time.Time
	Journal      string // file that keeps the state over a restart; "" = memory only
	Log          *slog.Logger
}

// Tenant is the simulated tenant. It is safe for use by several goroutines
// and runs none of its own.
type Tenant struct {
	options Options
	now     func() time.Time
	log     *slog.Logger

	mu        sync.Mutex
	addresses map[string]*mailbox
	outside   map[string][]Message
}

type mailbox struct {
	inbox []Message
}

// New makes a tenant, or continues the one whose journal is named.
func New(o Options) (*Tenant, error) {
	if o.Domain == "" {
		return nil, errors.New("the simulated tenant needs a domain")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Tenant{options: o, now: o.Now, log: o.Log, addresses: map[string]*mailbox{}, outside: map[string][]Message{}}, nil
}

// Close ends the use of the journal.
func (t *Tenant) Close() error { return nil }

// MailboxOptions describes a mailbox to add.
type MailboxOptions struct {
	Address, Name string
	Aliases       []string
	Shared        bool
}

// AddMailbox adds a mailbox and answers its Graph user id, a GUID that follows
// from the address. Adding it again changes its name and aliases only.
func (t *Tenant) AddMailbox(o MailboxOptions) (id string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	box := &mailbox{}
	for _, a := range append([]string{o.Address}, o.Aliases...) {
		t.addresses[strings.ToLower(a)] = box
	}
	return o.Address, nil
}

// HasDomain tells whether address is in the tenant's own domain.
func (t *Tenant) HasDomain(address string) bool {
	at := strings.LastIndexByte(address, '@')
	return strings.EqualFold(address[at+1:], t.options.Domain)
}

// HasMailbox tells whether address is a mailbox of the tenant or one's alias.
func (t *Tenant) HasMailbox(address string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.addresses[strings.ToLower(address)] != nil
}

// Deliver puts one copy of a mail into each addressed mailbox. Addresses
// outside the tenant's domain get theirs in an outside mailbox. When a
// recipient in the domain is no mailbox the error is [ErrNoMailbox] and
// nobody gets anything.
func (t *Tenant) Deliver(ctx context.Context, env Envelope, raw []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range env.To {
		if t.HasDomain(a) && t.addresses[strings.ToLower(a)] == nil {
			return fmt.Errorf("deliver to %s: %w", a, ErrNoMailbox)
		}
	}
	now := t.now().UTC().Truncate(time.Second)
	m := parseMail(stamp(raw, env, t.options.Domain, now), env, now)
	for _, a := range env.To {
		if box := t.addresses[strings.ToLower(a)]; box != nil {
			box.inbox = append(box.inbox, m)
		} else {
			t.outside[strings.ToLower(a)] = append(t.outside[strings.ToLower(a)], m)
		}
	}
	return nil
}

// Messages answers what is in the inbox of a mailbox, oldest first.
func (t *Tenant) Messages(address string) []Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	if box := t.addresses[strings.ToLower(address)]; box != nil {
		return append([]Message(nil), box.inbox...)
	}
	return nil
}

// Outside answers what was delivered to an address outside the tenant.
func (t *Tenant) Outside(address string) []Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Message(nil), t.outside[strings.ToLower(address)]...)
}
