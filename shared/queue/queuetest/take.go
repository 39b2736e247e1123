package queuetest

import (
	"slices"
	"time"
)

// lease is for how long the Functions host hides what it takes.
const lease = 10 * time.Minute

// A Message is a message that was taken off its queue, and is still on it.
type Message struct {
	Queue, ID, Text string
	// Count is how often the message was taken, this time included.
	Count   int
	receipt string
}

// Take takes the next message of a queue, as the Functions host does: it is
// hidden for ten minutes and comes back, unless it is deleted.
func (s *Server) Take(queue string) (m Message, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queues[queue]
	if q == nil {
		return Message{}, false
	}
	now := time.Now()
	q.expire(now)
	t := q.first(now)
	if t == nil {
		return Message{}, false
	}
	s.take(q, t, now.Add(lease))
	return Message{Queue: queue, ID: t.id, Text: t.text, Count: t.count, receipt: t.receipt}, true
}

// Delete deletes a message that was taken, unless it was taken again since.
func (s *Server) Delete(m Message) bool {
	return s.with(m, func(q *messages, t *message) { q.remove(t) })
}

// Release lets a message that was taken come back after a while, unless it was
// taken again since.
func (s *Server) Release(m Message, after time.Duration) bool {
	return s.with(m, func(q *messages, t *message) {
		t.visible = time.Now().Add(after)
		s.stamp(t)
		q.moved(t)
	})
}

func (s *Server) with(m Message, do func(*messages, *message)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queues[m.Queue]
	if q == nil {
		return false
	}
	q.expire(time.Now())
	t, p := find(q, m.ID, m.receipt)
	if p != nil {
		return false
	}
	do(q, t)
	return true
}

// Add puts a message on a queue, as a person does in the portal, and creates the
// queue when it is missing. It stays for seven days.
func (s *Server) Add(queue, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.queues[queue] == nil {
		s.queues[queue] = newMessages()
	}
	s.queues[queue].add(s.newMessage(text, time.Now(), week))
}

// Clear takes everything off a queue, as a person does in the portal.
func (s *Server) Clear(queue string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q := s.queues[queue]; q != nil {
		q.clear()
	}
}

// Texts are the messages of a queue, hidden ones included, oldest first.
func (s *Server) Texts(queue string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queues[queue]
	if q == nil {
		return nil
	}
	q.expire(time.Now())
	all := slices.SortedFunc(slices.Values(q.ends.all), func(a, b *message) int {
		if a.serial < b.serial {
			return -1
		}
		return 1
	})
	texts := make([]string, len(all))
	for i, m := range all {
		texts[i] = m.text
	}
	return texts
}
