//go:build !unix

package lock

// Try locks nothing and always succeeds: on this system two processes can disturb
// each other.
func Try(string) (unlock func(), held bool, err error) { return func() {}, true, nil }
