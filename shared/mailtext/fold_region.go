package mailtext

import (
	"slices"
	"strings"
)

// A region is a run of quoted lines, with what introduces them.
type region struct {
	from, to int // lines
	kind     headKind
	header   header
	intro    []line // the lines of the head
	rest     bool   // it goes on to the end, without marks
	foreign  bool   // it has a foreignAttribution
}

type head struct {
	kind   headKind
	header header
	lines  int
}

// headAt is the function headAt, once for each line.
func (f *folder) headAt(i int) (headKind, header, int) {
	if f.found == nil {
		f.found = make([]*head, len(f.lines))
	}
	if f.found[i] == nil {
		k, h, n := headAt(f.lines, i)
		f.found[i] = &head{k, h, n}
	}
	return f.found[i].kind, f.found[i].header, f.found[i].lines
}

// regions returns the quoted parts as marks and heads show them, in order.
func (f *folder) regions() []region {
	lines := f.lines
	var all []region
	open := false // the last region may go on
	add := func(i int, r region) {
		if !open {
			all, open = append(all, r), true
		}
		all[len(all)-1].to = i
	}
	for i := 0; i < len(lines); {
		if lines[i].blank() {
			i++
			continue
		}
		k, h, n := f.headAt(i)
		foreign := false
		if k == noHead && foreignAttribution(lines[i].text) && (lines[i].depth > 0 && !open || quoteFollows(lines, i+1, lines[i].depth)) {
			k, n, foreign = attribution, 1, true
		}
		switch {
		case lines[i].depth > 0:
			add(i+max(n, 1), region{from: i, kind: k, header: h, intro: lines[i : i+n], foreign: foreign})
			i += max(n, 1)
			continue
		case k == noHead:
			open = false
			i++
			continue
		}
		from := i
		if before, _ := sameLine(lines[i].text); k == attribution && hasLetterOrDigit(before) && !lines[i].is(introduces) {
			from, open = nextText(lines, i+n), false // the line is also the writer's own
		}
		add(i+n, region{from: from, kind: k, header: h, intro: lines[i : i+n], foreign: foreign})
		i += n
		if next := nextText(lines, i); next < len(lines) && lines[next].depth == 0 {
			if more, _, _ := f.headAt(next); more == noHead {
				last := &all[len(all)-1]
				last.to, last.rest = lastText(lines)+1, true
				break
			}
		}
	}
	return slices.DeleteFunc(all, func(r region) bool { return r.from >= r.to })
}

func nextText(lines []line, i int) int {
	for i < len(lines) && lines[i].blank() {
		i++
	}
	return i
}

func lastText(lines []line) int {
	i := len(lines) - 1
	for i >= 0 && lines[i].blank() {
		i--
	}
	return i
}

// hasPicture tells whether a picture stands in or below a region without a mark of
// quotation: an answer.
func (f *folder) hasPicture(r region) bool {
	return !r.rest && slices.ContainsFunc(f.pictures, func(p picture) bool {
		above := p.line < r.from || p.line == r.from && p.at < f.lines[r.from].at
		next := nextText(f.lines, r.to)
		return p.depth == 0 && !above && (next == len(f.lines) || p.line <= next && p.at < f.lines[next].at)
	})
}

func countOf(lines []line) (n int) {
	for _, l := range lines {
		if !l.blank() {
			n++
		}
	}
	return n
}

// pieces yields the text of a region between its heads.
func (f *folder) pieces(r region) func(yield func([]line) bool) {
	return func(yield func([]line) bool) {
		lines, start := f.lines[:r.to], r.from
		for i := start; i < r.to; {
			k, _, n := f.headAt(i)
			if k == noHead && lines[i].depth > 0 && strings.HasSuffix(lines[i].text, ":") && quoteFollows(lines, i+1, lines[i].depth) {
				k, n = attribution, 1 // in any language
			}
			if foreign := f.foreignHead(i); k == noHead && foreign > 0 {
				k, n = originalHead, foreign
			}
			if k == noHead {
				i++
				continue
			}
			if countOf(lines[start:i]) > 0 && !yield(lines[start:i]) {
				return
			}
			i = min(i+n, r.to) // a head includes the empty lines below it
			start = i
		}
		if countOf(lines[start:]) > 0 {
			yield(lines[start:])
		}
	}
}

// foreignAttribution tells whether a line can be an introduction in any language: it
// has a time and an address, and ends in a colon.
func foreignAttribution(text string) bool {
	colon := strings.HasSuffix(text, ":") || strings.HasSuffix(text, "：")
	return colon && len(text) <= maxAttribution && strings.Contains(text, "@") && matches(clock, text)
}

// unmarked returns where the quoted text starts that no program marked and that ends
// at a line: a whole message of somebody else, each word of it known, and its head.
func (f *folder) unmarked(end int) int {
	if f.earlier == nil {
		return end
	}
	heads := make([]bool, end)
	for i := 0; i < end; i++ {
		n := f.foreignHead(i)
		for ; n > 0; n-- {
			heads[i+n-1] = true
		}
	}
	from := f.earlier.wholeMessage(f.lines[:end], heads, f.message.From.Email)
	if from == end {
		return end
	}
	start := from
	for i := from - 1; i >= 0 && (heads[i] || f.lines[i].blank()); i-- {
		if heads[i] {
			start = i
		}
	}
	return start
}

// foreignHead returns how many lines the head of a message has that starts at a line,
// in a language of which the words are not known: lines with labels, first the sender
// of an earlier message, one with a time; or one line that ends in a colon.
func (f *folder) foreignHead(i int) int {
	first := f.lines[i].text
	if !f.earlier.wrote(first) {
		return 0
	}
	if foreignAttribution(first) {
		return 1
	}
	n, time := 0, false
	for i+n < len(f.lines) && n < maxForeign && matches(labelled, f.lines[i+n].text) {
		time = time || n > 0 && matches(hour, f.lines[i+n].text)
		n++
	}
	if n < 3 || !time {
		return 0
	}
	return n
}

// maxForeign is how many lines such a head has at most.
const maxForeign = 7
