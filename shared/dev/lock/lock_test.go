//go:build unix

package lock

import (
	"context"
	"path/filepath"
	"testing"
	"time"
)

func TestOnlyOneHoldsALock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, held, err := Try(path)
	if err != nil || !held {
		t.Fatal(held, err)
	}
	if _, again, err := Try(path); err != nil || again {
		t.Errorf("held twice: %v, %v", again, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := Wait(ctx, path, func() {}); err == nil {
		t.Error("waited for nothing")
	}
	done := make(chan error, 1)
	go func() {
		unlock, err := Wait(t.Context(), path, unlock)
		if err == nil {
			unlock()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
