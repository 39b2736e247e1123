package app_test

import (
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"kantoorpost/handlers/app/apptest"
)

// BenchmarkPages is twenty people who open the same page at once, with 300 mails that wait
// and 100 chats. Its figure is the time within which 95 of 100 pages are there, that of the
// doubles included.
func BenchmarkPages(b *testing.B) {
	const people = 20
	w := newWorld(b)
	w.mailboxes(1)
	w.clients(50)
	w.parked(0, 300)
	w.burst(100, 50, func(*rand.Rand) string { return "Dag" })
	w.Tick()
	for name, path := range map[string]string{
		"mails": "/web/mails", "mail": "/web/mails/" + w.Mails()[0]["id"].(string), "chats": "/web/chats?whose=all",
		"chat": "/web/chats/" + w.Chats()[0]["id"].(string), "counts": "/web/counts", "audit": "/web/audit",
	} {
		b.Run(name, func(b *testing.B) {
			var mu sync.Mutex
			var took []time.Duration
			for b.Loop() {
				var all sync.WaitGroup
				for range people {
					all.Go(func() {
						r := httptest.NewRequest("GET", path, nil)
						r.Header.Set("X-MS-CLIENT-PRINCIPAL", apptest.Principal(apptest.Admin))
						r.Header.Set("Accept-Encoding", "gzip")
						rec, start := httptest.NewRecorder(), time.Now()
						w.Process.ServeHTTP(rec, r)
						mu.Lock()
						defer mu.Unlock()
						if took = append(took, time.Since(start)); rec.Code != 200 {
							b.Errorf("%s: %d", path, rec.Code)
						}
					})
				}
				all.Wait()
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}
