package tabletest

import (
	"slices"
	"sort"
	"strings"
)

// A row is one entity. Its properties are kept as JSON for answers, each after a
// comma.
type row struct {
	key   string
	ticks int64
	props []byte
}

// full is the number of rows at which a chunk is split.
const full = 512

// sorted is a partition: rows in the order of their keys, in chunks, so that an
// insert among millions of rows moves only a few hundred. A nil one is empty.
type sorted struct{ chunks [][]*row }

// at returns the position of key, or where to insert it.
func (s *sorted) at(key string) (chunk, i int, found bool) {
	if s == nil || len(s.chunks) == 0 {
		return 0, 0, false
	}
	// The last chunk that does not start behind key.
	chunk = sort.Search(len(s.chunks), func(c int) bool { return s.chunks[c][0].key > key }) - 1
	chunk = max(chunk, 0)
	i, found = slices.BinarySearchFunc(s.chunks[chunk], key, func(r *row, k string) int { return strings.Compare(r.key, k) })
	return chunk, i, found
}

func (s *sorted) get(key string) *row {
	c, i, found := s.at(key)
	if !found {
		return nil
	}
	return s.chunks[c][i]
}

func (s *sorted) put(r *row) {
	c, i, found := s.at(r.key)
	switch {
	case found:
		s.chunks[c][i] = r
		return
	case len(s.chunks) == 0:
		s.chunks = [][]*row{{r}}
		return
	}
	s.chunks[c] = slices.Insert(s.chunks[c], i, r)
	if n := len(s.chunks[c]); n > full {
		upper := slices.Clone(s.chunks[c][n/2:])
		clear(s.chunks[c][n/2:])
		s.chunks[c] = s.chunks[c][:n/2]
		s.chunks = slices.Insert(s.chunks, c+1, upper)
	}
}

func (s *sorted) remove(key string) {
	c, i, found := s.at(key)
	if !found {
		return
	}
	s.chunks[c] = slices.Delete(s.chunks[c], i, i+1)
	if len(s.chunks[c]) == 0 {
		s.chunks = slices.Delete(s.chunks, c, c+1)
	}
}

// from calls yield for the rows with from <= key, in order, until it returns false.
func (s *sorted) from(from string, yield func(*row) bool) {
	if s == nil {
		return
	}
	c, i, _ := s.at(from)
	for ; c < len(s.chunks); c, i = c+1, 0 {
		for ; i < len(s.chunks[c]); i++ {
			if !yield(s.chunks[c][i]) {
				return
			}
		}
	}
}

// clone copies the order. It shares the rows, since rows never change.
func (s *sorted) clone() *sorted {
	c := &sorted{make([][]*row, len(s.chunks))}
	for i, chunk := range s.chunks {
		c.chunks[i] = slices.Clone(chunk)
	}
	return c
}
