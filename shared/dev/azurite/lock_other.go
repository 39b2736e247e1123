//go:build !unix

package azurite

import "context"

// lockFile does nothing: two installations at once then both do the work, and
// the last one's folder stays.
func lockFile(context.Context, string, func()) (unlock func(), err error) {
	return func() {}, nil
}
