package sim

import (
	"crypto/sha256"
	"fmt"
	"net/mail"
	"strings"
	"time"
)

// parseMail shows raw the way Exchange shows it in Graph. It never fails and
// never panics: splitMail reads the header, enmime takes the body apart, and
// what neither understands ends up in the text body.
//
// enmime's own envelope shows less than Exchange. Over 474 real mails it has no
// text for 44 that have one here (mostly since a part without Content-Type is no
// text for it), no author for 31 (delivery reports from "MAILER-DAEMON" among
// them) and no recipients for 25, and one mail that begins with an indented line
// has no envelope. It also keeps no order of header fields.
func parseMail(raw []byte, env Envelope, now time.Time) Message {
	h, start := splitMail(raw)
	_, params := parseMediaType(h.get("Content-Type"))
	charset := params["charset"]
	if toUTF8([]byte("a:"), charset) != "a:" {
		charset = "" // UTF-16, which fields cannot be in
	}

	m := Message{
		Received: now, Subject: decodeWords(h.get("Subject"), charset),
		Importance: importance(h), ReceiptRequested: h.get("Disposition-Notification-To") != "", Flag: Flag{FlagStatus: "notFlagged"},
		Categories: []string{}, MIME: raw,
		To: recipients(h, "To", charset), Cc: recipients(h, "Cc", charset), Bcc: recipients(h, "Bcc", charset),
		ReplyTo: recipients(h, "Reply-To", charset),
	}
	m.From, m.Sender = authors(h, charset)
	m.Sent = sentAt(h.get("Date"), now)
	for _, f := range h {
		m.Headers = append(m.Headers, Header{Name: f.name, Value: decodeWords(f.value, charset)})
	}
	m.InternetMessageID = decodeWords(h.get("Message-ID"), "")
	if m.InternetMessageID == "" {
		m.InternetMessageID = makeMessageID(raw, env, now)
		m.Headers = append(m.Headers, Header{Name: "Message-ID", Value: m.InternetMessageID})
	}
	m.References = messageIDs.FindAllString(decodeWords(h.get("References"), ""), -1)
	m.InReplyTo = messageIDs.FindString(decodeWords(h.get("In-Reply-To"), ""))
	m.ConversationID, m.ConversationIndex = conversation(h, m.InternetMessageID, m.Subject, m.Sent)

	c := bodyAndRest(h, raw[start:])
	m.Body = Body{ContentType: "text"}
	if c.body != nil {
		m.Body.Content = c.body.text()
		if c.body.mediaType == "text/html" {
			m.Body.ContentType = "html"
			if c.plain != nil {
				m.Plain = c.plain.text()
			}
		}
	}
	m.Preview = preview(m.Body)
	m.Attachments, m.HasAttachments = attachments(c.attached, m.Body, now)
	m.Type = eventType(c.method)
	return m
}

// bodyAndRest is the content of a mail. When no part is found, everything after
// the header is the text.
func bodyAndRest(h header, body []byte) content {
	c := chooseContent(openParts(h.get, body, 0, false))
	if c.body == nil && len(c.attached) == 0 && c.method == "" {
		c.body = &part{mediaType: "text/plain", content: body}
	}
	return c
}

// recipients joins every field with this name: some programs write one field
// for each recipient.
func recipients(h header, name, charset string) []Recipient {
	list := []Recipient{}
	for _, value := range h.all(name) {
		list = append(list, parseAddresses(value, charset)...)
	}
	return list
}

// authors are the first address in From and in Sender; either one stands in
// for the other when that is missing.
func authors(h header, charset string) (from, sender *Recipient) {
	first := func(name string) *Recipient {
		if list := recipients(h, name, charset); len(list) > 0 {
			return &list[0]
		}
		return nil
	}
	from, sender = first("From"), first("Sender")
	if sender == nil {
		sender = from
	}
	return from, sender
}

// importance reads the fields in which programs say how urgent a mail is.
func importance(h header) string {
	value := strings.ToLower(h.get("Importance") + " " + h.get("X-MSMail-Priority"))
	priority := strings.TrimSpace(h.get("X-Priority"))
	switch {
	case strings.Contains(value, "high"), strings.HasPrefix(priority, "1"), strings.HasPrefix(priority, "2"):
		return "high"
	case strings.Contains(value, "low"), strings.HasPrefix(priority, "4"), strings.HasPrefix(priority, "5"):
		return "low"
	}
	return "normal"
}

// sentAt reads a Date field. A date that cannot be read, or that Exchange
// cannot store (its time begins in 1601), is the moment of receipt.
func sentAt(value string, now time.Time) time.Time {
	value = cleanLine(cleanText(value))
	sent, err := mail.ParseDate(value)
	if err != nil {
		for _, layout := range []string{"Mon, 2 Jan 2006 15:04:05 -07:00", "Mon Jan 2 15:04:05 2006", "Mon Jan 2 15:04:05 MST 2006",
			"2 Jan 2006 15:04:05", "Mon, 2 Jan 2006 15:04:05", time.RFC3339, time.DateTime} {
			if sent, err = time.Parse(layout, value); err == nil {
				break
			}
		}
	}
	sent = sent.UTC()
	if err != nil || sent.Year() < 1602 || sent.Year() > 9998 {
		return now
	}
	return sent
}

// makeMessageID is the Message-ID that Exchange adds to a mail without one: the
// same for every copy of one delivery.
func makeMessageID(raw []byte, env Envelope, now time.Time) string {
	domain := "localhost"
	if len(env.To) > 0 {
		domain = domainOf(env.To[0])
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%q %q %d\n", env.From, env.To, now.UnixNano())
	sum.Write(raw)
	return fmt.Sprintf("<%x@%s>", sum.Sum(nil)[:16], domain)
}

// eventType is the type of the event message for the method of an invitation; "" is a
// plain mail.
// https://learn.microsoft.com/graph/api/resources/eventmessage
func eventType(method string) string {
	switch method {
	case "":
		return ""
	case "REQUEST":
		return "#microsoft.graph.eventMessageRequest"
	case "REPLY":
		return "#microsoft.graph.eventMessageResponse"
	}
	return "#microsoft.graph.eventMessage"
}
