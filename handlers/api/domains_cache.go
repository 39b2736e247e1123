package api

import (
	"context"
	"sync"
	"time"

	"kantoorpost/shared/learn"
)

// keepDomains is how long the domains of contacts are kept: reading them takes a
// query for each thousand contacts, and a look-alike of a client who signed up
// within it is seen a little later.
const keepDomains = 10 * time.Minute

// A domainsCache keeps the domains of the office's contacts.
type domainsCache struct {
	mu    sync.Mutex
	known *learn.Domains
	read  time.Time
}

// knownDomains are the domains of contacts, as they were at some time since. The
// zero time is keepDomains ago.
func (a *api) knownDomains(ctx context.Context, since time.Time) (*learn.Domains, error) {
	c := &a.domains
	c.mu.Lock()
	defer c.mu.Unlock()
	if since.IsZero() {
		since = time.Now().Add(-keepDomains)
	}
	if c.known != nil && !c.read.Before(since) {
		return c.known, nil
	}
	read := time.Now()
	list, err := a.Directory.Domains(ctx)
	if err != nil {
		return nil, err
	}
	c.known, c.read = learn.NewDomains(list), read
	return c.known, nil
}
