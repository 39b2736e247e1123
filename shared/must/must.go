// Package must ends a test at an error that the test is not about.
package must

import "testing"

// Get returns v, and ends the test if err is an error:
//
//	id := must.Get(tenant.AddMailbox(options))(t)
func Get[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// Do ends the test if err is an error.
func Do(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
