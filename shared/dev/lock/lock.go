// Package lock keeps two processes from using one folder at the same time.
//
// It knows files, and not what they guard.
package lock

import (
	"context"
	"fmt"
	"time"
)

// Wait waits until this process alone holds path. It calls waiting once if another
// process holds it. The lock ends with its process, however that ends.
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
