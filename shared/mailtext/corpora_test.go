package mailtext

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jhillyerd/enmime/v2"

	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
)

// corpora is the folder of real mail, beside the checkout.
const corpora = "../../../shared/corpora"

// A real mail is one of the corpora, as Graph would show it.
type realMail struct {
	file, contentType, content, subject string
	from                                mail.Address
}

// realMails are all of the corpora: texts, HTML, and whole mails. It
// skips when their folder is absent, and fails when the folder is empty.
func realMails(t *testing.T) (mails []realMail) {
	if _, err := os.Stat(corpora); err != nil {
		t.Skipf("the corpora are not beside this checkout: %v", err)
	}
	for _, pattern := range []string{"replies/*/emails/*.txt", "replies/*/html_replies/*.html", "replies/*/standard_replies/*.eml",
		"messages/*/*.eml", "messages/*/*/*.eml"} {
		files := must.Get(filepath.Glob(filepath.Join(corpora, pattern)))(t)
		for _, file := range files {
			raw := must.Get(os.ReadFile(file))(t)
			m := realMail{file: file[len(corpora)+1:], contentType: "text", content: string(raw)}
			switch filepath.Ext(file) {
			case ".html":
				m.contentType = "html"
			case ".eml":
				e, err := enmime.ReadEnvelope(bytes.NewReader(raw))
				if err != nil || e == nil {
					break // broken on purpose: its source is read as text
				}
				m.content, m.subject = e.Text, e.GetHeader("Subject")
				if e.HTML != "" {
					m.contentType, m.content = "html", e.HTML
				}
				if list, err := e.AddressList("From"); err == nil && len(list) > 0 {
					m.from = mail.Address{Name: list[0].Name, Email: list[0].Address}
				}
			}
			mails = append(mails, m)
		}
	}
	if len(mails) == 0 {
		t.Fatalf("there is no mail in %s", corpora)
	}
	return mails
}

// Every real mail is read, and its parts are clean text, no longer than the whole.
func TestRealMailIsRead(t *testing.T) {
	mails := realMails(t)
	own, quoted, signature, forward, phone := 0, 0, 0, 0, 0
	for _, m := range mails {
		l := Read(m.contentType, m.content, m.subject)
		checkText(t, m.file, allText(m.contentType, m.content), l)
		c := CardOf(m.from, l)
		NumbersIn(l.Own)
		for _, s := range []string{c.Name, c.Function, c.Company} {
			if strings.ContainsAny(s, "\n\x00") || !utf8.ValidString(s) {
				t.Errorf("%s: card %+v", m.file, c)
			}
		}
		count := func(n *int, found bool) {
			if found {
				*n++
			}
		}
		count(&own, l.Own != "")
		count(&quoted, l.Quoted != "")
		count(&signature, l.Signature != "")
		count(&forward, l.Forwarded != nil)
		count(&phone, c.Phone != "")
	}
	t.Logf("of %d mails %d have text of their own, %d a quotation, %d a signature, %d pass on another, %d give a telephone number",
		len(mails), own, quoted, signature, forward, phone)
	if own == 0 || quoted == 0 || signature == 0 || forward == 0 {
		t.Error("nothing at all was found of one of them")
	}
}

// checkText checks what holds for the parts of every mail.
func checkText(t *testing.T, name, text string, l Text) {
	t.Helper()
	for part, s := range map[string]string{"own": l.Own, "signature": l.Signature, "quoted": l.Quoted} {
		if len(s) > len(text) {
			t.Errorf("%s: %s is longer than all of the text", name, part)
		}
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\r\x00\u202e") || strings.Contains(s, "\n\n\n") || s != strings.TrimSpace(s) {
			t.Errorf("%s: %s is not clean text: %q", name, part, cut(s, 300))
		}
	}
	if n := len(l.Own) + len(l.Signature) + len(l.Quoted); n > len(text)+2 {
		t.Errorf("%s: something is given twice: %d bytes of %d", name, n, len(text))
	}
}
