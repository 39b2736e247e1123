package mailtext

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kantoorpost/shared/lazyregexp"
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
	opens = lazyregexp.New(`\s(?:Op|On|Am|Le|At)\s+(?:[\p{L}.]{2,12},?\s+){0,2}\d`)
	// openWords are on each line that opens matches.
	openWords = []string{"Op", "On", "Am", "Le", "At"}
	// sentence matches the end of a sentence before the name of a writer.
	sentence = lazyregexp.New(`(\p{L}{2,})[.!?]+\s+`)
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
