package sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

// An officeMail is a mail before it is encoded as MIME.
type officeMail struct {
	from        mail.Address
	mailFrom    string // of the envelope; by default the address of from
	nullSender  bool   // the envelope has the null sender
	to, cc      []mail.Address
	subject     string
	text, html  string
	files       []file
	inline      *file  // shown in html as cid:logo
	name        string // "word@domain of the sender", for mails that answer it
	answers     []string
	headers     [][2]string
	contentType string // of a body that is text alone, in mail of programs
}

type file struct {
	name, mediaType string
	content         []byte
}

// messageID is the Message-ID of the mail with this name, "word@domain".
func messageID(name string) string {
	word, domain, _ := strings.Cut(name, "@")
	sum := sha256.Sum256([]byte(word))
	return fmt.Sprintf("<%x@%s>", sum[:10], domain)
}

// write encodes the mail, with its envelope.
func (l officeMail) write(sent time.Time) Mail {
	var b bytes.Buffer
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		}
	}
	env := Envelope{From: l.from.Address, At: sent}
	if l.mailFrom != "" || l.nullSender {
		env.From = l.mailFrom
	}
	for _, a := range append(append([]mail.Address{}, l.to...), l.cc...) {
		env.To = append(env.To, a.Address)
	}
	for _, h := range l.headers {
		field(h[0], h[1])
	}
	field("From", l.from.String())
	field("To", writeAddresses(l.to))
	field("Cc", writeAddresses(l.cc))
	field("Subject", mime.QEncoding.Encode("utf-8", l.subject))
	field("Date", sent.Format(time.RFC1123Z))
	field("Message-ID", messageID(l.name))
	if n := len(l.answers); n > 0 {
		var ids []string
		for _, name := range l.answers {
			ids = append(ids, messageID(name))
		}
		field("In-Reply-To", ids[n-1])
		field("References", strings.Join(ids, "\r\n "))
	}
	field("MIME-Version", "1.0")
	if l.contentType != "" {
		field("Content-Type", l.contentType)
		b.WriteString("\r\n" + crlf(l.text))
	} else {
		b.Write(l.body(fmt.Sprintf("%x", sha256.Sum256([]byte(l.name)))[:16]))
	}
	return Mail{Envelope: env, Raw: b.Bytes()}
}

// body returns everything from the Content-Type on, with one MIME layer for each
// kind of content.
func (l officeMail) body(boundary string) []byte {
	b := textPart("text/plain", l.text)
	if l.html != "" {
		b = wrapParts("alternative", boundary+"a", b, textPart("text/html", l.html))
	}
	if l.inline != nil {
		b = wrapParts("related", boundary+"r", b, filePart(*l.inline, "inline; ", "Content-ID: <logo>\r\n"))
	}
	if len(l.files) > 0 {
		parts := [][]byte{b}
		for _, f := range l.files {
			parts = append(parts, filePart(f, "attachment; ", ""))
		}
		b = wrapParts("mixed", boundary+"m", parts...)
	}
	return b
}

func textPart(mediaType, text string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", mediaType)
	w := quotedprintable.NewWriter(&b)
	w.Write([]byte(crlf(text))) // a buffer does not fail
	w.Close()
	return b.Bytes()
}

func filePart(f file, disposition, more string) []byte {
	var b bytes.Buffer
	name := mime.FormatMediaType("x", map[string]string{"filename": f.name})
	fmt.Fprintf(&b, "Content-Type: %s\r\nContent-Disposition: %s%s\r\n%sContent-Transfer-Encoding: base64\r\n\r\n",
		f.mediaType, disposition, strings.TrimPrefix(name, "x; "), more)
	encoded := base64.StdEncoding.EncodeToString(f.content)
	for len(encoded) > 76 {
		b.WriteString(encoded[:76] + "\r\n")
		encoded = encoded[76:]
	}
	b.WriteString(encoded + "\r\n")
	return b.Bytes()
}

func wrapParts(kind, boundary string, parts ...[]byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Content-Type: multipart/%s; boundary=\"%s\"\r\n\r\n", kind, boundary)
	for _, p := range parts {
		fmt.Fprintf(&b, "--%s\r\n%s\r\n", boundary, p)
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	return b.Bytes()
}

func writeAddresses(list []mail.Address) string {
	var written []string
	for _, a := range list {
		written = append(written, a.String())
	}
	return strings.Join(written, ", ")
}

func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

// pdf returns a document of one page with one line.
func pdf(name, line string) file {
	line = strings.Map(func(r rune) rune {
		if r > '~' || strings.ContainsRune(`\()`, r) {
			return '-'
		}
		return r
	}, line)
	stream := fmt.Sprintf("BT /F1 14 Tf 60 760 Td (%s) Tj ET", line)
	var b bytes.Buffer
	var offsets []int
	b.WriteString("%PDF-1.4\n")
	for i, object := range []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
		fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(stream), stream),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	} {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	b.WriteString("xref\n0 6\n0000000000 65535 f \n")
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", start)
	return file{name, "application/pdf", b.Bytes()}
}

// logo returns a small picture.
func logo() *file {
	picture := image.NewRGBA(image.Rect(0, 0, 48, 16))
	for x := range 48 {
		for y := range 16 {
			picture.Set(x, y, color.RGBA{R: uint8(30 + 4*x), G: 90, B: uint8(200 - 8*y), A: 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return nil // this cannot happen: it is written to memory
	}
	return &file{"logo.png", "image/png", b.Bytes()}
}
