// Package lock keeps two processes from using one folder at the same time.
//
// It knows files and nothing of what they guard.
package lock

import (
	"context"
	"fmt"
	"time"
)

// Wait waits until this process alone holds path. It calls waiting once when
// another holds it. A process lets go when it ends, however it ends.
func Wait(ctx context.Context, path string, waiting func()) (unlock func(), err error) {
	for first := true; ; first = false {
		unlock, held, err := Try(path)
		if err != nil || held {
			return unlock, err
		}
		if first {
			waiting()
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for %s: %w", path, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}
