package index_test

import (
	"fmt"
	"testing"

	"kantoorpost/shared/index"
	"kantoorpost/shared/table"
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
