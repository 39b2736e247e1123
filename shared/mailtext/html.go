package mailtext

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxOpen bounds the stack of open elements; deeper ones are read as text of the
// last. So an end tag without a start costs little.
const maxOpen = 256

// An effect is what an element does to the text inside it.
type effect uint8

const (
	hides     effect = 1 << iota // invisible
	quotes                       // a quotation
	signs                        // the signature
	heads                        // the line that introduces a quotation
	preserves                    // spaces and line ends count
	colours                      // a colour with which people mark their answers
	effects   = 6
)

type element struct {
	name   atom.Atom
	effect effect
}

// A reader makes lines of HTML. It reads tokens and builds no tree, so elements
// that are nested deeply, never closed or closed twice cannot make it slow.
type reader struct {
	lines []line
	text  strings.Builder // of the present line
	wrote bool            // the present line is not empty; a non-breaking space counts
	space bool            // the next word needs a space before it
	next  marks           // of the next line
	open  []element
	count [effects]int // open elements by their effect

	pos, end int // offsets of the present token and of the one after it
	last     int // the end of the last token with something visible
	cut      int // the last place between what is visible where the fewest elements are open
	cutDepth int // how many; none when there is no place yet
	start    int // where the present line may be cut off from the one before; none inside a text
	pictures []picture
	remote   bool // a picture is on another server
	tinted   bool // the present line has text in an answer's colour
}

// none is no offset, or no number of elements.
const none = -1

// A picture is at an offset; line is the number of the line that it is in or before.
type picture struct{ line, at, depth int }

func htmlLines(content string) *reader {
	r := readHTML(content)
	r.lines = unmarkQuotes(r.lines)
	return r
}

func readHTML(content string) *reader {
	r := &reader{cutDepth: none, start: none}
	z := html.NewTokenizer(strings.NewReader(content))
	for {
		kind := z.Next()
		r.end = r.pos + len(z.Raw())
		r.between()
		switch kind {
		case html.ErrorToken:
			r.endLine()
			return r
		case html.TextToken:
			r.write(z.Text())
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			r.startTag(atom.Lookup(name), attributes(z, more))
		case html.EndTagToken:
			name, _ := z.TagName()
			r.close(atom.Lookup(name))
		}
		r.pos = r.end
		r.between()
	}
}

// between notes a place where the content could be cut.
func (r *reader) between() {
	if r.cutDepth == none || len(r.open) < r.cutDepth {
		r.cut, r.cutDepth = r.pos, len(r.open)
	}
}

// show notes that something visible comes here; it returns the place before it.
func (r *reader) show() int {
	at := r.cut
	if r.cutDepth == none {
		at = none
	}
	r.cutDepth, r.last = none, r.end
	return at
}

func (r *reader) startTag(name atom.Atom, a attr) {
	step(1)
	r.remote = r.remote || name == atom.Img && a.remote
	if name == atom.Img && !r.in(hides) && a.width != "0" && a.width != "1" {
		if at := r.show(); r.text.Len() == 0 {
			r.start = at
		}
		r.pictures = append(r.pictures, picture{len(r.lines), r.pos, r.count[1]})
	}
	if name == atom.Br {
		r.endLine()
		return
	}
	if slices.Contains(blocks, name) {
		if n := len(r.open); name != atom.Span && n > 0 && r.open[n-1].name == atom.P && name != atom.Br {
			r.close(atom.P) // the end tag of a paragraph may be left out
		}
		r.breakLine()
		if slices.Contains(spaced, name) && !noMargin(a) {
			r.blank()
		}
	}
	if name == atom.Td || name == atom.Th {
		r.space = true
	}
	r.next |= marksOf(name, a)
	if (slices.Contains(paired, name) || slices.Contains(hidden, name)) && len(r.open) < maxOpen {
		e := element{name, effectOf(name, a)}
		r.open = append(r.open, e)
		r.tally(e, 1)
	}
}

func (r *reader) close(name atom.Atom) {
	if slices.Contains(blocks, name) {
		r.breakLine()
	}
	for i := len(r.open) - 1; i >= 0; i-- {
		step(1)
		if r.open[i].name == name {
			for _, e := range r.open[i:] {
				r.tally(e, -1)
			}
			r.open = r.open[:i]
			break
		}
	}
	if slices.Contains(spaced, name) && name != atom.P {
		r.blank()
	}
}

func (r *reader) tally(e element, by int) {
	for i := range effects {
		if e.effect&(1<<i) != 0 {
			r.count[i] += by
		}
	}
}

func (r *reader) in(e effect) bool {
	for i := range effects {
		if e == 1<<i {
			return r.count[i] > 0
		}
	}
	return false
}

// write adds text to the line, with one space for several.
func (r *reader) write(text []byte) {
	if r.in(hides) {
		return
	}
	step(len(text))
	for _, c := range strings.ToValidUTF8(string(text), "\uFFFD") {
		if c == '\n' && r.in(preserves) {
			r.endLine()
			continue
		}
		unbroken := c == '\u00a0'
		c = visible(c)
		switch {
		case c < 0:
		case unicode.IsSpace(c):
			r.space = true
			r.wrote = r.wrote || unbroken
		default:
			if r.space && r.text.Len() > 0 {
				r.text.WriteByte(' ')
			}
			if r.space = false; r.text.Len() == 0 {
				if at := r.show(); r.start == none {
					r.start = at
				}
			}
			r.cutDepth, r.last = none, r.end
			r.wrote, r.tinted = true, r.tinted || r.count[5] > 0
			r.text.WriteRune(c)
		}
	}
}

// breakLine ends the line if it is not empty.
func (r *reader) breakLine() {
	if r.wrote {
		r.endLine()
	}
	r.space, r.start = false, none
}

// endLine ends the line, also an empty one.
func (r *reader) endLine() {
	l := line{text: r.text.String(), depth: r.count[1], at: r.start}
	r.text.Reset()
	r.wrote, r.space, r.start = false, false, none
	if r.in(hides) {
		return
	}
	if l.blank() {
		r.blank()
		return
	}
	l.marks, r.next = r.next, 0
	if r.in(signs) {
		l.marks |= signatureMark
	}
	if r.in(heads) {
		l.marks |= introduces
	}
	if r.tinted {
		l.marks |= coloured
	}
	r.tinted = false
	r.lines = append(r.lines, l)
}

// blank adds an empty line, but never two in a row.
func (r *reader) blank() {
	if n := len(r.lines); n > 0 && !r.lines[n-1].blank() {
		r.lines = append(r.lines, line{depth: r.count[1], at: none})
	}
}
