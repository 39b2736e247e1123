package fetch

import "strings"

const (
	lineWidth = 90 // characters of a line, as pages show it
	maxLines  = 60 // beyond, a mail is long
)

// lines is about how many lines a mail takes on a page, at most maxLines: enough
// to give it its room before it is there. Reading it properly would cost more
// than it is worth.
func lines(bodyType, content string) int {
	s := scanner{rest: content}
	if bodyType == "html" {
		return s.lines()
	}
	var n lineCount
	for line := range strings.Lines(content) {
		n.run = len(strings.TrimSpace(line))
		if n.end(); n.lines >= maxLines {
			return maxLines
		}
	}
	return n.lines
}

// lineCount counts lines as they end; run is how long the one is that has not.
type lineCount struct {
	lines, run int
	said       bool // the last line was not empty
}

func (n *lineCount) end() {
	switch {
	case n.run > 0:
		n.lines += 1 + (n.run-1)/lineWidth
		n.said = true
	case n.said: // one empty line between two others; more are no more
		n.lines++
		n.said = false
	}
	n.run = 0
}

// showsRemote tells whether a document shows pictures that are kept elsewhere.
func showsRemote(content string) bool {
	s := scanner{rest: content}
	return s.showsRemote()
}

// A scanner reads HTML from its first to its last byte and never goes back: what
// it has read is gone, so that no document costs more than its length.
type scanner struct {
	rest  string
	steps int // bytes that were looked at
}

// until reads up to a mark and over it, or to the end when there is none.
func (s *scanner) until(mark string) (text string) {
	text, rest, found := strings.Cut(s.rest, mark)
	if s.steps += len(text); found {
		s.steps += len(mark)
	}
	s.rest = rest
	return text
}

// name is the start of a tag, in lower case; it is not read.
func (s *scanner) name() string {
	name := strings.ToLower(s.rest[:min(len(s.rest), 10)])
	s.steps += len(name)
	return name
}

func (s *scanner) lines() int {
	var n lineCount
	for s.rest != "" && n.lines < maxLines {
		text := s.until("<")
		n.run += len(strings.Join(strings.Fields(text), " "))
		name := s.name()
		switch {
		case strings.HasPrefix(name, "style"):
			s.until("</style")
		case strings.HasPrefix(name, "!--"):
			s.rest = s.rest[len("!--"):]
			s.until("--")
		case strings.HasPrefix(name, "br"):
			n.end()
		case strings.HasPrefix(name, "img"):
			n.lines += 2
		default:
			tag := element(name)
			if n.run > 0 && (begins[tag] || apart[tag]) {
				n.end()
			}
			if apart[tag] {
				n.end()
			}
		}
		s.until(">")
	}
	if n.run > 0 {
		n.end()
	}
	return min(n.lines, maxLines)
}

func (s *scanner) showsRemote() bool {
	for s.rest != "" {
		s.until("<")
		if !strings.HasPrefix(s.name(), "img") {
			continue
		}
		if tag := strings.ToLower(s.until(">")); strings.Contains(tag, "https:") || strings.Contains(tag, "http:") {
			return true
		}
	}
	return false
}

// Elements that begin and end a line, and those that stand apart from what is
// around them.
var (
	begins = map[string]bool{"div": true, "tr": true, "li": true, "hr": true}
	apart  = map[string]bool{"p": true, "h1": true, "h2": true, "h3": true, "h4": true, "ul": true, "ol": true, "table": true, "blockquote": true}
)

// element is the name of the element that a tag begins or ends.
func element(tag string) string {
	tag, _, _ = strings.Cut(strings.TrimPrefix(tag, "/"), " ")
	tag, _, _ = strings.Cut(tag, ">")
	return tag
}
