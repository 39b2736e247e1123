package bounce

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"kantoorpost/shared/must"
)

// Reports of many systems, each with what it says.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases: ", err)
	}
	for _, file := range files {
		archive := must.Get(txtar.ParseFile(file))(t)
		if len(archive.Files)%2 != 0 {
			t.Fatalf("%s: a report without what it says", file)
		}
		for i := 0; i < len(archive.Files); i += 2 {
			name, ok := strings.CutSuffix(archive.Files[i].Name, ".eml")
			if !ok || archive.Files[i+1].Name != name+".want" {
				t.Fatalf("%s: %q comes before %q", file, archive.Files[i].Name, archive.Files[i+1].Name)
			}
			raw, want := string(archive.Files[i].Data), string(archive.Files[i+1].Data)
			if got := form(Parse(raw)); got != want {
				t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
			}
			if got := form(Parse(strings.ReplaceAll(raw, "\n", "\r\n"))); got != want {
				t.Errorf("%s, with line ends of Windows:\n%s\nwant\n%s", name, got, want)
			}
		}
	}
}

// form returns what a report says, as the cases write it.
func form(r Report) string {
	var b strings.Builder
	if r.Kind != "" {
		fmt.Fprintln(&b, r.Kind)
	}
	for _, rcpt := range r.Recipients {
		b.WriteString(rcpt.Email)
		if rcpt.Original != "" {
			b.WriteString(" for " + rcpt.Original)
		}
		fmt.Fprintf(&b, " %s %s", rcpt.Kind, rcpt.Status)
		if rcpt.Unknown {
			b.WriteString(" unknown")
		}
		b.WriteByte('\n')
	}
	for _, id := range r.MessageIDs {
		fmt.Fprintln(&b, "id", id)
	}
	return b.String()
}
