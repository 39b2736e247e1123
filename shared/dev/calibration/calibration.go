// Package calibration measures how fast the machine is now, so that times can be
// compared from machine to machine, and with others at work on it.
package calibration

import "time"

// Bytes is how much one loop hashes. A loop takes one or two milliseconds.
const Bytes = 1 << 20

var sink uint64 // keeps the compiler from leaving the loop out

// Loop does a fixed amount of work and returns how long it took.
func Loop() time.Duration {
	start := time.Now()
	h := sink | 1
	for i := range uint64(Bytes) {
		h = (h ^ i&0xff) * 1099511628211
	}
	sink = h
	return time.Since(start)
}
