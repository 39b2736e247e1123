package bounce

import (
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"strings"
)

// A header holds the fields of a mail or part by lower-case name, in order.
type header map[string][]string

func (h header) get(name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (h header) join(name string) string { return strings.Join(h[name], " ") }

// Limits of the structure of a mail.
const (
	maxDepth  = 8
	maxParts  = 60
	maxFields = 1000
)

// cutHeader reads the fields at the start of a mail or part. Mail systems write
// wrong ones: a line that is neither a field nor folded continues the one above it.
func cutHeader(raw string) (header, string) {
	h := header{}
	name := ""
	for n := 0; raw != "" && n < maxFields; n++ {
		line, rest := cutLine(raw)
		if line == "" {
			return h, rest
		}
		field, value, ok := strings.Cut(line, ":")
		switch {
		case ok && isFieldName(field):
			name = strings.ToLower(field)
			h[name] = append(h[name], strings.TrimSpace(value))
		case name == "" && n == 0 && strings.HasPrefix(line, "From "): // of a mailbox file
		case name == "":
			return h, raw // no header at all
		default:
			last := len(h[name]) - 1
			if len(h[name][last]) < maxLine {
				h[name][last] += " " + strings.TrimSpace(line)
			}
		}
		raw = rest
	}
	return h, raw
}

// maxLine bounds an unfolded field.
const maxLine = 64 << 10

// isFieldName follows RFC 5322, section 3.6.8, with blanks before the colon.
func isFieldName(s string) bool {
	s = strings.TrimRight(s, " \t")
	if s == "" || len(s) > 80 {
		return false
	}
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || c == ':' || c == '<' || c == '>' || c == '@' || c == '/' {
			return false
		}
	}
	return true
}

// cutLine returns the first line without its end, and what follows it.
func cutLine(s string) (line, rest string) {
	i := strings.IndexByte(s, '\n')
	if step(i + 1); i < 0 {
		step(len(s))
		return s, ""
	}
	return strings.TrimSuffix(s[:i], "\r"), s[i+1:]
}

// mediaType returns the lower-case type of a part without parameters.
func mediaType(h header) string {
	t, _, _ := strings.Cut(h.get("content-type"), ";")
	return strings.ToLower(strings.TrimSpace(t))
}

// partsOf returns the parts of a multipart. When its boundary is missing or another
// than the one in use, the first line that starts with two hyphens tells.
func partsOf(h header, body string) []string {
	if b := boundaryOf(h); b != "" {
		if parts := split(body, b, maxParts); len(parts) > 0 {
			return parts
		}
	}
	for n, rest := 0, body; rest != "" && n < 50; n++ {
		var line string
		line, rest = cutLine(rest)
		b, ok := strings.CutPrefix(strings.TrimRight(line, " \t"), "--")
		if ok && strings.Trim(b, "-") != "" && !strings.Contains(b, " ") {
			return split(body, b, maxParts)
		}
	}
	return nil
}

func boundaryOf(h header) string {
	field := h.get("content-type")
	i := strings.Index(strings.ToLower(field), "boundary=")
	if i < 0 {
		return ""
	}
	b := strings.TrimSpace(field[i+len("boundary="):])
	if quoted, ok := strings.CutPrefix(b, `"`); ok {
		b, _, _ = strings.Cut(quoted, `"`)
		return b
	}
	if end := strings.IndexAny(b, "; \t"); end >= 0 {
		b = b[:end]
	}
	return b
}

// split returns the parts of a multipart, at most max. A part that is not closed
// ends with the body.
func split(body, boundary string, max int) (parts []string) {
	start := -1 // of the present part
	for at := 0; at < len(body); {
		line, rest := cutLine(body[at:])
		next := len(body) - len(rest)
		if after, ok := strings.CutPrefix(line, "--"+boundary); ok {
			after = strings.TrimRight(after, " \t")
			if after == "" || after == "--" {
				if start >= 0 && len(parts) < max {
					parts = append(parts, strings.TrimSuffix(body[start:at], "\n"))
				}
				if start = next; after == "--" {
					return parts
				}
			}
		}
		at = next
	}
	if start >= 0 && start < len(body) && len(parts) < max {
		parts = append(parts, body[start:])
	}
	return parts
}

// decoded returns the body of a part without its transfer encoding. What is damaged
// is decoded as far as possible.
func decoded(h header, body string) string {
	encoding, _, _ := strings.Cut(strings.ToLower(h.get("content-transfer-encoding")), ";")
	switch strings.TrimSpace(encoding) {
	case "quoted-printable":
		if b, _ := io.ReadAll(quotedprintable.NewReader(strings.NewReader(body))); len(b) > 0 {
			return string(b)
		}
	case "base64":
		b, _ := io.ReadAll(base64.NewDecoder(base64.StdEncoding, strings.NewReader(body)))
		if len(b) > 0 {
			return string(b)
		}
	}
	return body
}

// onStep gets how many bytes each step reads. Only tests set it, to prove that the
// work grows no faster than the length of a report.
var onStep func(bytes int)

func step(bytes int) {
	if onStep != nil {
		onStep(bytes)
	}
}
