package edge

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// burst is how many seconds of requests may come at the same time.
const burst = 5

// maxAddresses bounds how many addresses have a bucket of their own.
const maxAddresses = 10_000

// A limiter has a token bucket for each recent client. A bucket that was not used for
// as long as it takes to fill is full, like a new one, so it can be deleted: buckets
// in use move from old to now, and the others are deleted with old.
type limiter struct {
	rate    rate.Limit // of cost per second
	mu      sync.Mutex
	began   time.Time // when now began
	now     buckets
	old     buckets
	overall *bucket // shared by the addresses beyond maxAddresses
}

type buckets map[client]*bucket

type bucket struct {
	*rate.Limiter
	logged atomic.Int64 // when take last returned first, in nanoseconds since 1970
}

// newLimiter returns a limiter of so many requests per second; nil for no limit.
func newLimiter(perSecond int) *limiter {
	if perSecond <= 0 {
		return nil
	}
	l := &limiter{rate: rate.Limit(perSecond * request), now: buckets{}}
	l.overall = l.full()
	return l
}

func (l *limiter) full() *bucket {
	return &bucket{Limiter: rate.NewLimiter(l.rate, int(l.rate)*burst)}
}

// take takes cost from the bucket of a client and returns 0; when the bucket has less,
// it takes nothing and returns how long to wait. First says that this is the first
// refusal in a while: a log that grows with a flood helps the flood.
func (l *limiter) take(c client, cost int, at time.Time) (wait time.Duration, first bool) {
	if l == nil {
		return 0, false
	}
	b := l.of(c, at)
	r := b.ReserveN(at, cost)
	if wait = r.DelayFrom(at); wait > 0 {
		r.CancelAt(at)
		logged := b.logged.Load()
		first = at.UnixNano()-logged >= int64(burst*time.Second) && b.logged.CompareAndSwap(logged, at.UnixNano())
	}
	return wait, first
}

// of returns the bucket of a client.
func (l *limiter) of(c client, at time.Time) *bucket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at.Sub(l.began) >= burst*time.Second {
		if at.Sub(l.began) >= 2*burst*time.Second {
			l.now = buckets{}
		}
		l.old, l.now, l.began = l.now, buckets{}, at
	}
	b := l.now[c]
	if b == nil {
		b = l.old[c]
		// The tenant bounds the number of accounts.
		if b == nil && c.account == "" && len(l.now) >= maxAddresses {
			return l.overall
		}
		if b == nil {
			b = l.full()
		}
		l.now[c] = b
	}
	return b
}
