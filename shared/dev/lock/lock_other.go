//go:build !unix

package lock

// Try takes nothing and always succeeds: here two processes can be in each
// other's way.
func Try(string) (unlock func(), held bool, err error) { return func() {}, true, nil }
