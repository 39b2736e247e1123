package table_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/data/aztables"

	"kantoorpost/shared/dev/azurite/azuritetest"
	"kantoorpost/shared/must"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

func TestDoubleKeepsThePromises(t *testing.T) {
	t.Run("plain", func(t *testing.T) { run(t, tabletest.Open(t)) })
	t.Run("small and empty pages", func(t *testing.T) {
		s := tabletest.New()
		s.MaxPage, s.EmptyPages = 2, true
		run(t, s.Service(t, s.Transport()))
	})
}

func TestAzuriteKeepsThePromises(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no Azurite")
	}
	runOn(t, azuritetest.ForTest(t).ConnectionString())
}

func TestAzureKeepsThePromises(t *testing.T) {
	account := os.Getenv("KANTOORPOST_STORAGE")
	if account == "" {
		t.Skip("KANTOORPOST_STORAGE holds no connection string of a storage account")
	}
	runOn(t, account)
}

func runOn(t *testing.T, account string) {
	service := must.Get(table.Open(storage.Account{ConnectionString: account}))(t)
	cleaner := must.Get(aztables.NewServiceClientFromConnectionString(account, nil))(t)
	for _, name := range run(t, service) {
		if _, err := cleaner.DeleteTable(context.WithoutCancel(t.Context()), name, nil); err != nil {
			t.Error(err)
		}
	}
}

// run checks what package table promises of a service, in new tables. It returns
// their names.
func run(t *testing.T, service *table.Service) (names []string) {
	fresh := func(t *testing.T) *table.Table {
		name := "t" + strings.ToLower(rand.Text())
		must.Do(t, service.Create(t.Context(), name))
		names = append(names, name)
		return service.Table(name)
	}
	for _, promise := range []struct {
		name string
		keep func(*testing.T, *table.Table)
	}{
		{"a row is read as it was written", readAsWritten},
		{"an odd key is a key like any other", oddKeys},
		{"only an insert of a new row succeeds", insertOnce},
		{"a version is replaced once", replaceOnce},
		{"one write tells the version that it made", versions},
		{"a merge leaves what it does not name", mergeLeaves},
		{"a put does not ask", putAlways},
		{"a row is deleted once", deleteOnce},
		{"a transaction is all or nothing", allOrNothing},
		{"a transaction names what failed", failedOpIsNamed},
		{"a full transaction fits", fullTransaction},
		{"a range is in order and goes on", rangeInOrder},
		{"columns are what is asked for", columns},
		{"a range stays within its bounds", rangeBounds},
		{"the largest row fits", largestRow},
	} {
		t.Run(promise.name, func(t *testing.T) { promise.keep(t, fresh(t)) })
	}
	t.Run("creating twice is harmless", func(t *testing.T) {
		if err := service.Create(t.Context(), names[0], names[0]); err != nil {
			t.Error(err)
		}
	})
	t.Run("a missing table is no missing row", func(t *testing.T) {
		_, err := service.Table("missing"+strings.ToLower(rand.Text())).Get(t.Context(), "k")
		if err == nil || errors.Is(err, table.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
	return names
}

func props(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

func write(t *testing.T, tbl *table.Table, ops ...table.Op) {
	t.Helper()
	must.Do(t, tbl.Write(t.Context(), ops...))
}

func get(t *testing.T, tbl *table.Table, key string) table.Row {
	t.Helper()
	r := must.Get(tbl.Get(t.Context(), key))(t)
	if r.Key != key || r.ETag == "" {
		t.Fatalf("got row %q of version %q, want %q", r.Key, r.ETag, key)
	}
	return r
}

func refused(t *testing.T, err, want error) {
	t.Helper()
	var op *table.OpError
	if !errors.Is(err, want) || !errors.As(err, &op) {
		t.Fatalf("got %v, want an OpError that is %v", err, want)
	}
}

func same(t *testing.T, got, want map[string]any) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for name, w := range want {
		g, ok := got[name]
		switch w := w.(type) {
		case []byte:
			gb, isBytes := g.([]byte)
			ok = ok && isBytes && bytes.Equal(gb, w)
		case time.Time:
			gt, isTime := g.(time.Time)
			ok = ok && isTime && gt.Equal(w)
		default:
			ok = ok && g == w
		}
		if !ok {
			t.Errorf("%s is %#v, want %#v", name, g, w)
		}
	}
}

func readAsWritten(t *testing.T, tbl *table.Table) {
	want := props(
		"text", "Beste <Jan> & \"co\",\r\n\tgroet 👋 \u2028 ünïcode \\ / '", "empty", "",
		"yes", true, "no", false,
		"int", int64(42), "max", int64(1<<63-1), "min", int64(-1<<63), "zero", int64(0),
		"half", 0.5, "whole", 3.0, "large", 1e300, "tiny", -5e-324,
		"when", time.Date(2026, 11, 23, 9, 35, 0, 123456700, time.UTC), "noon", time.Date(1999, 12, 31, 12, 0, 0, 0, time.UTC),
		"data", []byte{0, 1, 2, 255}, "nothing", []byte{},
	)
	write(t, tbl, table.Insert(table.Row{Key: "one", Props: want}))
	write(t, tbl, table.Insert(table.Row{Key: "two", Props: want}), table.Put(table.Row{Key: "three", Props: want}))
	for _, key := range []string{"one", "two", "three"} {
		same(t, get(t, tbl, key).Props, want)
	}
	rows, _, err := tbl.Range(t.Context(), "", "", 10)
	if err != nil || len(rows) != 3 {
		t.Fatalf("got %d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		same(t, r.Props, want)
		if r.ETag != get(t, tbl, r.Key).ETag {
			t.Errorf("row %s has version %q in a range", r.Key, r.ETag)
		}
	}
}

func oddKeys(t *testing.T, tbl *table.Table) {
	keys := []string{
		"o'brien@example.nl", "a'',b", "jan+post@example.nl", "100%", "a%20b", "a&b", "a&'b", "$batch", "$0$1", "*", "*1",
		"a|b:c;d=e", "(x),y!", "ünï ködé", "漢字", "👋", "..", ".", "~", "a b", " lead", "\"q\"", "<x>", "{y}", "[z]", "^`@",
	}
	var insert, replace, remove []table.Op
	for _, key := range keys {
		insert = append(insert, table.Insert(table.Row{Key: key, Props: props("key", key)}))
	}
	write(t, tbl, insert...)
	for _, key := range keys {
		r := get(t, tbl, key)
		same(t, r.Props, props("key", key))
		r.Props = props("key", key, "again", true)
		replace = append(replace, table.Replace(r))
		remove = append(remove, table.Delete(table.Row{Key: key}))
	}
	write(t, tbl, replace...)
	for _, key := range keys {
		r := get(t, tbl, key)
		same(t, r.Props, props("key", key, "again", true))
		write(t, tbl, table.Replace(r)) // as a request of its own
		rows, _, err := tbl.Range(t.Context(), key, key+"\x00", 2)
		if err != nil || len(rows) != 1 || rows[0].Key != key {
			t.Errorf("range of just %q: %v, %v", key, rows, err)
		}
	}
	rows, _, err := tbl.Range(t.Context(), "", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	for i, r := range rows {
		if r.Key != keys[i] {
			t.Errorf("row %d is %q, want %q", i, r.Key, keys[i])
		}
	}
	write(t, tbl, remove[1:]...)
	write(t, tbl, remove[0])
	if rows, _, err = tbl.Range(t.Context(), "", "", 1000); err != nil || len(rows) != 0 {
		t.Errorf("left are %v, %v", rows, err)
	}
}

func insertOnce(t *testing.T, tbl *table.Table) {
	first := table.Row{Key: "k", Props: props("n", int64(1))}
	write(t, tbl, table.Insert(first))
	refused(t, tbl.Write(t.Context(), table.Insert(table.Row{Key: "k", Props: props("n", int64(2))})), table.ErrExists)
	same(t, get(t, tbl, "k").Props, first.Props)
}

func replaceOnce(t *testing.T, tbl *table.Table) {
	refused(t, tbl.Write(t.Context(), table.Replace(table.Row{Key: "k", ETag: `W/"datetime'2026-01-01T00%3A00%3A00Z'"`})), table.ErrNotFound)
	write(t, tbl, table.Insert(table.Row{Key: "k", Props: props("n", int64(1), "old", true)}))
	r := get(t, tbl, "k")
	r.Props = props("n", int64(2))
	write(t, tbl, table.Replace(r))
	refused(t, tbl.Write(t.Context(), table.Replace(r)), table.ErrChanged)
	refused(t, tbl.Write(t.Context(), table.Merge(r)), table.ErrChanged)
	refused(t, tbl.Write(t.Context(), table.Insert(table.Row{Key: "other"}), table.Replace(r)), table.ErrChanged)
	same(t, get(t, tbl, "k").Props, props("n", int64(2)))
}

// versions checks the versions of rows that are read later.
func versions(t *testing.T, tbl *table.Table) {
	r := table.Row{Key: "k", Props: props("n", int64(1))}
	for _, op := range []func(table.Row) table.Op{table.Insert, table.Put, table.Replace, table.Merge} {
		etag, err := tbl.WriteOne(t.Context(), op(r))
		if err != nil || etag != get(t, tbl, "k").ETag {
			t.Fatalf("written as version %q, %v; read as %q", etag, err, get(t, tbl, "k").ETag)
		}
		r.ETag = etag
	}
	if etag, err := tbl.WriteOne(t.Context(), table.Delete(r)); etag != "" || err != nil {
		t.Errorf("deleted as version %q, %v", etag, err)
	}
	_, err := tbl.WriteOne(t.Context(), table.Replace(r))
	refused(t, err, table.ErrNotFound)
}

func mergeLeaves(t *testing.T, tbl *table.Table) {
	write(t, tbl, table.Insert(table.Row{Key: "k", Props: props("a", "old", "b", "old")}))
	r := get(t, tbl, "k")
	r.Props = props("b", "new", "c", "new")
	write(t, tbl, table.Merge(r))
	r = get(t, tbl, "k")
	same(t, r.Props, props("a", "old", "b", "new", "c", "new"))
	r.Props = props("a", "newer")
	write(t, tbl, table.Merge(r), table.Insert(table.Row{Key: "l"}))
	same(t, get(t, tbl, "k").Props, props("a", "newer", "b", "new", "c", "new"))
	gone := table.Row{Key: "gone", ETag: r.ETag, Props: props("a", "b")}
	refused(t, tbl.Write(t.Context(), table.Merge(gone)), table.ErrNotFound)
	refused(t, tbl.Write(t.Context(), table.Merge(gone), table.Insert(table.Row{Key: "m"})), table.ErrNotFound)
}

func putAlways(t *testing.T, tbl *table.Table) {
	for i, n := range []int64{1, 2} {
		write(t, tbl, table.Put(table.Row{Key: "k", Props: props("n", n)}))
		write(t, tbl, table.Put(table.Row{Key: "l", Props: props("n", n, fmt.Sprint("p", i), true)}), table.Put(table.Row{Key: "m"}))
	}
	same(t, get(t, tbl, "k").Props, props("n", int64(2)))
	same(t, get(t, tbl, "l").Props, props("n", int64(2), "p1", true))
}

func deleteOnce(t *testing.T, tbl *table.Table) {
	write(t, tbl, table.Insert(table.Row{Key: "k"}), table.Insert(table.Row{Key: "l"}))
	stale := get(t, tbl, "k")
	write(t, tbl, table.Put(table.Row{Key: "k"}))
	refused(t, tbl.Write(t.Context(), table.Delete(stale)), table.ErrChanged)
	write(t, tbl, table.Delete(get(t, tbl, "k")))
	write(t, tbl, table.Delete(table.Row{Key: "l"}))
	for _, key := range []string{"k", "l"} {
		refused(t, tbl.Write(t.Context(), table.Delete(table.Row{Key: key})), table.ErrNotFound)
		if _, err := tbl.Get(t.Context(), key); !errors.Is(err, table.ErrNotFound) {
			t.Errorf("row %s after its deletion: %v", key, err)
		}
	}
}

func allOrNothing(t *testing.T, tbl *table.Table) {
	write(t, tbl, table.Insert(table.Row{Key: "there", Props: props("n", int64(1))}), table.Insert(table.Row{Key: "work"}))
	err := tbl.Write(t.Context(),
		table.Put(table.Row{Key: "new"}),
		table.Delete(table.Row{Key: "work"}),
		table.Insert(table.Row{Key: "there", Props: props("n", int64(2))}))
	refused(t, err, table.ErrExists)
	if _, err := tbl.Get(t.Context(), "new"); !errors.Is(err, table.ErrNotFound) {
		t.Errorf("the first write of a transaction that failed: %v", err)
	}
	get(t, tbl, "work")
	same(t, get(t, tbl, "there").Props, props("n", int64(1)))
}

func failedOpIsNamed(t *testing.T, tbl *table.Table) {
	write(t, tbl, table.Insert(table.Row{Key: "there"}))
	var ops []table.Op
	for i := range 20 {
		ops = append(ops, table.Insert(table.Row{Key: fmt.Sprint("new", i)}))
	}
	for _, c := range []struct {
		op   table.Op
		want error
	}{
		{table.Insert(table.Row{Key: "there"}), table.ErrExists},
		{table.Delete(table.Row{Key: "gone"}), table.ErrNotFound},
		{table.Replace(table.Row{Key: "there", ETag: `W/"datetime'2026-01-01T00%3A00%3A00Z'"`}), table.ErrChanged},
		{table.Delete(table.Row{Key: "there", ETag: `W/"datetime'2026-01-01T00%3A00%3A00Z'"`}), table.ErrChanged},
	} {
		err := tbl.Write(t.Context(), slices.Insert(slices.Clone(ops), 17, c.op)...)
		var op *table.OpError
		if !errors.Is(err, c.want) || !errors.As(err, &op) || op.Index != 17 || op.Key != c.op.Key() {
			t.Errorf("got %v, want %v of operation 17 on %s", err, c.want, c.op.Key())
		}
	}
}
