package mailtext

import (
	"encoding/binary"
	"slices"
	"strings"
)

// Earlier holds what the earlier messages of a conversation say.
type Earlier struct {
	senders []string
	known   []string           // the different senders, in lower case
	own     []int              // by message: how many shingles are in no message before it
	first   map[uint32]seen    // by shingle
	starts  map[uint32][]int32 // by shingle: the messages that start with it
}

// A seen says in which message a shingle is first and where, and whether its sender
// repeats it in another: a signature, not a quotation.
type seen struct {
	message, at int32
	repeated    bool
}

// maxStarts bounds the messages that start with the same words: the last ones count.
const maxStarts = 8

// Add adds an earlier message, the oldest first. Of a long conversation the first
// 60,000 shingles count.
func (e *Earlier) Add(sender string, shingles []byte) {
	sender = strings.ToLower(sender)
	if e.first == nil {
		e.first, e.starts = map[uint32]seen{}, map[uint32][]int32{}
	}
	m := int32(len(e.senders))
	e.senders, e.own = append(e.senders, sender), append(e.own, 0)
	if sender != "" && !slices.Contains(e.known, sender) {
		e.known = append(e.known, sender)
	}
	for i := 0; 4*i+4 <= len(shingles) && len(e.first) < maxEarlier; i++ {
		step(4)
		h := binary.LittleEndian.Uint32(shingles[4*i:])
		if i == 0 {
			same := append(e.starts[h], m)
			e.starts[h] = same[max(0, len(same)-maxStarts):]
		}
		s, known := e.first[h]
		switch {
		case !known:
			e.first[h] = seen{message: m, at: int32(i)}
			e.own[m]++
		case s.message != m && e.senders[s.message] == sender:
			s.repeated = true
			e.first[h] = s
		}
	}
}

// wrote tells whether the address of a sender of an earlier message is in a text.
func (e *Earlier) wrote(text string) bool {
	if e == nil || !strings.Contains(text, "@") {
		return false
	}
	text = strings.ToLower(text)
	return slices.ContainsFunc(e.known, func(sender string) bool { return strings.Contains(text, sender) })
}

// A likeness says how a text and the earlier messages compare.
type likeness int

const (
	unknown likeness = iota // it is in none of them
	same                    // each of its words is in them
	differs                 // it quotes one of them, with other words
)

// compare compares a text with the earlier messages.
func (e *Earlier) compare(lines []line) likeness {
	if e == nil || len(e.first) == 0 {
		return unknown
	}
	words := wordsOf(lines)
	if len(words) == 0 {
		return unknown
	}
	c := e.cover(words)
	if !slices.Contains(c.words, false) {
		if slices.Contains(c.jumps, true) {
			return differs
		}
		return same
	}
	if c.longest >= minRun {
		return differs
	}
	for m, n := range c.ofMessage {
		if 5*n >= 3*e.own[m] {
			return differs
		}
	}
	// The signature of a message that is not known may be.
	before := len(wordsOf(lines[:signatureAt(lines)]))
	if n := count(c.words[:before]); before > 0 && 2*n >= before {
		return differs
	}
	// A message of fewer words than a shingle has.
	for n := 1; n < shingleWords && n < len(words); n++ {
		if _, ok := e.first[hash(words[:n])[0]]; ok {
			return differs
		}
	}
	return unknown
}

// A cover says which words are in a shingle of an earlier message.
type cover struct {
	words     []bool
	jumps     []bool // by word: what starts there does not follow what is before it in any message
	shingles  []uint32
	longest   int // of the runs of shingles that their sender does not repeat
	ofMessage map[int32]int
}

func (e *Earlier) cover(words []uint64) cover {
	c := cover{words: make([]bool, len(words)), jumps: make([]bool, len(words)), shingles: hash(words), ofMessage: map[int32]int{}}
	n := min(shingleWords, len(words))
	counted := map[uint32]bool{}
	run, upTo := 0, 0
	last, before := none, seen{}
	for i, h := range c.shingles {
		step(8)
		s, known := e.first[h]
		if !known {
			run = 0
			continue
		}
		for upTo = max(upTo, i); upTo < i+n; upTo++ {
			c.words[upTo] = true
		}
		// Parts of a message may be left out, and another message may begin.
		if last != none && i > last+1 && (s.message != before.message || s.at <= before.at) && len(e.starts[h]) == 0 {
			c.jumps[i] = true
		}
		last, before = i, s
		if s.repeated {
			run = 0
			continue
		}
		if run++; run > c.longest {
			c.longest = run
		}
		if !counted[h] {
			counted[h] = true
			c.ofMessage[s.message]++
		}
	}
	return c
}

func count(all []bool) (n int) {
	for _, is := range all {
		if is {
			n++
		}
	}
	return n
}

// wholeMessage returns the line where the last lines start of which each word is in
// an earlier message, if they hold half of a message of another sender; else
// len(lines). Heads are lines that introduce a message.
func (e *Earlier) wholeMessage(lines []line, heads []bool, sender string) int {
	if e == nil || len(e.first) == 0 {
		return len(lines)
	}
	var words []uint64
	var lineOf []int // by word
	for i := range lines {
		if heads[i] {
			continue
		}
		for _, w := range wordsOf(lines[i : i+1]) {
			words, lineOf = append(words, w), append(lineOf, i)
		}
	}
	c := e.cover(words)
	start := len(words)
	for start > 0 && c.words[start-1] && (start == len(words) || !c.jumps[start]) {
		start--
	}
	found, first := map[int32]int{}, len(lines)
	for i := len(c.shingles) - 1; i >= start; i-- {
		h := c.shingles[i]
		if s, known := e.first[h]; known {
			found[s.message]++
		}
		if i > 0 && lineOf[i] == lineOf[i-1] {
			continue
		}
		for _, m := range e.starts[h] {
			step(1)
			if n := found[m]; n > minMessage-shingleWords && 2*n >= e.own[m] && !strings.EqualFold(e.senders[m], sender) {
				first = lineOf[i]
			}
		}
	}
	return first
}
