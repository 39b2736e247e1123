package queuetest

import (
	"slices"
	"time"
)

// lease is how long the Functions host hides a message that it receives.
const lease = 10 * time.Minute

// A Message is a message that was received and is still on its queue.
type Message struct {
	Queue, ID, Text string
	// Count is how often the message was received, including this time.
	Count   int
	receipt string
}

// Take receives the next message of a queue, as the Functions host does: the
// message is hidden for ten minutes and becomes visible again unless it is
// deleted.
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

// Delete deletes a received message, unless it was received again since.
func (s *Server) Delete(m Message) bool {
	return s.with(m, func(q *messages, t *message) { q.remove(t) })
}

// Release makes a received message visible again after a while, unless it was
// received again since.
func (s *Server) Release(m Message, after time.Duration) bool {
	return s.with(m, func(q *messages, t *message) {
		t.visible = time.Now().Add(after)
		s.renewReceipt(t)
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

// Add puts a message on a queue, as a person does in the portal, and creates a
// missing queue. The message stays for seven days.
func (s *Server) Add(queue, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.queues[queue] == nil {
		s.queues[queue] = newMessages()
	}
	s.queues[queue].add(s.newMessage(text, time.Now(), week))
}

// Clear removes all messages of a queue, as a person does in the portal.
func (s *Server) Clear(queue string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q := s.queues[queue]; q != nil {
		q.clear()
	}
}

// Texts returns the messages of a queue, also hidden ones, oldest first.
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
