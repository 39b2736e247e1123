package table_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/must"
	"kantoorpost/shared/storage"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
	"kantoorpost/shared/wiretest"
)

// double returns an empty table, with its server and the wire to it.
func double(t *testing.T) (*tabletest.Server, *wiretest.Wire, *table.Table) {
	t.Helper()
	s := tabletest.New()
	wire := s.Transport()
	service := s.Service(t, wire)
	must.Do(t, service.Create(t.Context(), "mails"))
	wire.Reset()
	return s, wire, service.Table("mails")
}

// first applies f to the first n calls only.
func first(n int, f wiretest.Fault) func(int, *http.Request) wiretest.Fault {
	return func(call int, _ *http.Request) wiretest.Fault {
		if call < n {
			return f
		}
		return wiretest.Pass
	}
}

// A write, a read and a range are one request each.
func TestCalls(t *testing.T) {
	_, wire, tbl := double(t)
	ops := make([]table.Op, table.MaxOps)
	for i := range ops {
		ops[i] = table.Insert(table.Row{Key: fmt.Sprintf("k%02d", i)})
	}
	for _, c := range []struct {
		want string
		do   func() error
	}{
		{"POST /$batch", func() error { return tbl.Write(t.Context(), ops...) }},
		{"POST /mails", func() error { return tbl.Write(t.Context(), table.Insert(table.Row{Key: "one"})) }},
		{"GET /mails(PartitionKey='office',RowKey='one')", func() error { _, err := tbl.Get(t.Context(), "one"); return err }},
		{"GET /mails()", func() error { _, _, err := tbl.Range(t.Context(), "k", "l", 100); return err }},
		{"", func() error { return tbl.Write(t.Context()) }},
	} {
		wire.Reset()
		if err := c.do(); err != nil {
			t.Errorf("%s: %v", c.want, err)
		}
		got := ""
		for _, call := range wire.Calls() {
			path, _, _ := strings.Cut(strings.TrimPrefix(call.URL, "https://kantoorpost.table.core.windows.net"), "?")
			got += call.Method + " " + strings.ReplaceAll(path, "%27", "'")
		}
		if got != c.want {
			t.Errorf("sent %q, want %q", got, c.want)
		}
	}
}

// What breaks a rule of the service is refused before anything is sent.
func TestChecksComeFirst(t *testing.T) {
	_, wire, tbl := double(t)
	row := func(name string, v any) table.Row { return table.Row{Key: "k", Props: map[string]any{name: v}} }
	wide, heavy := table.Row{Key: "k", Props: map[string]any{}}, table.Row{Key: "k", Props: map[string]any{}}
	for i := range 253 {
		wide.Props[fmt.Sprint("p", i)] = true
	}
	for i := range 16 {
		heavy.Props[fmt.Sprint("p", i)] = make([]byte, 64<<10)
	}
	var many, big []table.Op
	for i := range 101 {
		many = append(many, table.Put(table.Row{Key: fmt.Sprint("k", i)}))
	}
	for i := range 100 {
		big = append(big, table.Put(table.Row{Key: fmt.Sprint("k", i), Props: map[string]any{"b": make([]byte, 32<<10)}}))
	}
	for _, c := range []struct {
		name  string
		ops   []table.Op
		large bool
	}{
		{"no key", []table.Op{table.Insert(table.Row{})}, false},
		{"slash in the key", []table.Op{table.Insert(table.Row{Key: "a/b"})}, false},
		{"backslash in the key", []table.Op{table.Insert(table.Row{Key: `a\b`})}, false},
		{"hash in the key", []table.Op{table.Delete(table.Row{Key: "a#b"})}, false},
		{"question mark in the key", []table.Op{table.Put(table.Row{Key: "a?b"})}, false},
		{"control character in the key", []table.Op{table.Put(table.Row{Key: "a\u0085b"})}, false},
		{"broken UTF-8 in the key", []table.Op{table.Put(table.Row{Key: "a\xffb"})}, false},
		{"long key", []table.Op{table.Put(table.Row{Key: strings.Repeat("k", 513)})}, true},
		{"key that is long once it is stored", []table.Op{table.Put(table.Row{Key: strings.Repeat("'", 257)})}, true},
		{"hyphen in a name", []table.Op{table.Put(row("a-b", true))}, false},
		{"digit before a name", []table.Op{table.Put(row("1a", true))}, false},
		{"no name", []table.Op{table.Put(row("", true))}, false},
		{"long name", []table.Op{table.Put(row(strings.Repeat("n", 256), true))}, false},
		{"the service's name", []table.Op{table.Put(row("Timestamp", time.Now()))}, false},
		{"int", []table.Op{table.Put(row("n", 1))}, false},
		{"nil", []table.Op{table.Put(row("n", nil))}, false},
		{"year 1", []table.Op{table.Put(row("n", time.Time{}))}, false},
		{"broken UTF-8", []table.Op{table.Put(row("n", "\xff"))}, false},
		{"long text", []table.Op{table.Put(row("n", strings.Repeat("é", 32<<10+1)))}, true},
		{"long text of pairs", []table.Op{table.Put(row("n", strings.Repeat("👋", 16<<10+1)))}, true},
		{"long bytes", []table.Op{table.Put(row("n", make([]byte, 64<<10+1)))}, true},
		{"many properties", []table.Op{table.Put(wide)}, true},
		{"large row", []table.Op{table.Put(heavy)}, true},
		{"101 operations", many, true},
		{"4 MiB", big, true},
		{"one row twice", []table.Op{table.Put(table.Row{Key: "k"}), table.Delete(table.Row{Key: "k"})}, false},
		{"replace without a version", []table.Op{table.Replace(table.Row{Key: "k"})}, false},
		{"merge without a version", []table.Op{table.Merge(table.Row{Key: "k"})}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := tbl.Write(t.Context(), c.ops...)
			if err == nil || errors.Is(err, table.ErrTooLarge) != c.large {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := tbl.Get(t.Context(), "a/b"); err == nil || errors.Is(err, table.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if n := len(wire.Calls()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// A request that failed before it arrived is sent again.
func TestRefusedCallsAreRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, wire, tbl := double(t)
		wire.Fault(first(3, wiretest.Refuse))
		start := time.Now()
		write(t, tbl, table.Insert(table.Row{Key: "k"}), table.Insert(table.Row{Key: "l"}))
		if d := time.Since(start); d == 0 || d > 10*time.Second {
			t.Errorf("three retries took %s", d)
		}
	})
}

// After a lost answer a write is sent again, and then returns what it finds.
func TestLostAnswers(t *testing.T) {
	for _, c := range []struct {
		name string
		op   func(table.Row) table.Op
		want error
	}{
		{"insert", func(table.Row) table.Op { return table.Insert(table.Row{Key: "new"}) }, table.ErrExists},
		{"put", table.Put, nil},
		{"replace", table.Replace, table.ErrChanged},
		{"merge", table.Merge, table.ErrChanged},
		{"delete", table.Delete, table.ErrNotFound},
	} {
		for _, alone := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s alone=%v", c.name, alone), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					_, wire, tbl := double(t)
					write(t, tbl, table.Insert(table.Row{Key: "k"}))
					ops := []table.Op{c.op(get(t, tbl, "k"))}
					if !alone {
						ops = append(ops, table.Put(table.Row{Key: "other"}))
					}
					wire.Reset()
					wire.Fault(first(1, wiretest.Lose))
					err := tbl.Write(t.Context(), ops...)
					if !errors.Is(err, c.want) {
						t.Errorf("got %v, want %v", err, c.want)
					}
					if n := len(wire.Calls()); n != 2 {
						t.Errorf("%d requests", n)
					}
				})
			})
		}
	}
}

// A call that hangs is ended and repeated; it ends with its context.
func TestHangingCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, wire, tbl := double(t)
		wire.Fault(first(1, wiretest.Hang))
		write(t, tbl, table.Insert(table.Row{Key: "k"}))

		wire.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Hang })
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		if _, err := tbl.Get(ctx, "k"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if d := time.Since(start); d != 5*time.Second {
			t.Errorf("gave up after %s", d)
		}
	})
}

// An error about the service itself is none of the package's own errors: the write
// may have taken effect or not.
func TestServiceErrorsAreOpen(t *testing.T) {
	for status, code := range map[int]string{500: "OperationTimedOut", 503: "ServerBusy", 403: "AuthenticationFailed", 404: "TableNotFound"} {
		t.Run(code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, _, tbl := double(t)
				s.Refuse = func(*http.Request) (int, string) { return status, code }
				op := table.Insert(table.Row{Key: "k"})
				_, getErr := tbl.Get(t.Context(), "k")
				_, _, rangeErr := tbl.Range(t.Context(), "", "", 1)
				for _, err := range []error{
					tbl.Write(t.Context(), op), tbl.Write(t.Context(), op, table.Put(table.Row{Key: "l"})), getErr, rangeErr,
				} {
					if err == nil || !strings.Contains(err.Error(), code) {
						t.Errorf("got %v", err)
					}
					for _, own := range []error{table.ErrChanged, table.ErrExists, table.ErrNotFound, table.ErrTooLarge} {
						if errors.Is(err, own) {
							t.Errorf("%v is %v", err, own)
						}
					}
				}
			})
		})
	}
}

// Create waits for a table that is being deleted.
func TestCreateWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := tabletest.New()
		s.Deleting = 40 * time.Second
		wire := s.Transport()
		service := s.Service(t, wire)
		must.Do(t, service.Create(t.Context(), "mails"))
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodDelete, "https://kantoorpost.table.core.windows.net/Tables('mails')", nil)
		r.Header.Set("Authorization", "any")
		if res, err := wire.RoundTrip(r); err != nil || res.StatusCode != http.StatusNoContent {
			t.Fatal(res, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := service.Create(ctx, "mails"); err == nil || !strings.Contains(err.Error(), "TableBeingDeleted") {
			t.Errorf("got %v", err)
		}
		if err := service.Create(t.Context(), "directory", "mails"); err != nil {
			t.Error(err)
		}
		if err := service.Table("mails").Write(t.Context(), table.Insert(table.Row{Key: "k"})); err != nil {
			t.Error(err)
		}
	})
}

// Range continues where the service ended a page, also after a page without rows.
func TestRangeFollowsEmptyPages(t *testing.T) {
	s, wire, tbl := double(t)
	var ops []table.Op
	for i := range 10 {
		ops = append(ops, table.Insert(table.Row{Key: fmt.Sprint("k", i), Props: map[string]any{"b": bytes.Repeat([]byte("x"), 100)}}))
	}
	write(t, tbl, ops...)
	wire.Reset()
	s.MaxPage, s.EmptyPages = 3, true
	rows, next, err := tbl.Range(t.Context(), "", "", 7)
	if err != nil || len(rows) != 7 || next == "" || len(wire.Calls()) != 4 {
		t.Errorf("got %d rows, next %q, %v in %d requests", len(rows), next, err, len(wire.Calls()))
	}
}

// Open refuses options without a usable address.
func TestOpen(t *testing.T) {
	for _, o := range []storage.Account{{}, {URL: "https://x.table.core.windows.net"}, {ConnectionString: "x"}} {
		if _, err := table.Open(o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}
