package sim

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/mail"
	"net/textproto"
	"slices"
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
	from := recipientsOf(l.from)[0]
	m := &Message{
		From: &from, To: recipientsOf(l.to...), Cc: recipientsOf(l.cc...), Subject: l.subject, Sent: sent, Importance: "normal",
		InternetMessageID: messageID(l.name), Body: Body{ContentType: "text", Content: l.text},
	}
	env := Envelope{From: l.from.Address, At: sent}
	if l.mailFrom != "" || l.nullSender {
		env.From = l.mailFrom
	}
	for _, a := range slices.Concat(l.to, l.cc) {
		env.To = append(env.To, a.Address)
	}
	for _, h := range l.headers {
		m.Headers = append(m.Headers, Header{h[0], h[1]})
	}
	for _, name := range l.answers {
		m.InReplyTo = messageID(name)
		m.References = append(m.References, m.InReplyTo)
	}
	if l.html != "" {
		m.Plain, m.Body = l.text, Body{ContentType: "html", Content: l.html}
	}
	if l.inline != nil {
		m.Attachments = append(m.Attachments, Attachment{Name: l.inline.name, ContentType: l.inline.mediaType, Content: l.inline.content,
			IsInline: true, ContentID: "logo"})
	}
	for _, f := range l.files {
		m.Attachments = append(m.Attachments, Attachment{Name: f.name, ContentType: f.mediaType, Content: f.content})
	}
	if l.contentType != "" {
		head := textproto.MIMEHeader{"Content-Type": {l.contentType}}
		return Mail{Envelope: env, Raw: m.composeAs(entity{head: head, body: []byte(strings.ReplaceAll(l.text, "\n", "\r\n"))})}
	}
	return Mail{Envelope: env, Raw: m.compose()}
}

func recipientsOf(list ...mail.Address) (all []Recipient) {
	for _, a := range list {
		all = append(all, Recipient{EmailAddress{Name: a.Name, Address: a.Address}})
	}
	return all
}

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
