package mailtext

import (
	"strings"
	"testing"
)

// A page reserves about the space that a mail takes, without what it folds.
func TestPageLines(t *testing.T) {
	quote := "\n\nOp 3 mei 2026 om 10:00 schreef Anna <anna@kantoor.example>:\n> Wilt u de stukken sturen?\n> Dat mag per mail.\n> Anna\n"
	for _, c := range []struct {
		kind, content string
		want          int
	}{
		{"text", "", 0},
		{"text", "Hallo,\r\n\r\n\r\nHierbij de stukken.\r\n\r\nJan\r\n\r\n", 5},
		{"text", strings.Repeat("a", 200), 3},
		{"text", "Hierbij de stukken." + quote, 1},
		{"html", "<style>p { margin: 0 }</style><p>Hallo,</p><p>Hierbij <b>de</b> stukken.</p>", 3},
		{"html", "Hallo<br><br>Jan<BR>Bakker", 4},
		{"html", "<ul><li>a</li><li>b</li></ul><img src=cid:x>", 4},
		{"html", "<!-- <p>a</p><p>b</p> -->Hallo", 1},
		{"html", "<p", 0},
		{"html", strings.Repeat("<p>a</p>", 1000), maxPageLines},
	} {
		if got := Fold(Message{Type: c.kind, Content: c.content}, nil).Lines; got != c.want {
			t.Errorf("%s %.40q: %d lines, want %d", c.kind, c.content, got, c.want)
		}
	}
}

// A page offers to show pictures of other servers when a mail has some, seen or not.
func TestRemotePictures(t *testing.T) {
	for content, want := range map[string]bool{
		"": false, "<": false, `<a href="https://x.example">x</a>`: false, `<img src="cid:logo"> https://x.example`: false,
		`<img src="data:image/png;base64,aa">`:                           false,
		"<p><IMG\n SRC='HTTPS://x.example/p.gif'></p>":                   true,
		`<img width=1 src=http://x.example/p>`:                           true,
		`<div style="display:none"><img src="http://x.example/p"></div>`: true,
		`<img srcset="p.png 1x, https://x.example/p.png 2x">`:            true,
	} {
		if got := Fold(Message{Type: "html", Content: content}, nil).Remote; got != want {
			t.Errorf("%q: %v", content, got)
		}
	}
	if Fold(Message{Type: "text", Content: `<img src="https://x.example/p">`}, nil).Remote {
		t.Error("plain text shows a picture")
	}
}
