package item_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/item"
	"kantoorpost/shared/must"
)

// An office whose directory changed some look-ups.
func officeAt(version int64, lookups map[string]int64, all bool) item.Office {
	return item.Office{
		Version: version, Links: map[string]string{box: item.DecisionVersion(version, "role", "r")}, Now: time.Unix(1_700_000_000, 0),
		Changed: func(context.Context, int64) (map[string]int64, bool, error) { return lookups, all, nil },
	}
}

// park stores mails that wait and rest on a look-up of their own and on one that all share.
func park(t *testing.T, s *item.Store, n int) (ids []string) {
	t.Helper()
	for i := range n {
		got := must.Get(s.Ingest(t.Context(), []item.Arrival{arrivals(i, 1)[0]}))(t)
		it := must.Get(s.Get(t.Context(), got[0]))(t)
		it.State, it.Reason, it.Lookups = item.Parked, item.UnknownSender, []string{fmt.Sprint("own", i, "."), "shared"}
		must.Do(t, s.Commit(t.Context(), it.Transition(item.New, item.DecisionVersion(1, "role", "r"))...))
		ids = append(ids, it.ID)
	}
	return ids
}

// A change of the directory costs what rests on it, and nothing for the other mails that
// wait.
func TestAChangeCostsWhatRestsOnIt(t *testing.T) {
	calls := map[int]int{}
	for _, n := range []int{30, 300} {
		s, wire, _ := countedStore(t)
		ids := park(t, s, n)
		if out, err := s.Outdated(t.Context(), officeAt(1, nil, false), 10); err != nil || len(out) != 0 {
			t.Fatal(out, err)
		}
		wire.Reset()
		now := officeAt(3, map[string]int64{"own7.": 2, "nobody": 3}, false)
		out, err := s.Outdated(t.Context(), now, 10)
		if err != nil || !slices.Equal(out, ids[7:8]) {
			t.Fatalf("of %d, %d are decided again, %v", n, len(out), err)
		}
		must.Do(t, s.SetDecisionVersion(t.Context(), map[string]string{ids[7]: item.DecisionVersion(2, "role", "r")}))
		if out, err := s.Outdated(t.Context(), now, 10); err != nil || len(out) != 0 {
			t.Fatalf("decided at version 2, and again: %v, %v", out, err)
		}
		calls[n] = len(wire.Calls())
		wire.Reset()
		if out, err := s.Outdated(t.Context(), now, 10); err != nil || len(out) != 0 || len(wire.Calls()) != 1 {
			t.Errorf("nothing changed: %v, %v, %v", out, err, wire.Calls())
		}
	}
	if t.Log(calls); calls[300] != calls[30] {
		t.Errorf("a change costs %d calls with 30 mails that wait, %d with 300", calls[30], calls[300])
	}
}

// What rests on a change of the directory is not forgotten when a person retries other mail,
// or the link of an address changes, before the same tick.
func TestWhatChangesTogetherIsDecidedAgain(t *testing.T) {
	s, _, _ := countedStore(t)
	ids := park(t, s, 3)
	if out, err := s.Outdated(t.Context(), officeAt(1, nil, false), 10); err != nil || len(out) != 0 {
		t.Fatal(out, err)
	}
	must.Do(t, s.InvalidateDecisions(t.Context(), ids[:1]))
	changed := officeAt(3, map[string]int64{"own0.": 3, "own2.": 2}, false)
	out, err := s.Outdated(t.Context(), changed, 10)
	if want := slices.Sorted(slices.Values([]string{ids[0], ids[2]})); err != nil || !slices.Equal(out, want) {
		t.Errorf("%v are decided again, %v; want %v", out, err, want)
	}
	changed.Links[box] = item.DecisionVersion(3, "role", "other")
	if out, err := s.Outdated(t.Context(), changed, 10); err != nil || len(out) != 3 {
		t.Errorf("%v are decided again after another link, %v", out, err)
	}
}

// All mails are decided again when any look-up may have changed, and in the first night
// after a change; those of an address when its link changes.
func TestWhenAllAreDecidedAgain(t *testing.T) {
	later := func(o item.Office, d time.Duration) item.Office { o.Now = o.Now.Add(d); return o }
	linked := officeAt(2, nil, false)
	linked.Links[box] = item.DecisionVersion(2, "process-team", "t")
	for name, x := range map[string]struct {
		office item.Office
		want   int
	}{
		"any look-up":                    {officeAt(2, nil, true), 3},
		"a look-up of all":               {officeAt(2, map[string]int64{"shared": 2}, false), 3},
		"another look-up":                {officeAt(2, map[string]int64{"other": 2}, false), 0},
		"the link":                       {linked, 3},
		"the night after a change":       {later(officeAt(2, nil, false), 24*time.Hour), 3},
		"the night after no change":      {later(officeAt(1, nil, false), 24*time.Hour), 0},
		"the same evening, with nothing": {later(officeAt(1, nil, false), time.Minute), 0},
	} {
		s, _, _ := countedStore(t)
		park(t, s, 3)
		if out, err := s.Outdated(t.Context(), officeAt(1, nil, false), 10); err != nil || len(out) != 0 {
			t.Fatal(out, err)
		}
		if out, err := s.Outdated(t.Context(), x.office, 10); err != nil || len(out) != x.want {
			t.Errorf("%s: %d are decided again, %v; want %d", name, len(out), err, x.want)
		}
	}
}

// What a mail rested on is forgotten when it no longer waits.
func TestTheLookupsGoWithTheMail(t *testing.T) {
	s, _, tab := countedStore(t)
	id := park(t, s, 1)[0]
	rows := func() int {
		t.Helper()
		all, _, err := tab.Range(t.Context(), "l|basis|", "l|basis~", 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	if n := rows(); n != 2 {
		t.Errorf("%d look-ups, want 2", n)
	}
	move(t, s, id, item.Dismissed)
	if n := rows(); n != 0 {
		t.Errorf("%d look-ups of no mail", n)
	}
}

// A mail that is stored processed rests on nothing, so that its chat can be moved.
func TestProcessedMailRestsOnNothing(t *testing.T) {
	s, _, tab := countedStore(t)
	in := arrivals(0, 1)[0]
	m := must.Get(s.Prepare(in))(t)
	m.State, m.Lookups = item.Processed, []string{"lookup"}
	must.Do(t, tab.Write(t.Context(), m.Insertion("")...))
	it, err := s.Get(t.Context(), m.ID)
	if err != nil || it.Lookups != nil {
		t.Fatalf("%v, %v", it.Lookups, err)
	}
	if err := tab.Write(t.Context(), it.Transition(item.Processed, "")...); err != nil {
		t.Error("written again: ", err)
	}
}
