package bounce

import (
	"mime"
	"strings"

	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/mailhtml"
)

// content is what a report consists of.
type content struct {
	header   header   // of the report itself
	report   header   // the fields of its status part that hold for all recipients
	status   []string // its status parts
	original header   // of the returned mail
	text     string   // for people, without the returned mail
	html     string   // the same, when only HTML has it
	own      []*block // of its text: see ownBlocks
	feedback bool     // it holds a feedback report of RFC 5965

	parts  int
	nested bool // the parts of a report inside of the report were read
}

// collect sorts the parts of a mail by what they are.
func collect(raw string) *content {
	c := &content{report: header{}}
	h, body := cutHeader(strings.TrimLeft(raw, "\r\n \t"))
	c.header = h
	c.add(h, body, 0)
	if c.text == "" {
		c.text = mailhtml.Text(c.html)
	}
	c.cutReturned()
	return c
}

// statusTypes are the types of parts with status fields, and originalTypes of those
// with the returned mail or its header.
// https://www.rfc-editor.org/rfc/rfc6522#section-3, https://www.rfc-editor.org/rfc/rfc6533#section-4
var (
	statusTypes   = map[string]bool{"message/delivery-status": true, "message/global-delivery-status": true}
	originalTypes = map[string]bool{"message/rfc822": true, "text/rfc822-headers": true, "message/rfc822-headers": true,
		"message/global": true, "message/global-headers": true, "text/rfc822": true, "message/partial": true}
)

func (c *content) add(h header, body string, depth int) {
	if c.parts++; c.parts > maxParts || depth > maxDepth {
		return
	}
	kind := mediaType(h)
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		parts := partsOf(h, body)
		for _, p := range parts {
			inner, innerBody := cutHeader(strings.TrimLeft(p, "\r\n"))
			if leadingBlank(p) && len(inner) > 0 && inner.get("content-type") == "" && !isReturned(inner) {
				inner, innerBody = header{}, p // text that looks like fields
			}
			c.add(inner, innerBody, depth+1)
		}
		if len(parts) == 0 {
			c.text += decoded(h, body) + "\n"
		}
	case depth > 0 && isReturned(h) && !c.nested:
		c.returned(h, body, depth)
	case kind == "message/feedback-report":
		c.feedback = true
	case statusTypes[kind]:
		c.status = append(c.status, decoded(h, body))
	case originalTypes[kind]:
		returned, returnedBody := cutHeader(strings.TrimLeft(decoded(h, body), "\r\n \t"))
		c.returned(returned, returnedBody, depth)
	case kind == "text/html":
		c.html += decoded(h, body) + "\n"
	case kind == "" || kind == "text" || strings.HasPrefix(kind, "text/"):
		c.text += decoded(h, body) + "\n"
	}
}

func leadingBlank(p string) bool { return strings.HasPrefix(p, "\n") || strings.HasPrefix(p, "\r\n") }

// isReturned tells whether the header of a part is that of a whole mail: some systems
// put the returned mail between the boundaries without a part of its own.
func isReturned(h header) bool {
	return h.get("received") != "" || h.get("message-id") != "" || h.get("from") != "" && h.get("subject") != ""
}

// returned keeps the header of the first returned mail. When that is a report itself,
// which some system passes on, its parts are read instead.
func (c *content) returned(h header, body string, depth int) {
	switch {
	case len(h) == 0 || len(c.original) > 0:
	case mediaType(h) == "multipart/report" && len(c.status) == 0 && !c.nested:
		c.nested = true
		c.add(header{"content-type": h["content-type"]}, body, depth+1)
	default:
		c.original = h
	}
}

func (c *content) subject() string {
	s := c.header.get("subject")
	if decoded, err := new(mime.WordDecoder).DecodeHeader(s); err == nil {
		return decoded
	}
	return s
}

// cutReturned removes from the text the mail that it returns, and keeps its header.
func (c *content) cutReturned() {
	lines := strings.Split(strings.ReplaceAll(c.text, "\r\n", "\n"), "\n")
	lines = lines[:min(len(lines), maxLines)]
	c.own = ownBlocks(lines)
	for i := range lines {
		if c.own[i] != nil || !startsReturned(lines, i) {
			continue
		}
		h, body := cutHeader(strings.Join(lines[i:], "\n"))
		c.text = strings.Join(lines[:i], "\n")
		c.returned(h, body, 1)
		return
	}
	c.text = strings.Join(lines, "\n")
}

// A block are the lines of a text without an empty one between them, from first until end.
type block struct {
	first, end int
	about      string // the recipient that it names: see divide
}

// ownBlocks returns for each line the block in which it stands, if that names a recipient and
// a status by labels: the report's own words, though a Message-ID among them looks like the
// header of the mail that it returns.
func ownBlocks(lines []string) []*block {
	own := make([]*block, len(lines))
	b, recipient, status, returned := &block{}, false, false, false
	for i := range len(lines) + 1 {
		if i == len(lines) || strings.TrimSpace(lines[i]) == "" || announces(lines[i]) {
			for j := b.first; recipient && status && !returned && j < i; j++ {
				b.end = i
				own[j] = b
			}
			b, recipient, status, returned = &block{first: i + 1}, false, false, false
			continue
		}
		line := lines[i][:min(len(lines[i]), maxTextLine)]
		step(3 * len(line))
		recipient = recipient || recipientLabel.MatchString(line)
		status = status || strings.Contains(line, ":") && codeIn(line) != ""
		returned = returned || returnedField.MatchString(line)
	}
	return own
}

var (
	recipientLabel = lazyregexp.New(`(?i)^[\s>*•·-]*` + recipientLabels + `[^@]{0,80}@`)
	// returnedField matches the fields that only a mail has.
	returnedField = phrases(`^\s*(return-path|dkim-signature|mime-version)\s*:`, `^\s*received\s*:\s*(from|by|\()`)
)

// maxLines bounds the text that is read.
const maxLines = 5000

// headerWindow is how many lines are read to see whether a header starts.
const headerWindow = 12

// startsReturned tells whether the header of a returned mail starts at a line: one
// that only a mail has, or any below a line that announces it.
func startsReturned(lines []string, i int) bool {
	step(len(lines[i]))
	if !isHeaderLine(lines[i]) {
		return false
	}
	announced := false
	for j := i - 1; j >= 0 && j >= i-3; j-- {
		announced = announced || announces(lines[j])
	}
	names := map[string]bool{}
	strong := false
	for j := i; j < len(lines) && j < i+headerWindow && strings.TrimSpace(lines[j]) != ""; j++ {
		line := lines[j]
		step(min(len(line), 100))
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		if !isHeaderLine(line) {
			break
		}
		name, _, _ := strings.Cut(line, ":")
		name = strings.ToLower(strings.TrimSpace(name))
		names[name] = true
		strong = strong || name == "received" || name == "message-id" || name == "return-path" || name == "dkim-signature"
	}
	return (strong && len(names) >= 2) || announced && (strong || len(names) >= 2)
}

func isHeaderLine(line string) bool {
	name, _, ok := strings.Cut(line, ":")
	return ok && isFieldName(name) && strings.ToLower(strings.TrimSpace(name)) != "final-recipient"
}

// announces recognises a line such as "--- Below this line is a copy of the message."
func announces(line string) bool {
	return announcement.MatchString(line[:min(len(line), 200)])
}

var announcement = phrases(`original (message|mail)`, `copy of (the|your) (message|original)`, `returned message`, `message header`,
	`message follows`, `unsent message`, `header of the original`, `headers follow`, `oorspronkelijk bericht`, `ursprüngliche nachricht`,
	`message d'origine`, `message original`)
