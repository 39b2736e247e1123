package secret

import (
	"sync"
	"time"
)

// How long a value is as good as the vault's, how long it stands in for a vault
// that does not answer, and how long such a vault is left alone.
const (
	freshFor = 10 * time.Minute
	staleFor = 24 * time.Hour
	restFor  = 30 * time.Second
)

// A cache remembers what was read, in memory only. The zero cache is ready.
type cache struct {
	mu      sync.Mutex
	entries map[string]map[string]entry // by name and version, "" being the newest
}

type entry struct {
	value   Value
	read    time.Time
	askFrom time.Time // the vault is asked again from then on
}

func (c *cache) fresh(name, version string) (Value, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[name][version]
	return e.value, ok && time.Now().Before(e.askFrom)
}

// stale gives a value for a vault that has just failed, and a rest to the vault.
func (c *cache) stale(name, version string) (Value, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[name][version]
	now := time.Now()
	if !ok || !now.Before(e.read.Add(staleFor)) {
		return Value{}, false
	}
	e.askFrom = now.Add(restFor)
	c.entries[name][version] = e
	return e.value, true
}

func (c *cache) keep(name, version string, v Value) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil {
		c.entries = map[string]map[string]entry{}
	}
	if c.entries[name] == nil {
		c.entries[name] = map[string]entry{}
	}
	now := time.Now()
	c.entries[name][version] = entry{value: v, read: now, askFrom: now.Add(freshFor)}
}

// expire lets the next reader of a name ask; what was read can still stand in.
func (c *cache) expire(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for version, e := range c.entries[name] {
		e.askFrom = time.Time{}
		c.entries[name][version] = e
	}
}

func (c *cache) drop(name, version string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries[name], version)
}

func (c *cache) forget(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, name)
}
