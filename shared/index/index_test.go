package index_test

import (
	"fmt"
	"slices"
	"testing"

	"kantoorpost/shared/index"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
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

// What has some words is found with as many queries as there are words, however many rows
// lie between, and with one when there are few rows.
func TestEach(t *testing.T) {
	server := tabletest.New()
	wire := server.Transport()
	service := server.Service(t, wire)
	if err := service.Create(t.Context(), "mails"); err != nil {
		t.Fatal(err)
	}
	x := index.Index{Table: service.Table("mails"), Name: "basis"}
	for i := range 2500 {
		e := index.Entry{Leading: []string{fmt.Sprintf("%04d", i), "zzzz"}}
		if err := x.Table.Write(t.Context(), x.Put(fmt.Sprint("id", i), e)...); err != nil {
			t.Fatal(err)
		}
	}
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
		if err := x.Each(t.Context(), c.words, func(word, id string) { found = append(found, word+id) }); err != nil {
			t.Fatal(err)
		}
		slices.Sort(found)
		if n := len(slices.Compact(found)); n != c.found || len(wire.Calls()) > c.calls {
			t.Errorf("%v: %d rows with %d calls, want %d with %d", c.words, n, len(wire.Calls()), c.found, c.calls)
		}
	}
}
