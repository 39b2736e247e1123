package apptest

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"kantoorpost/shared/wiretest"
)

// Transports are the doubles of all services that a world calls.
func (w *World) Transports() []*wiretest.Wire {
	return []*wiretest.Wire{w.ToTables, w.ToQueues, w.ToBlobs, w.ToMicrosoft}
}

// Fault decides about every call over any wire, counted together.
func (w *World) Fault(f func(n int, r *http.Request) wiretest.Fault) (count func() int) {
	var mu sync.Mutex
	n := 0
	for _, wire := range w.Transports() {
		wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
			mu.Lock()
			defer mu.Unlock()
			n++
			return f(n-1, r)
		})
	}
	return func() int { return n }
}

// Slow makes every call take its time, another each time, so that what runs at
// the same time meets in another order with each seed.
func (w *World) Slow(seed uint64) {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, 1))
	for _, wire := range w.Transports() {
		wire.Fault(func(int, *http.Request) wiretest.Fault {
			mu.Lock()
			d := time.Duration(random.IntN(1000)) * time.Millisecond
			mu.Unlock()
			time.Sleep(d) // simulated
			return wiretest.Pass
		})
	}
}

// Heal lets every call through again.
func (w *World) Heal() {
	for _, wire := range w.Transports() {
		wire.Fault(nil)
	}
}

// Recover lets time go by until all is as it will be: what failed comes back
// within half an hour, and the tick's own pauses are shorter.
func (w *World) Recover() {
	w.Heal()
	w.PassEvery(20*time.Minute, 3)
}
