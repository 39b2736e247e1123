// Package connector keeps the connection between the office and its mailboxes:
// the switch of the integration, the app registrations through which mail is
// read, the addresses that people activated, and how far each was read.
//
// It does not know what a mail says and what happens to it, and it stores client
// secrets only in the secret store.
//
// Its rows, in two tables of one partition each:
//
//	configuration  settings               the switch
//	               connector|<id>         one app registration, edited by people
//	               connector|<id>|state   whether Entra accepts it, written when that changes
//	               app|<app>              <app> → id of its connector: an app registration is connected once
//	mailboxes      <mailbox>              one activated mailbox, edited by people
//	               <mailbox>|cursor       how far its inbox was read, written by fetch
//	               <mailbox>|sent         how far its Sent Items were read, likewise
//	               smtp|<address>         address → mailbox
//
// where <mailbox> is the user's id in Graph and <app> a hash of (cloud,
// tenant, client id). People and the program write separate rows, so that their
// writes never collide. Those rows are neighbours, so that one range query reads
// them.
//
// # Parts
//
//   - App registrations: create.go, patch.go, method.go (how each proves itself to Entra),
//     client.go and credential.go (its client of Graph and its tokens), state.go (whether it
//     works).
//   - Addresses: activate.go, edit.go, due.go (what is read now), cursor.go (how far it was read,
//     and which job reads it).
//   - What people ask: check.go, permissions.go and limits.go look, advice.go says what to do.
//   - Graph, Sender and Categorizer (graph.go, sender.go) are what all other rooms see of Graph.
//
// The name of a secret is connector-<app>. It depends on where the secret may be
// sent: a connector whose tenant or client id is changed, on the page or by hand
// in the table, does not find the secret of another app registration.
package connector

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"kantoorpost/shared/entra"
	"kantoorpost/shared/ids"
	"kantoorpost/shared/secret"
	"kantoorpost/shared/sorting"
	"kantoorpost/shared/table"
)

// Options are what a Store works with. All must be set except Transport,
// Identity and Directory.
type Options struct {
	Configuration *table.Table
	Mailboxes     *table.Table
	Secrets       secret.Store
	Clouds        entra.Clouds
	Home          entra.Cloud        // in which this app runs, for Trust
	Transport     policy.Transporter // to Entra; nil: the network
	// Identity is that of this app, for connectors without a secret; nil: none.
	Identity azcore.TokenCredential
	// Dial makes a client of Graph at root. It sends no request.
	Dial func(root string, credential azcore.TokenCredential) (Graph, error)
	// Directory says whether the targets of links exist; without it all do.
	Directory Targets
}

// A Store keeps connectors and activated addresses. It is safe for concurrent
// use, and for use by several processes at once.
type Store struct {
	o Options

	mu      sync.Mutex
	known   *configuration
	clients map[string]*client // by connector id

	settings sync.Map // of mailboxes, by id: knownSettings
}

// New returns a Store.
func New(o Options) *Store { return &Store{o: o, clients: map[string]*client{}} }

// configurationAge is how long a process uses the settings and connectors that
// it read: a change of the switch elsewhere counts after at most this time.
const configurationAge = 30 * time.Second

type configuration struct {
	settings   Settings
	connectors map[string]Connector
	read       time.Time
}

// configuration returns settings and connectors as they were at most
// configurationAge ago.
func (s *Store) configuration(ctx context.Context) (*configuration, error) {
	s.mu.Lock()
	known := s.known
	s.mu.Unlock()
	if known != nil && time.Since(known.read) < configurationAge {
		return known, nil
	}
	return s.read(ctx)
}

// read reads settings and connectors with their states in one query: the key of
// the settings comes directly after those of the connectors.
func (s *Store) read(ctx context.Context) (*configuration, error) {
	c := &configuration{connectors: map[string]Connector{}, read: time.Now()}
	for r, err := range s.o.Configuration.Rows(ctx, connectorKey(""), settingsKey+ids.Above) {
		if err != nil {
			return nil, fmt.Errorf("settings and connectors: %w", err)
		}
		if err := c.add(r); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	s.known = c
	s.mu.Unlock()
	return c, nil
}

// add adds one row; a connector's own row comes before its state.
func (c *configuration) add(r table.Row) error {
	if r.Key == settingsKey {
		return c.settings.from(r)
	}
	id, isConnector := strings.CutPrefix(r.Key, connectorKey(""))
	if !isConnector {
		return nil
	}
	if id, isState := strings.CutSuffix(id, "|state"); isState {
		var row stateRow
		if err := r.Unpack(&row); err != nil {
			return fmt.Errorf("state of connector %s: %w", id, err)
		}
		if k, ok := c.connectors[id]; ok {
			c.connectors[id] = k.with(row)
		}
		return nil
	}
	var row connectorRow
	if err := r.Unpack(&row); err != nil {
		return fmt.Errorf("connector %s: %w", id, err)
	}
	c.connectors[id] = row.connector(id, r.ETag)
	return nil
}

// Connector returns one connector as it is now, or ErrNotFound.
func (s *Store) Connector(ctx context.Context, id string) (Connector, error) {
	c, err := s.read(ctx)
	if err != nil {
		return Connector{}, err
	}
	k, ok := c.connectors[id]
	if !ok {
		return Connector{}, ErrNotFound
	}
	return k, nil
}

// Connectors returns all connectors as they are now, by name.
func (s *Store) Connectors(ctx context.Context) ([]Connector, error) {
	c, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	var all []Connector
	for _, k := range c.connectors {
		all = append(all, k)
	}
	sorting.By(all, func(a, b Connector) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

// TokenEndpoint returns the URL of a connector's tokens, made from the stored
// parts of the endpoint that was entered.
func (s *Store) TokenEndpoint(c Connector) string { return s.o.Clouds.TokenURL(c.Endpoint()) }

// forget makes the next read of settings and connectors ask the table.
func (s *Store) forget() {
	s.mu.Lock()
	s.known = nil
	s.mu.Unlock()
}

// replace writes r over the version r.ETag, together with more. The answer to a write can
// be lost, so after an error the stored row decides: there is no error when it is r, and
// ErrNotFound or ErrChanged when it is gone or another version.
func replace(ctx context.Context, t *table.Table, r table.Row, more ...table.Op) error {
	written := t.Write(ctx, append(more, table.Replace(r))...)
	if written == nil {
		return nil
	}
	now, err := t.Get(ctx, r.Key)
	switch {
	case errors.Is(err, table.ErrNotFound):
		return ErrNotFound
	case err == nil && same(now, r):
		return nil
	case err == nil && now.ETag != r.ETag, errors.Is(written, table.ErrChanged):
		return ErrChanged
	}
	return written
}

// same says whether two rows of Pack have the same values: after a write whose answer was
// lost it says whether the write took effect.
func same(a, b table.Row) bool { return maps.Equal(a.Props, b.Props) }
