package tabletest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// After any operations a partition holds what a map would hold, in order.
func TestSortedIsASortedMap(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 0))
		want := map[string]*row{}
		s := &sorted{}
		for i := range 5000 {
			key := fmt.Sprintf("%04d", r.IntN(3000))
			if seed%2 == 0 && i < 3000 {
				key = fmt.Sprintf("%04d", 3000-i) // newest first, like mail
			}
			if r.IntN(3) == 0 {
				s.remove(key)
				delete(want, key)
			} else {
				one := &row{key: key, ticks: int64(i)}
				s.put(one)
				want[key] = one
			}
			if s.get(key) != want[key] {
				t.Fatalf("seed %d: row %s after step %d", seed, key, i)
			}
		}
		from := fmt.Sprintf("%04d", r.IntN(3000))
		keys := slices.Sorted(maps.Keys(want))
		at, _ := slices.BinarySearch(keys, from)
		var got []string
		s.from(from, func(r *row) bool { got = append(got, r.key); return true })
		if !slices.Equal(got, keys[at:]) {
			t.Errorf("seed %d: %d rows from %s, want %d", seed, len(got), from, len(keys[at:]))
		}
		for _, chunk := range s.chunks {
			if len(chunk) == 0 || len(chunk) > full {
				t.Errorf("seed %d: a chunk of %d", seed, len(chunk))
			}
		}
	}
}

// An insert before a million rows costs about as much as one before a thousand.
func BenchmarkPutInFront(b *testing.B) {
	for _, n := range []int{1_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := &sorted{}
			for i := range n {
				s.put(&row{key: fmt.Sprintf("%012d", 100_000_000_000-i)})
			}
			next := 100_000_000_000 - n
			for b.Loop() {
				next--
				s.put(&row{key: fmt.Sprintf("%012d", next)})
			}
		})
	}
}
