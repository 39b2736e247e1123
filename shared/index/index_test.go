package index_test

import (
	"fmt"
	"slices"
	"testing"

	"kantoorpost/shared/index"
	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

// Index rows that do not fit in a transaction are left out, and nothing else is.
func TestFit(t *testing.T) {
	x := index.Index{Name: "chat"}
	var words []string
	for i := range 10 {
		words = append(words, fmt.Sprint("woord", i))
	}
	var ops []table.Op
	for i := range table.MaxOps - 3 {
		ops = append(ops, table.Put(table.Row{Key: fmt.Sprint("x|", i)}))
	}
	all := append(x.Put("id", index.EntryOf(words, func(string) bool { return true }, nil)), ops...)
	fit := index.Fit(all)
	if len(fit) != table.MaxOps || len(all) != table.MaxOps+7 {
		t.Fatalf("%d of %d operations fit", len(fit), len(all))
	}
	if fit[2].Key() != "l|chat|woord2|id" || fit[3].Key() != "x|0" {
		t.Errorf("left are %s, %s", fit[2].Key(), fit[3].Key())
	}
}

// withFrequentWord is an index of 2,500 rows that each have a word of their own, and all
// the word "zzzz".
func withFrequentWord(t *testing.T) (index.Index, *wiretest.Wire) {
	t.Helper()
	server := tabletest.New()
	wire := server.Transport()
	service := server.Service(t, wire)
	must.Do(t, service.Create(t.Context(), "mails"))
	x := index.Index{Table: service.Table("mails"), Name: "basis"}
	for i := range 2500 {
		words := []string{fmt.Sprintf("%04d", i), "zzzz"}
		must.Do(t, x.Table.Write(t.Context(), x.Put(fmt.Sprint("id", i), index.Entry{Words: words, Leading: words})...))
	}
	wire.Reset()
	return x, wire
}

// A search for a frequent and a rare word, which are as long, looks through the rows of
// the rare one.
func TestFindReadsTheRowsOfTheRarerWord(t *testing.T) {
	x, wire := withFrequentWord(t)
	words := []string{"zzzz", "0003"}
	found, ok, err := x.Find(t.Context(), index.Query{Words: words, Leading: words, Limit: 10})
	if err != nil || !ok || !slices.Equal(found, []string{"id3"}) || len(wire.Calls()) > 2 {
		t.Errorf("%v, %v, %v with %d calls, want 2", found, ok, err, len(wire.Calls()))
	}
}

// A word that all have is found with one query of few rows, of two sizes of an index; one that
// only few are wanted of is given up after ten queries.
func TestFindByAWordThatAllHave(t *testing.T) {
	x, wire := withFrequentWord(t)
	for _, rows := range []int{2500, 25_000} {
		for i := 2500; i < rows; i += table.MaxOps {
			var ops []table.Op
			for n := range table.MaxOps {
				ops = append(ops, x.Put(fmt.Sprintf("ie%06d", i+n), index.Entry{Words: []string{"zzzz"}, Leading: []string{"zzzz"}})...)
			}
			must.Do(t, x.Table.Write(t.Context(), ops...))
		}
		wire.Reset()
		q := index.Query{Words: []string{"zz"}, Leading: []string{"zz"}, Limit: 50}
		found, ok, err := x.Find(t.Context(), q)
		calls := wire.Calls()
		if err != nil || !ok || len(found) != 50 || len(calls) != 2 || calls[0].Received+calls[1].Received > 24<<10 {
			t.Errorf("%d of %d rows, %v, %v: %d calls, %d bytes", len(found), rows, ok, err, len(calls), calls[0].Received)
		}
		wire.Reset()
		q.Keep = func(map[string]string) bool { return false }
		if found, ok, err = x.Find(t.Context(), q); err != nil || len(found) > 0 || ok != (rows < 10_000) || len(wire.Calls()) > 10 {
			t.Errorf("none of %d rows: %v, %v, %v with %d calls", rows, found, ok, err, len(wire.Calls()))
		}
	}
}

// What has some words is found with as many queries as there are words, however many rows
// lie between, and with one when there are few rows.
func TestEach(t *testing.T) {
	x, wire := withFrequentWord(t)
	for _, c := range []struct {
		words []string
		calls int
		found int
	}{
		{[]string{"0003", "0004", "0005", "0999", "none"}, 2, 4},
		{[]string{"0003", "2000"}, 2, 2},
		{[]string{"0003", "zzzz"}, 4, 2501},
		{nil, 0, 0},
	} {
		wire.Reset()
		var found []string
		must.Do(t, x.Each(t.Context(), c.words, func(word, id string) { found = append(found, word+id) }))
		slices.Sort(found)
		if n := len(slices.Compact(found)); n != c.found || len(wire.Calls()) > c.calls {
			t.Errorf("%v: %d rows with %d calls, want %d with %d", c.words, n, len(wire.Calls()), c.found, c.calls)
		}
	}
}
