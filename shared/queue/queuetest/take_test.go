package queuetest_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/queue/queuetest"
)

// A message that is received and not deleted becomes visible after ten minutes.
func TestTakenMessagesComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := queuetest.New()
		s.Add("notes", "a")
		first, ok := s.Take("notes")
		if !ok || first.Text != "a" || first.Count != 1 {
			t.Fatalf("took %+v", first)
		}
		time.Sleep(10*time.Minute - time.Second)
		if m, ok := s.Take("notes"); ok {
			t.Errorf("took %+v too early", m)
		}
		time.Sleep(time.Second)
		second, ok := s.Take("notes")
		if !ok || second.Count != 2 || second.ID != first.ID {
			t.Fatalf("took %+v", second)
		}
		if s.Delete(first) || !s.Delete(second) || s.Delete(second) {
			t.Error("only the last who took it can delete it, once")
		}
	})
}

// A message that is released becomes visible at the given time.
func TestReleasedMessagesComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := queuetest.New()
		s.Add("notes", "a")
		s.Add("notes", "b")
		a, _ := s.Take("notes")
		if !s.Release(a, time.Minute) || s.Release(a, 0) {
			t.Error("a message is released once")
		}
		if b, _ := s.Take("notes"); b.Text != "b" {
			t.Errorf("took %+v", b)
		}
		if _, ok := s.Take("notes"); ok {
			t.Error("took it too early")
		}
		time.Sleep(time.Minute)
		if again, _ := s.Take("notes"); again.Text != "a" || again.Count != 2 {
			t.Errorf("took %+v", again)
		}
	})
}

// A message expires, whether it was received or not.
func TestMessagesExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := queuetest.New()
		s.Add("notes", "a")
		s.Add("notes", "b")
		time.Sleep(7*24*time.Hour - time.Minute)
		a, _ := s.Take("notes")
		time.Sleep(time.Minute)
		if left := s.Texts("notes"); len(left) != 0 || s.Delete(a) {
			t.Errorf("left are %v", left)
		}
		if m, ok := s.Take("notes"); ok {
			t.Errorf("took %+v", m)
		}
	})
}

// Messages are received in the order in which they were put.
func TestOrder(t *testing.T) {
	s := queuetest.New()
	var want, got []string
	for i := range 1000 {
		want = append(want, fmt.Sprint(i))
		s.Add("notes", want[i])
	}
	if !slices.Equal(s.Texts("notes"), want) {
		t.Error("texts are not in order")
	}
	for range want {
		m, _ := s.Take("notes")
		got = append(got, m.Text)
	}
	if !slices.Equal(got, want) {
		t.Error("messages are not in order")
	}
	s.Clear("notes")
	if len(s.Texts("notes")) != 0 {
		t.Error("something is left")
	}
	if _, ok := s.Take("none"); ok {
		t.Error("took something off no queue")
	}
}

// Receiving a message from a long queue costs about as much as from a short one.
func BenchmarkTake(b *testing.B) {
	for _, n := range []int{100, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := queuetest.New()
			for range n {
				s.Add("notes", "x")
			}
			for b.Loop() {
				m, _ := s.Take("notes")
				s.Delete(m)
				s.Add("notes", "x")
			}
		})
	}
}
