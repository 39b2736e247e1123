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
	n, run, empty := 0, 0, true
	end := func() {
		switch {
		case run > 0:
			n += 1 + (run-1)/lineWidth
			empty = false
		case !empty: // one empty line between two others; more are no more
			n++
			empty = true
		}
		run = 0
	}
	if bodyType != "html" {
		for line := range strings.Lines(content) {
			run = len(strings.TrimSpace(line))
			if end(); n >= maxLines {
				return maxLines
			}
		}
		return n
	}
	for content != "" && n < maxLines {
		text, rest, _ := strings.Cut(content, "<")
		run += len(strings.Join(strings.Fields(text), " "))
		name := strings.ToLower(rest[:min(len(rest), 10)])
		switch {
		case strings.HasPrefix(name, "style"):
			_, rest, _ = strings.Cut(rest, "</style")
		case strings.HasPrefix(name, "!--"):
			_, rest, _ = strings.Cut(rest[len("!--"):], "--")
		case strings.HasPrefix(name, "br"):
			end()
		case run > 0 && breaks(strings.TrimPrefix(name, "/")):
			end()
		}
		_, content, _ = strings.Cut(rest, ">")
	}
	if run > 0 {
		end()
	}
	return min(n, maxLines)
}

// breaks tells whether an element begins and ends a line.
func breaks(name string) bool {
	tag, _, _ := strings.Cut(name, " ")
	tag, _, _ = strings.Cut(tag, ">")
	switch tag {
	case "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "ul", "ol", "table", "blockquote", "hr":
		return true
	}
	return false
}
