package process

import (
	"maps"
	"sync"
)

// A readAhead holds rows of the directory that were read before anybody asked for them: all
// that have a place before to. Every fifth question that it cannot answer reads a page
// more. So a small directory is soon known as a whole, and a large one costs at most a
// few reads more than without.
type readAhead[T any] struct {
	mu     sync.Mutex
	rows   map[string]T // by place
	to     string       // "" before the first page
	whole  bool
	missed int // questions that were not answered
	pages  int
}

const (
	perPage  = 5 // questions that pay for a page
	maxPages = 5 // of a thousand rows
)

// get returns the row at a place. It reads pages with read, which returns the rows at
// and after a place, and the place up to which they are all there are, "" for all. Known
// is false when the row may exist, but was not read.
func (a *readAhead[T]) get(place string, read func(from string) (map[string]T, string, error)) (v T, found, known bool, err error) {
	if place == "" {
		return v, false, false, nil
	}
	from, due := a.due(place)
	if due { // without the lock, as in memo
		rows, next, err := read(from)
		if err != nil {
			return v, false, false, err
		}
		a.add(from, rows, next)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	v, found = a.rows[place]
	return v, found, a.knows(place), nil
}

// due counts a question that cannot be answered, and tells whether it pays for a page,
// and where that begins.
func (a *readAhead[T]) due(place string) (from string, due bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.knows(place) {
		return "", false
	}
	a.missed++
	if a.missed <= perPage*(a.pages+1) || a.pages == maxPages {
		return "", false
	}
	a.pages++
	return a.to, true
}

func (a *readAhead[T]) knows(place string) bool { return a.whole || place < a.to }

func (a *readAhead[T]) add(from string, rows map[string]T, next string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.whole || a.to != from {
		return // another page was read meanwhile
	}
	if a.rows == nil {
		a.rows = map[string]T{}
	}
	maps.Copy(a.rows, rows)
	a.to, a.whole = next, next == ""
}
