package backup

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"testing"
	"time"

	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

var tables = []string{"directory", "mailboxes", "mails"}

// filled returns an account with every kind of value, and with more rows than one
// page and one transaction hold.
func filled(t *testing.T) *tabletest.Server {
	t.Helper()
	s := tabletest.New()
	service := s.Service(t, s.Transport())
	must.Do(t, service.Create(t.Context(), tables...))
	put := func(name string, r table.Row) {
		t.Helper()
		must.Do(t, service.Table(name).Write(t.Context(), table.Put(r)))
	}
	put("directory", table.Row{Key: "every|kind", Props: map[string]any{
		"text": "Ünï — 😀\u2028", "empty": "", "yes": true, "no": false, "large": int64(math.MaxInt64), "small": int64(math.MinInt64),
		"whole": 3.0, "part": 0.1, "at": time.Date(2026, 11, 29, 1, 2, 3, 456789100, time.UTC), "bytes": []byte{0, 1, 255}, "none": []byte{},
	}})
	for i := range 1100 {
		put("mails", table.Row{Key: fmt.Sprintf("m|%05d", i), Props: map[string]any{"n": int64(i)}})
	}
	for i := range 8 { // their size needs more than one transaction
		props := map[string]any{}
		for p := range 15 {
			props[fmt.Sprintf("p%d", p)] = bytes.Repeat([]byte{byte(i), byte(p)}, 30<<10)
		}
		put("mails", table.Row{Key: fmt.Sprintf("b|%d", i), Props: props})
	}
	return s
}

// rows returns all rows of an account, without their versions.
func rows(t *testing.T, s *tabletest.Server) map[string][]table.Row {
	t.Helper()
	all := s.Snapshot(t)
	for _, of := range all {
		for i := range of {
			of[i].ETag = ""
		}
	}
	return all
}

func empty(t *testing.T) *tabletest.Server {
	t.Helper()
	s := tabletest.New()
	must.Do(t, s.Service(t, s.Transport()).Create(t.Context(), tables...))
	return s
}

func export(t *testing.T, s *tabletest.Server) []byte {
	t.Helper()
	var file bytes.Buffer
	if n, err := Export(t.Context(), s.Service(t, s.Transport()), tables, &file); err != nil || n != 1109 {
		t.Fatal(n, err)
	}
	return file.Bytes()
}

// An import restores every value of an export.
func TestThereAndBack(t *testing.T) {
	from, to := filled(t), empty(t)
	file := export(t, from)
	n, err := Import(t.Context(), to.Service(t, to.Transport()), tables, bytes.NewReader(file), false)
	if err != nil || n != 1109 {
		t.Fatal(n, err)
	}
	if want, got := rows(t, from), rows(t, to); !reflect.DeepEqual(got, want) {
		t.Error("the rows are not the same")
	}
	if again := export(t, to); len(again) != len(file) {
		t.Errorf("exported again: %d bytes, not %d", len(again), len(file))
	}
}

// Rows are mixed only on request.
func TestTablesWithRowsAreRefused(t *testing.T) {
	from, to := filled(t), empty(t)
	file := export(t, from)
	service := to.Service(t, to.Transport())
	must.Do(t, service.Table("directory").Write(t.Context(), table.Put(table.Row{Key: "x"})))
	if _, err := Import(t.Context(), service, tables, bytes.NewReader(file), false); !errors.Is(err, ErrNotEmpty) {
		t.Error(err)
	}
	if got := rows(t, to); len(got["mails"]) != 0 {
		t.Error("rows were written")
	}
	if _, err := Import(t.Context(), service, tables, bytes.NewReader(file), true); err != nil {
		t.Error(err)
	}
}

// A file that is cut off anywhere, or damaged, changes nothing.
func TestABrokenFileChangesNothing(t *testing.T) {
	from, to := filled(t), empty(t)
	file := export(t, from)
	damaged := bytes.Clone(file)
	damaged[len(damaged)-6] ^= 1 // in the checksum
	files := map[string][]byte{"damaged": damaged, "nothing": nil, "no gzip": []byte("{}"), "twice": append(bytes.Clone(file), file...)}
	for _, part := range []int{1, 3, 9} {
		files[fmt.Sprintf("%d tenths", part)] = file[:len(file)*part/10]
	}
	for name, text := range files {
		if _, err := Import(t.Context(), to.Service(t, to.Transport()), tables, bytes.NewReader(text), false); err == nil {
			t.Errorf("%s: imported", name)
		}
	}
	for name, of := range rows(t, to) {
		if len(of) > 0 {
			t.Errorf("table %s has %d rows", name, len(of))
		}
	}
}

// An import that broke off can be repeated.
func TestAnImportIsRepeated(t *testing.T) {
	from, to := filled(t), empty(t)
	file := export(t, from)
	writes := 0
	to.Refuse = func(r *http.Request) (int, string) {
		if r.Method == http.MethodPost {
			if writes++; writes > 5 {
				return http.StatusForbidden, "AuthorizationPermissionMismatch"
			}
		}
		return 0, ""
	}
	if _, err := Import(t.Context(), to.Service(t, to.Transport()), tables, bytes.NewReader(file), false); err == nil {
		t.Fatal("imported")
	}
	to.Refuse = nil
	must.Get(Import(t.Context(), to.Service(t, to.Transport()), tables, bytes.NewReader(file), true))(t)
	if want, got := rows(t, from), rows(t, to); !reflect.DeepEqual(got, want) {
		t.Error("the rows are not the same")
	}
}
