package mailtext

import (
	"slices"
	"strings"

	"kantoorpost/shared/lazyregexp"
)

// maxAttribution bounds the introduction of a quotation, in bytes, and maxWrapped
// the lines over which mail programs wrap it.
const (
	maxAttribution = 320
	maxWrapped     = 4
)

var (
	// wrote matches the verb of an introduction.
	wrote = lazyregexp.New(`\b(wrote|writes|schreef|schrijft|geschreven|schrieb|schreibt|geschrieben)\b|a écrit\b`)
	// byPerson matches words that no mail program writes: "op 3 mei schreef u:".
	byPerson = lazyregexp.New(
		`(?i)\b(schreef|wrote|schrieb) +(u|je|jij|jullie|ik|wij|we|hij|zij|you|i|they|sie|ich|wir|er)\b|\b(u|je|ik|we|wij|you|i|they|` +
			`sie|ich|wir) +(schreef|wrote|schrieb)\b`)
	hour    = lazyregexp.New(`\b\d{1,2}:\d{2}\b|\b(?:om|at|um|à) \d{1,2}[.h]\d{2}\b`)
	day     = lazyregexp.New(`\b\d{4}\b|\b\d{1,2}[-/.]\d{1,2}[-/.]\d{2}\b`)
	clock   = lazyregexp.New(`\d{1,2}[:.]\d{2}|\d{4}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2}`)
	opening = lazyregexp.New(`(?i)^[-* ]*(op|on|am|at|le|in een bericht|in a message)\b`)
	// oldGmail matches "2016-03-03 17:21 GMT+01:00 Jan Jansen <jan@x>:".
	oldGmail = lazyregexp.New(`^\d{4}-\d{2}-\d{2} \d{1,2}:\d{2} .*@.*:$`)
)

// hasWroteVerb tells whether a line has such a verb. It searches for a few letters
// first, so the pattern is matched with few lines.
func hasWroteVerb(text string) bool {
	return (strings.Contains(text, "schr") || strings.Contains(text, "wr") || strings.Contains(text, "écrit")) && matches(wrote, text)
}

// attributionAt returns how many lines the introduction has that starts at a line; 0
// when none does.
func attributionAt(lines []line, i int) int {
	if lines[i].is(introduces) && divider(lines[i].text) == noHead {
		n := 1
		for i+n < len(lines) && lines[i+n].is(introduces) {
			n++
		}
		return n
	}
	if first := lines[i]; !isOpening(first.text) && !first.is(wroteVerb) && !strings.ContainsAny(first.text, "@0123456789") {
		return 0
	}
	if !slices.ContainsFunc(lines[i:min(i+maxWrapped, len(lines))], func(l line) bool { return l.is(wroteVerb) || endsIntroduction(l.text) }) {
		return 0
	}
	text, said, found := "", false, 0
	for n := 0; n < maxWrapped && i+n < len(lines); n++ {
		l := lines[i+n]
		step(1)
		if n > 0 && (l.blank() || l.depth != lines[i].depth) || len(text)+len(l.text) > maxAttribution {
			break
		}
		if n > 0 && isOpening(l.text) && matches(clock, l.text) {
			break // the introduction starts here; the line before only mentions an address
		}
		if n == 0 {
			_, text = sameLine(l.text)
		} else {
			text = strings.TrimSpace(text + " " + l.text)
		}
		said = said || l.is(wroteVerb)
		colon := endsIntroduction(text)
		if (said || colon) && introducesQuote(text, said, colon, quoteFollows(lines, i+n+1, lines[i].depth)) {
			if colon {
				return n + 1
			}
			if found == 0 {
				found = n + 1
			}
		}
	}
	return found
}

// endsIntroduction tells whether an introduction can end with a line.
func endsIntroduction(text string) bool {
	return strings.HasSuffix(strings.TrimRight(text, "* "), ":") || strings.HasSuffix(text, "--")
}

// isOpening tells whether a line begins as introductions do. Its first letter is looked
// at first: most lines have another.
func isOpening(text string) bool {
	first := strings.TrimLeft(text, "-* ")
	return first != "" && strings.IndexByte("oOaAlLiI", first[0]) >= 0 && matches(opening, text)
}

// quoteFollows tells whether the next line that is not empty is quoted deeper.
func quoteFollows(lines []line, i, depth int) bool {
	for i < len(lines) && lines[i].blank() {
		i++
	}
	return i < len(lines) && lines[i].depth > depth
}

// introducesQuote tells whether a line introduces a quotation: said is whether it
// has the verb, colon whether it ends in a colon, marked whether lines with quote
// marks follow. Without quote marks it needs an address, or the day and the time
// that mail programs write: people also write "op 3 mei 2026 schreef de
// Belastingdienst:".
func introducesQuote(text string, said, colon, marked bool) bool {
	address := strings.Contains(text, "@") && (strings.ContainsAny(text, "<[") || strings.Contains(text, "(") && matches(hour, text))
	switch {
	case colon && strings.Contains(text, "@") && matches(oldGmail, text):
		return true
	case colon && marked && address && matches(clock, text):
		return true // in any language
	case !said:
		return false
	case marked:
		return colon || address || matches(clock, text)
	case matches(byPerson, text):
		return false
	case address:
		return colon || matches(clock, text)
	}
	return colon && isOpening(text) && matches(hour, text) && matches(day, text)
}
