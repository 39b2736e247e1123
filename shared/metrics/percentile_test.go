package metrics

import (
	"testing"
	"time"
)

func TestPercentile(t *testing.T) {
	var hundred []time.Duration
	for n := range 100 {
		hundred = append(hundred, time.Duration(n+1))
	}
	for _, x := range []struct {
		sorted   []time.Duration
		p50, p95 time.Duration
	}{{hundred[:1], 1, 1}, {hundred[:2], 1, 2}, {hundred[:3], 2, 3}, {hundred[:20], 10, 19}, {hundred, 50, 95}} {
		if p50, p95 := percentile(x.sorted, 50), percentile(x.sorted, 95); p50 != x.p50 || p95 != x.p95 {
			t.Errorf("of 1 to %d: %d and %d, want %d and %d", len(x.sorted), p50, p95, x.p50, x.p95)
		}
	}
}
