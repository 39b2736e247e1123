// Package sim is a Microsoft 365 tenant in one process: Entra's token endpoint,
// Graph's users and mail, Key Vault and the managed identity endpoint. It has
// mailboxes that misbehave by their name.
//
// It knows nothing about the product that uses it, and is as strict as the real
// services: it refuses what they refuse, with the same status and body.
package sim

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options say what the tenant is called and where it keeps its state.
type Options struct {
	Domain       string // of its mailboxes, "kantoordevries.example"
	TenantID     string // a GUID; derived from Domain when empty
	ClientID     string // the application that may request tokens; derived when empty
	ClientSecret string // its client secret, which is valid for two years; none when empty
	URL          string // public root URL of all services, "https://localhost:7443"
	Now          func() time.Time
	Journal      string // file that keeps the state over a restart; "" keeps it only in memory
	Log          *slog.Logger
}

// Tenant is the simulated tenant. It is safe for use by several goroutines and
// starts none.
type Tenant struct {
	options Options
	log     *slog.Logger
	handler http.Handler

	mu         sync.Mutex // guards the following fields
	key        []byte     // signs access tokens and delta tokens
	sequence   uint64     // number of the last change, anywhere
	boxes      []*mailbox // in the order in which they were added
	byID       map[string]*mailbox
	addresses  map[string]*mailbox // lower-case primary addresses and aliases
	outside    outsideMail
	behaviour  Behaviour
	pending    map[string]submission // mail that was sent and has not left, by immutable id
	renamed    map[string]string     // ids of sent copies, by the ids of their drafts
	late       map[string]time.Time  // until when an id is not found
	conflicted map[string]bool       // drafts whose next change is answered with 412
	absent     map[string]bool       // who got an out-of-office mail from whom
	uploads    map[string]*upload
	app        application
	vault      map[string]*vaultSecret
	journal    *journal
}

// New makes a tenant, or opens the one in the journal.
func New(o Options) (*Tenant, error) {
	if o.Domain == "" {
		return nil, errors.New("a simulated tenant needs a domain")
	}
	if o.TenantID == "" {
		o.TenantID = guidOf("tenant", o.Domain)
	}
	if o.ClientID == "" {
		o.ClientID = guidOf("application", o.Domain)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.URL = strings.TrimRight(o.URL, "/")
	t := &Tenant{
		options: o, log: o.Log,
		byID: map[string]*mailbox{}, addresses: map[string]*mailbox{}, outside: outsideMail{byAddress: map[string][]*Message{}},
		vault: map[string]*vaultSecret{}, pending: map[string]submission{}, renamed: map[string]string{}, late: map[string]time.Time{},
		conflicted: map[string]bool{}, absent: map[string]bool{}, uploads: map[string]*upload{},
	}
	t.handler = t.routes()
	if o.Journal != "" {
		j, err := openJournal(o.Journal, t.apply)
		if err != nil {
			return nil, fmt.Errorf("continue the simulated tenant: %w", err)
		}
		t.journal = j
	}
	if err := t.begin(); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// begin adds what a new tenant needs and an existing journal has already.
func (t *Tenant) begin() error {
	if t.key == nil {
		key := make([]byte, 32)
		rand.Read(key)
		if err := t.commit(record{Key: key}); err != nil {
			return err
		}
		if err := t.commit(record{App: &application{Roles: slices.Clone(allRoles)}}); err != nil {
			return err
		}
	}
	if s := t.options.ClientSecret; s != "" && !t.app.has(s) {
		return t.AddSecret(s, t.now().AddDate(2, 0, 0))
	}
	return nil
}

// Close closes the journal. Later changes fail.
func (t *Tenant) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.journal == nil {
		return nil
	}
	return t.journal.close()
}

// Journal is the path of the file that keeps the tenant; "" when it is only in memory.
func (t *Tenant) Journal() string { return t.options.Journal }

// Handler handles all requests below the tenant's URL. It may be served over TLS
// and, for the managed identity, also over plain http.
func (t *Tenant) Handler() http.Handler { return t.handler }

// now returns the tenant's time in whole seconds of UTC, as Graph writes times.
func (t *Tenant) now() time.Time { return t.options.Now().UTC().Truncate(time.Second) }

// arrival returns when a mail that is on its way now arrives: with the next whole
// second. Nothing arrives at a time that has passed, so that an answer is never older
// than what it answers.
func (t *Tenant) arrival() time.Time {
	return t.options.Now().UTC().Add(time.Second - time.Nanosecond).Truncate(time.Second)
}

// commit writes changes to the journal and then makes them. The caller holds mu or
// is the only user.
func (t *Tenant) commit(records ...record) error {
	for i := range records {
		records[i].Seq = t.sequence + uint64(i) + 1
	}
	if t.journal != nil {
		if err := t.journal.append(records); err != nil {
			return err
		}
	}
	for i := range records {
		t.apply(&records[i])
	}
	return nil
}

// apply makes one change. Its effect depends only on the record, so that replaying
// the journal gives the same tenant.
func (t *Tenant) apply(r *record) {
	t.sequence = r.Seq
	switch {
	case r.Key != nil:
		t.key = r.Key
	case r.App != nil:
		t.app = *r.App
	case r.Mailbox != nil:
		t.applyMailbox(*r.Mailbox)
	case r.Put != nil:
		if box := t.byID[r.Put.Mailbox]; box != nil {
			box.put(r.Seq, r.Put.Folder, r.Put.message, r.Put.Changed)
		}
		if r.Put.Folder != drafts {
			delete(t.pending, r.Put.message.ID)
		}
	case r.Remove != nil:
		if box := t.byID[r.Remove.Mailbox]; box != nil {
			box.remove(r.Seq, r.Remove.ID)
		}
		delete(t.pending, r.Remove.ID)
	case r.Submit != nil:
		t.pending[r.Submit.ID] = *r.Submit
	case r.Outside != nil:
		t.outside.add(r.Outside.Address, r.Outside.message)
	case r.Settings != nil:
		if box := t.byID[r.Settings.Mailbox]; box != nil {
			box.settings, box.categories = r.Settings.Settings, r.Settings.Categories
		}
	case r.Forget != nil:
		for _, box := range t.boxes {
			if r.Forget.Mailbox == "" || box.id == r.Forget.Mailbox {
				box.generation = r.Seq
			}
		}
	case r.Secret != nil:
		t.vault[r.Secret.Name] = r.Secret
	}
}

// HasDomain says whether address is in the tenant's own domain.
func (t *Tenant) HasDomain(address string) bool {
	at := strings.LastIndexByte(address, '@')
	return strings.EqualFold(address[at+1:], t.options.Domain)
}

// HasMailbox says whether address is a mailbox of the tenant, or an alias of one.
func (t *Tenant) HasMailbox(address string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.addresses[strings.ToLower(address)] != nil
}

// Messages returns the messages in the inbox of a mailbox, oldest first.
func (t *Tenant) Messages(address string) []Message { return t.folder(address, inbox) }

// Sent returns the messages in the Sent Items of a mailbox, oldest first.
func (t *Tenant) Sent(address string) []Message { return t.folder(address, sentItems) }

func (t *Tenant) folder(address, name string) []Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sendDue()
	box := t.addresses[strings.ToLower(address)]
	if box == nil {
		return nil
	}
	var out []Message
	for _, it := range box.items {
		if it.folder == name {
			out = append(out, *it.message)
		}
	}
	slices.SortFunc(out, func(a, b Message) int {
		return cmp.Or(a.Received.Compare(b.Received), cmp.Compare(a.number, b.number))
	})
	return out
}
