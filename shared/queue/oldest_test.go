package queue_test

import (
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/queue/queuetest"
)

// The oldest message is the first one that waits. On an empty or missing queue
// none waits.
func TestOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := queuetest.New()
		service := server.Service(t, server.Transport())
		if at, err := service.Oldest(t.Context(), "note"); err != nil || !at.IsZero() {
			t.Errorf("of a missing queue: %v, %v", at, err)
		}
		first := time.Now()
		for range 2 {
			put(t, service, note{queue: "note", ttl: time.Hour})
			time.Sleep(time.Minute) // simulated
		}
		if at, err := service.Oldest(t.Context(), "note"); err != nil || !at.Equal(first.Truncate(time.Second)) {
			t.Errorf("%v, %v; want %v", at, err, first)
		}
	})
}
