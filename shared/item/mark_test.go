package item_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/item"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

// decided stores a mail in a state, as a decision does.
func decided(t *testing.T, s *item.Store, id string, state item.State) {
	t.Helper()
	it := must.Get(s.Get(t.Context(), id))(t)
	was := it.State
	it.State, it.Decided = state, time.Now()
	if state == item.Parked {
		it.Reason = item.UnknownSender
	}
	must.Do(t, s.Commit(t.Context(), it.Transition(was, "")...))
}

func stored(t *testing.T, n int) (*item.Store, []string) {
	t.Helper()
	server := tabletest.New()
	service := server.Service(t, server.Transport())
	must.Do(t, service.Create(t.Context(), "mails"))
	s := item.NewStore(service.Table("mails"))
	ids := must.Get(s.Ingest(t.Context(), arrivals(0, n)))(t)
	return s, ids
}

// Each change of state that shows in Outlook leaves a mark, in the transaction of
// the change; others leave none.
func TestAChangeOfStateLeavesAMark(t *testing.T) {
	for _, c := range []struct {
		was, is item.State
		marked  bool
	}{
		{item.New, item.Processed, true}, {item.New, item.Parked, true}, {item.New, item.Dismissed, false},
		{item.Parked, item.Processed, true}, {item.Parked, item.Dismissed, true}, {item.Processed, item.Parked, true},
		{item.Parked, item.Parked, false}, {item.Processed, item.New, true}, {item.Parked, item.New, true},
	} {
		s, ids := stored(t, 1)
		if c.was != item.New {
			decided(t, s, ids[0], c.was)
			marks, err := s.Marks(t.Context(), ids)
			if err != nil || len(marks) != 1 || s.DropMarks(t.Context(), marks) != nil {
				t.Fatalf("%s: %+v, %v", c.was, marks, err)
			}
		}
		decided(t, s, ids[0], c.is)
		marks, err := s.Marks(t.Context(), ids)
		if err != nil || (len(marks) == 1) != c.marked {
			t.Errorf("from %s to %s: marks %+v, %v", c.was, c.is, marks, err)
		}
		if c.marked && (marks[0].ID != ids[0] || marks[0].Mailbox != box || marks[0].Address != "info@x.example" || marks[0].State != c.is ||
			marks[0].Message == "") {
			t.Errorf("%+v", marks[0])
		}
	}
}

// A mark of a former release says neither the message nor the state: the mail does.
func TestAMarkOfAFormerReleaseIsRead(t *testing.T) {
	server := tabletest.New()
	service := server.Service(t, server.Transport())
	must.Do(t, service.Create(t.Context(), "mails"))
	s := item.NewStore(service.Table("mails"))
	ids := must.Get(s.Ingest(t.Context(), arrivals(0, 1)))(t)
	decided(t, s, ids[0], item.Parked)
	want := must.Get(s.Marks(t.Context(), ids))(t)
	row := must.Get(service.Table("mails").Get(t.Context(), "h|"+ids[0]))(t)
	delete(row.Props, "message")
	delete(row.Props, "state")
	must.Do(t, service.Table("mails").Write(t.Context(), table.Replace(row)))
	got, err := s.Marks(t.Context(), ids)
	if err != nil || len(got) != 1 || got[0].Message != want[0].Message || got[0].State != item.Parked {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

// The mark of a mail that is decided again stays when the decision itself makes none:
// the category of its former state is to be removed.
func TestAMailThatIsDecidedAgainLosesItsCategory(t *testing.T) {
	s, ids := stored(t, 1)
	for _, state := range []item.State{item.Parked, item.New, item.Dismissed} {
		decided(t, s, ids[0], state)
	}
	if marks, err := s.Marks(t.Context(), ids); err != nil || len(marks) != 1 {
		t.Errorf("%+v, %v", marks, err)
	}
}

// A mark that was renewed after it was read is neither removed nor postponed: the
// mail has another state by then.
func TestARenewedMarkStays(t *testing.T) {
	s, ids := stored(t, 3)
	for _, id := range ids {
		decided(t, s, id, item.Parked)
	}
	marks, err := s.Marks(t.Context(), ids)
	if err != nil || len(marks) != 3 {
		t.Fatalf("%+v, %v", marks, err)
	}
	decided(t, s, marks[1].ID, item.Processed)
	must.Do(t, s.DropMarks(t.Context(), marks))
	left, err := s.Marks(t.Context(), ids)
	if err != nil || len(left) != 1 || left[0].ID != marks[1].ID {
		t.Errorf("%+v, %v", left, err)
	}
	if err := s.PostponeMarks(t.Context(), marks, 0); err != nil {
		t.Error(err)
	}
	if left, err := s.Marks(t.Context(), ids); err != nil || len(left) != 1 || left[0].Attempts != 0 {
		t.Errorf("%+v, %v", left, err)
	}
	if none, err := s.Marks(t.Context(), []string{"x", ""}); err != nil || none != nil {
		t.Errorf("%+v, %v", none, err)
	}
}

// The job that was put with the decision has a minute; then each failure doubles the
// time to the next job.
func TestMarksBecomeDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ids := stored(t, 30)
		for _, id := range ids {
			decided(t, s, id, item.Parked)
		}
		due := func(limit int) []item.Mark {
			marks := must.Get(s.DueMarks(context.Background(), limit))(t)
			return marks
		}
		if n := len(due(100)); n != 0 {
			t.Errorf("%d are due at once", n)
		}
		time.Sleep(time.Minute)
		if len(due(100)) != 30 || len(due(7)) != 7 {
			t.Errorf("%d and %d are due after a minute", len(due(100)), len(due(7)))
		}
		var waits []time.Duration
		for range 12 {
			marks := due(1)
			must.Do(t, s.PostponeMarks(t.Context(), marks, 0))
			now := must.Get(s.Marks(t.Context(), []string{marks[0].ID}))(t)
			waits = append(waits, time.Until(now[0].Next))
			time.Sleep(time.Until(now[0].Next))
		}
		if waits[0] != 2*time.Minute || waits[1] != 4*time.Minute || waits[11] != 6*time.Hour {
			t.Errorf("waits %v", waits)
		}
		marks := due(1)
		must.Do(t, s.PostponeMarks(t.Context(), marks, 9*time.Hour))
		if now, err := s.Marks(t.Context(), []string{marks[0].ID}); err != nil || time.Until(now[0].Next) != 9*time.Hour {
			t.Errorf("a wait that Graph asks for: %+v, %v", now, err)
		}
	})
}
