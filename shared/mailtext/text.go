package mailtext

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// plainLines reads text in which lines with ">" before them are quoted.
// https://www.rfc-editor.org/rfc/rfc3676#section-4.5
func plainLines(content string) []line {
	var lines []line
	content = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(content)
	for text := range strings.SplitSeq(content, "\n") {
		written := strings.TrimSpace(clean(text))
		text, depth := unquoted(written)
		l := line{text: text, depth: depth}
		if depth == 1 && compares(text) {
			l.hint |= comparison
			l.text = written // until it turns out to be quoted
		}
		if n := len(lines); l.blank() && (n == 0 || lines[n-1].blank() && lines[n-1].depth == depth) {
			continue
		}
		lines = append(lines, l)
	}
	return compared(lines)
}

// amountStart is what stands behind the sign in "> 20.000 euro"; "> 1. De
// stukken" is the item of a list.
var amountStart = regexp.MustCompile(`^=?\s*(?:€|\$|£|(?i:eur|euro)\b)?\s*\d`)
var listItem = regexp.MustCompile(`^\d{1,2}[.)]\s`)

// compares says whether a line with one ">" before this text can say that
// something is more than an amount.
func compares(text string) bool { return matches(amountStart, text) && !matches(listItem, text) }

// compared settles which lines with a ">" are comparisons and which are quoted:
// a comparison has no quoted line beside it, and no introduction above it.
func compared(lines []line) []line {
	introduced := false // whether a mark has been seen that quotes, or a line that introduces
	for i := 0; i < len(lines); {
		if !lines[i].is(comparison) {
			introduced = introduced || lines[i].depth > 0 && !lines[i].blank() || strings.HasSuffix(lines[i].text, ":") && told(cut(lines[i].text, maxAttribution))
			i++
			continue
		}
		end := i
		for end < len(lines) && lines[end].is(comparison) {
			end++
		}
		quoted := introduced || end < len(lines) && lines[end].depth > 0
		for ; i < end; i++ {
			if quoted {
				lines[i].text, _ = unquoted(lines[i].text)
			} else {
				lines[i].depth = 0
			}
			lines[i].hint &^= comparison
		}
		introduced = introduced || quoted
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
		if !slices.ContainsFunc(lines[i:end], func(l line) bool {
			text, depth := unquoted(l.text)
			return !l.blank() && (depth != 1 || !compares(text))
		}) {
			i = end // all of them compare
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
