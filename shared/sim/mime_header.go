package sim

import (
	"bytes"
	"strings"
)

// A headerField is one field of a mail's header: its name as written, its
// value unfolded but not decoded, and the place of its bytes in the mail.
type headerField struct {
	name, value string
	start, end  int
}

// A header is the fields of a mail in their order, repeated names kept. enmime
// gives a map, which tells neither the order nor the places.
type header []headerField

// get is the value of the first field with this name, "" without one.
func (h header) get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// all is the values of every field with this name.
func (h header) all(name string) []string {
	var values []string
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			values = append(values, f.value)
		}
	}
	return values
}

// splitMail finds the header of a mail and the start of its body. Text that
// does not look like a header is body, so no byte is left out except an mbox
// "From " line and blank lines before the first field.
func splitMail(raw []byte) (h header, body int) {
	start := skipPreamble(raw)
	known := lastKnownField(raw, start)
	var parts [][]byte
	finish := func(end int) {
		if len(h) == 0 {
			return
		}
		f := &h[len(h)-1]
		f.value, f.end = string(bytes.Join(parts, []byte(" "))), end
		parts = parts[:0]
	}
	for at := start; at < len(raw); {
		line, next := nextLine(raw, at)
		name, value, ok := cutField(line)
		switch {
		case len(bytes.TrimRight(line, " \t")) == 0 && (len(line) == 0 || at > known):
			finish(at)
			if len(h) == 0 {
				return nil, start
			}
			return h, next
		case ok:
			finish(at)
			h = append(h, headerField{name: name, start: at})
			parts = append(parts, bytes.TrimSpace(value))
		case len(h) == 0:
			return nil, start
		case line[0] == ' ' || line[0] == '\t' || at < known:
			// Folded, or a line break that some program put in without folding.
			parts = append(parts, bytes.TrimSpace(line))
		default:
			// The blank line is missing: this is the first line of the body.
			finish(at)
			return h, at
		}
		at = next
	}
	finish(len(raw))
	return h, len(raw)
}

// skipPreamble is the place where the header starts: after a byte order mark, an
// mbox "From " line and blank lines, when a field follows them.
func skipPreamble(raw []byte) int {
	at := 0
	if bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")) {
		at = 3
	}
	for at < len(raw) {
		line, next := nextLine(raw, at)
		mbox := bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))
		if len(bytes.TrimSpace(line)) > 0 && !mbox {
			if _, _, ok := cutField(line); ok {
				return at
			}
			return 0
		}
		at = next
	}
	return 0
}

// lastKnownField is the place of the last line in the first block that starts a
// field which nearly every mail has, -1 without one. Odd lines before it are
// damage inside the header; odd lines after it are body.
func lastKnownField(raw []byte, at int) int {
	last := -1
	for at < len(raw) {
		line, next := nextLine(raw, at)
		if len(line) == 0 {
			break
		}
		if name, _, ok := cutField(line); ok && knownField(name) {
			last = at
		}
		at = next
	}
	return last
}

func knownField(name string) bool {
	switch strings.ToLower(name) {
	case "from", "to", "cc", "subject", "date", "message-id", "received", "reply-to", "return-path",
		"mime-version", "content-type", "content-transfer-encoding", "in-reply-to", "references":
		return true
	}
	return false
}

// nextLine is the line at a place, and the place of the next one. A line ends at
// LF with any CRs before it, or at a CR alone as old programs wrote it.
func nextLine(raw []byte, at int) (line []byte, next int) {
	end := bytes.IndexAny(raw[at:], "\r\n")
	if end < 0 {
		return raw[at:], len(raw)
	}
	end += at
	for next = end; next < len(raw) && raw[next] == '\r'; next++ {
	}
	if next < len(raw) && raw[next] == '\n' {
		return raw[at:end], next + 1
	}
	return raw[at:end], end + 1
}

// cutField splits a line into the name and the value of a field.
// https://www.rfc-editor.org/rfc/rfc5322#section-2.2
func cutField(line []byte) (name string, value []byte, ok bool) {
	colon := bytes.IndexByte(line, ':')
	if colon < 1 {
		return "", nil, false
	}
	n := bytes.TrimRight(line[:colon], " \t") // obsolete syntax allows blanks before the colon
	if len(n) == 0 {
		return "", nil, false
	}
	for _, c := range n {
		if c <= ' ' || c >= 0x7f {
			return "", nil, false
		}
	}
	return string(n), line[colon+1:], true
}
