package mailtext

import (
	"slices"
	"strings"
	"unicode"

	"kantoorpost/shared/lazyregexp"
)

// plainLines reads plain text, in which quoted lines start with ">".
// https://www.rfc-editor.org/rfc/rfc3676#section-4.5
func plainLines(content string) []line {
	var lines []line
	for at, end, more := 0, 0, true; more; at = end {
		var text string
		text, end, more = lineAt(content, at)
		written := strings.TrimSpace(clean(strings.ToValidUTF8(text, "\uFFFD")))
		text, depth := stripQuoteMarks(written)
		l := line{text: text, depth: depth, at: at}
		if depth == 1 && isComparison(text) {
			l.marks |= comparison
			l.text = written // until it is known to be quoted
		}
		if n := len(lines); l.blank() && (n == 0 || lines[n-1].blank() && lines[n-1].depth == depth) {
			continue
		}
		lines = append(lines, l)
	}
	return resolveComparisons(lines)
}

// lineAt returns the line at an offset, where the next one starts, and whether there
// is one.
func lineAt(content string, at int) (text string, next int, more bool) {
	for i := at; i < len(content); i++ {
		if c := content[i]; c > '\r' && c != "\u2028"[0] {
			continue // most
		}
		size := 0
		switch content[i] {
		case '\n':
			size = 1
		case '\r':
			size = 1
			if strings.HasPrefix(content[i:], "\r\n") {
				size = 2
			}
		case "\u2028"[0]:
			if strings.HasPrefix(content[i:], "\u2028") || strings.HasPrefix(content[i:], "\u2029") {
				size = len("\u2028")
			}
		}
		if size > 0 {
			return content[at:i], i + size, true
		}
	}
	return content[at:], len(content), false
}

// amountStart matches the text after the sign in "> 20.000 euro"; "> 1. De
// stukken" is the item of a list.
var amountStart = lazyregexp.New(`^=?\s*(?:€|\$|£|(?i:eur|euro)\b)?\s*\d`)
var listItem = lazyregexp.New(`^\d{1,2}[.)]\s`)

// isComparison tells whether ">" before this text can mean "more than" an amount.
func isComparison(text string) bool { return matches(amountStart, text) && !matches(listItem, text) }

// resolveComparisons decides which of the lines marked as comparison are quoted: a
// comparison has no quoted line next to it, and no introduction above it.
func resolveComparisons(lines []line) []line {
	introduced := false // a quoted or introducing line has been seen
	for i := 0; i < len(lines); {
		if !lines[i].is(comparison) {
			introduced = introduced || lines[i].depth > 0 && !lines[i].blank() ||
				strings.HasSuffix(lines[i].text, ":") && hasWroteVerb(cut(lines[i].text, maxAttribution))
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
				lines[i].text, _ = stripQuoteMarks(lines[i].text)
			} else {
				lines[i].depth = 0
			}
			lines[i].marks &^= comparison
		}
		introduced = introduced || quoted
	}
	return lines
}

// stripQuoteMarks removes the quote marks before a line, and counts them.
func stripQuoteMarks(text string) (string, int) {
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

// unmarkQuotes removes the ">" of HTML lines where two or more in a row have one:
// plain text that was converted to HTML. A single one may be an arrow.
func unmarkQuotes(lines []line) []line {
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
			text, depth := stripQuoteMarks(l.text)
			return !l.blank() && (depth != 1 || !isComparison(text))
		}) {
			i = end // all of them are comparisons
			continue
		}
		for ; i < end; i++ {
			text, more := stripQuoteMarks(lines[i].text)
			lines[i].text, lines[i].depth = text, lines[i].depth+more
		}
	}
	return lines
}

// clean removes invisible characters, and replaces every space by a plain one.
func clean(text string) string {
	if isPrintable(text) {
		return text
	}
	return strings.Map(visible, text)
}

// isPrintable tells whether a text has printable ASCII characters and line ends alone, as
// most have.
func isPrintable(text string) bool {
	for i := range len(text) {
		if text[i] > '~' || text[i] < ' ' && text[i] != '\n' {
			return false
		}
	}
	return true
}

// join makes one text of lines, without empty lines around it and with at most
// one empty line in a row.
func join(lines []line) string {
	var b strings.Builder
	b.Grow(lengthOf(lines) + len(lines))
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

// lengthOf returns how many bytes the texts of lines have.
func lengthOf(lines []line) (n int) {
	for _, l := range lines {
		n += len(l.text)
	}
	return n
}

// visible returns a plain space for any space, and -1 for invisible characters:
// control characters, marks of the writing direction and those without width.
func visible(c rune) rune {
	switch {
	case c >= ' ' && c <= '~', c == '\n':
		return c
	case unicode.IsSpace(c):
		return ' '
	case unicode.IsControl(c), c == '\u00ad', c == '\ufeff', c == '\u034f',
		c >= '\u200b' && c <= '\u200f', c >= '\u202a' && c <= '\u202e', c >= '\u2060' && c <= '\u206f':
		return -1
	}
	return c
}
