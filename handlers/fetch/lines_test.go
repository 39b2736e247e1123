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
		{"html", "<html><head><style>p { margin: 0 }\n" +
			"</style></head><body><p>Hallo,</p><p>Hierbij <b>de</b> stukken.</p><div><div>Jan</div></div></body></html>", 5},
		{"html", "Hallo<br><br>Jan<BR>Bakker", 4},
		{"html", "<ul><li>a</li><li>b</li></ul><p>c</p><img src=x>", 7},
		{"html", "<!-- <p>a</p><p>b</p> -->Hallo", 1},
		{"html", "<p", 0},
		{"html", strings.Repeat("<p>a</p>", 1000), maxLines},
	} {
		if got := lines(c.kind, c.content); got != c.want {
			t.Errorf("%s %.40q: %d lines, want %d", c.kind, c.content, got, c.want)
		}
	}
}

func TestShowsRemote(t *testing.T) {
	for content, want := range map[string]bool{
		"": false, "<": false, `<a href="https://x.example">x</a>`: false, `<img src="cid:logo"> https://x.example`: false,
		`<img src="data:image/png;base64,aa">`: false,
		`<p><IMG
 SRC='https://x.example/p.gif'></p>`: true, `<img width=1 src=http://x.example/p`: true,
	} {
		if got := showsRemote(content); got != want {
			t.Errorf("%q: %v", content, got)
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

// Open tags do not make each byte be read more than a few times: the first tag without
// an end takes the rest of the document.
func BenchmarkShowsRemoteOpenTags(b *testing.B) {
	content := strings.Repeat("<img ", 1<<20/5)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		showsRemote(content)
	}
}
