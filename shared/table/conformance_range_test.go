package table_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kantoorpost/shared/table"
)

func fullTransaction(t *testing.T, tbl *table.Table) {
	var ops []table.Op
	size := 0
	for i := range table.MaxOps {
		op := table.Insert(table.Row{Key: fmt.Sprintf("k%03d", i), Props: props("data", bytes.Repeat([]byte{byte(i)}, 28<<10))})
		size += op.Size()
		ops = append(ops, op)
	}
	if size > table.MaxBytes || size < table.MaxBytes*9/10 {
		t.Fatalf("the operations take %d bytes, want just under %d", size, table.MaxBytes)
	}
	write(t, tbl, ops...)
	rows, next, err := tbl.Range(t.Context(), "k", "l", 1000)
	if err != nil || len(rows) != table.MaxOps || next != "" {
		t.Errorf("got %d rows, next %q, %v", len(rows), next, err)
	}
}

func rangeInOrder(t *testing.T, tbl *table.Table) {
	var want []string
	for i := range 25 {
		want = append(want, fmt.Sprintf("k|%02d", i))
	}
	var ops []table.Op
	for i := range want {
		ops = append(ops, table.Insert(table.Row{Key: want[(i*7)%len(want)]}))
	}
	write(t, tbl, ops...)
	for _, limit := range []int{1, 4, 5, 24, 25, 26} {
		var got []string
		for from, more := "k|", true; more; more = from != "" {
			rows, next, err := tbl.Range(t.Context(), from, "k}", limit)
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) > limit || next != "" && len(rows) < limit {
				t.Fatalf("limit %d gave %d rows and next %q", limit, len(rows), next)
			}
			for _, r := range rows {
				got = append(got, r.Key)
			}
			from = next
		}
		if !slices.Equal(got, want) {
			t.Errorf("by %d: got %v", limit, got)
		}
	}
}

func rangeBounds(t *testing.T, tbl *table.Table) {
	for _, key := range []string{"a", "b", "b1", "c", "d"} {
		write(t, tbl, table.Insert(table.Row{Key: key}))
	}
	for _, c := range []struct{ from, to, want string }{
		{"", "", "a b b1 c d"}, {"b", "", "b b1 c d"}, {"", "b", "a"}, {"b", "c", "b b1"}, {"b", "b", ""}, {"bb", "cc", "c"},
		{"b\x00", "c\x00", "b1 c"}, {"x", "z", ""}, {"b", "b\uffff", "b b1"}, {"c", "b", ""},
	} {
		rows, next, err := tbl.Range(t.Context(), c.from, c.to, 100)
		var got []string
		for _, r := range rows {
			got = append(got, r.Key)
		}
		if err != nil || next != "" || strings.Join(got, " ") != c.want {
			t.Errorf("[%q, %q): got %v, next %q, %v", c.from, c.to, got, next, err)
		}
	}
	for _, limit := range []int{0, -1, 1001} {
		if _, _, err := tbl.Range(t.Context(), "", "", limit); err == nil {
			t.Errorf("limit %d was taken", limit)
		}
	}
}

func largestRow(t *testing.T, tbl *table.Table) {
	r := table.Row{Key: strings.Repeat("k", 512), Props: map[string]any{}}
	for i := range 15 {
		r.Props[fmt.Sprint("binary", i)] = bytes.Repeat([]byte{byte(i)}, 64<<10)
	}
	r.Props["text"] = strings.Repeat("<", 24<<10)
	write(t, tbl, table.Insert(r))
	same(t, get(t, tbl, r.Key).Props, r.Props)
	// Azurite counts the bytes of the JSON when a row is replaced.
	for i := range 5 {
		delete(r.Props, fmt.Sprint("binary", i))
	}
	for i := range 252 - len(r.Props) {
		r.Props[fmt.Sprint("p", i)] = true
	}
	r.ETag = get(t, tbl, r.Key).ETag
	write(t, tbl, table.Replace(r))
	same(t, get(t, tbl, r.Key).Props, r.Props)
}

func columns(t *testing.T, tbl *table.Table) {
	write(t, tbl,
		table.Insert(table.Row{Key: "c|1", Props: props("name", "Anna", "count", int64(7), "data", strings.Repeat("x", 1000))}),
		table.Insert(table.Row{Key: "c|2", Props: props("data", "y")}))
	rows, next, err := tbl.Columns(t.Context(), "c|", "c}", 10, "name", "count")
	if err != nil || next != "" || len(rows) != 2 {
		t.Fatalf("%v, %q, %v", rows, next, err)
	}
	if r := rows[0]; r.Key != "c|1" || r.Props["name"] != "Anna" || r.Props["count"] != int64(7) || len(r.Props) != 2 {
		t.Errorf("%+v", r)
	}
	if r := rows[1]; r.Key != "c|2" || len(r.Props) != 0 {
		t.Errorf("%+v", r)
	}
	rows, next, err = tbl.Columns(t.Context(), "c|", "c}", 1, "name")
	if err != nil || len(rows) != 1 || next == "" {
		t.Errorf("a page of one: %v, %q, %v", rows, next, err)
	}
}
