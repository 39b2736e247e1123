package mailtext

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A headKind is the kind of line or header with which a quotation starts.
type headKind int

const (
	noHead       headKind = iota
	attribution           // "Op … schreef Jan:"
	originalHead          // "-----Oorspronkelijk bericht-----", or a block of Van, Verzonden, Aan, Onderwerp
	forwardHead           // "---------- Forwarded message ---------"
)

// parts are the lines of a mail, divided into own and quoted ones.
type parts struct {
	own, quoted []line
	head        headKind
	header      header // of the head, if it has one
	original    []line // the lines after the head
}

// split separates the writer's own lines from quoted ones. Quoted are lines with
// quote marks, the head of a quotation, and everything after a head. But when lines
// with quote marks follow the head directly, lines between and after those are the
// writer's own.
func split(lines []line) parts {
	var p parts
	quoted := false // a line with quote marks has been seen
	for i := 0; i < len(lines); {
		step(1)
		if p.head == noHead && lines[i].depth > 0 && !lines[i].blank() && !quoted {
			quoted = true
			// Apple Mail puts the head of a forwarded mail inside the quotation.
			if k, h, n := headAt(lines, i); k == forwardHead || k == originalHead {
				p.head, p.header, p.original = k, h, unindent(lines[i+n:], lines[i].depth)
			}
		}
		if lines[i].depth > 0 {
			p.quoted = append(p.quoted, lines[i])
			i++
			continue
		}
		if lines[i].blank() {
			p.own, p.quoted = append(p.own, lines[i]), append(p.quoted, lines[i])
			i++
			continue
		}
		k, h, n := headAt(lines, i)
		if k == noHead {
			p.own = append(p.own, lines[i])
			i++
			continue
		}
		if k == attribution && !lines[i].is(introduces) {
			before, rest := sameLine(lines[i].text)
			if before != "" {
				p.own = append(p.own, line{text: before})
			}
			lines[i].text = rest
		}
		if p.head == noHead {
			p.head, p.header, p.original = k, h, lines[i+n:]
		}
		next := i + n
		for next < len(lines) && lines[next].blank() {
			next++
		}
		if next == len(lines) || lines[next].depth == 0 || lines[i].is(restQuoted) {
			p.quoted = append(p.quoted, lines[i:]...)
			return p
		}
		p.quoted = append(p.quoted, lines[i:i+n]...)
		i += n
	}
	return p
}

var (
	// opens matches the start of an introduction after other text.
	opens = regexp.MustCompile(`\s(?:Op|On|Am|Le|At)\s+(?:[\p{L}.]{2,12},?\s+){0,2}\d`)
	// openWords are on each line that opens matches.
	openWords = []string{"Op", "On", "Am", "Le", "At"}
	// sentence matches the end of a sentence before the name of a writer.
	sentence = regexp.MustCompile(`(\p{L}{2,})[.!?]+\s+`)
)

// sameLine splits a line such as "Akkoord. Op … schreef Jan:" into the writer's own
// text and the introduction.
func sameLine(text string) (before, introduction string) {
	at := -1
	if !slices.ContainsFunc(openWords, func(w string) bool { return strings.Contains(text, w) }) && !strings.ContainsAny(text, "<[") {
		return "", text
	}
	step(2 * len(text))
	if all := opens.FindAllStringIndex(text, -1); len(all) > 0 {
		at = all[len(all)-1][0]
	} else if bracket := strings.IndexAny(text, "<["); bracket > 0 && !isOpening(text) {
		for _, m := range sentence.FindAllStringSubmatchIndex(text[:bracket], -1) {
			next, _ := utf8.DecodeRuneInString(text[m[1]:])
			if word := text[m[2]:m[3]]; unicode.IsUpper(next) && !matches(degree, word) && !strings.EqualFold(word, "prof") {
				at = m[1]
			}
		}
	}
	if at < 0 {
		return "", text
	}
	return strings.TrimSpace(text[:at]), strings.TrimSpace(text[at:])
}

// ownTextBelow returns unmarked text below an introduction as the writer's own, when
// the mail has no other own text: some people write there.
func ownTextBelow(p parts) parts {
	if len(p.original) == 0 || slices.ContainsFunc(p.original, func(l line) bool { return l.is(restQuoted) }) {
		return p
	}
	rest := split(p.original)
	if join(rest.own) == "" {
		return p
	}
	head := p.quoted[:max(0, len(p.quoted)-len(p.original))]
	p.own, p.quoted = rest.own, append(slices.Clip(head), rest.quoted...)
	return p
}

// unindent returns the lines of a quotation of this depth, with their depth reduced
// by it.
func unindent(lines []line, depth int) []line {
	var up []line
	for _, l := range lines {
		if l.depth < depth && !l.blank() {
			break
		}
		l.depth = max(0, l.depth-depth)
		up = append(up, l)
	}
	return up
}

// headAt returns the kind of head that starts at a line, its header, and how many
// lines it has.
func headAt(lines []line, i int) (headKind, header, int) {
	l := lines[i]
	if l.blank() {
		return noHead, header{}, 0
	}
	k, n := divider(l.text), 0
	if k != noHead || rule(l.text) {
		n = 1
		for i+n < len(lines) && lines[i+n].blank() {
			n++
		}
	}
	sure := k != noHead || n > 0 || l.is(ruled) || l.is(restQuoted)
	h, more := headerAt(lines, i+n, sure)
	switch {
	case more > 0 && k == noHead:
		return originalHead, h, n + more
	case k != noHead:
		return k, h, max(1, n+more)
	case l.is(restQuoted):
		return originalHead, h, 1
	case rule(l.text):
		return noHead, header{}, 0
	}
	if n := attributionAt(lines, i); n > 0 {
		return attribution, header{}, n
	}
	return noHead, header{}, 0
}

// dividers are the words with which mail programs start a quotation or a forwarded
// mail.
var dividers = map[string]headKind{
	"oorspronkelijk bericht": originalHead, "origineel bericht": originalHead, "oorspronkelijke e-mail": originalHead,
	"original message": originalHead, "original email": originalHead, "original e-mail": originalHead,
	"ursprüngliche nachricht": originalHead, "originalnachricht": originalHead, "originale nachricht": originalHead,
	"message d'origine": originalHead, "message original": originalHead,
	"doorgestuurd bericht": forwardHead, "doorgestuurde e-mail": forwardHead, "doorgezonden bericht": forwardHead,
	"doorgestuurde mail": forwardHead,
	"forwarded message":  forwardHead, "forwarded email": forwardHead, "forwarded mail": forwardHead,
	"weitergeleitete nachricht": forwardHead, "weitergeleitete e-mail": forwardHead,
	"message transféré": forwardHead, "courriel transféré": forwardHead,
	"begin doorgestuurd bericht": forwardHead, "begin doorgestuurde e-mail": forwardHead, "begin van doorgestuurd bericht": forwardHead,
	"begin forwarded message": forwardHead, "anfang der weitergeleiteten nachricht": forwardHead,
	"anfang der weitergeleiteten e-mail": forwardHead,
	"début du message transféré":         forwardHead, "début du message réexpédié": forwardHead,
}

// divider returns the kind of head of a line such as "-----Oorspronkelijk
// bericht-----". Without dashes it must be a line of Apple Mail, with a colon.
func divider(text string) headKind {
	dashed := strings.Contains(text, "--")
	if len(text) > 120 || !dashed && !strings.HasSuffix(strings.Trim(text, "* "), ":") {
		return noHead
	}
	bare := strings.Trim(text, "-_*=<>|: ")
	k := dividers[strings.ToLower(strings.ReplaceAll(bare, "’", "'"))]
	if dashed || k == forwardHead {
		return k
	}
	return noHead
}

// rule tells whether a line is a horizontal line.
func rule(text string) bool {
	return len(text) >= 5 && strings.Trim(text, "_-*=–—") == ""
}

// maxAttribution bounds the introduction of a quotation, in bytes, and maxWrapped
// the lines over which mail programs wrap it.
const (
	maxAttribution = 320
	maxWrapped     = 4
)

var (
	// wrote matches the verb of an introduction.
	wrote = regexp.MustCompile(`\b(wrote|writes|schreef|schrijft|geschreven|schrieb|schreibt|geschrieben)\b|a écrit\b`)
	// byPerson matches words that no mail program writes: "op 3 mei schreef u:".
	byPerson = regexp.MustCompile(
		`(?i)\b(schreef|wrote|schrieb) +(u|je|jij|jullie|ik|wij|we|hij|zij|you|i|they|sie|ich|wir|er)\b|\b(u|je|ik|we|wij|you|i|they|sie|ich|wir) +(schreef|wrote|schrieb)\b`)
	hour    = regexp.MustCompile(`\b\d{1,2}:\d{2}\b|\b(?:om|at|um|à) \d{1,2}[.h]\d{2}\b`)
	day     = regexp.MustCompile(`\b\d{4}\b|\b\d{1,2}[-/.]\d{1,2}[-/.]\d{2}\b`)
	clock   = regexp.MustCompile(`\d{1,2}[:.]\d{2}|\d{4}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2}`)
	opening = regexp.MustCompile(`(?i)^[-* ]*(op|on|am|at|le|in een bericht|in a message)\b`)
	// oldGmail matches "2016-03-03 17:21 GMT+01:00 Jan Jansen <jan@x>:".
	oldGmail = regexp.MustCompile(`^\d{4}-\d{2}-\d{2} \d{1,2}:\d{2} .*@.*:$`)
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
