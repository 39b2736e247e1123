package secret

import (
	"sync"
	"time"
)

// These say how long a value may be used without the vault, how long it may
// replace the answer of a vault that fails, and for how long such a vault gets
// no requests.
const (
	freshFor = 10 * time.Minute
	staleFor = 24 * time.Hour
	pauseFor = 30 * time.Second
)

// A cache keeps values that were read, in memory only. The zero cache is ready.
type cache struct {
	mu      sync.Mutex
	entries map[string]map[string]entry // by name and version; "" is the newest
}

type entry struct {
	value   Value
	read    time.Time
	askFrom time.Time // the vault gets no requests before that time
}

func (c *cache) fresh(name, version string) (Value, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[name][version]
	return e.value, ok && time.Now().Before(e.askFrom)
}

// stale returns a value for a vault that has just failed, and pauses requests to
// the vault.
func (c *cache) stale(name, version string) (Value, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[name][version]
	now := time.Now()
	if !ok || !now.Before(e.read.Add(staleFor)) {
		return Value{}, false
	}
	e.askFrom = now.Add(pauseFor)
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

// expire makes the next read of a name go to the vault. The old value can still
// be used if the vault fails.
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
