package fetch

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jhillyerd/enmime/v2"

	"kantoorpost/shared/connector"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/must"
)

// Reports of sixty mail systems are recognised, with and without a sender.
func TestReportsOfManySystems(t *testing.T) {
	const corpus = "../../../shared/corpora/bounces"
	truth, err := os.ReadFile(filepath.Join(corpus, "truth.tsv"))
	if err != nil {
		t.Skipf("the corpus of delivery reports is not beside this checkout: %v", err)
	}
	want := map[string]item.Reason{
		// No reports of a mail system about a mail of this office.
		"lhost-amazonses-09.eml": "", "lhost-amazonses-11.eml": "", "lhost-amazonses-13.eml": "", // a subscription to reports, in JSON
		"lhost-fml-02.eml":      "",             // a mailing list refuses a stranger
		"lhost-sendmail-14.eml": "",             // a person passes a report on
		"lhost-kddi-01.eml":     "",             // its headers are those of a person's mail
		"lhost-kddi-03.eml":     item.Automated, // only its return path is empty
	}
	for line := range strings.Lines(string(truth)) {
		if f := strings.Split(line, "\t"); len(f) > 4 && f[4] == "vacation" {
			want[f[0]] = item.Automated
		}
	}
	files, err := filepath.Glob(filepath.Join(corpus, "*.eml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no reports: ", err)
	}
	for _, file := range files {
		raw := must.Get(os.ReadFile(file))(t)
		name := filepath.Base(file)
		got := arrival(connector.Activation{ID: "box"}, messageOf(t, raw)).Item
		reason, special := want[name]
		if !special {
			reason = item.Bounce
		}
		if got.InitialReason != reason {
			t.Errorf("%s from %q, %q: %q, want %q", name, got.From.Email, got.Subject, got.InitialReason, reason)
		}
	}
}

// messageOf returns a mail file as a message of Graph, with the properties that fetch
// reads.
func messageOf(t *testing.T, raw []byte) mail.Message {
	t.Helper()
	if bytes.HasPrefix(raw, []byte("From ")) { // of a mailbox file
		_, raw, _ = bytes.Cut(raw, []byte("\n"))
	}
	e, err := enmime.ReadEnvelope(bytes.NewReader(raw))
	if err != nil || e == nil {
		t.Fatalf("not a mail: %v", err)
	}
	m := mail.Message{ID: "m", Subject: e.GetHeader("Subject"), Body: mail.Body{ContentType: "text", Content: e.Text}}
	for name, values := range e.Root.Header {
		for _, v := range values {
			m.Headers = append(m.Headers, mail.Header{Name: name, Value: v})
		}
	}
	if from, err := e.AddressList("From"); err == nil && len(from) > 0 {
		m.From = mail.Address{Name: from[0].Name, Email: from[0].Address}
	}
	return m
}
