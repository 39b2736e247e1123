package mailtext

import (
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// A foldCase is one folder of testdata/fold/*.txtar.
type foldCase struct {
	message Message
	earlier *Earlier
	lines   int    // that are folded
	newText string // that must be shown
}

func foldCases(t testing.TB) map[string]foldCase {
	files, err := filepath.Glob("testdata/fold/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	cases := map[string]foldCase{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			name, text := path.Dir(f.Name), string(f.Data)
			c := cases[name]
			switch part := path.Base(f.Name); {
			case part == "mail.html", part == "mail.txt":
				c.message.Content, c.message.Type = text, map[string]string{".html": "html", ".txt": "text"}[path.Ext(part)]
			case part == "head":
				for line := range strings.Lines(text) {
					key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
					switch key {
					case "Subject":
						c.message.Subject = value
					case "From":
						c.message.From.Email = value
					case "To":
						c.message.To = append(c.message.To, address(value))
					case "Office":
						c.message.Office = value
					case "Domain":
						c.message.Domain = value
					}
				}
			case strings.HasPrefix(part, "earlier"):
				sender, said, _ := strings.Cut(text, "\n")
				if c.earlier == nil {
					c.earlier = &Earlier{}
				}
				c.earlier.Add(sender, Shingles("text", said))
			case part == "expect":
				count, rest, _ := strings.Cut(text, "\n")
				if c.lines, err = strconv.Atoi(count); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				c.newText = rest
			default:
				t.Fatalf("%s: unknown part %s", file, f.Name)
			}
			cases[name] = c
		}
	}
	return cases
}

// Quoted text is folded, and no text of the writer.
func TestFold(t *testing.T) {
	cases := foldCases(t)
	var s score
	for name, c := range cases {
		s.compare(t, name, c.message, c.earlier, c.newText)
		lines := 0
		for _, r := range Fold(c.message, c.earlier).Ranges {
			lines += r.Lines
		}
		if lines != c.lines {
			t.Errorf("%s: %d lines are folded, want %d; shown %q", name, lines, c.lines, shownText(c.message, Fold(c.message, c.earlier)))
		}
	}
	t.Logf("%d cases: %+v", len(cases), s)
	if len(cases) < 60 {
		t.Errorf("%d cases", len(cases))
	}
}

// BenchmarkFold folds a mail of 1 MiB that says what an earlier message says.
func BenchmarkFold(b *testing.B) {
	said := strings.Repeat("<p class=MsoNormal>Hierbij de stukken van <b>klant</b> 10023, zie de bijlage.</p>\n", 12_000)
	content := `<p>Akkoord.</p><hr><div id="divRplyFwdMsg"><b>Van:</b> a &lt;a@x.example&gt;<br>` +
		"<b>Verzonden:</b> maandag 2 maart 2026 09:12<br><b>Aan:</b> b</div>" + said
	earlier := &Earlier{}
	earlier.Add("a@x.example", Shingles("html", said))
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		Fold(Message{Type: "html", Content: content}, earlier)
	}
}

// The last head of a quotation may have nothing below it but empty lines.
func TestAHeadThatEndsAQuotation(t *testing.T) {
	text := "Akkoord.\nOp ma 3 mei 2026 om 12:30 schreef Jan <jan@x.example>:\n\neen vraag\nen nog een\nBegin doorgestuurd bericht:\n\n"
	if f := Fold(Message{Type: "text", Content: text}, nil); len(f.Ranges) != 1 || text[:f.Ranges[0].From] != "Akkoord.\n" {
		t.Errorf("folded: %+v", f.Ranges)
	}
}
