package letter

import (
	"strings"
	"unicode"
)

// plainLines reads text in which lines with ">" before them are quoted.
// https://www.rfc-editor.org/rfc/rfc3676#section-4.5
func plainLines(content string) []line {
	var lines []line
	content = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(content)
	for text := range strings.SplitSeq(content, "\n") {
		text, depth := unquoted(clean(text))
		l := line{text: text, depth: depth}
		if n := len(lines); l.blank() && (n == 0 || lines[n-1].blank() && lines[n-1].depth == depth) {
			continue
		}
		lines = append(lines, l)
	}
	return lines
}

// unquoted takes the marks of quoting from before a line, and counts them.
func unquoted(text string) (string, int) {
	depth := 0
	for {
		text = strings.TrimSpace(text)
		rest, ok := strings.CutPrefix(text, ">")
		if !ok {
			return text, depth
		}
		text = rest
		depth++
	}
}

// marked takes the ">" from before lines where two or more in a row have one:
// text that became HTML on its way. A single one may be an arrow.
func marked(lines []line) []line {
	for i := 0; i < len(lines); {
		end := i
		for end < len(lines) && (strings.HasPrefix(lines[end].text, ">") || end > i && lines[end].blank()) {
			end++
		}
		if end < i+2 {
			i++
			continue
		}
		for ; i < end; i++ {
			text, more := unquoted(lines[i].text)
			lines[i].text, lines[i].depth = text, lines[i].depth+more
		}
	}
	return lines
}

// clean takes out what a reader does not see, and makes every space a plain one.
func clean(text string) string { return strings.Map(visible, text) }

// join makes one text of lines, without empty lines around it and with at most
// one empty line in a row.
func join(lines []line) string {
	var b strings.Builder
	empty := false
	for _, l := range lines {
		if l.blank() {
			empty = true
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
			if empty {
				b.WriteByte('\n')
			}
		}
		empty = false
		b.WriteString(l.text)
	}
	return b.String()
}

// visible is what a reader sees of a rune: a plain space for any space, and
// nothing, -1, for control characters, marks of the writing direction and what
// has no width.
func visible(c rune) rune {
	switch {
	case c == '\n':
		return c
	case unicode.IsSpace(c):
		return ' '
	case unicode.IsControl(c), c == '\u00ad', c == '\ufeff', c == '\u034f',
		c >= '\u200b' && c <= '\u200f', c >= '\u202a' && c <= '\u202e', c >= '\u2060' && c <= '\u206f':
		return -1
	}
	return c
}
