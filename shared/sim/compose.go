package sim

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"
)

// compose returns the MIME source of a message that was made over Graph.
//
// https://www.rfc-editor.org/rfc/rfc5322
func (m *Message) compose() []byte {
	var inline, attached []Attachment
	for _, a := range m.Attachments {
		if a.IsInline {
			inline = append(inline, a)
		} else {
			attached = append(attached, a)
		}
	}
	content := multi("related", m.textPart(), inline, m.InternetMessageID)
	return m.composeAs(multi("mixed", content, attached, m.InternetMessageID))
}

// composeAs is compose with other content.
func (m *Message) composeAs(content entity) []byte {
	var out bytes.Buffer
	line := func(name, value string) {
		if value != "" {
			out.WriteString(name + ": " + value + "\r\n")
		}
	}
	for _, h := range m.Headers {
		line(oneLine(h.Name), mime.QEncoding.Encode("utf-8", oneLine(h.Value)))
	}
	if m.From != nil {
		line("From", addressList([]Recipient{*m.From}))
	}
	line("To", addressList(m.To))
	line("CC", addressList(m.Cc))
	line("Reply-To", addressList(m.ReplyTo))
	line("Subject", mime.QEncoding.Encode("utf-8", oneLine(m.Subject)))
	line("Date", m.Sent.Format(time.RFC1123Z))
	line("Message-ID", m.InternetMessageID)
	line("In-Reply-To", m.InReplyTo)
	line("References", strings.Join(m.References, "\r\n "))
	if len(m.ConversationIndex) >= 22 {
		line("Thread-Topic", mime.QEncoding.Encode("utf-8", oneLine(topic(m.Subject))))
		line("Thread-Index", base64.StdEncoding.EncodeToString(m.ConversationIndex))
	}
	if m.Importance != "normal" {
		line("Importance", m.Importance)
	}
	line("MIME-Version", "1.0")

	content.writeTo(&out)
	return out.Bytes()
}

// An entity is a MIME entity: its header and its encoded body.
type entity struct {
	head textproto.MIMEHeader
	body []byte
}

func (p entity) writeTo(out *bytes.Buffer) {
	for _, name := range []string{"Content-Type", "Content-Transfer-Encoding"} {
		if v := p.head.Get(name); v != "" {
			out.WriteString(name + ": " + v + "\r\n")
		}
	}
	out.WriteString("\r\n")
	out.Write(p.body)
}

// textPart returns the text; that of a page has a plain alternative, as Exchange
// writes it.
func (m *Message) textPart() entity {
	if m.Body.ContentType != "html" {
		return textEntity("text/plain", m.Body.Content)
	}
	plain := m.Plain
	if plain == "" {
		plain = plainText(m.Body.Content)
	}
	return joined("alternative", m.InternetMessageID, textEntity("text/plain", plain), textEntity("text/html", m.Body.Content))
}

func textEntity(kind, text string) entity {
	var body bytes.Buffer
	w := quotedprintable.NewWriter(&body)
	w.Write([]byte(text)) //nolint:errcheck // a buffer does not fail
	w.Close()             //nolint:errcheck // a buffer does not fail
	return entity{head: textproto.MIMEHeader{"Content-Type": {kind + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}},
		body: body.Bytes()}
}

// multi combines a first part with attachments. Without any, it returns that part.
func multi(kind string, first entity, attachments []Attachment, seed string) entity {
	if len(attachments) == 0 {
		return first
	}
	parts := []entity{first}
	for _, a := range attachments {
		parts = append(parts, a.part())
	}
	return joined(kind, seed, parts...)
}

// joined returns a multipart; seed makes its boundary.
func joined(kind, seed string, parts ...entity) entity {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	s := sum("boundary", kind, seed)
	w.SetBoundary(fmt.Sprintf("_%s_%x_", kind, s[:12])) //nolint:errcheck // it is valid
	for _, p := range parts {
		if to, err := w.CreatePart(p.head); err == nil {
			to.Write(p.body) //nolint:errcheck // a buffer does not fail
		}
	}
	w.Close() //nolint:errcheck // a buffer does not fail
	return entity{head: textproto.MIMEHeader{"Content-Type": {fmt.Sprintf("multipart/%s; boundary=%q", kind, w.Boundary())}},
		body: body.Bytes()}
}

func (a Attachment) part() entity {
	kind, _, err := mime.ParseMediaType(a.ContentType)
	if err != nil || strings.HasPrefix(kind, "multipart/") {
		kind = "application/octet-stream"
	}
	disposition := "attachment"
	head := textproto.MIMEHeader{"Content-Type": {kind}, "Content-Transfer-Encoding": {"base64"}}
	if a.IsInline {
		disposition = "inline"
		if a.ContentID != "" {
			head.Set("Content-ID", "<"+oneLine(a.ContentID)+">")
		}
	}
	head.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": oneLine(a.Name)}))
	if kind == "message/rfc822" {
		head.Del("Content-Transfer-Encoding")
		return entity{head: head, body: a.Content}
	}
	var body bytes.Buffer
	text := base64.StdEncoding.EncodeToString(a.Content)
	for ; len(text) > 76; text = text[76:] {
		body.WriteString(text[:76] + "\r\n")
	}
	body.WriteString(text + "\r\n")
	return entity{head: head, body: body.Bytes()}
}

func addressList(l []Recipient) string {
	var all []string
	for _, r := range l {
		all = append(all, (&mail.Address{Name: oneLine(r.EmailAddress.Name), Address: oneLine(r.EmailAddress.Address)}).String())
	}
	return strings.Join(all, ",\r\n ")
}

// oneLine keeps a header field from becoming two.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == 0 {
			return ' '
		}
		return r
	}, s)
}
