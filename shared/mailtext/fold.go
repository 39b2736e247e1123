package mailtext

import (
	"slices"
	"strings"

	"kantoorpost/shared/mail"
)

// A Message is a mail in which quoted text is looked for.
type Message struct {
	Type, Content string // "html" or "text", as in Graph
	Subject       string
	From          mail.Address
	To            []mail.Address // of To and Cc
	Office        string         // the address of the office that received it; "" when it is not known
	Domain        string         // of the office; "" when it is a public one or not known
}

// A Range is a part of the content that is quoted.
type Range struct {
	From, To int  // offsets in bytes; in HTML they are between two tokens
	Lines    int  // how many lines with text it has
	Rest     bool // nothing visible follows
}

// A Folding says what of a message can be folded.
type Folding struct {
	Ranges   []Range // in order
	Shingles []byte  // of the rest, for Earlier.Add; see Shingles
	Lines    int     // about how many lines a page shows of the rest, at most 60
	Remote   bool    // it shows pictures from other servers
}

// What a page shows, so that it can reserve the space.
const (
	lineWidth    = 90 // characters
	pictureLines = 2
	maxPageLines = 60 // a longer mail is just long
)

// Limits on what is folded, in lines with text. Less than that costs a reader
// nothing; a quotation above an answer is often chosen by the writer.
const (
	minBelow = 2 // a quotation at the end
	minAbove = 6 // one with the writer's text below it
)

// Fold finds the quoted text of a message. Earlier holds the earlier messages of its
// conversation; nil for none.
//
// The writer's own text is never in a range: an answer between quoted lines, a
// forwarded original that is in no earlier message, and all of a message that says
// nothing else. Where the quoted message is known, each of its words must be. Where it
// is not known, the marks of mail programs count, and any doubt keeps the text shown.
// Content of more than 1 MiB is not folded.
func Fold(l Message, earlier *Earlier) Folding {
	return fold(l, readLines(l.Type, l.Content), earlier)
}

func fold(l Message, r *reader, earlier *Earlier) Folding {
	f := folder{message: l, lines: r.lines, pictures: r.pictures, earlier: earlier}
	from, to := 0, 0
	if len(l.Content) <= maxContent {
		from, to = f.quoted()
	}
	rest := slices.Concat(r.lines[:from], r.lines[to:])
	out := Folding{Shingles: shinglesOf(rest), Lines: pageLines(rest), Remote: r.remote}
	for _, p := range r.pictures {
		if p.line <= from || p.line >= to {
			out.Lines += pictureLines
		}
	}
	out.Lines = min(out.Lines, maxPageLines)
	if from < to {
		q := Range{From: r.lines[from].at, To: r.last, Lines: countOf(r.lines[from:to]), Rest: to == len(r.lines)}
		if !q.Rest {
			q.To = r.lines[to].at
		}
		out.Ranges = append(out.Ranges, q)
	}
	return out
}

// pageLines estimates how many lines a page shows of some lines.
func pageLines(lines []line) (n int) {
	for _, l := range lines[:lastText(lines)+1] {
		n += 1 + max(0, len(l.text)-1)/lineWidth
	}
	return n
}

// A folder finds the quoted lines of one message.
type folder struct {
	message  Message
	lines    []line
	pictures []picture
	earlier  *Earlier
	found    []*head // by line: what headAt found there
}

// quoted returns the lines to fold: from <= i < to; none when from == to.
func (f *folder) quoted() (from, to int) {
	all := f.regions()
	from, to = len(f.lines), len(f.lines)
	if n := len(all); n > 0 {
		last := all[n-1]
		below := lastText(f.lines) < last.to
		switch {
		case f.hasPicture(last), !f.mayFold(last, n > 1):
			return 0, 0
		case below:
			from = last.from
		case n == 1 && countOf(f.lines[last.from:last.to]) >= minAbove:
			from, to = last.from, last.to
		default:
			return 0, 0
		}
	}
	if to == len(f.lines) {
		from = f.unmarked(from)
	}
	if countOf(f.lines[from:to]) < minBelow || !f.saysMore(from, to) {
		return 0, 0
	}
	if f.lines[from].at == none || to < len(f.lines) && f.lines[to].at == none {
		return 0, 0 // the content cannot be cut there
	}
	return from, to
}

// saysMore tells whether a message says more than a greeting outside these lines.
func (f *folder) saysMore(from, to int) bool {
	for _, part := range [][]line{f.lines[:from], f.lines[to:]} {
		for _, l := range part {
			if l.text == "--" || l.text == "—" || isClosing(l.text) {
				break
			}
			if !l.blank() && !isAdvertisement(l.text) && hasLetterOrDigit(l.text) && !matches(greeting, l.text) {
				return true
			}
		}
	}
	return slices.ContainsFunc(f.pictures, func(p picture) bool { return p.depth == 0 && p.at < f.lines[from].at })
}

// mayFold tells whether a region is certainly quoted from this conversation. Several
// says that other quotations with answers are above it.
//
// The region is compared with the earlier messages piece by piece; a piece is what one
// mail said. A piece with other words between or beside known ones has answers in it.
func (f *folder) mayFold(r region, several bool) bool {
	known, first := false, true
	for piece := range f.pieces(r) {
		switch f.earlier.compare(piece) {
		case differs:
			return false
		case same:
			known = known || first
		case unknown:
			if f.answered(r, piece) {
				return false
			}
		}
		first = false
	}
	if known {
		return !several || r.kind != noHead
	}
	above := join(f.lines[:r.from])
	pasted := strings.HasSuffix(above, ":") && !strings.HasSuffix(above, join(r.intro))
	return f.introduced(r) && !f.forwards(r) && !pasted && !matches(answersBelow, cut(above+"\n"+join(f.lines[r.to:]), maxAround))
}

// maxAround is how much of the writer's own text is read for words about his answers.
const maxAround = 16 << 10
