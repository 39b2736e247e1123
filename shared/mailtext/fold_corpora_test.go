package mailtext

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

// shownText returns the lines that remain when the quoted text is folded.
func shownText(l Message, f Folding) []string {
	content, at := "", 0
	for _, r := range f.Ranges {
		content += l.Content[at:r.From] + "\n"
		at = r.To
	}
	var all []string
	for _, line := range linesOf(l.Type, content+l.Content[at:]) {
		if !line.blank() {
			all = append(all, strings.Repeat("> ", line.depth)+line.text)
		}
	}
	return all
}

// A score counts lines over a corpus.
type score struct{ mails, exact, newText, newFolded, quotedShown, quotedFolded int }

// compare counts the lines of new text that are folded, and the others that are shown.
func (s *score) compare(t *testing.T, name string, l Message, earlier *Earlier, newText string) {
	t.Helper()
	shown := map[string]int{}
	lines := shownText(l, Fold(l, earlier))
	for _, text := range lines {
		shown[strings.TrimLeft(text, "> ")]++
	}
	before := *s
	for _, line := range linesOf("text", newText) {
		if line.blank() {
			continue
		}
		s.newText++
		if shown[strings.TrimLeft(line.text, "> ")] == 0 {
			s.newFolded++
			t.Errorf("%s: new text is folded: %q", name, line.text)
		}
	}
	s.mails++
	all := 0
	for _, line := range linesOf(l.Type, l.Content) {
		if !line.blank() {
			all++
		}
	}
	s.quotedShown += max(0, len(lines)-(s.newText-before.newText))
	s.quotedFolded += all - len(lines)
	if len(lines) == s.newText-before.newText {
		s.exact++
	} else if testing.Verbose() {
		t.Logf("%s: shown too: %d of %d lines", name, len(lines)-(s.newText-before.newText), all)
	}
}

// No new text of a real answer is folded. Quoted text that is shown only costs space.
func TestRealAnswersAreFolded(t *testing.T) {
	const folder = corpora + "/replies/email_reply_trimmer"
	if _, err := os.Stat(corpora); err != nil {
		t.Skipf("the corpora are not beside this checkout: %v", err)
	}
	files, err := filepath.Glob(folder + "/emails/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no mail in %s: %v", folder, err)
	}
	var s score
	for _, file := range files {
		content := must.Get(os.ReadFile(file))(t)
		newText := must.Get(os.ReadFile(filepath.Join(folder, "trimmed", filepath.Base(file))))(t)
		s.compare(t, filepath.Base(file), Message{Type: "text", Content: string(content)}, nil, string(newText))
	}
	t.Logf("%+v", s)
}

// What is the writer's own for the other analysis of a mail is shown, in every real
// mail, and the answers of real mail programs in HTML are folded.
func TestOwnTextOfRealMailIsShown(t *testing.T) {
	var s score
	answers, folded := 0, 0
	for _, m := range realMails(t) {
		l := Message{Type: m.contentType, Content: m.content, Subject: m.subject, From: m.from}
		s.compare(t, m.file, l, nil, Read(m.contentType, m.content, m.subject).Own)
		if strings.Contains(m.file, "/html_replies/") {
			answers++
			folded += len(Fold(l, nil).Ranges)
		}
	}
	t.Logf("%+v; of %d answers %d are folded", s, answers, folded)
	if folded*3 < answers*2 {
		t.Error("most answers are not folded")
	}
}
