package queue_test

import (
	"errors"
	"testing"

	"kantoorpost/shared/queue"
)

// A message is removed once its work is done, and stays when that fails; the other
// messages are there again at once.
func TestRemove(t *testing.T) {
	s, _, service := double(t)
	if err := service.Remove(t.Context(), "send", "x", nil); !errors.Is(err, queue.ErrNoMessage) {
		t.Errorf("without a queue: %v", err)
	}
	for _, text := range []string{"one", "two", "three"} {
		s.Add("send-poison", text)
	}
	all, err := service.Failed(t.Context(), "send")
	if err != nil || len(all) != 3 || all[1].Text != "two" || all[1].Inserted.IsZero() || !all[1].Expires.After(all[1].Inserted) {
		t.Fatalf("%+v, %v", all, err)
	}
	broken := errors.New("broken")
	if err := service.Remove(t.Context(), "send", all[1].ID, func(queue.Message) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if got, _ := service.Failed(t.Context(), "send"); len(got) != 3 {
		t.Errorf("%d are left after a failure", len(got))
	}
	did := 0
	if err := service.Remove(t.Context(), "send", all[1].ID, func(m queue.Message) error {
		if m.Text == "two" {
			did++
		}
		return nil
	}); err != nil || did != 1 {
		t.Errorf("%d, %v", did, err)
	}
	if n, err := service.RemoveSome(t.Context(), "mark", nil); n != 0 || err != nil {
		t.Errorf("without a queue: %d, %v", n, err)
	}
	if got, _ := service.Failed(t.Context(), "send"); len(got) != 2 || got[0].Text != "one" || got[1].Text != "three" {
		t.Errorf("left: %+v", got)
	}
}
