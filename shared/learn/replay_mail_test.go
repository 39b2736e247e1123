package learn

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/item"
	"kantoorpost/shared/mail"
	"kantoorpost/shared/mailtext"
	"kantoorpost/shared/must"
	"kantoorpost/shared/sim/year"
)

// readRaw reads a mail as the mailbox does, as far as it matters here.
func readRaw(t *testing.T, m year.Mail) (it item.Item, l mailtext.Text, files []string) {
	t.Helper()
	msg := must.Get(netmail.ReadMessage(bytes.NewReader(m.Raw)))(t)
	decode := func(s string) string { s, _ = new(mime.WordDecoder).DecodeHeader(s); return s }
	h := msg.Header
	it = item.Item{ID: fmt.Sprint("m", m.At.UnixNano()), Address: m.To[0], Subject: decode(h.Get("Subject")), Received: m.At,
		InternetMessageID: h.Get("Message-ID"), InReplyTo: h.Get("In-Reply-To"),
		Verdict: item.VerdictSoft, ListID: strings.Trim(h.Get("List-Id"), "<>")}
	if from, err := netmail.ParseAddress(h.Get("From")); err == nil {
		it.From = mail.Address{Name: from.Name, Email: strings.ToLower(from.Address)}
	}
	it.References = strings.Fields(h.Get("References"))
	to, _ := netmail.ParseAddressList(h.Get("To"))
	for _, a := range to {
		it.To = append(it.To, mail.Address{Name: a.Name, Email: strings.ToLower(a.Address)})
	}
	it.ReturnDomain = directory.Domain(m.From)
	switch domain := directory.Domain(it.From.Email); {
	case strings.Contains(it.From.Email+m.From, "spoofed"), domain == officeDomain && it.ReturnDomain != officeDomain:
		it.Verdict = item.VerdictFail
	case organisation(domain) == organisation(it.ReturnDomain):
		it.Verdict = item.VerdictPass
	}
	if h.Get("Auto-Submitted") != "" || it.ListID != "" || h.Get("Precedence") != "" || m.From == "" || h.Get("List-Unsubscribe") != "" {
		it.InitialReason = item.Automated
	}
	kind, text, files := readPart(t, h.Get("Content-Type"), h.Get("Content-Transfer-Encoding"), msg.Body)
	return it, mailtext.Read(kind, text, it.Subject), files
}

// readPart returns the text of a MIME part, HTML before plain text, and the names
// of the files in it.
func readPart(t *testing.T, contentType, encoding string, body io.Reader) (kind, text string, files []string) {
	t.Helper()
	mediaType, params, err := mime.ParseMediaType(cmp.Or(contentType, "text/plain"))
	if err != nil {
		t.Fatal(err)
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	if !strings.HasPrefix(mediaType, "multipart/") {
		b, _ := io.ReadAll(body)
		return strings.TrimPrefix(strings.Replace(mediaType, "plain", "text", 1), "text/"), string(b), nil
	}
	parts := multipart.NewReader(body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if err != nil {
			return kind, text, files
		}
		if name := part.FileName(); name != "" {
			name, _ = new(mime.WordDecoder).DecodeHeader(name)
			files = append(files, name)
			continue
		}
		if k, s, more := readPart(t, part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part); s != "" {
			if kind != "html" {
				kind, text = k, s
			}
			files = append(files, more...)
		}
	}
}
