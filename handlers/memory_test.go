package main

import "testing"

// The share is that of the instance that is known, and of the smallest otherwise.
func TestMemoryShare(t *testing.T) {
	for _, c := range []struct{ instanceMB, group, wantMB int64 }{
		{512, 0, 204}, {2048, 0, 819}, {2048, 512 << 20, 819}, // what is set counts
		{0, 512 << 20, 204}, {0, 2 << 30, 819}, {0, 0, 204}, {0, 64 << 30, 204}, {0, 1 << 20, 64},
	} {
		if got := memoryShare(c.instanceMB, c.group) >> 20; got != c.wantMB {
			t.Errorf("%+v: %d MB", c, got)
		}
	}
}
