package edge

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// burst is how many seconds of requests may come at once.
const burst = 5

// maxAddresses bounds how many addresses are counted on their own.
const maxAddresses = 10_000

// A limiter has a token bucket for everybody who asked lately. A bucket that
// nobody used for as long as it takes to fill is full, like a new one, so it is
// forgotten: what is in use moves from old to now, and old is dropped.
type limiter struct {
	rate    rate.Limit // of cost per second
	mu      sync.Mutex
	turned  time.Time // when now was begun
	now     buckets
	old     buckets
	crowded *bucket // of all addresses together for which there is no place
}

type buckets map[asker]*bucket

type bucket struct {
	*rate.Limiter
	told atomic.Int64 // when it was last said that it is empty, in nanoseconds since 1970
}

// newLimiter returns a limiter of so many requests per second; nil for no limit.
func newLimiter(perSecond int) *limiter {
	if perSecond <= 0 {
		return nil
	}
	l := &limiter{rate: rate.Limit(perSecond * request), now: buckets{}}
	l.crowded = l.full()
	return l
}

func (l *limiter) full() *bucket {
	return &bucket{Limiter: rate.NewLimiter(l.rate, int(l.rate)*burst)}
}

// take takes cost from what who may ask, and returns 0; or takes nothing and
// returns after how long there is enough. News says that nobody was told so
// lately: a log that grows with a flood helps the flood.
func (l *limiter) take(who asker, cost int, at time.Time) (wait time.Duration, news bool) {
	if l == nil {
		return 0, false
	}
	b := l.of(who, at)
	r := b.ReserveN(at, cost)
	if wait = r.DelayFrom(at); wait > 0 {
		r.CancelAt(at)
		told := b.told.Load()
		news = at.UnixNano()-told >= int64(burst*time.Second) && b.told.CompareAndSwap(told, at.UnixNano())
	}
	return wait, news
}

// of returns the bucket of who.
func (l *limiter) of(who asker, at time.Time) *bucket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at.Sub(l.turned) >= burst*time.Second {
		if at.Sub(l.turned) >= 2*burst*time.Second {
			l.now = buckets{}
		}
		l.old, l.now, l.turned = l.now, buckets{}, at
	}
	b := l.now[who]
	if b == nil {
		b = l.old[who]
		// There are no more accounts than the tenant has.
		if b == nil && who.account == "" && len(l.now) >= maxAddresses {
			return l.crowded
		}
		if b == nil {
			b = l.full()
		}
		l.now[who] = b
	}
	return b
}
