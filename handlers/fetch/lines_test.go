package fetch

import (
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	for _, c := range []struct {
		kind, content string
		want          int
	}{
		{"text", "", 0},
		{"text", "Hallo,\r\n\r\n\r\nHierbij de stukken.\r\n\r\nJan", 5},
		{"text", strings.Repeat("a", 200), 3},
		{"html", "<html><head><style>p { margin: 0 }\n</style></head><body><p>Hallo,</p><p>Hierbij <b>de</b> stukken.</p><div><div>Jan</div></div></body></html>", 3},
		{"html", "Hallo<br><br>Jan<BR>Bakker", 4},
		{"html", "<!-- <p>a</p><p>b</p> -->Hallo", 1},
		{"html", "<p", 0},
		{"html", strings.Repeat("<p>a</p>", 1000), maxLines},
	} {
		if got := lines(c.kind, c.content); got != c.want {
			t.Errorf("%s %.40q: %d lines, want %d", c.kind, c.content, got, c.want)
		}
	}
}

func BenchmarkLines(b *testing.B) {
	mail := strings.Repeat("<p class=MsoNormal><span style='font-size:11.0pt'>Beste Anna, hierbij de stukken.<o:p></o:p></span></p>\r\n", 60)
	b.SetBytes(int64(len(mail)))
	for b.Loop() {
		lines("html", mail)
	}
}
