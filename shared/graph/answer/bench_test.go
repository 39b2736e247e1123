package answer

import (
	"strings"
	"testing"
)

// A page of fifty messages of 19 KB, as large as Graph makes them.
func BenchmarkPage(b *testing.B) {
	item := set("body", `{"contentType":"html","content":"`+strings.Repeat("<p>Geachte heer</p>\\r\\n", 800)+`"}`)
	text := `{"value":[` + strings.Repeat(item+",", 49) + item + `],"@odata.deltaLink":"d"}`
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if p, err := Page(strings.NewReader(text)); err != nil || len(p.Messages) != 50 {
			b.Fatal(err)
		}
	}
}
