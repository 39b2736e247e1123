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
		case strings.HasPrefix(name, "img"):
			n += 2
		default:
			tag := element(name)
			if run > 0 && (begins[tag] || apart[tag]) {
				end()
			}
			if apart[tag] {
				end()
			}
		}
		_, content, _ = strings.Cut(rest, ">")
	}
	if run > 0 {
		end()
	}
	return min(n, maxLines)
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

// showsRemote tells whether a document shows pictures that are kept elsewhere.
func showsRemote(content string) bool {
	for {
		at := strings.IndexByte(content, '<')
		if at < 0 {
			return false
		}
		content = content[at+1:]
		if len(content) < 4 || !strings.EqualFold(content[:3], "img") {
			continue
		}
		var tag string
		tag, content, _ = strings.Cut(content, ">") // no byte is looked at twice
		if tag = strings.ToLower(tag); strings.Contains(tag, "https:") || strings.Contains(tag, "http:") {
			return true
		}
	}
}
