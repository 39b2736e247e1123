package queuetest

import (
	"container/heap"
	"time"
)

// A message is one message of a queue.
type message struct {
	id, receipt, text          string
	inserted, expires, visible time.Time
	count                      int    // how often it was received
	serial                     uint64 // keeps messages with the same visible time in order
	places                     [2]int // its index in each heap
}

// messages are the messages of one queue.
type messages struct {
	byID map[string]*message
	next order // by the time from which they are visible
	ends order // by the time at which they expire
}

func newMessages() *messages {
	return &messages{
		byID: map[string]*message{},
		next: order{slot: 0, time: func(m *message) time.Time { return m.visible }},
		ends: order{slot: 1, time: func(m *message) time.Time { return m.expires }},
	}
}

func (q *messages) add(m *message) {
	q.byID[m.id] = m
	heap.Push(&q.next, m)
	heap.Push(&q.ends, m)
}

func (q *messages) remove(m *message) {
	delete(q.byID, m.id)
	heap.Remove(&q.next, m.places[q.next.slot])
	heap.Remove(&q.ends, m.places[q.ends.slot])
}

func (q *messages) clear() { *q = *newMessages() }

// moved restores the heap after a change of m.visible.
func (q *messages) moved(m *message) { heap.Fix(&q.next, m.places[q.next.slot]) }

// first returns the next visible message, or nil.
func (q *messages) first(now time.Time) *message {
	if len(q.next.all) == 0 || q.next.all[0].visible.After(now) {
		return nil
	}
	return q.next.all[0]
}

func (q *messages) expire(now time.Time) {
	for len(q.ends.all) > 0 && !q.ends.all[0].expires.After(now) {
		q.remove(q.ends.all[0])
	}
}

// order is a heap of messages that know their index in it.
type order struct {
	all  []*message
	slot int
	time func(*message) time.Time
}

func (o *order) Len() int { return len(o.all) }

func (o *order) Less(i, j int) bool {
	a, b := o.all[i], o.all[j]
	if c := o.time(a).Compare(o.time(b)); c != 0 {
		return c < 0
	}
	return a.serial < b.serial
}

func (o *order) Swap(i, j int) {
	o.all[i], o.all[j] = o.all[j], o.all[i]
	o.all[i].places[o.slot], o.all[j].places[o.slot] = i, j
}

func (o *order) Push(x any) {
	m := x.(*message)
	m.places[o.slot] = len(o.all)
	o.all = append(o.all, m)
}

func (o *order) Pop() any {
	last := len(o.all) - 1
	m := o.all[last]
	o.all[last] = nil
	o.all = o.all[:last]
	return m
}
