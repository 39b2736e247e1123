package web

import (
	"html"
	"strings"

	"kantoorpost/shared/lazyregexp"
)

// tag is an element of HTML, with what is not shown of it.
var tag = lazyregexp.New(`(?is)<(style|script|head|title)\b.*?</(style|script|head|title)>|<[^>]*>`)

// plain is HTML as lines of text, for a preview.
func plain(document string) string {
	s := lazyregexp.New(`(?i)<(br|/p|/div|/tr|/li|/h[1-6])\b[^>]*>`).ReplaceAllString(document, "\n")
	lines := []string{}
	for _, line := range strings.Split(html.UnescapeString(tag.ReplaceAllString(s, "")), "\n") {
		if line = strings.TrimSpace(line); line != "" || len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, line)
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
