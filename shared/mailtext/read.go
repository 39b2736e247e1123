// Package mailtext analyses the text of a mail: the writer's own text, the quoted
// or forwarded text, the signature, and the numbers and names in them. It does not
// know the office's data. All that it returns is only what a mail claims.
//
// Mail programs agree on little. The rules follow what Outlook (desktop, web and
// mobile), Exchange, Gmail, Apple Mail and Thunderbird write in Dutch, English,
// German and French. A doubtful line counts as the writer's own: too much text
// only makes a suggestion worse, while missing text is lost.
//
// # Parts
//
//   - Read makes lines of the content (html.go, plain.go), finds where quotations begin
//     (split.go, attribution.go, header.go) and where the signature does (signature.go), and
//     what was forwarded (forward.go).
//   - Fold (fold.go) finds what repeats earlier mail, by its words (shingle.go, earlier.go).
//   - NumbersIn, CardOf, AwayIn, LanguageIn and Words read one thing each.
//   - Within (within.go) bounds the time of all this. Fetch, process, learn and the API call it.
package mailtext

import (
	"strings"
	"unicode/utf8"

	"kantoorpost/shared/mail"
)

// maxContent is how much of a mail is read, in bytes; the rest is ignored.
const maxContent = 1 << 20

// A Text holds the parts of a mail's text. In each part a line ends with \n, has
// no spaces around it, and at most one empty line follows another line.
type Text struct {
	Own       string     // what the writer wrote, without quoted text and signature
	Signature string     // from the closing ("Met vriendelijke groet") on, without disclaimers; "" when none was found
	Quoted    string     // the quoted or forwarded rest
	Forwarded *Forwarded // the original, when the mail forwards one
}

// A Forwarded is the original that a mail forwards, without the older mails that
// the original quotes. The writer of the outer mail could change all of it.
type Forwarded struct {
	From    mail.Address // either part may be missing
	To      []mail.Address
	Subject string
	Text    string // of the original, with its signature and without quoted text
}

// Read divides the text of a mail into its parts. The content type is "html" or
// "text", as in Graph; the subject helps to tell a forwarded mail from an answer.
// It never fails: a mail that fits no rule is the writer's own text. At most 1 MiB
// of the content is read.
func Read(contentType, content, subject string) Text {
	return textOf(linesOf(contentType, content), subject)
}

// ReadAndFold returns what Read and Fold return of a mail without earlier messages,
// and reads its content once.
func ReadAndFold(l Message) (Text, Folding) {
	r := readLines(l.Type, l.Content)
	folding := fold(l, r, nil)
	return textOf(r.lines, l.Subject), folding
}

// textOf divides lines. It changes them.
func textOf(lines []line, subject string) Text {
	s := split(lines)
	if s.head == attribution && join(s.own) == "" && len(s.quoted) > 0 {
		s = ownTextBelow(s)
	}
	own, signature := splitSignature(s.own)
	return Text{
		Own: join(own), Signature: join(signature), Quoted: join(s.quoted),
		Forwarded: forwarded(s, own, subject),
	}
}

// A line is one line of a mail as a person sees it.
type line struct {
	text  string // without quote marks, and without spaces around it
	depth int    // levels of quotation
	marks marks
	at    int // offset where the content can be cut before this line; none where it cannot
}

// Marks are what is known about a line besides its text, mostly from the HTML of
// mail programs.
type marks uint8

const (
	restQuoted    marks = 1 << iota // this line and all after it are the quoted rest
	introduces                      // this line introduces a quotation
	signatureMark                   // this line is part of the signature
	ruled                           // there is a horizontal line above
	comparison                      // it starts with ">" and may say that something is more than that
	wroteVerb                       // it has a word for writing, as in "Op … schreef Jan:"
	coloured                        // some of it has a colour with which people mark their answers
)

func (l line) is(m marks) bool { return l.marks&m != 0 }
func (l line) blank() bool     { return l.text == "" }

// linesOf returns the lines of a mail. It reads each byte once.
func linesOf(contentType, content string) []line {
	return readLines(contentType, content).lines
}

// readLines returns what a mail shows: its lines and pictures, and where it ends.
func readLines(contentType, content string) *reader {
	if n := maxContent; len(content) > n {
		for n > 0 && !utf8.RuneStart(content[n]) {
			n--
		}
		content = content[:n]
	}
	var r *reader
	if strings.EqualFold(contentType, "html") {
		r = htmlLines(content)
	} else {
		r = &reader{lines: plainLines(content), last: len(content)}
	}
	for i, l := range r.lines {
		if len(l.text) <= maxAttribution && hasWroteVerb(l.text) {
			r.lines[i].marks |= wroteVerb
		}
	}
	return r
}
