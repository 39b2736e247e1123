// Package azuritetest gives tests a storage account.
//
// All tests of one process share one Azurite, in memory: a test chooses names
// for its tables and queues that no other test uses.
package azuritetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"kantoorpost/shared/dev/azurite"
	"kantoorpost/shared/dev/npm"
)

// start returns the only Azurite of this process.
var start = sync.OnceValues(func() (*azurite.Azurite, error) {
	folder, err := npm.CacheFolder()
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	installed, err := azurite.Install(ctx, folder, func(string) {})
	if err != nil {
		return nil, err
	}
	return azurite.Start(ctx, installed, azurite.Options{})
})

// ForTest returns the Azurite of this test process, and installs and starts it at
// the first call. It ends with the process. Without Node.js the test is skipped.
func ForTest(tb testing.TB) *azurite.Azurite {
	tb.Helper()
	a, err := start()
	if errors.Is(err, npm.ErrNoNode) {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return a
}
