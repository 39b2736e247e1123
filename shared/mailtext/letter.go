// Package mailtext reads what a mail says: what its writer wrote, what he quoted
// or passed on, his signature, and the numbers and names in all that. It knows
// nothing of the office's data, asks nobody, and believes nothing: whatever it
// finds is what a mail claims.
//
// Mail programs agree on little. What is done here follows what Outlook (desktop,
// web and mobile), Exchange, Gmail, Apple Mail and Thunderbird write in Dutch,
// English, German and French. When in doubt a line is the writer's own: what is
// read too much is only a worse suggestion, what is missed is lost.
package mailtext

import (
	"strings"
	"unicode/utf8"

	"kantoorpost/shared/mail"
)

// maxContent is how much of a mail is read, in bytes; what comes after is as if
// it was not there.
const maxContent = 1 << 20

// A Letter is a mail taken apart. Its texts have lines that end with \n, no
// spaces around a line, and at most one empty line in a row.
type Text struct {
	Own       string     // what its writer wrote, without quoted text and signature
	Signature string     // from the closing ("Met vriendelijke groet") on, without disclaimers; "" when none was found
	Quoted    string     // the quoted or forwarded rest
	Forwarded *Forwarded // the original, when the mail passes one on
}

// A Forwarded is the mail that another mail passes on: the one that its writer
// had before him, not the oldest of what that one quotes. All of it is what the
// writer of the outer mail lets it say.
type Forwarded struct {
	From    mail.Address // either part may be missing
	To      []mail.Address
	Subject string
	Text    string // what the original says, with its signature and without what it quotes
}

// Read takes a mail apart. The content type is "html" or "text", as in Graph;
// the subject helps to tell a forwarded mail from an answer. It never fails: a
// mail that it does not understand is its writer's own text. Of the content at
// most 1 MiB is read.
func Read(contentType, content, subject string) Text {
	s := split(linesOf(contentType, content))
	if s.head == attribution && join(s.own) == "" && len(s.quoted) > 0 {
		s = below(s)
	}
	own, signature := signed(s.own)
	return Text{
		Own: join(own), Signature: join(signature), Quoted: join(s.quoted),
		Forwarded: forwarded(s, own, subject),
	}
}

// A line is one line of a mail as its reader sees it.
type line struct {
	text  string // without the marks of quoting, and without spaces around it
	depth int    // how often it is quoted
	hint  hint
}

// A hint is what a mail program's HTML tells of a line beyond its words.
type hint uint8

const (
	restQuoted    hint = 1 << iota // this line and all after it are the quoted rest
	introduces                     // this line introduces what is quoted
	signatureHint                  // this line is part of the signature
	ruled                          // there is a horizontal line above
	comparison                     // it starts with ">" and may say that something is more than that
	tells                          // it has a word for writing, as in "Op … schreef Jan:"
)

func (l line) is(h hint) bool { return l.hint&h != 0 }
func (l line) blank() bool    { return l.text == "" }

// linesOf are the lines of a mail, read once from its first to its last byte.
func linesOf(contentType, content string) []line {
	if n := maxContent; len(content) > n {
		for n > 0 && !utf8.RuneStart(content[n]) {
			n--
		}
		content = content[:n]
	}
	content = strings.ToValidUTF8(content, "\uFFFD")
	var lines []line
	if strings.EqualFold(contentType, "html") {
		lines = htmlLines(content)
	} else {
		lines = plainLines(content)
	}
	for i, l := range lines {
		if len(l.text) <= maxAttribution && told(l.text) {
			lines[i].hint |= tells
		}
	}
	return lines
}
