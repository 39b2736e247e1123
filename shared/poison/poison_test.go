package poison_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/must"
	"kantoorpost/shared/poison"
	"kantoorpost/shared/queue/queuetest"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

const job = `{"job":"process","mails":["m1"],"id":"one"}`

// world returns a store with three failed messages, and the queues behind it.
func world(t *testing.T) (poison.Store, *queuetest.Server, *wiretest.Wire) {
	t.Helper()
	tables, queues := tabletest.New(), queuetest.New()
	service := tables.Service(t, tables.Transport())
	must.Do(t, service.Create(t.Context(), "configuration"))
	wire := queues.Transport()
	s := poison.Store{Table: service.Table("configuration"), Queues: queues.Service(t, wire), Names: []string{"fetch", "process"}}
	for _, text := range []string{job, `{"job":"process","mails":["m2"],"id":"two"}`, `{"job":"fetch","mails":["forged"]}`} {
		queues.Add("process-poison", text)
	}
	queues.Add("process", "x") // the queue exists
	queues.Clear("process")
	return s, queues, wire
}

// The reason of a failed message is found by the id in its text, since the host gives the
// copy in the poison queue another id.
func TestTheReasonIsFoundByTheIDOfTheJob(t *testing.T) {
	s, _, _ := world(t)
	must.Do(t, s.Record(t.Context(), "one", poison.Reason{At: time.Now(), Queue: "process", Error: strings.Repeat("é", 5000)}))
	all, err := s.List(t.Context())
	if err != nil || len(all) != 3 {
		t.Fatal(all, err)
	}
	for _, m := range all {
		if (m.Reason != nil) != (m.Job.ID == "one") {
			t.Errorf("%s has reason %v", m.Text, m.Reason)
		}
		if slices.Contains(m.Job.Mails, "forged") {
			t.Error("a job of another queue is shown")
		}
		if m.Reason != nil && len(m.Reason.Error) > 1010 {
			t.Errorf("a reason of %d bytes", len(m.Reason.Error))
		}
	}
}

// Of two people who retry a message, one puts it back; the other messages stay visible.
func TestRetryPutsBackOnce(t *testing.T) {
	s, queues, wire := world(t)
	ctx := audit.As(t.Context(), "carla")
	id := first(t, s).ID
	var second error
	wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/process/messages") { // the first is putting it back
			wire.Fault(nil)
			second = s.Retry(ctx, "process", id)
		}
		return wiretest.Pass
	})
	must.Do(t, s.Retry(ctx, "process", id))
	if !errors.Is(second, poison.ErrNotFound) {
		t.Errorf("the second got %v", second)
	}
	if got := queues.Texts("process"); !slices.Equal(got, []string{job}) {
		t.Errorf("on the queue: %v", got)
	}
	if all, err := s.List(ctx); err != nil || len(all) != 2 {
		t.Errorf("%d messages left at once, want 2 (%v)", len(all), err)
	}
	if err := s.Retry(ctx, "process", id); !errors.Is(err, poison.ErrNotFound) {
		t.Errorf("once more: %v", err)
	}
	wants(t, s, "poison.retry")
}

func TestDrop(t *testing.T) {
	s, queues, _ := world(t)
	ctx := audit.As(t.Context(), "carla")
	must.Do(t, s.Record(ctx, "one", poison.Reason{At: time.Now(), Queue: "process", Error: "broken"}))
	must.Do(t, s.Drop(ctx, "process", first(t, s).ID))
	if len(queues.Texts("process")) != 0 || len(queues.Texts("process-poison")) != 2 {
		t.Errorf("%v and %v", queues.Texts("process"), queues.Texts("process-poison"))
	}
	if rows, _, err := s.Table.Range(ctx, "unfinished|", "unfinished|~", 10); err != nil || len(rows) != 0 {
		t.Errorf("reasons of messages that are gone: %v (%v)", rows, err)
	}
	wants(t, s, "poison.drop")
	for _, name := range []string{"configuration", "process-poison", ""} {
		if err := s.Drop(ctx, name, "x"); !errors.Is(err, poison.ErrNotFound) {
			t.Errorf("queue %q: %v", name, err)
		}
	}
}

// All failed messages of a queue are removed, also when there are more than the service
// shows at once, and those that were put back by a failure meanwhile stay.
func TestAllOfAQueue(t *testing.T) {
	s, queues, wire := world(t)
	for n := range 97 {
		queues.Add("process-poison", fmt.Sprintf(`{"job":"process","id":"n%d"}`, n))
	}
	broken := 0
	wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
		if strings.HasSuffix(r.URL.Path, "/process/messages") {
			if broken++; broken == 50 {
				queues.Add("process-poison", "later") // after the first batch
			}
		}
		return wiretest.Pass
	})
	removed, left, err := s.RetryAll(t.Context(), "process")
	if err != nil || removed < 100 || removed+left != 101 || len(queues.Texts("process")) != removed {
		t.Fatalf("%d removed, %d left, %d on the queue (%v)", removed, left, len(queues.Texts("process")), err)
	}
	queues.Add("process-poison", "one more")
	if removed, left, err := s.DropAll(t.Context(), "process"); err != nil || removed == 0 || left != 0 ||
		len(queues.Texts("process-poison")) != 0 {
		t.Errorf("%d dropped, %d left (%v)", removed, left, err)
	}
	if _, _, err := s.DropAll(t.Context(), "configuration"); !errors.Is(err, poison.ErrNotFound) {
		t.Errorf("no queue of jobs: %v", err)
	}
}

// A failure ends it, and says how far it came; what was not removed is there still.
func TestAllOfAQueueUntilAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, queues, wire := world(t)
		puts := 0
		wire.Fault(func(_ int, r *http.Request) wiretest.Fault {
			if strings.HasSuffix(r.URL.Path, "/process/messages") {
				if puts++; puts > 1 {
					return wiretest.Refuse
				}
			}
			return wiretest.Pass
		})
		removed, left, err := s.RetryAll(t.Context(), "process")
		if err == nil || removed != 1 || left != 2 || len(queues.Texts("process-poison")) != 2 {
			t.Errorf("%d removed, %d left (%v)", removed, left, err)
		}
	})
}

// When the queue does not answer, the message stays and can be retried later.
func TestAMessageIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, queues, wire := world(t)
		id := first(t, s).ID
		wire.Fault(wiretest.When(wiretest.Refuse, func(_ int, r *http.Request) bool {
			return strings.HasSuffix(r.URL.Path, "/process/messages")
		}))
		if err := s.Retry(t.Context(), "process", id); err == nil {
			t.Fatal("retried without a queue")
		}
		wire.Fault(nil)
		if err := s.Retry(t.Context(), "process", id); err != nil || len(queues.Texts("process")) != 1 {
			t.Errorf("%v, on the queue: %v", err, queues.Texts("process"))
		}
	})
}

// Reasons are forgotten after the messages.
func TestReasonsDoNotPileUp(t *testing.T) {
	s, _, _ := world(t)
	must.Do(t, s.Record(t.Context(), "old", poison.Reason{At: time.Now().AddDate(0, -1, 0), Queue: "process", Error: "broken"}))
	must.Get(s.List(t.Context()))(t)
	if rows, _, err := s.Table.Range(t.Context(), "unfinished|", "unfinished|~", 10); err != nil || len(rows) != 0 {
		t.Errorf("%v (%v)", rows, err)
	}
}

func first(t *testing.T, s poison.Store) poison.Message {
	t.Helper()
	all, err := s.List(t.Context())
	if err != nil || len(all) == 0 || all[0].Text != job {
		t.Fatal(all, err)
	}
	return all[0]
}

// wants checks that the audit says who did it, once.
func wants(t *testing.T, s poison.Store, action string) {
	t.Helper()
	rows, _, err := s.Table.Range(t.Context(), "z|", "z|~", 10)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d entries in the audit (%v)", len(rows), err)
	}
	var e audit.Entry
	if err := rows[0].Unpack(&e); err != nil || e.By != "carla" || e.Action != action || e.Object != "queue process" {
		t.Errorf("%+v (%v)", e, err)
	}
}
