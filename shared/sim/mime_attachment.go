package sim

import (
	"fmt"
	"path"
	"strings"
	"time"
)

// attachments turns the parts that are not the text into what Graph lists.
// A part is inline when the text shows it by its content id.
//
// https://learn.microsoft.com/graph/api/resources/attachment
func attachments(parts []part, body Body, now time.Time) (list []Attachment, visible bool) {
	for i, p := range parts {
		a := Attachment{
			Type: FileAttachment, Modified: now, Name: fileName(p, i+1), ContentType: cleanLine(cleanText(p.mediaType)),
			Size: len(p.content), ContentID: p.contentID, Content: p.content,
		}
		if p.mediaType == "message/rfc822" || p.mediaType == "message/global" {
			a.Type = ItemAttachment
			if p.name == "" {
				a.Name = enclosedSubject(p.content)
			}
		}
		shown := a.ContentID != "" && body.ContentType == "html" && strings.Contains(body.Content, "cid:"+a.ContentID)
		a.IsInline = shown || a.ContentID != "" && body.ContentType == "html" && p.disposition == "inline"
		visible = visible || !a.IsInline
		list = append(list, a)
	}
	return list, visible
}

// fileName is the name of an attachment without folders; a part without one
// gets a number, as Exchange does it.
func fileName(p part, number int) string {
	name := cleanLine(p.name)
	if name == "" {
		name = path.Base(cleanLine(p.location))
	}
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	if name == "" || name == "." {
		name = fmt.Sprintf("ATT%05d%s", number, extension(p.mediaType))
	}
	return name
}

func extension(mediaType string) string {
	switch mediaType {
	case "text/plain", "message/delivery-status", "text/rfc822-headers", "message/disposition-notification":
		return ".txt"
	case "text/html":
		return ".htm"
	case "text/calendar":
		return ".ics"
	case "application/pdf":
		return ".pdf"
	case "image/png":
		return ".png"
	case "image/jpeg":
		return ".jpg"
	case "image/gif":
		return ".gif"
	}
	return ".dat"
}

// enclosedSubject names an enclosed mail after its subject.
func enclosedSubject(raw []byte) string {
	h, _ := splitMail(raw)
	if subject := decodeWords(h.get("Subject"), ""); subject != "" {
		return subject
	}
	return "Untitled"
}
