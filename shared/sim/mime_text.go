package sim

import (
	"strings"
	"unicode/utf16"
)

// previewLength is the most that Graph shows in bodyPreview, in UTF-16 units.
// https://learn.microsoft.com/graph/api/resources/message
const previewLength = 255

// preview is the beginning of a body as text.
func preview(b Body) string {
	text := b.Content
	if b.ContentType == "html" {
		text = htmlText(text, 4*previewLength)
	}
	var out strings.Builder
	length, blank := 0, true
	for _, r := range text {
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\u00a0' {
			if blank {
				continue
			}
			r, blank = ' ', true
		} else {
			blank = false
		}
		if length += utf16.RuneLen(r); length > previewLength {
			break
		}
		out.WriteRune(r)
	}
	return strings.TrimSpace(out.String())
}
