package sim

import "strings"

// content is what Exchange shows of the parts of a mail: one text, the parts to
// attach, and the method of an invitation.
type content struct {
	body     *part
	plain    *part // the alternative without HTML
	attached []part
	method   string // of the meeting that the mail is about
}

// chooseContent walks over the parts in their order and decides as Exchange
// does: the richest alternative is the text, the first text of a row is the
// text, and everything else becomes an attachment. enmime's envelope joins the
// texts of a row instead, and leaves texts without a name out of its attachments.
func chooseContent(n node) content {
	if n.parts == nil {
		return leafContent(n.leaf)
	}
	var c content
	for _, p := range n.parts {
		c.add(chooseContent(p), n.mediaType == "multipart/alternative")
	}
	if c.body == nil && len(strings.TrimSpace(string(n.epilogue))) > 0 {
		// Text after the end of the parts is no part, but this mail has no other.
		c.body = &part{mediaType: "text/plain", content: n.epilogue}
	}
	return c
}

func leafContent(l part) content {
	switch {
	case l.isBody():
		return content{body: &l}
	case l.mediaType == "text/calendar" && l.method != "" && l.disposition != "attachment":
		return content{method: l.method}
	}
	return content{attached: []part{l}}
}

// add joins the content of the next part in the row.
func (c *content) add(next content, alternative bool) {
	if c.method == "" {
		c.method = next.method
	}
	for _, p := range []*part{c.body, next.body, next.plain} {
		if alternative && c.plain == nil && p != nil && p.mediaType == "text/plain" {
			c.plain = p
		}
	}
	if c.plain == nil {
		c.plain = next.plain
	}
	switch {
	case next.body == nil:
	case c.body == nil, c.body.isBlank():
		c.body = next.body
	case alternative && c.body.mediaType == next.body.mediaType && !next.body.isBlank():
		// Two of a kind are no real alternatives: both are shown.
		c.attached = append(c.attached, *c.body)
		c.body = next.body
	case alternative && next.body.mediaType == "text/html" && !next.body.isBlank():
		// A later alternative is the better one, unless it is plainer.
		// https://www.rfc-editor.org/rfc/rfc2046#section-5.1.4
		c.body = next.body
	case alternative:
	case !next.body.isBlank():
		c.attached = append(c.attached, *next.body)
	}
	c.attached = append(c.attached, next.attached...)
}

func (p part) isBlank() bool {
	return strings.TrimSpace(string(p.content[:min(len(p.content), 512)])) == "" && len(p.content) < 512
}
