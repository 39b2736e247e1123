package fetch

import "strings"

const (
	lineWidth = 90 // characters of a line, as pages show it
	maxLines  = 60 // a longer mail is just long
)

// lines estimates how many lines a mail takes on a page, at most maxLines, so that a
// page can reserve the space. An exact number would cost more than it is worth.
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

// lineCount counts lines as they end; run is the length of the present one.
type lineCount struct {
	lines, run int
	text       bool // the last line was not empty
}

func (n *lineCount) end() {
	switch {
	case n.run > 0:
		n.lines += 1 + (n.run-1)/lineWidth
		n.text = true
	case n.text: // several empty lines count as one
		n.lines++
		n.text = false
	}
	n.run = 0
}

// showsRemote tells whether a document shows pictures from other servers.
func showsRemote(content string) bool {
	s := scanner{rest: content}
	return s.showsRemote()
}

// A scanner reads HTML from its first to its last byte and never goes back, so the
// cost grows only with the length of the document.
type scanner struct {
	rest  string
	steps int // bytes that were read
}

// until reads up to and including a mark, or to the end when there is none.
func (s *scanner) until(mark string) (text string) {
	text, rest, found := strings.Cut(s.rest, mark)
	if s.steps += len(text); found {
		s.steps += len(mark)
	}
	s.rest = rest
	return text
}

// name returns the start of a tag, in lower case, without reading past it.
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
			if n.run > 0 && (breaks[tag] || spaced[tag]) {
				n.end()
			}
			if spaced[tag] {
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

// Elements with a line of their own, and those with empty lines around them.
var (
	breaks = map[string]bool{"div": true, "tr": true, "li": true, "hr": true}
	spaced = map[string]bool{"p": true, "h1": true, "h2": true, "h3": true, "h4": true, "ul": true, "ol": true, "table": true,
		"blockquote": true}
)

// element returns the name of the element that a tag starts or ends.
func element(tag string) string {
	tag, _, _ = strings.Cut(strings.TrimPrefix(tag, "/"), " ")
	tag, _, _ = strings.Cut(tag, ">")
	return tag
}
