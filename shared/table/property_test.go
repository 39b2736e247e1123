package table_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

// alphabet holds characters that need escaping in URLs, in filters, in JSON or in
// multipart bodies.
var alphabet = []rune("abz019AZ|:;,.~-_ '%+$&*()<>\"=@!^`{}[]\r\n\t/\\#?éß漢\u2028\ufffe👋\u0000\u007f\u0085")

func randomText(r *rand.Rand, n int) string {
	var b strings.Builder
	for range r.IntN(n + 1) {
		b.WriteRune(alphabet[r.IntN(len(alphabet))])
	}
	return b.String()
}

func randomValue(r *rand.Rand) any {
	switch r.IntN(8) {
	case 0:
		return r.IntN(2) == 0
	case 1:
		return int64(r.Uint64()) >> r.IntN(64)
	case 2:
		return math.Float64frombits(r.Uint64())
	case 3:
		return float64(r.IntN(1 << 40))
	case 4:
		return time.Unix(r.Int64N(1<<37)-1<<34, r.Int64N(1e9)/100*100).UTC()
	case 5:
		b := make([]byte, r.IntN(1<<(1+r.IntN(17))))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	case 6:
		return strings.Repeat(randomText(r, 4), r.IntN(1<<(1+r.IntN(14))))
	}
	return randomText(r, 20)
}

func randomRow(r *rand.Rand) table.Row {
	row := table.Row{Key: randomText(r, 12), Props: map[string]any{}}
	if r.IntN(10) > 0 {
		row.Key = strings.Map(func(c rune) rune {
			if strings.ContainsRune("\r\n\t/\\#?\ufffe\u0000\u007f\u0085", c) {
				return -1
			}
			return c
		}, row.Key)
	}
	if r.IntN(50) == 0 {
		row.Key = strings.Repeat("k'", r.IntN(300))
	}
	for range r.IntN(1 << (1 + r.IntN(8))) {
		row.Props[fmt.Sprint("p", r.IntN(300))] = randomValue(r)
	}
	return row
}

// A strict service accepts each row that passes the checks, in one request or in a
// transaction. The row takes no more bytes than its size says, and is read back
// unchanged, in the order of the keys.
func TestWhatPassesTheChecksIsTaken(t *testing.T) {
	const rounds = 50
	passed := 0
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 0))
		_, wire, tbl := double(t)
		want := map[string]table.Row{}
		var ops []table.Op
		size := 0
		for range r.IntN(30) {
			row := randomRow(r)
			op := table.Put(row)
			if _, twice := want[row.Key]; twice || row.Check() != nil || size+op.Size() > table.MaxBytes {
				continue
			}
			size += op.Size()
			ops = append(ops, op)
			want[row.Key] = row
		}
		passed += len(ops)
		write(t, tbl, ops...)
		sent := 0
		for _, c := range wire.Calls() {
			sent += c.Sent
		}
		if sent > size+16<<10 || len(ops) == 1 && sent > size {
			t.Errorf("seed %d: %d operations of %d bytes took %d", seed, len(ops), size, sent)
		}
		rows, next, err := tbl.Range(t.Context(), "", "", 1000)
		if err != nil || next != "" || len(rows) != len(want) {
			t.Fatalf("seed %d: got %d rows of %d, %v", seed, len(rows), len(want), err)
		}
		if !slices.IsSortedFunc(rows, func(a, b table.Row) int { return strings.Compare(a.Key, b.Key) }) {
			t.Errorf("seed %d: not in the order of the keys", seed)
		}
		for _, row := range rows {
			same(t, row.Props, want[row.Key].Props)
			if got := get(t, tbl, row.Key); got.ETag != row.ETag {
				t.Errorf("seed %d: row %q has two versions", seed, row.Key)
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	if passed < 5*rounds {
		t.Errorf("only %d rows passed the checks", passed)
	}
}

// An operation of any kind and with any key takes no more bytes on the wire than
// its size.
func TestSizeIsNoUnderstatement(t *testing.T) {
	_, wire, tbl := double(t)
	for _, key := range []string{"k", strings.Repeat("漢", 512), strings.Repeat("'", 256), strings.Repeat(" ", 512)} {
		row := func(i int) table.Row {
			k := []rune(key)
			k[0] = rune('a' + i)
			return table.Row{Key: string(k), Props: map[string]any{"text": strings.Repeat("<\u2028\"\x01", 100),
				"data": bytes.Repeat([]byte{1}, 100)}}
		}
		for _, kind := range []func(table.Row) table.Op{table.Insert, table.Put, table.Replace, table.Merge, table.Delete} {
			var ops []table.Op
			size := 0
			for i := range 20 {
				r := row(i)
				if stored, err := tbl.Get(t.Context(), r.Key); err == nil {
					r.ETag = stored.ETag
				}
				op := kind(r)
				size += op.Size()
				ops = append(ops, op)
			}
			wire.Reset()
			write(t, tbl, ops...)
			if sent := wire.Calls()[0].Sent; sent > size {
				t.Errorf("20 operations of %d bytes took %d", size, sent)
			}
		}
	}
}

// Range reads a partition of any size in pages, without gaps and without
// repetition, while rows are inserted before the position.
func TestPagesWhileRowsAreInserted(t *testing.T) {
	_, _, tbl := double(t)
	var want []string
	for i := range 500 {
		want = append(want, fmt.Sprintf("k%05d", 1000+i))
	}
	for ops := range slices.Chunk(want, 100) {
		var batch []table.Op
		for _, key := range ops {
			batch = append(batch, table.Insert(table.Row{Key: key}))
		}
		write(t, tbl, batch...)
	}
	var got []string
	for from, i := "", 0; i == 0 || from != ""; i++ {
		rows, next, err := tbl.Range(t.Context(), from, "", 37)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			got = append(got, r.Key)
		}
		write(t, tbl, table.Insert(table.Row{Key: fmt.Sprintf("k%05d", 999-i)}))
		from = next
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %d rows, want %d", len(got), len(want))
	}
}

// A snapshot holds every row, for pages of any size.
func TestSnapshot(t *testing.T) {
	s, _, tbl := double(t)
	s.MaxPage = 3
	for i := range 10 {
		write(t, tbl, table.Insert(table.Row{Key: fmt.Sprint("o'k", i)}))
	}
	rows := s.Snapshot(t)["mails"]
	if len(rows) != 10 || rows[9].Key != "o'k9" {
		t.Errorf("got %v", rows)
	}
	if err := tbl.Write(t.Context(), table.Delete(table.Row{Key: "o'k0"})); err != nil || len(rows) != 10 {
		t.Error(err)
	}
	if _, err := tabletest.Open(t, "mails").Table("mails").Get(t.Context(), "o'k1"); !errors.Is(err, table.ErrNotFound) {
		t.Error("two doubles share their rows")
	}
}
