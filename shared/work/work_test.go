package work_test

import (
	"slices"
	"testing"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/work"
)

// Entries are due when their time has come, newest first, each time later. One that
// changed since it was read is not postponed, and does not stop the others.
func TestList(t *testing.T) {
	tables := tabletest.Open(t, "mails").Table("mails")
	at := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	l := work.List{Table: tables, Prefix: "w|", First: time.Minute, Max: 3 * time.Minute, Now: func() time.Time { return at }}
	id := func(after time.Duration) string { return ids.Timed(at.Add(after), ids.Hash(after.String())) }
	former, older, newer, later := id(0), id(1*time.Second), id(2*time.Second), id(3*time.Second)
	put := func(rows ...table.Row) {
		t.Helper()
		for _, r := range rows {
			must.Do(t, tables.Write(t.Context(), table.Put(r)))
		}
	}
	entry := func(id string, next time.Time) table.Row { return work.Entry{ID: id, Next: next}.Row("w|" + id) }
	put(entry("by hand", at), entry(older, at), entry(newer, at), entry(later, at.Add(time.Hour)),
		table.Row{Key: "w|" + former, Props: map[string]any{"reply": former, "next": at.Format(time.RFC3339), "attempts": int64(0)}})
	due := func(limit int, want ...string) []work.Entry {
		t.Helper()
		entries, err := l.Due(t.Context(), limit)
		var got []string
		for _, e := range entries {
			got = append(got, e.ID)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("due at %v: %v, %v; want %v", at, got, err, want)
		}
		return entries
	}
	postpone := func(entries []work.Entry) {
		t.Helper()
		must.Do(t, l.Postpone(t.Context(), entries))
	}
	due(1, newer)
	entries := due(10, newer, older, former)
	put(entry(older, at))
	postpone(entries)
	postpone(entries) // all were changed meanwhile
	postpone(due(10, older))
	for _, wait := range []time.Duration{2 * time.Minute, 3 * time.Minute, 3 * time.Minute} {
		at = at.Add(wait - time.Second)
		due(10)
		at = at.Add(time.Second)
		postpone(due(10, newer, older, former))
	}
}
