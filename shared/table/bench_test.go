package table_test

import (
	"fmt"
	"testing"

	"kantoorpost/shared/must"
	"kantoorpost/shared/table"
	"kantoorpost/shared/table/tabletest"
)

func benchRow(i int) table.Row {
	r := table.Pack(fmt.Sprintf("m|%013d", i), some())
	return r
}

func BenchmarkWrite100(b *testing.B) {
	tbl := tabletest.Open(b, "mails").Table("mails")
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		ops := make([]table.Op, table.MaxOps)
		for j := range ops {
			ops[j] = table.Insert(benchRow(i))
			i++
		}
		must.Do(b, tbl.Write(b.Context(), ops...))
	}
}

// A page of a large partition costs as much as a page of a small one.
func BenchmarkRange100(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			tbl := tabletest.Open(b, "mails").Table("mails")
			for i := 0; i < n; i += table.MaxOps {
				ops := make([]table.Op, table.MaxOps)
				for j := range ops {
					ops[j] = table.Insert(benchRow(i + j))
				}
				must.Do(b, tbl.Write(b.Context(), ops...))
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := tbl.Range(b.Context(), fmt.Sprintf("m|%013d", n/2), "", 100); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkPack(b *testing.B) {
	v := some()
	b.ReportAllocs()
	for b.Loop() {
		must.Do(b, table.Pack("k", &v).Check())
	}
}

func BenchmarkUnpack(b *testing.B) {
	r := benchRow(0)
	b.ReportAllocs()
	for b.Loop() {
		var v packed
		must.Do(b, r.Unpack(&v))
	}
}
