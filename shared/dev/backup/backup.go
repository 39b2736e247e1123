// Package backup writes all rows of the office's tables to a file, and restores
// them, since tables have no soft delete.
//
// It does not know what rows mean. A file is gzip with one line of JSON for each
// row, and a last line with the number of rows, so that half a file is refused.
package backup

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"kantoorpost/shared/table"
)

// A line is one row, or the last line.
type line struct {
	Table string           `json:"table,omitempty"`
	Key   string           `json:"key,omitempty"`
	Props map[string]value `json:"props,omitempty"`
	Rows  *int             `json:"rows,omitempty"` // only in the last line
}

// A value is a property with its type, which plain JSON would lose.
type value struct {
	Type  string          `json:"t"`
	Value json.RawMessage `json:"v"`
}

// order puts the tables with the read positions of mailboxes before the tables
// with mails. Mail that arrives during an export is then read again and not lost.
func order(tables []string) []string {
	return slices.SortedFunc(slices.Values(tables), func(a, b string) int {
		last := func(name string) int {
			if name == "mails" {
				return 1
			}
			return 0
		}
		return last(a) - last(b)
	})
}

// Export writes all rows of tables to w, and returns their number. A row that
// changes during the export is written as it is when it is read. Stop the app
// first to get all rows as they are at one moment.
func Export(ctx context.Context, s *table.Service, tables []string, w io.Writer) (rows int, err error) {
	zip := gzip.NewWriter(w)
	out := json.NewEncoder(zip)
	for _, name := range order(tables) {
		for r, err := range s.Table(name).Rows(ctx, "", "") {
			if err != nil {
				return rows, fmt.Errorf("export: %w", err)
			}
			l := line{Table: name, Key: r.Key, Props: map[string]value{}}
			for p, v := range r.Props {
				if l.Props[p], err = pack(v); err != nil {
					return rows, fmt.Errorf("export table %s, row %s, property %s: %w", name, r.Key, p, err)
				}
			}
			if err := out.Encode(l); err != nil {
				return rows, fmt.Errorf("export: %w", err)
			}
			rows++
		}
	}
	if err := errors.Join(out.Encode(line{Rows: &rows}), zip.Close()); err != nil {
		return rows, fmt.Errorf("export: %w", err)
	}
	return rows, nil
}

// ErrNotEmpty is returned if an import would mix its rows with others.
var ErrNotEmpty = errors.New("the table has rows already")

// Import writes the rows of an Export. It first reads the whole file once, so that
// a broken file changes nothing. It refuses tables with rows, unless overwrite is
// set; then it replaces rows with the same key. It can be repeated.
func Import(ctx context.Context, s *table.Service, tables []string, r io.ReadSeeker, overwrite bool) (rows int, err error) {
	if err := read(r, func(l line) error {
		if !slices.Contains(tables, l.Table) {
			return fmt.Errorf("a row of table %q, which is none of %q", l.Table, tables)
		}
		row, err := l.row()
		if err != nil {
			return err
		}
		return row.Check()
	}); err != nil {
		return 0, fmt.Errorf("import: the file is not whole: %w", err)
	}
	for _, name := range tables {
		page, _, err := s.Table(name).Range(ctx, "", "", 1)
		if err != nil {
			return 0, fmt.Errorf("import: %w", err)
		}
		if len(page) > 0 && !overwrite {
			return 0, fmt.Errorf("import: table %s: %w", name, ErrNotEmpty)
		}
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return 0, fmt.Errorf("import: %w", err)
	}
	b := batch{service: s}
	err = read(r, func(l line) error {
		row, err := l.row()
		if err != nil {
			return err
		}
		return b.put(ctx, l.Table, table.Put(row))
	})
	if err = errors.Join(err, b.flush(ctx)); err != nil {
		return b.rows, fmt.Errorf("import, after %d rows: %w", b.rows, err)
	}
	return b.rows, nil
}

// A batch collects the operations of one transaction.
type batch struct {
	service *table.Service
	table   string
	ops     []table.Op
	size    int
	rows    int // number of rows written
}

func (b *batch) put(ctx context.Context, name string, op table.Op) error {
	if name != b.table || len(b.ops) == table.MaxOps || b.size+op.Size() > table.MaxBytes {
		if err := b.flush(ctx); err != nil {
			return err
		}
		b.table = name
	}
	b.ops, b.size = append(b.ops, op), b.size+op.Size()
	return nil
}

func (b *batch) flush(ctx context.Context) error {
	if len(b.ops) == 0 {
		return nil
	}
	if err := b.service.Table(b.table).Write(ctx, b.ops...); err != nil {
		return err
	}
	b.rows += len(b.ops)
	b.ops, b.size = nil, 0
	return nil
}

// read calls do with each row of a file, and fails when the last line is missing.
func read(r io.Reader, do func(line) error) error {
	zip, err := gzip.NewReader(bufio.NewReader(r))
	if err != nil {
		return err
	}
	in := json.NewDecoder(zip)
	for n := 0; ; n++ {
		var l line
		if err := in.Decode(&l); err != nil {
			return fmt.Errorf("after %d rows: %w", n, err)
		}
		if l.Rows != nil {
			if *l.Rows != n {
				return fmt.Errorf("%d rows, and %d are told", n, *l.Rows)
			}
			_, err := in.Token() // also reads the checksum
			if err != io.EOF {
				return fmt.Errorf("after the end: %w", errors.Join(err, errors.New("more lines")))
			}
			return nil
		}
		if err := do(l); err != nil {
			return fmt.Errorf("row %d: %w", n+1, err)
		}
	}
}

func (l line) row() (table.Row, error) {
	r := table.Row{Key: l.Key, Props: map[string]any{}}
	for name, v := range l.Props {
		p, err := v.unpack()
		if err != nil {
			return r, fmt.Errorf("row %s: property %s: %w", l.Key, name, err)
		}
		r.Props[name] = p
	}
	return r, nil
}

// pack encodes a property. An integer becomes a text, since JSON's are not exact.
func pack(v any) (out value, err error) {
	var plain any = v
	switch x := v.(type) {
	case string:
		out.Type = "string"
	case bool:
		out.Type = "bool"
	case int64:
		out.Type, plain = "int64", strconv.FormatInt(x, 10)
	case float64:
		out.Type = "float64"
	case time.Time:
		out.Type, plain = "time", x.UTC().Format(time.RFC3339Nano)
	case []byte:
		out.Type = "bytes"
	default:
		return out, fmt.Errorf("a value of type %T", v)
	}
	out.Value, err = json.Marshal(plain)
	return out, err
}

func (v value) unpack() (any, error) {
	switch v.Type {
	case "string":
		return as[string](v.Value)
	case "bool":
		return as[bool](v.Value)
	case "int64":
		text, err := as[string](v.Value)
		if err != nil {
			return nil, err
		}
		return strconv.ParseInt(text, 10, 64)
	case "float64":
		return as[float64](v.Value)
	case "time":
		return as[time.Time](v.Value)
	case "bytes":
		return as[[]byte](v.Value)
	}
	return nil, fmt.Errorf("type %q is not known", v.Type)
}

func as[T any](text json.RawMessage) (v T, err error) { return v, json.Unmarshal(text, &v) }
