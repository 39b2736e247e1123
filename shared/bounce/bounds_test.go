package bounce

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"kantoorpost/shared/must"
)

// hostile are pieces of which long reports are made to be expensive.
var hostile = map[string]string{
	"status blocks":   "Final-Recipient: rfc822; a@b.example\nAction: failed\n\n",
	"addresses":       "a@b.example ",
	"address lines":   "a@b.example: 550 5.1.1 unknown\n",
	"at signs":        "@",
	"hyphens":         "--",
	"boundaries":      "\n--b\n",
	"open tags":       "<style>",
	"angle brackets":  "<",
	"fields":          "X-Field: value\n",
	"folded":          "\n folded",
	"header lines":    "Received: x\n",
	"ids":             "<a@b>",
	"named ids":       "Message-ID: <a@b>\n",
	"codes":           " 5.1.1",
	"quotation marks": `"@`,
	"words":           "mailbox of the user was ",
	"announcements":   "original message\nFrom: a\n",
	"equals signs":    "=",
}

func frames(piece string) map[string]string {
	head := "From: a@b\nContent-Type: "
	return map[string]string{
		"text":   head + "text/plain\n\n" + piece,
		"html":   head + "text/html\n\n" + piece,
		"fields": piece,
		"parts": head + "multipart/report; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n--b\n" +
			"Content-Type: message/delivery-status\n\n" + piece,
		"nested": strings.Repeat("Content-Type: message/rfc822\n\n", 20) + piece,
	}
}

// Reading a report reads each byte at most thirty times, and the start of its text
// once for every recipient.
func TestReadingIsLinear(t *testing.T) {
	steps := func(raw string) (n int) {
		onStep = func(bytes int) { n += bytes }
		defer func() { onStep = nil }()
		Parse(raw)
		return n
	}
	for name, piece := range hostile {
		for frame := range frames("") {
			for _, length := range []int{10_000, 100_000} {
				if n := steps(frames(strings.Repeat(piece, length/len(piece)))[frame]); n > 30*length+200_000 {
					t.Errorf("%s as %s: %d bytes read of a report of %d", name, frame, n, length)
				}
			}
		}
	}
}

// check checks what holds for every report.
func check(t *testing.T, r Report) {
	t.Helper()
	if len(r.Recipients) > maxRecipients || len(r.MessageIDs) > maxMessageIDs {
		t.Errorf("%d recipients, %d ids", len(r.Recipients), len(r.MessageIDs))
	}
	if (r.Kind == "") != (len(r.Recipients) == 0) {
		t.Errorf("kind %q with %d recipients", r.Kind, len(r.Recipients))
	}
	for _, rcpt := range r.Recipients {
		if rcpt.Email == "" || rcpt.Email != strings.ToLower(rcpt.Email) || len(rcpt.Email) > 3*maxAddress || severity[rcpt.Kind] == 0 {
			t.Errorf("recipient %+v", rcpt)
		}
		if rcpt.Status == "" || codeIn(rcpt.Status) != rcpt.Status || len(rcpt.Diagnostic) > maxDiagnostic {
			t.Errorf("recipient %+v", rcpt)
		}
		for _, s := range []string{rcpt.Email, rcpt.Original, rcpt.Diagnostic} {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\r\n") {
				t.Errorf("not clean: %q", s)
			}
		}
	}
	for _, id := range r.MessageIDs {
		inner := strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">")
		if len(inner) != len(id)-2 || !strings.Contains(inner, "@") || strings.ContainsAny(inner, " \t\r\n") {
			t.Errorf("id %q", id)
		}
	}
}

// No input breaks the reader, and what it returns is within its bounds.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatal("no cases: ", err)
	}
	for _, file := range files {
		raw := must.Get(os.ReadFile(file))(f)
		for _, c := range txtar.Parse(raw).Files {
			f.Add(string(c.Data))
		}
	}
	for _, piece := range hostile {
		for _, raw := range frames(strings.Repeat(piece, 10)) {
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw string) { check(t, Parse(raw)) })
}

func BenchmarkParse(b *testing.B) {
	for name, piece := range hostile {
		raw := frames(strings.Repeat(piece, MaxReport/len(piece)))["text"]
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				Parse(raw)
			}
		})
	}
}
