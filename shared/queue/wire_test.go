package queue_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/job"
	"kantoorpost/shared/must"
	"kantoorpost/shared/queue"
	"kantoorpost/shared/queue/queuetest"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/wiretest"
)

func double(t *testing.T) (*queuetest.Server, *wiretest.Wire, *queue.Service) {
	t.Helper()
	s := queuetest.New()
	wire := s.Transport()
	return s, wire, s.Service(t, wire)
}

// A job is one request, if its queue exists.
func TestOneCallPerJob(t *testing.T) {
	s, wire, service := double(t)
	fetch := job.Fetch{Addresses: []string{"info@kantoor.nl"}, Why: "timer", Mailboxes: []string{"1"}, Claim: "one"}
	for _, want := range []int{3, 1} { // refused, created, put; put
		wire.Reset()
		must.Do(t, service.Put(t.Context(), fetch))
		if got := len(wire.Calls()); got != want {
			t.Errorf("%d requests, want %d", got, want)
		}
	}
	const text = `{"job":"fetch","addresses":["info@kantoor.nl"],"why":"timer","mailboxes":["1"],"claim":"one","id":"`
	if got := s.Texts("fetch"); len(got) != 2 || !strings.HasPrefix(got[0], text) || got[0] == got[1] {
		t.Errorf("got %v", got)
	}
}

// If Put succeeds, the job is on its queue, whatever happened to its requests.
func TestPutSurvivesTheWire(t *testing.T) {
	for _, fault := range []wiretest.Fault{wiretest.Refuse, wiretest.Lose, wiretest.Hang} {
		for broken := range 3 {
			synctest.Test(t, func(t *testing.T) {
				s, wire, service := double(t)
				wire.Fault(wiretest.At(broken, fault))
				if err := service.Put(t.Context(), note{queue: "notes", ttl: time.Hour}); err != nil {
					t.Errorf("fault %d of call %d: %v", fault, broken, err)
				}
				if n := len(s.Texts("notes")); n < 1 || n > 2 {
					t.Errorf("fault %d of call %d: %d messages", fault, broken, n)
				}
			})
		}
	}
}

// Put waits for a queue that is being deleted, until its context ends.
func TestAQueueThatIsBeingDeletedIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, wire, service := double(t)
		s.Deleting = 30 * time.Second
		n := note{queue: "notes", ttl: time.Hour}
		put(t, service, n)
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodDelete, "https://kantoorpost.queue.core.windows.net/notes", nil)
		r.Header.Set("Authorization", "any")
		if res, err := wire.RoundTrip(r); err != nil || res.StatusCode != http.StatusNoContent {
			t.Fatal(res, err)
		}
		wantDepth(t, service, "notes", 0)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := service.Put(ctx, n); err == nil || !strings.Contains(err.Error(), "QueueBeingDeleted") {
			t.Errorf("got %v", err)
		}
		put(t, service, n)
		wantDepth(t, service, "notes", 1)
	})
}

// The error of a refusal names the queue, and is no other kind of error.
func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, service := double(t)
		for name, n := range map[string]note{
			"a bad name": {queue: "No Name", ttl: time.Hour},
			"no TTL":     {queue: "notes"},
		} {
			if err := service.Put(t.Context(), n); err == nil || errors.Is(err, queue.ErrTooLarge) || !strings.Contains(err.Error(), n.queue) {
				t.Errorf("%s: %v", name, err)
			}
		}
		s.Refuse = func(*http.Request) (int, string) { return 403, "AuthenticationFailed" }
		_, depthErr := service.Depth(t.Context(), "notes")
		for _, err := range []error{service.Put(t.Context(), note{queue: "notes", ttl: time.Hour}), service.Create(t.Context(), "notes"),
			depthErr} {
			if err == nil || !strings.Contains(err.Error(), "AuthenticationFailed") {
				t.Errorf("got %v", err)
			}
		}
	})
	for _, o := range []storage.Account{{}, {URL: "https://x.queue.core.windows.net"}, {ConnectionString: "x"}} {
		if _, err := queue.Open(o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}

// A queue for which the service reports that it is being deleted counts as missing.
func TestBeingDeletedIsMissing(t *testing.T) {
	s, wire, service := double(t)
	n := note{queue: "notes", ttl: time.Hour}
	put(t, service, n)
	wire.Reset()
	s.Refuse = func(*http.Request) (int, string) {
		if len(wire.Calls()) == 1 {
			return http.StatusConflict, "QueueBeingDeleted"
		}
		return 0, ""
	}
	wantDepth(t, service, "notes", 0)
	wire.Reset()
	put(t, service, n)
	if got := len(s.Texts("notes")); got != 2 {
		t.Errorf("%d messages, want 2", got)
	}
}

// A job with a delay is seen when the delay is over, and for its whole TTL from then.
func TestPutAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, service := double(t)
		must.Do(t, service.PutAfter(t.Context(), note{queue: "notes", ttl: time.Minute}, 10*time.Second))
		time.Sleep(10*time.Second - time.Millisecond)
		if m, ok := s.Take("notes"); ok {
			t.Errorf("took %+v too early", m)
		}
		time.Sleep(time.Minute)
		if _, ok := s.Take("notes"); !ok {
			t.Error("the job is gone before its TTL")
		}
		time.Sleep(time.Second)
		if left := s.Texts("notes"); len(left) != 0 {
			t.Errorf("left after its TTL are %v", left)
		}
	})
}
