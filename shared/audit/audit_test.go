package audit

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/ids"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

func newTables(t testing.TB, names ...string) ([]*table.Table, *wiretest.Wire) {
	t.Helper()
	server := tabletest.New()
	wire := server.Transport()
	service := server.Service(t, wire)
	must.Do(t, service.Create(t.Context(), names...))
	var tables []*table.Table
	for _, name := range names {
		tables = append(tables, service.Table(name))
	}
	return tables, wire
}

func TestAnEntryIsReadAsItWasWritten(t *testing.T) {
	tables, _ := newTables(t, "one")
	e := Entry{At: time.Date(2026, 3, 1, 10, 0, 0, 0, time.FixedZone("", 3600)), By: "sanne@kantoor.nl", Action: "mail.solve",
		Object: "contact x", Mail: "m", Detail: map[string]string{"name": "Piet → Kees", "note": "{\"a\":\n1}"}}.Identified()
	must.Do(t, tables[0].Write(t.Context(), Op(e)))
	got, next, err := New(tables...).List(t.Context(), 10, "")
	if err != nil || next != "" || len(got) != 1 || !reflect.DeepEqual(got[0], e) {
		t.Errorf("%+v, %q, %v; want %+v", got, next, err, e)
	}
	for id, want := range map[string]bool{e.ID: true, ids.Timed(e.At, ids.Random()): false} {
		if there, err := Written(t.Context(), tables[0], id); err != nil || there != want {
			t.Errorf("written: %v, %v; want %v", there, err, want)
		}
	}
	if again := e.Identified(); !reflect.DeepEqual(again, e) {
		t.Errorf("identified again as %+v", again)
	}
}

func TestWhoActsTravelsWithTheContext(t *testing.T) {
	ctx := As(context.Background(), "sanne")
	if By(ctx) != "sanne" || By(As(ctx, "")) != "" || By(context.Background()) != "" {
		t.Errorf("%q, %q, %q", By(ctx), By(As(ctx, "")), By(context.Background()))
	}
}

// The entries of all tables form one list, newest first. Its pages lose and repeat
// nothing, and each page takes one query for each table.
func TestTheLogIsOneListOfAllTables(t *testing.T) {
	tables, wire := newTables(t, "one", "two", "three")
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var want []string
	for i := range 23 {
		at := begin.Add(time.Duration(i/2) * time.Second) // some at the same moment
		e := Entry{At: at, Action: fmt.Sprint(i)}.Identified()
		want = append(want, e.ID)
		// Rows of other kinds stand beside the entries.
		other := table.Put(table.Row{Key: fmt.Sprintf("%c|%d", "`b"[i%2], i), Props: map[string]any{"x": true}})
		must.Do(t, tables[i*i%3].Write(t.Context(), Op(e), other))
	}
	slices.Sort(want)
	log := New(tables...)
	for _, limit := range []int{1, 4, 22, 23, 100} {
		var got []string
		wire.Reset()
		pages := 0
		for after := ""; ; {
			entries, next, err := log.List(t.Context(), limit, after)
			if err != nil || len(entries) > limit {
				t.Fatal(len(entries), err)
			}
			pages++
			for _, e := range entries {
				got = append(got, e.ID)
			}
			if after = next; after == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("in pages of %d: %v; want %v", limit, got, want)
		}
		if n := len(wire.Calls()); n != 3*pages || pages > 23/limit+1 {
			t.Errorf("%d queries for %d pages of %d", n, pages, limit)
		}
	}
	first, _, _ := log.List(t.Context(), 1, "")
	if !first[0].At.Equal(begin.Add(11 * time.Second)) {
		t.Errorf("the first entry is of %s", first[0].At)
	}
}

func TestADamagedEntryHidesNoOther(t *testing.T) {
	tables, _ := newTables(t, "one")
	for i := range 3 {
		e := Entry{At: time.Unix(int64(i), 0), Action: "x"}.Identified()
		op := Op(e)
		if i == 1 {
			op = table.Put(table.Row{Key: prefix + e.ID, Props: map[string]any{"detail": "damaged"}})
		}
		must.Do(t, tables[0].Write(t.Context(), op))
	}
	seen := 0
	for after := ""; ; {
		entries, next, err := New(tables...).List(t.Context(), 1, after)
		if err != nil {
			t.Fatal(err)
		}
		seen += len(entries)
		if after = next; after == "" {
			break
		}
	}
	if seen != 2 {
		t.Errorf("%d entries; want 2", seen)
	}
}

func TestAListGoesOnAfterAnEntryOnly(t *testing.T) {
	log := New()
	for _, odd := range []string{"x", "z|", strings.Repeat("1", 40), "1234567890123-" + strings.Repeat("'", 26)} {
		if _, _, err := log.List(t.Context(), 5, odd); !errors.Is(err, ErrPosition) {
			t.Errorf("after %q: %v", odd, err)
		}
	}
	for _, limit := range []int{0, -1, MaxList + 1} {
		if _, _, err := log.List(t.Context(), limit, ""); err == nil {
			t.Errorf("a list of %d entries", limit)
		}
	}
}

// Every entry can be written: a change never fails because of its entry.
func FuzzOp(f *testing.F) {
	f.Add("sanne", "name", "Piet → Kees", 1)
	f.Add("\xff\x00\u2028", "\u202e", strings.Repeat("𝔘\"", 4000), 70)
	f.Add(strings.Repeat("é", 3000), strings.Repeat("\n\\", 600), "\U0010ffff\ufffe", 3)
	tables, _ := newTables(f, "one")
	f.Fuzz(func(t *testing.T, by, name, value string, details int) {
		e := Entry{By: by, Action: name, Object: value, Mail: value, Detail: map[string]string{}}.Identified()
		for i := range min(max(details, 0), 80) {
			e.Detail[fmt.Sprint(name, i)] = value
		}
		must.Do(t, tables[0].Write(t.Context(), Op(e)))
		got, err := tables[0].Get(t.Context(), prefix+e.ID)
		if err != nil || got.Unpack(&e) != nil {
			t.Errorf("%+v, %v", got, err)
		}
		must.Do(t, tables[0].Write(t.Context(), table.Delete(got)))
	})
}
